//! What can stand in a picture: how each is drawn, how large, and where it is at home.

use super::beasts::{self, Beast};
use super::creatures::{self, Bird, Swimmer};
use super::figures::{self, Part};
use super::noise::Rng;
use super::people::{self, Person};
use super::scene::Ground;
use super::{buildings, food, household, things, vehicles, wonders};

pub(super) enum Drawing {
    Cat,
    Beast(Beast),
    Bird(Bird),
    Swimmer(Swimmer),
    Person(Person),
    Still(&'static [Part]),
}

/// Something that a prompt can name. Its name is that of its row of words.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) drawing: Drawing,
    /// Its height, as a share of the picture's, and where it stands.
    pub(super) size: f32,
    pub(super) foot: f32,
    pub(super) home: Ground,
    /// It may look the other way, or lean a little.
    pub(super) turns: bool,
}

impl PartialEq for &'static Member {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const fn member(name: &'static str, drawing: Drawing, size: f32, foot: f32, home: Ground) -> Member {
    Member { name, drawing, size, foot, home, turns: true }
}

const fn beast(name: &'static str, beast: Beast, size: f32) -> Member {
    member(name, Drawing::Beast(beast), size, 0.92, Ground::Meadow)
}

const fn person(name: &'static str, person: Person, size: f32) -> Member {
    member(name, Drawing::Person(person), size, 0.94, Ground::Meadow)
}

const fn still(name: &'static str, parts: &'static [Part], size: f32, foot: f32, home: Ground) -> Member {
    member(name, Drawing::Still(parts), size, foot, home)
}

/// On a table in a room.
const fn inside(name: &'static str, parts: &'static [Part], size: f32) -> Member {
    member(name, Drawing::Still(parts), size, 0.86, Ground::Room)
}

/// Something with a front that must not be turned round.
const fn straight(name: &'static str, parts: &'static [Part], size: f32, foot: f32, home: Ground) -> Member {
    Member { turns: false, ..still(name, parts, size, foot, home) }
}

use Ground::{City, Deep, Dunes, Forest, Lake, Meadow, Peaks, Room, Sea, Space};

pub(super) static CAST: &[Member] = &[
    member("cat", Drawing::Cat, 0.84, 0.94, Meadow),
    beast("dog", beasts::DOG, 0.68),
    beast("horse", beasts::HORSE, 0.82),
    beast("zebra", beasts::ZEBRA, 0.80),
    beast("unicorn", beasts::UNICORN, 0.80),
    beast("cow", beasts::COW, 0.72),
    beast("pig", beasts::PIG, 0.72),
    beast("sheep", beasts::SHEEP, 0.68),
    member("fox", Drawing::Beast(beasts::FOX), 0.74, 0.92, Forest),
    member("wolf", Drawing::Beast(beasts::WOLF), 0.72, 0.92, Forest),
    member("bear", Drawing::Beast(beasts::BEAR), 0.78, 0.93, Forest),
    member("lion", Drawing::Beast(beasts::LION), 0.76, 0.92, Dunes),
    member("tiger", Drawing::Beast(beasts::TIGER), 0.76, 0.92, Forest),
    member("elephant", Drawing::Beast(beasts::ELEPHANT), 0.82, 0.93, Dunes),
    member("giraffe", Drawing::Beast(beasts::GIRAFFE), 0.88, 0.94, Dunes),
    beast("mouse", beasts::MOUSE, 0.60),
    beast("rabbit", beasts::RABBIT, 0.72),
    member("deer", Drawing::Beast(beasts::DEER), 0.82, 0.93, Forest),
    member("dragon", Drawing::Beast(beasts::DRAGON), 0.84, 0.93, Peaks),
    member("bird", Drawing::Bird(creatures::BIRD), 0.60, 0.90, Meadow),
    member("parrot", Drawing::Bird(creatures::PARROT), 0.66, 0.90, Forest),
    member("duck", Drawing::Bird(creatures::DUCK), 0.58, 0.92, Lake),
    member("chicken", Drawing::Bird(creatures::CHICKEN), 0.66, 0.92, Meadow),
    still("owl", creatures::OWL, 0.70, 0.90, Forest),
    still("penguin", creatures::PENGUIN, 0.74, 0.93, Ground::Ice),
    member("fish", Drawing::Swimmer(creatures::FISH), 0.70, 0.84, Deep),
    member("shark", Drawing::Swimmer(creatures::SHARK), 0.82, 0.90, Deep),
    member("whale", Drawing::Swimmer(creatures::WHALE), 0.86, 0.92, Deep),
    member("dolphin", Drawing::Swimmer(creatures::DOLPHIN), 0.78, 0.88, Deep),
    still("turtle", creatures::TURTLE, 0.62, 0.92, Meadow),
    still("frog", creatures::FROG, 0.62, 0.93, Lake),
    still("snake", creatures::SNAKE, 0.66, 0.93, Dunes),
    still("butterfly", creatures::BUTTERFLY, 0.56, 0.74, Meadow),
    still("bee", creatures::BEE, 0.54, 0.74, Meadow),
    still("snail", creatures::SNAIL, 0.60, 0.93, Meadow),
    still("spider", creatures::SPIDER, 0.60, 0.78, Forest),
    person("man", people::MAN, 0.80),
    person("woman", people::WOMAN, 0.80),
    person("child", people::CHILD, 0.66),
    person("king", people::KING, 0.80),
    person("queen", people::QUEEN, 0.80),
    person("knight", people::KNIGHT, 0.80),
    person("wizard", people::WIZARD, 0.78),
    person("witch", people::WITCH, 0.78),
    member("pirate", Drawing::Person(people::PIRATE), 0.80, 0.95, Sea),
    member("astronaut", Drawing::Person(people::ASTRONAUT), 0.70, 0.86, Space),
    still("robot", figures::ROBOT, 0.78, 0.92, Meadow),
    still("snowman", people::SNOWMAN, 0.70, 0.92, Ground::Ice),
    still("ghost", people::GHOST, 0.70, 0.90, Forest),
    still("tree", things::TREE, 0.66, 0.86, Meadow),
    still("palm", buildings::PALM, 0.74, 0.93, Sea),
    still("fir", buildings::FIR, 0.76, 0.90, Peaks),
    still("flower", things::FLOWER, 0.74, 0.94, Meadow),
    still("rose", buildings::ROSE, 0.78, 0.95, Meadow),
    still("sunflower", buildings::SUNFLOWER, 0.80, 0.96, Meadow),
    still("tulip", buildings::TULIP, 0.76, 0.95, Meadow),
    still("cactus", buildings::CACTUS, 0.66, 0.90, Dunes),
    still("mushroom", buildings::MUSHROOM, 0.62, 0.92, Forest),
    still("house", things::HOUSE, 0.50, 0.86, Meadow),
    still("castle", buildings::CASTLE, 0.58, 0.86, Peaks),
    still("church", buildings::CHURCH, 0.58, 0.86, Meadow),
    still("tower", buildings::TOWER, 0.66, 0.88, Peaks),
    still("lighthouse", things::LIGHTHOUSE, 0.66, 0.80, Sea),
    straight("bridge", buildings::BRIDGE, 0.50, 0.80, Lake),
    still("windmill", buildings::WINDMILL, 0.64, 0.86, Meadow),
    still("tent", buildings::TENT, 0.48, 0.88, Forest),
    still("pyramid", buildings::PYRAMID, 0.52, 0.82, Dunes),
    still("car", vehicles::CAR, 0.62, 0.92, City),
    still("bus", vehicles::BUS, 0.62, 0.92, City),
    still("truck", vehicles::TRUCK, 0.60, 0.92, City),
    still("train", vehicles::TRAIN, 0.56, 0.90, Meadow),
    still("bicycle", vehicles::BICYCLE, 0.66, 0.92, Meadow),
    still("motorcycle", vehicles::MOTORCYCLE, 0.62, 0.92, City),
    still("boat", things::BOAT, 0.42, 0.80, Sea),
    still("airplane", vehicles::AIRPLANE, 0.62, 0.66, Peaks),
    still("helicopter", vehicles::HELICOPTER, 0.60, 0.64, Peaks),
    still("rocket", things::ROCKET, 0.62, 0.80, Space),
    still("balloon", things::BALLOON, 0.46, 0.56, Peaks),
    still("submarine", vehicles::SUBMARINE, 0.66, 0.82, Deep),
    inside("apple", food::APPLE, 0.52),
    inside("pear", food::PEAR, 0.58),
    inside("banana", food::BANANA, 0.56),
    inside("orange", food::ORANGE, 0.52),
    inside("lemon", food::LEMON, 0.50),
    inside("cherry", food::CHERRIES, 0.56),
    inside("strawberry", food::STRAWBERRY, 0.54),
    inside("grapes", food::GRAPES, 0.58),
    inside("cake", food::CAKE, 0.60),
    inside("bread", food::BREAD, 0.54),
    inside("pizza", food::PIZZA, 0.60),
    inside("burger", food::BURGER, 0.58),
    still("ice cream", figures::ICE_CREAM, 0.74, 0.94, Meadow),
    inside("egg", food::EGG, 0.50),
    inside("cheese", food::CHEESE, 0.50),
    inside("carrot", food::CARROT, 0.62),
    still("pumpkin", food::PUMPKIN, 0.56, 0.90, Meadow),
    inside("tomato", food::TOMATO, 0.50),
    still("chair", household::CHAIR, 0.66, 0.92, Room),
    still("table", household::TABLE, 0.62, 0.92, Room),
    still("bed", household::BED, 0.56, 0.92, Room),
    inside("lamp", household::LAMP, 0.66),
    straight("clock", household::CLOCK, 0.60, 0.86, Room),
    inside("book", household::BOOK, 0.54),
    inside("cup", household::CUP, 0.56),
    inside("bottle", household::BOTTLE, 0.66),
    straight("key", household::KEY, 0.54, 0.86, Room),
    inside("umbrella", household::UMBRELLA, 0.68),
    inside("candle", household::CANDLE, 0.62),
    inside("guitar", household::GUITAR, 0.78),
    straight("piano", household::PIANO, 0.66, 0.90, Room),
    inside("camera", household::CAMERA, 0.54),
    straight("computer", household::COMPUTER, 0.60, 0.86, Room),
    straight("phone", household::PHONE, 0.62, 0.86, Room),
    inside("hat", household::HAT, 0.58),
    inside("shoe", household::SHOE, 0.58),
    straight("crown", household::CROWN, 0.54, 0.86, Room),
    inside("sword", household::SWORD, 0.78),
    inside("ball", household::BALL, 0.54),
    straight("heart", household::HEART, 0.56, 0.84, Room),
    inside("gift", household::GIFT, 0.58),
    straight("glasses", household::GLASSES, 0.60, 0.86, Room),
    still("beach", wonders::PARASOL, 0.52, 0.94, Sea),
    still("island", wonders::ISLAND, 0.52, 0.80, Sea),
    still("waterfall", wonders::WATERFALL, 0.84, 0.98, Peaks),
    still("volcano", wonders::VOLCANO, 0.66, 0.90, Peaks),
    straight("sun", wonders::SUN, 0.50, 0.56, Meadow),
    straight("moon", wonders::MOON, 0.46, 0.56, Lake),
    straight("star", household::STAR, 0.40, 0.52, Lake),
    still("cloud", wonders::CLOUD, 0.46, 0.52, Meadow),
    straight("rainbow", wonders::RAINBOW, 0.62, 0.66, Meadow),
    still("lightning", wonders::LIGHTNING, 0.58, 0.72, Peaks),
];

/// Somebody with an umbrella, who walks in the rain.
pub(super) static STROLLER: Member = still("stroller", things::STROLLER, 0.36, 0.93, City);

pub(super) fn named(name: &str) -> Option<&'static Member> {
    CAST.iter().find(|member| member.name == name)
}

impl Member {
    pub(super) fn is_animal(&self) -> bool {
        matches!(self.drawing, Drawing::Cat | Drawing::Beast(_) | Drawing::Bird(_))
    }

    /// The colour of an animal, which a prompt may change.
    pub(super) fn coat(&self) -> Option<u32> {
        match &self.drawing {
            Drawing::Beast(beast) => Some(beast.coat),
            Drawing::Bird(bird) => Some(bird.body),
            Drawing::Swimmer(swimmer) => Some(swimmer.coat()),
            _ => None,
        }
    }

    /// The parts of its drawing; `treat`: the cat has ice cream.
    pub(super) fn parts(&self, treat: bool, rng: &mut Rng) -> Vec<Part> {
        match &self.drawing {
            Drawing::Cat if treat => [figures::CAT, figures::CAT_HAPPY, figures::CAT_TREAT].concat(),
            Drawing::Cat => [figures::CAT, figures::CAT_EYES, figures::CAT_PAWS].concat(),
            Drawing::Beast(beast) => beast.parts(rng),
            Drawing::Bird(bird) => bird.parts(rng),
            Drawing::Swimmer(swimmer) => swimmer.parts(rng),
            Drawing::Person(person) => person.parts(rng),
            Drawing::Still(parts) => parts.to_vec(),
        }
    }
}
