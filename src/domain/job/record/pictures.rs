//! The finished pictures of a job.

use super::JobRecord;

impl JobRecord {
    /// The number of its last finished picture, if people can start from it.
    pub(crate) fn last_picture(&self) -> Option<u32> {
        let last = self.pictures.iter().rposition(|picture| picture.sha256().is_some())?;
        u32::try_from(last).ok().filter(|_| self.state.shows_pictures())
    }

    /// The numbers of its finished pictures.
    pub(in crate::domain::job) fn generated(&self) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.pictures).filter(|(_, picture)| picture.sha256().is_some()).map(|(n, _)| n)
    }
}
