//! What proves that a request to the HTTP frontend came from Discord.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../properties/signature.rs"]
mod signature;

fuzz_target!(|data: &[u8]| {
    signature::check(data);
});
