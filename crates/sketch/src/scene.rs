//! What a prompt asks for, read from its words.

use super::cast::{Member, STROLLER, named};
use super::colour::{Mood, Palette, Rgb};
use super::look::Look;
use super::noise::{Rng, scramble};
use super::read::known_words;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    Peaks,
    Lake,
    Sea,
    Forest,
    Dunes,
    City,
    Meadow,
    Ice,
    Space,
    Room,
    /// Under water.
    Deep,
    Abstract,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hint {
    On(Ground),
    In(Mood),
    Coat(u32),
    Rain,
    Snow,
    Moon,
    Blooms,
    Time,
}

pub(super) struct Scene {
    pub(super) ground: Ground,
    pub(super) subjects: Vec<&'static Member>,
    pub(super) mood: Mood,
    pub(super) colours: Palette,
    pub(super) coat: Option<Rgb>,
    pub(super) rain: bool,
    pub(super) snow: bool,
    pub(super) moon: bool,
    pub(super) blooms: bool,
    pub(super) time: bool,
    /// From which side the light comes.
    pub(super) light_right: bool,
    pub(super) key: u64,
}

/// Whether the prompt names anything that can be drawn: a colour alone cannot.
pub(super) fn is_known(prompt: &str) -> bool {
    known_words(prompt).into_iter().any(|name| {
        let coats = |hint: &Hint| matches!(hint, Hint::Coat(_));
        named(name).is_some() || !hints(name).iter().all(coats)
    })
}

impl Scene {
    pub(super) fn read(prompt: &str, look: Look, seed: u32) -> Self {
        let names = known_words(prompt);
        let mut hints: Vec<Hint> = names.iter().flat_map(|name| hints(name)).copied().collect();
        let key = scramble(fnv1a(prompt.to_lowercase().trim()) ^ (u64::from(seed) << 17) ^ u64::from(seed));
        let mut rng = Rng::new(key ^ 0x5CE7E);
        let mut subjects = subjects(&names);
        // An orange cat is no fruit beside a cat.
        if subjects.len() > 1
            && subjects.iter().any(|subject| subject.is_animal())
            && is_in(&subjects, "orange")
        {
            subjects.retain(|subject| subject.name != "orange");
            hints.push(Hint::Coat(0xE8924A));
        }
        let has = |hint| hints.contains(&hint);
        let ground = ground(&hints, subjects.first().copied(), &mut rng);
        if ground == Ground::City && has(Hint::Rain) && subjects.is_empty() {
            subjects.push(&STROLLER);
        }
        let mood = hints.iter().find_map(|hint| if let Hint::In(mood) = hint { Some(*mood) } else { None });
        let mood = look.mood().or(mood).unwrap_or_else(|| match ground {
            _ if has(Hint::Snow) => Mood::Winter,
            Ground::Room | Ground::Deep | Ground::City => usual(ground, !subjects.is_empty(), &mut rng),
            _ if has(Hint::Rain) => Mood::Storm,
            _ => usual(ground, !subjects.is_empty(), &mut rng),
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
            snow: has(Hint::Snow) || ground == Ground::Ice,
            moon: has(Hint::Moon) || mood.is_dark(),
            blooms: has(Hint::Blooms) || is_in(&subjects, "cat"),
            time: has(Hint::Time),
            light_right: rng.chance(0.5),
            subjects,
            key,
        }
    }

    pub(super) fn shows(&self, name: &str) -> bool {
        is_in(&self.subjects, name)
    }

    /// Random numbers for one part of the picture, which can change without the others.
    pub(super) fn rng(&self, part: &str) -> Rng {
        Rng::new(scramble(self.key ^ fnv1a(part)))
    }
}

fn ground(hints: &[Hint], subject: Option<&'static Member>, rng: &mut Rng) -> Ground {
    let mut on =
        hints.iter().filter_map(|hint| if let Hint::On(ground) = hint { Some(*ground) } else { None });
    // "A mountain lake" is a lake.
    if hints.contains(&Hint::On(Ground::Lake)) {
        return Ground::Lake;
    }
    if let Some(ground) = on.next().or(subject.map(|subject| subject.home)) {
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

fn is_in(subjects: &[&Member], name: &str) -> bool {
    subjects.iter().any(|subject| subject.name == name)
}

/// Each once. What shines in the sky is drawn large only where nothing else is named.
fn subjects(names: &[&str]) -> Vec<&'static Member> {
    let mut subjects: Vec<&'static Member> = Vec::new();
    for subject in names.iter().filter_map(|name| named(name)) {
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    let shines = |subject: &&Member| matches!(subject.name, "sun" | "moon" | "star");
    if !names.iter().all(|name| named(name).is_some_and(|subject| shines(&subject))) {
        subjects.retain(|subject| !shines(subject));
    }
    subjects
}

fn usual(ground: Ground, subject: bool, rng: &mut Rng) -> Mood {
    use Mood::{
        Blossom, Cosmos, Cream, Dawn, Desert, Ember, Forest, Night, Noon, Sea, Storm, Sunset, Winter,
    };
    match ground {
        Ground::Meadow if subject => rng.pick([Cream, Blossom, Noon, Dawn, Cream, Sunset]),
        Ground::Meadow => rng.pick([Blossom, Noon, Dawn, Cream]),
        Ground::Peaks | Ground::Lake => rng.pick([Dawn, Noon, Sunset, Blossom]),
        Ground::Sea => rng.pick([Sea, Sea, Sunset, Dawn]),
        Ground::Forest => rng.pick([Forest, Forest, Dawn]),
        Ground::Dunes => rng.pick([Desert, Desert, Sunset]),
        Ground::City => rng.pick([Sunset, Night, Dawn, Storm]),
        Ground::Ice => Winter,
        Ground::Space => Cosmos,
        Ground::Room => rng.pick([Cream, Blossom, Noon, Dawn, Sea, Forest]),
        Ground::Deep => rng.pick([Sea, Sea, Noon]),
        Ground::Abstract => rng.pick([Sunset, Ember, Sea, Dawn, Cosmos, Blossom, Cream, Forest, Desert]),
    }
}

/// What a name says beside what it shows.
fn hints(name: &str) -> &'static [Hint] {
    use Hint::{Blooms, Coat, In, Moon, On, Rain, Snow, Time};
    match name {
        "flower" | "rose" | "sunflower" | "tulip" | "bee" | "butterfly" => &[Blooms],
        "garden" => &[Blooms, In(Mood::Blossom)],
        "meadow" => &[On(Ground::Meadow)],
        "mountain" => &[On(Ground::Peaks)],
        "lake" => &[On(Ground::Lake)],
        "sea" | "beach" | "island" => &[On(Ground::Sea)],
        "forest" => &[On(Ground::Forest)],
        "desert" => &[On(Ground::Dunes), In(Mood::Desert)],
        "city" => &[On(Ground::City)],
        "space" | "planet" | "astronaut" => &[On(Ground::Space), In(Mood::Cosmos)],
        "night" => &[In(Mood::Night), Moon],
        "moon" => &[Moon, In(Mood::Night)],
        "star" | "ghost" | "witch" => &[In(Mood::Night)],
        "sunset" => &[In(Mood::Sunset)],
        "sunrise" => &[In(Mood::Dawn)],
        "fire" | "volcano" | "dragon" => &[In(Mood::Ember)],
        "summer" | "sun" => &[In(Mood::Noon)],
        "neon" => &[In(Mood::Neon)],
        "rain" => &[Rain],
        "lightning" => &[Rain, In(Mood::Storm)],
        "snow" | "snowman" => &[Snow],
        "time" => &[Time],
        "black" => &[Coat(0x3A3742)],
        "white" => &[Coat(0xF4EDE2)],
        "red" => &[Coat(0xD9663A)],
        "grey" => &[Coat(0x8E96A3)],
        "blue" => &[Coat(0x5E8AC4)],
        _ => &[],
    }
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
