//! What the fuzz targets promise, for every input that lies in the corpus, whole and cut off.

use std::collections::BTreeSet;
use std::path::Path;

#[path = "../fuzz/properties/interaction.rs"]
mod interaction;
#[path = "../fuzz/properties/signature.rs"]
mod signature;

use interaction::Kind;

/// The files of a target's corpus.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|file| std::fs::read(file).unwrap()).collect()
}

/// What the corpus turned out to be. Of each input so many beginnings must keep the promises, too.
fn kinds<K: Ord>(target: &str, property: fn(&[u8]) -> K, beginnings: usize) -> BTreeSet<K> {
    let mut kinds = BTreeSet::new();
    for input in corpus(target) {
        kinds.insert(property(&input));
        for length in (0..input.len()).step_by(1 + input.len() / beginnings) {
            property(&input[..length]);
        }
    }
    kinds
}

#[test]
fn whatever_is_posted_to_the_http_frontend_stays_within_limits() {
    use Kind::{Click, Command, Foreign, Order, Ping, Refused, Typing, Unknown};
    let all = BTreeSet::from([Foreign, Ping, Order, Refused, Command, Typing, Click, Unknown]);
    assert_eq!(kinds("interaction", interaction::check, 500), all, "the corpus reaches everything");
}

#[test]
fn a_signature_holds_for_exactly_what_was_signed() {
    // Ten signatures are looked at for each input.
    assert_eq!(
        kinds("signature", signature::check, 50),
        BTreeSet::from([false, true]),
        "the corpus reaches everything"
    );
}
