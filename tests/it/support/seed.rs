//! Stories with chance in them: what happened once can be made to happen again.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// Chance from [`seed`].
pub(crate) fn random() -> StdRng {
    StdRng::seed_from_u64(seed())
}

/// From `EASEL_TEST_SEED`, or a new one. A failure shows it.
#[expect(clippy::print_stdout, reason = "the runner shows it where the story fails")]
pub(crate) fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "to run a failure again")]
    let set = std::env::var("EASEL_TEST_SEED");
    let seed = match set {
        Ok(seed) => seed.parse().expect("EASEL_TEST_SEED is a whole number"),
        Err(_) => rand::random(),
    };
    println!("run again with EASEL_TEST_SEED={seed}");
    seed
}
