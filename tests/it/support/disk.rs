//! Disks of other kinds: calls of the program fail as they do on file systems that this machine need not have.

use super::preload::library;
use super::{World, in_time};

/// Numbers of errors, as Linux has them.
pub(crate) const EPERM: i32 = 1;
pub(crate) const EIO: i32 = 5;
pub(crate) const EACCES: i32 = 13;
pub(crate) const ENODEV: i32 = 19;
pub(crate) const EINVAL: i32 = 22;
pub(crate) const ENOSPC: i32 = 28;
pub(crate) const EROFS: i32 = 30;
pub(crate) const ENOLCK: i32 = 37;
pub(crate) const ENOSYS: i32 = 38;
pub(crate) const EOPNOTSUPP: i32 = 95;
pub(crate) const EDQUOT: i32 = 122;

/// In place of a number: the call never returns.
const HELD: i32 = -1;

impl World {
    /// From here on each of these calls fails for the program with this number, where the path has this part in it.
    pub(crate) fn break_disk(&mut self, faults: &[(&str, i32, &str)]) {
        let faults: Vec<_> =
            faults.iter().map(|(call, number, part)| format!("{call}={number}@{part}")).collect();
        self.set("LD_PRELOAD", library("disk_faults"));
        self.set("DISK_FAULTS", faults.join(","));
    }

    /// The program that is started next never returns from this call on a slot of the spool, once [`World::hold`] says so.
    pub(crate) fn may_hold_slots(&mut self, call: &str) {
        self.break_disk(&[(call, HELD, ".slot")]);
    }

    pub(crate) fn hold(&self) {
        self.write("hold", "");
    }

    /// Waits until a call is held.
    pub(crate) async fn held(&self) {
        in_time(self.until(|world| world.path("held").exists())).await;
    }

    /// The disk is well again, for the next start.
    pub(crate) fn mend_disk(&mut self) {
        self.set("DISK_FAULTS", "");
    }
}
