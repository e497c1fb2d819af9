//! What must be true of whatever claims to come from Discord: shared by a fuzz target and by a test over the corpus.

use easel::domain::signature::{PublicKey, is_fresh};
use ed25519_dalek::{Signer, SigningKey};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);
/// The order of the group of Ed25519, lowest byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A timestamp, what claims to be a signature, and the body, in lines; whether the claim holds.
pub(crate) fn check(data: &[u8]) -> bool {
    let mut parts = data.splitn(3, |byte| *byte == b'\n');
    let mut line = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (timestamp, claimed) = (line(), line());
    let body = parts.next().unwrap_or_default();
    let secret = SigningKey::from_bytes(&[7; 32]);
    let key = PublicKey::from_hex(&hex(secret.verifying_key().as_bytes())).expect("a key");
    let right = secret.sign(&[timestamp.as_bytes(), body].concat()).to_bytes();

    assert!(key.verifies(&hex(&right), &timestamp, body));
    let holds = key.verifies(&claimed, &timestamp, body);
    assert_eq!(holds, claimed.eq_ignore_ascii_case(&hex(&right)), "{claimed}");
    only_for_these_bytes(&key, &right, &timestamp, body);
    if is_fresh(&timestamp, NOW) {
        let seconds: i64 = timestamp.parse().expect("seconds");
        assert!((NOW.unix_timestamp() - seconds).abs() <= 300);
    }
    if PublicKey::from_hex(&claimed).is_some() {
        assert!(claimed.len() == 64 && claimed.bytes().all(|digit| digit.is_ascii_hexdigit()));
    }
    holds
}

/// Nothing near a right request is right.
fn only_for_these_bytes(key: &PublicKey, right: &[u8; 64], timestamp: &str, body: &[u8]) {
    let signature = hex(right);
    // Which bit is turned depends on the input, so that the fuzzer reaches all of them.
    let turn = body
        .iter()
        .chain(timestamp.as_bytes())
        .fold(body.len(), |sum, byte| sum * 31 % 65_521 + usize::from(*byte));
    let turned = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let at = turn % (bytes.len() * 8);
        bytes[at / 8] ^= 1 << (at % 8);
        bytes
    };
    assert!(!key.verifies(&hex(&turned(right)), timestamp, body), "another signature");
    assert!(!key.verifies(&signature, timestamp, &[body, b" "].concat()), "a longer body");
    assert!(!key.verifies(&signature, &format!("0{timestamp}"), body), "another time");
    if !body.is_empty() {
        assert!(!key.verifies(&signature, timestamp, &turned(body)), "another body");
        assert!(!key.verifies(&signature, timestamp, &body[1..]), "a shorter body");
    }
    let mut carry = 0;
    let mut malleable = *right;
    for (byte, add) in malleable[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert!(!key.verifies(&hex(&malleable), timestamp, body), "the same signature in another form");
    assert!(!key.verifies(&signature[..126], timestamp, body), "half a signature");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
