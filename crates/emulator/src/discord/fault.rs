//! Faults and holds that a test arranges for the next requests of a route.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use super::target::Route;

#[derive(Clone, Debug)]
pub enum Fault {
    /// This status, and `{"message", "code": 0}`; nothing is applied.
    Status(u16),
    /// This status with one of Discord's error codes; nothing is applied.
    Code { status: u16, code: u32 },
    /// 429 with `Retry-After`; nothing is applied.
    RateLimited {
        /// In seconds.
        retry_after: f64,
        /// `user`, `global` or `shared`.
        scope: &'static str,
    },
    /// This status with Cloudflare's HTML in place of JSON; nothing is applied.
    CloudflareHtml(u16),
    /// The connection is cut; nothing is applied.
    Drop,
    /// The request is applied, then the connection is cut.
    DropAfterApply,
    /// The request is applied, the response is delayed by this.
    Slow(Duration),
    /// 200 with these bytes (for [`Route::Cdn`]).
    Body(Bytes),
    /// 200 with a body that announces so many bytes and sends only a few.
    Declared(u64),
    /// 200 with a body that never ends.
    Endless,
    /// 200 with a body of which no byte arrives.
    Stalled,
}

/// Where a request is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Received in full, not applied.
    Before,
    /// Applied, the response not sent.
    After,
}

/// A request that is held back, or that will be once it comes. Dropping it releases the request.
#[derive(Debug)]
pub struct HeldRequest {
    hold: Arc<RequestHold>,
}

impl HeldRequest {
    /// Waits until the request has arrived and is held.
    pub async fn reached(&self) {
        let mut reached = self.hold.reached.subscribe();
        // The sender lives in `self`.
        let _open = reached.wait_for(|reached| *reached).await;
    }

    /// Lets the request go on.
    pub fn release(&self) {
        self.hold.released.send_replace(true);
    }
}

impl Drop for HeldRequest {
    fn drop(&mut self) {
        self.release();
    }
}

#[derive(Debug)]
pub(super) struct RequestHold {
    pub(super) when: When,
    reached: watch::Sender<bool>,
    released: watch::Sender<bool>,
}

impl RequestHold {
    pub(super) async fn wait(&self) {
        self.reached.send_replace(true);
        let mut released = self.released.subscribe();
        let _open = released.wait_for(|released| *released).await;
    }
}

#[derive(Default)]
pub(super) struct PlannedFault {
    pub(super) fault: Option<Fault>,
    pub(super) hold: Option<Arc<RequestHold>>,
}

impl PlannedFault {
    pub(super) fn is_some(&self) -> bool {
        self.fault.is_some() || self.hold.is_some()
    }
}

#[derive(Default)]
pub(super) struct FaultPlan {
    faults: VecDeque<(Route, Fault, usize)>,
    holds: VecDeque<(Route, Arc<RequestHold>)>,
    switched: Vec<Switched>,
}

/// A fault that lasts until it is switched off.
struct Switched {
    route: Route,
    fault: Fault,
    /// It meets every so many-th request.
    every: usize,
    seen: usize,
}

impl FaultPlan {
    pub(super) fn fault(&mut self, route: Route, fault: Fault, times: usize) {
        if times > 0 {
            self.faults.push_back((route, fault, times));
        }
    }

    pub(super) fn switch_on(&mut self, route: Route, fault: Fault, every: usize) {
        self.switch_off(route);
        self.switched.push(Switched { route, fault, every: every.max(1), seen: 0 });
    }

    pub(super) fn switch_off(&mut self, route: Route) {
        self.switched.retain(|switched| switched.route != route);
    }

    fn lasting(&mut self, route: Route) -> Option<Fault> {
        let switched = self.switched.iter_mut().find(|switched| switched.route.matches(route))?;
        switched.seen += 1;
        (switched.seen % switched.every == 0).then(|| switched.fault.clone())
    }

    pub(super) fn hold(&mut self, route: Route, when: When) -> HeldRequest {
        let hold = Arc::new(RequestHold {
            when,
            reached: watch::Sender::new(false),
            released: watch::Sender::new(false),
        });
        self.holds.push_back((route, Arc::clone(&hold)));
        HeldRequest { hold }
    }

    pub(super) fn clear(&mut self) {
        self.faults.clear();
    }

    /// Takes what is arranged for the request that has just arrived.
    pub(super) fn take(&mut self, route: Route) -> PlannedFault {
        let hold = self
            .holds
            .iter()
            .position(|(wanted, _)| wanted.matches(route))
            .and_then(|at| self.holds.remove(at))
            .map(|(_, hold)| hold);
        let mut fault = None;
        if let Some(at) = self.faults.iter().position(|(wanted, ..)| wanted.matches(route))
            && let Some((_, arranged, times)) = self.faults.get_mut(at)
        {
            fault = Some(arranged.clone());
            *times -= 1;
            if *times == 0 {
                self.faults.remove(at);
            }
        }
        let fault = fault.or_else(|| self.lasting(route));
        PlannedFault { fault, hold }
    }
}
