//! What a prompt asks for, read from its words.

use super::colour::{Mood, Palette, Rgb};
use super::look::Look;
use super::noise::{Rng, scramble};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    Peaks,
    Lake,
    Sea,
    Forest,
    Dunes,
    City,
    Meadow,
    Space,
    Abstract,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Cat,
    IceCream,
    Robot,
    House,
    Tree,
    Boat,
    Flower,
    Rocket,
    Lighthouse,
    Balloon,
    Stroller,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hint {
    On(Ground),
    In(Mood),
    Show(Subject),
    Coat(u32),
    Rain,
    Snow,
    Moon,
    Blooms,
    Time,
}

pub(super) struct Scene {
    pub(super) ground: Ground,
    pub(super) subjects: Vec<Subject>,
    pub(super) mood: Mood,
    pub(super) colours: Palette,
    pub(super) coat: Option<Rgb>,
    pub(super) rain: bool,
    pub(super) snow: bool,
    pub(super) moon: bool,
    pub(super) blooms: bool,
    pub(super) time: bool,
    pub(super) key: u64,
}

impl Scene {
    pub(super) fn read(prompt: &str, look: Look, seed: u32) -> Self {
        let lower = prompt.to_lowercase();
        let words = || lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let hints: Vec<Hint> = words().flat_map(hints).copied().collect();
        let key = scramble(fnv1a(lower.trim()) ^ (u64::from(seed) << 17) ^ u64::from(seed));
        let mut rng = Rng::new(key ^ 0x5CE7E);

        let mut subjects: Vec<Subject> = Vec::new();
        for hint in &hints {
            if let Hint::Show(subject) = hint
                && !subjects.contains(subject)
            {
                subjects.push(*subject);
            }
        }
        let has = |hint| hints.contains(&hint);
        let ground = ground(&hints, subjects.first().copied(), &mut rng);
        if ground == Ground::City && has(Hint::Rain) && subjects.is_empty() {
            subjects.push(Subject::Stroller);
        }
        let named = hints.iter().find_map(|hint| if let Hint::In(mood) = hint { Some(*mood) } else { None });
        let mood = look.mood().or(named).unwrap_or_else(|| {
            if has(Hint::Snow) { Mood::Winter } else { usual(ground, !subjects.is_empty(), &mut rng) }
        });
        let coat = hints
            .iter()
            .find_map(|hint| if let Hint::Coat(hex) = hint { Some(Rgb::hex(*hex)) } else { None });
        Self {
            ground,
            mood,
            colours: mood.palette(),
            coat,
            rain: has(Hint::Rain),
            snow: has(Hint::Snow),
            moon: has(Hint::Moon) || mood.is_dark(),
            blooms: has(Hint::Blooms) || subjects.contains(&Subject::Cat),
            time: has(Hint::Time),
            subjects,
            key,
        }
    }

    /// Random numbers for one part of the picture, which can change without the others.
    pub(super) fn rng(&self, part: &str) -> Rng {
        Rng::new(scramble(self.key ^ fnv1a(part)))
    }
}

fn ground(hints: &[Hint], subject: Option<Subject>, rng: &mut Rng) -> Ground {
    let mut named =
        hints.iter().filter_map(|hint| if let Hint::On(ground) = hint { Some(*ground) } else { None });
    // "A mountain lake" is a lake.
    if hints.contains(&Hint::On(Ground::Lake)) {
        return Ground::Lake;
    }
    if let Some(ground) = named.next().or(subject.map(home)) {
        return ground;
    }
    let scenery = |hint: &Hint| matches!(hint, Hint::Snow | Hint::Moon | Hint::Rain | Hint::In(_));
    if hints.contains(&Hint::Blooms) {
        Ground::Meadow
    } else if hints.iter().any(scenery) {
        rng.pick([Ground::Lake, Ground::Peaks, Ground::Sea, Ground::Meadow])
    } else {
        Ground::Abstract
    }
}

fn home(subject: Subject) -> Ground {
    match subject {
        Subject::Boat | Subject::Lighthouse => Ground::Sea,
        Subject::Rocket => Ground::Space,
        Subject::Balloon => Ground::Peaks,
        Subject::Stroller => Ground::City,
        _ => Ground::Meadow,
    }
}

fn usual(ground: Ground, subject: bool, rng: &mut Rng) -> Mood {
    use Mood::{Blossom, Cosmos, Cream, Dawn, Desert, Ember, Forest, Night, Noon, Sea, Storm, Sunset};
    match ground {
        Ground::Meadow if subject => rng.pick([Cream, Blossom, Cream, Noon]),
        Ground::Meadow => rng.pick([Blossom, Noon, Dawn, Cream]),
        Ground::Peaks | Ground::Lake => rng.pick([Dawn, Noon, Sunset, Blossom]),
        Ground::Sea => rng.pick([Sea, Sea, Sunset, Dawn]),
        Ground::Forest => rng.pick([Forest, Forest, Dawn]),
        Ground::Dunes => Desert,
        Ground::City => rng.pick([Sunset, Night, Dawn, Storm]),
        Ground::Space => Cosmos,
        Ground::Abstract => rng.pick([Sunset, Ember, Sea, Dawn, Cosmos, Blossom, Cream, Forest, Desert]),
    }
}

fn hints(word: &str) -> &'static [Hint] {
    use Hint::{Blooms, Coat, In, Moon, On, Rain, Show, Snow, Time};
    let single = word.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(word);
    match single {
        "cat" | "kitten" | "kitty" | "tomcat" => &[Show(Subject::Cat)],
        "icecream" | "ice" | "gelato" | "sundae" | "cone" => &[Show(Subject::IceCream)],
        "robot" | "android" | "bot" => &[Show(Subject::Robot)],
        "house" | "cottage" | "home" | "cabin" | "hut" => &[Show(Subject::House)],
        "tree" | "oak" => &[Show(Subject::Tree)],
        "boat" | "ship" | "sailboat" | "sail" | "sailing" => &[Show(Subject::Boat)],
        "rocket" | "spaceship" | "spacecraft" => &[Show(Subject::Rocket)],
        "lighthouse" => &[Show(Subject::Lighthouse)],
        "balloon" => &[Show(Subject::Balloon)],
        "umbrella" => &[Show(Subject::Stroller)],
        "flower" | "rose" | "tulip" | "sunflower" | "daisy" | "poppy" => &[Show(Subject::Flower), Blooms],
        "bloom" | "blossom" | "garden" | "spring" => &[Blooms, In(Mood::Blossom)],
        "meadow" | "field" | "hill" | "grass" | "park" => &[On(Ground::Meadow)],
        "mountain" | "peak" | "alp" | "alpine" | "valley" | "cliff" => &[On(Ground::Peaks)],
        "lake" | "river" | "pond" | "fjord" => &[On(Ground::Lake)],
        "sea" | "ocean" | "beach" | "coast" | "wave" | "harbour" | "harbor" | "island" => &[On(Ground::Sea)],
        "forest" | "wood" | "jungle" | "pine" => &[On(Ground::Forest)],
        "desert" | "dune" | "sand" | "canyon" => &[On(Ground::Dunes), In(Mood::Desert)],
        "city" | "town" | "street" | "skyline" | "tokyo" | "cyberpunk" | "skyscraper" => &[On(Ground::City)],
        "space" | "galaxy" | "planet" | "cosmo" | "universe" | "nebula" | "astronaut" => {
            &[On(Ground::Space), In(Mood::Cosmos)]
        }
        "night" | "midnight" | "dark" => &[In(Mood::Night), Moon],
        "moon" | "moonlight" | "moonlit" => &[Moon, In(Mood::Night)],
        "star" | "starry" => &[In(Mood::Night)],
        "sunset" | "dusk" | "evening" | "twilight" => &[In(Mood::Sunset)],
        "sunrise" | "dawn" | "morning" => &[In(Mood::Dawn)],
        "fire" | "volcano" | "lava" | "dragon" | "autumn" | "fall" => &[In(Mood::Ember)],
        "summer" | "sunny" | "noon" => &[In(Mood::Noon)],
        "neon" => &[In(Mood::Neon)],
        "rain" | "rainy" | "raining" => &[Rain],
        "storm" | "stormy" | "thunder" => &[Rain, In(Mood::Storm)],
        "snow" | "snowy" | "winter" | "christma" | "arctic" => &[Snow],
        "time" | "clock" | "hour" | "memory" | "eternity" => &[Time],
        "black" => &[Coat(0x3A3742)],
        "white" => &[Coat(0xF4EDE2)],
        "orange" | "ginger" | "red" => &[Coat(0xE8924A)],
        "grey" | "gray" => &[Coat(0x8E96A3)],
        _ => &[],
    }
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
