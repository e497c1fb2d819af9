//! The body of a request to the HTTP frontend.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../properties/interaction.rs"]
mod interaction;

fuzz_target!(|data: &[u8]| {
    interaction::check(data);
});
