//! Money, in integer micro-dollars, so that a ledger adds up exactly.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};

use serde::{Deserialize, Serialize};

/// Micro-dollars: 1,000,000 are one US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// Parses dollars such as `0.04` exactly, without floating point.
    ///
    /// `None` for anything but digits with at most six decimals, and above one billion dollars.
    pub fn from_dollars(text: &str) -> Option<Micros> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 9 || decimals.len() > 6 || !digits(whole) || !digits(decimals) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let decimals: i64 = format!("{decimals:0<6}").parse().ok()?;
        Some(Micros(whole * 1_000_000 + decimals))
    }

    /// What is left of it once `used` is taken away, nothing at the least.
    #[must_use]
    pub(crate) fn less(self, used: Micros) -> Micros {
        Micros((self.0 - used.0).max(0))
    }

    /// Whole percent of `limit`, rounded down; 100 of a limit of nothing.
    pub fn percent_of(self, limit: Micros) -> u32 {
        let percent = i128::from(self.0) * 100 / i128::from(limit.0).max(1);
        if limit.0 <= 0 { 100 } else { u32::try_from(percent).unwrap_or(u32::MAX) }
    }
}

/// Dollars with at least two and at most six decimals: `$0.04`, `$0.003`.
impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:06}", self.0.unsigned_abs() % 1_000_000);
        let shown = decimals.trim_end_matches('0').len().max(2);
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}${}.{}", self.0.unsigned_abs() / 1_000_000, &decimals[..shown])
    }
}

impl Add for Micros {
    type Output = Micros;
    fn add(self, other: Micros) -> Micros {
        Micros(self.0 + other.0)
    }
}

impl Sub for Micros {
    type Output = Micros;
    fn sub(self, other: Micros) -> Micros {
        Micros(self.0 - other.0)
    }
}

impl Mul<i64> for Micros {
    type Output = Micros;
    fn mul(self, times: i64) -> Micros {
        Micros(self.0 * times)
    }
}

impl Sum for Micros {
    fn sum<I: Iterator<Item = Micros>>(amounts: I) -> Micros {
        amounts.fold(Micros(0), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_and_shown_exactly() {
        for (text, micros, shown) in [
            ("0.04", 40_000, "$0.04"),
            ("12", 12_000_000, "$12.00"),
            ("0.003", 3_000, "$0.003"),
            ("1.5", 1_500_000, "$1.50"),
        ] {
            assert_eq!(Micros::from_dollars(text), Some(Micros(micros)), "{text}");
            assert_eq!(Micros(micros).to_string(), shown);
        }
        for bad in ["", "-1", "1e3", "0.0000001", "ten", ".5", "1.2.3", "9999999999"] {
            assert_eq!(Micros::from_dollars(bad), None, "{bad}");
        }
    }
}
