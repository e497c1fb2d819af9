//! Discord signs what it sends to the HTTP frontend: Ed25519 over the timestamp and the exact bytes of the body.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};
use time::{Duration, OffsetDateTime};

use crate::domain::digest::from_hex;

/// How far a request's clock may be from ours, either way.
const WINDOW: Duration = Duration::minutes(5);

/// An application's public key, from the General Information page.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(…)")
    }
}

/// Why a request is not taken for one of Discord's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It says nothing that could be checked.
    Unsigned,
    /// It is not signed under the key.
    Key,
    /// It is signed, but so far from our time.
    Time { off: Duration },
}

impl PublicKey {
    /// The key of 64 hex digits; `None` for anything else, and for a key under which anybody can sign.
    pub fn from_hex(text: &str) -> Option<PublicKey> {
        let key = VerifyingKey::from_bytes(&from_hex(text)?).ok()?;
        (!key.is_weak()).then_some(PublicKey(key))
    }

    /// Checks that the holder of the application's secret key signed these bytes a short while from `now`.
    pub fn check(
        &self,
        signature: &str,
        timestamp: &str,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<(), Doubt> {
        let Some(at) = moment(timestamp).filter(|_| !signature.is_empty()) else {
            return Err(Doubt::Unsigned);
        };
        if !self.verifies(signature, timestamp, body) {
            return Err(Doubt::Key);
        }
        if !is_fresh(timestamp, now) {
            return Err(Doubt::Time { off: (now - at).abs() });
        }
        Ok(())
    }

    /// Whether the holder of the application's secret key signed these bytes at this time.
    ///
    /// `signature` is the header `X-Signature-Ed25519` (128 hex digits), `timestamp` is `X-Signature-Timestamp`.
    pub fn verifies(&self, signature: &str, timestamp: &str, body: &[u8]) -> bool {
        let Some(signature) = from_hex(signature) else { return false };
        let signed = [timestamp.as_bytes(), body].concat();
        self.0.verify_strict(&signed, &Signature::from_bytes(&signature)).is_ok()
    }
}

/// Whether a timestamp, in Unix seconds, is close enough to `now` that the request is no old one sent again.
pub fn is_fresh(timestamp: &str, now: OffsetDateTime) -> bool {
    moment(timestamp).is_some_and(|at| (now - at).abs() <= WINDOW)
}

fn moment(timestamp: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(timestamp.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};
    use time::macros::datetime;

    use super::*;
    use crate::domain::digest::hex;

    fn signed(secret: u8, timestamp: &str, body: &[u8]) -> (PublicKey, String) {
        let key = SigningKey::from_bytes(&[secret; 32]);
        let signature = key.sign(&[timestamp.as_bytes(), body].concat());
        (PublicKey::from_hex(&hex(key.verifying_key().as_bytes())).unwrap(), hex(&signature.to_bytes()))
    }

    #[test]
    fn only_the_exact_bytes_under_the_applications_key_are_believed() {
        let (key, signature) = signed(7, "1790000000", b"{}");
        assert!(key.verifies(&signature, "1790000000", b"{}"));
        assert!(key.verifies(&signature.to_uppercase(), "1790000000", b"{}"));
        let (_, foreign) = signed(8, "1790000000", b"{}");
        for (signature, timestamp, body) in [
            (signature.as_str(), "1790000001", b"{}".as_slice()),
            (&signature, "1790000000", b"{} "),
            (&signature, "179000000", b"0{}"),
            (&foreign, "1790000000", b"{}"),
            (&signature[..126], "1790000000", b"{}"),
            ("", "1790000000", b"{}"),
            (&"ä".repeat(64), "1790000000", b"{}"),
            (&"0".repeat(128), "1790000000", b"{}"),
        ] {
            let shifted = timestamp == "179000000";
            // Time and body are signed as one run of bytes: only the window keeps such a shift out.
            assert_eq!(key.verifies(signature, timestamp, body), shifted, "{signature} {timestamp}");
        }
    }

    #[test]
    fn a_doubt_says_what_is_wrong_first() {
        let now = datetime!(2026-11-23 12:00 UTC);
        let at = |seconds: i64| (now.unix_timestamp() + seconds).to_string();
        let (_, foreign) = signed(8, &at(0), b"{}");
        for (timestamp, signature, found) in [
            (at(300), None, Ok(())),
            (at(301), None, Err(Doubt::Time { off: Duration::seconds(301) })),
            (at(-400), None, Err(Doubt::Time { off: Duration::seconds(400) })),
            (at(0), Some(foreign.as_str()), Err(Doubt::Key)),
            (at(-400), Some(&foreign), Err(Doubt::Key)),
            (at(0), Some(""), Err(Doubt::Unsigned)),
            ("soon".to_owned(), None, Err(Doubt::Unsigned)),
        ] {
            let (key, right) = signed(7, &timestamp, b"{}");
            let signature = signature.unwrap_or(&right);
            assert_eq!(key.check(signature, &timestamp, b"{}", now), found, "{timestamp} {signature}");
        }
    }

    #[test]
    fn a_key_that_anybody_can_sign_for_is_refused() {
        for wrong in ["", "ab", &"0".repeat(64), &format!("01{}", "0".repeat(62)), &"g".repeat(64)] {
            assert_eq!(PublicKey::from_hex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_window_is_five_minutes_either_way() {
        let now = datetime!(2026-11-23 12:00 UTC);
        let at = |seconds: i64| (now.unix_timestamp() + seconds).to_string();
        for (timestamp, fresh) in [
            (at(0), true),
            (at(-240), true),
            (at(300), true),
            (at(-301), false),
            (at(301), false),
            (String::new(), false),
            ("soon".to_owned(), false),
            ("99999999999999999999".to_owned(), false),
            (i64::MAX.to_string(), false),
        ] {
            assert_eq!(is_fresh(&timestamp, now), fresh, "{timestamp}");
        }
    }
}
