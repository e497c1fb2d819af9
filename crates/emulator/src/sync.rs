//! Waiting and locking.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Wakes those who wait for a change.
pub(crate) struct Signal(watch::Sender<()>);

impl Default for Signal {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl Signal {
    /// Call it after the lock on what has changed is released.
    pub(crate) fn notify(&self) {
        self.0.send_replace(());
    }

    /// Waits until `check` has a value; it is called at once and after each change.
    pub(crate) async fn until<T>(&self, mut check: impl FnMut() -> Option<T>) -> T {
        let mut changes = self.0.subscribe();
        loop {
            if let Some(value) = check() {
                return value;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
