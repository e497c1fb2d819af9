//! How long a model took for its latest pictures.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Pictures of one model that count.
const KEPT: usize = 50;

/// In milliseconds, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Durations(Vec<u32>);

impl Durations {
    /// The same with these, which came last.
    pub(crate) fn with(mut self, latest: &[u32]) -> Durations {
        self.0.extend(latest);
        let surplus = self.0.len().saturating_sub(KEPT);
        self.0.drain(..surplus);
        self
    }

    /// The median; `None` where nothing is known.
    pub fn usual(&self) -> Option<Duration> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let middle = sorted.len().checked_sub(1)? / 2;
        sorted.get(middle).map(|millis| Duration::from_millis(u64::from(*millis)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_the_last_fifty() {
        assert_eq!(Durations::default().usual(), None);
        let mut durations = Durations::default().with(&[9_000; 50]);
        assert_eq!(durations.usual(), Some(Duration::from_secs(9)));
        durations = durations.with(&[1_000; 24]);
        assert_eq!(durations.usual(), Some(Duration::from_secs(9)));
        durations = durations.with(&[1_000, 2_000]);
        assert_eq!(durations.usual(), Some(Duration::from_secs(1)));
        assert_eq!(durations.0.len(), KEPT);
    }
}
