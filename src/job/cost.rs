//! What a job cost.

use super::{Claim, Origin};
use crate::engine::catalogue::Catalogue;
use crate::money::Micros;

impl Claim {
    /// What AWS may bill for the calls so far; `None` where the model is not known any more.
    pub(crate) fn spent(&self, catalogue: &Catalogue) -> Option<Micros> {
        let each = match &self.job.origin {
            Origin::Api(origin) => origin.each,
            Origin::Discord(_) | Origin::Shell => catalogue.find(&self.job.request.model)?.price,
        };
        let calls: u32 = self.pictures.iter().map(|picture| picture.paid_calls).sum();
        Some(each * i64::from(calls))
    }
}
