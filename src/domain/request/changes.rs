//! What is other in a request than in the one that it goes on from.

use super::ImageRequest;
use crate::domain::vocabulary::Field;

/// Words of a prompt that are compared, from its beginning on.
const COMPARED: usize = 400;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Words of the prompt that came, in one place of it,
    Came(String),
    /// and words that went.
    Went(String),
    /// A setting; `None` for one that has no part in the request.
    Setting { field: Field, from: Option<String>, to: Option<String> },
    /// Nothing else than the seed.
    Seed,
}

const SETTINGS: [Field; 4] = [Field::Model, Field::Aspect, Field::Style, Field::Negative];

/// What was changed from a request to the one that was made of it.
pub fn changes(from: &ImageRequest, to: &ImageRequest) -> Vec<Change> {
    let mut changes = Vec::new();
    // A service without words keeps what there was.
    if !to.prompt.is_empty() {
        changes.extend(words_changed(&from.prompt, &to.prompt));
    }
    for field in SETTINGS {
        let (from, to) = (value(from, field), value(to, field));
        if from != to {
            changes.push(Change::Setting { field, from, to });
        }
    }
    if changes.is_empty() && from.seeds != to.seeds {
        changes.push(Change::Seed);
    }
    changes
}

fn value(request: &ImageRequest, field: Field) -> Option<String> {
    match field {
        Field::Model => Some(request.model.clone()),
        Field::Aspect => request.shown_aspect().map(|aspect| aspect.to_string()),
        Field::Style => request.style.map(|style| style.to_string()),
        Field::Negative => request.negative.clone(),
        _ => None,
    }
}

fn words_changed(from: &str, to: &str) -> Vec<Change> {
    let words =
        |text: &str| text.split(char::is_whitespace).take(COMPARED).map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (words(from), words(to));
    let common = common(&from, &to);
    let (mut went, mut came) = (Vec::new(), Vec::new());
    let mut changes = Vec::new();
    let (mut left, mut right) = (0, 0);
    loop {
        let (old, new) = (from.get(left), to.get(right));
        let goes = || new.is_none() || common[left + 1][right] >= common[left][right + 1];
        if old == new {
            // Words that are empty stand for more than one blank.
            let run = |words: &mut Vec<String>| std::mem::take(words).join(" ");
            let (gone, added) = (run(&mut went), run(&mut came));
            changes.extend((!gone.trim().is_empty()).then_some(Change::Went(gone)));
            changes.extend((!added.trim().is_empty()).then_some(Change::Came(added)));
            if old.is_none() {
                return changes;
            }
            (left, right) = (left + 1, right + 1);
        } else if let Some(old) = old.filter(|_| goes()) {
            went.push(old.clone());
            left += 1;
        } else if let Some(new) = new {
            came.push(new.clone());
            right += 1;
        }
    }
}

/// How many words the ends of both from there on have in common, in their order.
fn common(from: &[String], to: &[String]) -> Vec<Vec<u16>> {
    let mut common = vec![vec![0; to.len() + 1]; from.len() + 1];
    for left in (0..from.len()).rev() {
        for right in (0..to.len()).rev() {
            common[left][right] = if from[left] == to[right] {
                common[left + 1][right + 1] + 1
            } else {
                u16::max(common[left + 1][right], common[left][right + 1])
            };
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::request::Aspect;

    fn request(prompt: &str, model: &str) -> ImageRequest {
        serde_json::from_value(json!({
            "prompt": prompt, "negative": null, "model": model, "aspect": "1:1", "style": null, "style_as_words": false,
            "seeds": [1], "image": null, "cfg": null, "steps": null, "private": false
        }))
        .unwrap()
    }

    fn words(from: &str, to: &str) -> Vec<String> {
        let shown = |change| match change {
            Change::Came(words) => format!("+{words}"),
            Change::Went(words) => format!("-{words}"),
            other => format!("{other:?}"),
        };
        changes(&request(from, "core"), &request(to, "core")).into_iter().map(shown).collect()
    }

    #[test]
    fn words_that_came_and_went_are_told_by_their_places() {
        assert_eq!(words("a red fox in snow", "a blue fox in deep snow"), ["-red", "+blue", "+deep"]);
        assert_eq!(words("a fox", "a fox at night, in oil"), ["+at night, in oil"]);
        assert_eq!(words("a fox at night", "a fox"), ["-at night"]);
        assert_eq!(words("a fox", "an owl"), ["-a fox", "+an owl"]);
        assert_eq!(words("a fox", "a  fox"), [""; 0]);
        assert_eq!(words("a fox", ""), [""; 0]);
        let long: String = (0..900).map(|n| format!("w{n} ")).collect();
        assert_eq!(words(&long, &format!("{long} end")), [""; 0], "only so many are compared");
    }

    #[test]
    fn a_seed_is_told_where_nothing_else_is_other() {
        let fox = request("a fox", "core");
        let again = ImageRequest { seeds: vec![2], ..fox.clone() };
        assert_eq!(changes(&fox, &again), [Change::Seed]);
        let other = ImageRequest { aspect: Aspect::Panorama21x9, ..request("a fox", "ultra") };
        let told = changes(&again, &other);
        let fields: Vec<_> = told
            .iter()
            .map(|change| match change {
                Change::Setting { field, from, to } => (*field, from.as_deref(), to.as_deref()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(fields[0], (Field::Model, Some("core"), Some("ultra")));
        assert_eq!((fields.len(), fields[1].0), (2, Field::Aspect));
        assert!(changes(&fox, &fox).is_empty());
    }
}
