//! What a job cost. Every amount that is shown or recorded comes from here: what was reserved and booked for it then, not
//! what its model costs today.

use super::Claim;
use crate::domain::money::Micros;

impl Claim {
    /// What AWS may bill for its calls so far.
    pub(crate) fn spent(&self) -> Micros {
        self.pictures.iter().map(|picture| picture.spent).sum()
    }

    /// What the picture `n` cost when it was ordered, if it took one call.
    pub(crate) fn each_of(&self, n: u32) -> Micros {
        self.job.request.of(n).price.unwrap_or_else(|| self.each())
    }

    /// What one picture cost when it was ordered, if it took one call.
    pub(crate) fn each(&self) -> Micros {
        let count = i64::try_from(self.pictures.len()).unwrap_or(i64::MAX);
        Micros(self.price.0 / count.max(1))
    }
}
