//! Which calls of Discord's API are repeated that it did not take, how often and after what pauses.

use std::time::Duration;

use crate::backends::discord_api::rest::Fault;

/// The tries of one call: each pause is twice as long as the one before, or as long as Discord wants it.
#[derive(Debug)]
pub(crate) struct Retry {
    tries: u32,
    pause: Duration,
    longest: Duration,
    /// Discord takes the same call twice as one.
    is_repeatable: bool,
}

impl Retry {
    /// The response to an interaction. Discord waits for it for three seconds, which end the tries.
    pub(crate) fn callback() -> Retry {
        Retry::new(u32::MAX, Duration::from_millis(150), Duration::from_millis(150))
    }

    /// What is put in the place of a deferral, which Discord may not know yet.
    pub(crate) fn deferred() -> Retry {
        Retry::new(6, Duration::from_millis(250), Duration::from_secs(8))
    }

    /// A deferral that gives way to a private message.
    pub(crate) fn deletion() -> Retry {
        Retry::new(4, Duration::from_millis(250), Duration::from_secs(1))
    }

    /// A job's pictures, as long as the interaction's token lives.
    pub(crate) fn delivery() -> Retry {
        Retry::new(u32::MAX, Duration::from_millis(600), Duration::from_secs(15))
    }

    /// A message that Discord knows again by its nonce.
    pub(crate) fn message() -> Retry {
        Retry::new(8, Duration::from_millis(300), Duration::from_secs(15))
    }

    /// What would be there twice: only where Discord says that it did nothing.
    pub(crate) fn once() -> Retry {
        Retry { is_repeatable: false, ..Retry::new(8, Duration::ZERO, Duration::ZERO) }
    }

    /// What Discord says of its Gateway, without which there is nothing to do.
    pub(crate) fn start() -> Retry {
        Retry::new(u32::MAX, Duration::from_secs(1), Duration::from_secs(60))
    }

    /// A file that somebody attached.
    pub(crate) fn file() -> Retry {
        Retry::new(3, Duration::from_millis(500), Duration::from_secs(1))
    }

    fn new(tries: u32, first: Duration, longest: Duration) -> Retry {
        Retry { tries, pause: first, longest, is_repeatable: true }
    }

    /// How long to wait before the next try, if there is one after this fault.
    pub(crate) fn after(&mut self, fault: &Fault) -> Option<Duration> {
        match fault {
            Fault::Limited { after } => self.next_pause().map(|_| *after),
            Fault::Lost(_) if self.is_repeatable => self.next_pause(),
            Fault::Lost(_) | Fault::Refused { .. } => None,
        }
    }

    /// How long to wait before the next try, if there is one: Discord may not know yet what was called.
    pub(crate) fn next_pause(&mut self) -> Option<Duration> {
        self.tries = self.tries.checked_sub(1).filter(|left| *left > 0)?;
        let pause = self.pause;
        self.pause = (pause * 2).min(self.longest);
        Some(pause)
    }

    /// As [`Retry::until_taken`], of a call on what Discord may not know yet: 404 is tried again too.
    pub(crate) async fn until_known<T, F: Future<Output = Result<T, Fault>>>(
        mut self,
        mut call: impl FnMut() -> F,
    ) -> Result<T, Fault> {
        loop {
            let fault = match call().await {
                Ok(taken) => return Ok(taken),
                Err(fault) => fault,
            };
            let next = if fault.is_unknown() { self.next_pause() } else { self.after(&fault) };
            match next {
                Some(pause) => wait(pause).await,
                None => return Err(fault),
            }
        }
    }

    /// Makes a call until Discord takes or refuses it, or no try is left.
    ///
    /// # Errors
    /// The last [`Fault`].
    pub(crate) async fn until_taken<T, F: Future<Output = Result<T, Fault>>>(
        mut self,
        mut call: impl FnMut() -> F,
    ) -> Result<T, Fault> {
        loop {
            let fault = match call().await {
                Ok(taken) => return Ok(taken),
                Err(fault) => fault,
            };
            match self.after(&fault) {
                Some(pause) => wait(pause).await,
                None => return Err(fault),
            }
        }
    }
}

/// The pause before a try.
#[expect(clippy::disallowed_methods, reason = "a retry")]
pub(crate) async fn wait(pause: Duration) {
    tokio::time::sleep(pause).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> Fault {
        Fault::Lost("status 500".into())
    }

    fn limited() -> Fault {
        Fault::Limited { after: Duration::from_secs(7) }
    }

    fn refused() -> Fault {
        Fault::Refused { status: 400, code: 0, message: String::new() }
    }

    #[test]
    fn pauses_double_up_to_the_longest_unless_discord_says_how_long() {
        let mut retry = Retry::message();
        let pauses: Vec<_> = std::iter::from_fn(|| retry.after(&lost())).map(|p| p.as_millis()).collect();
        assert_eq!(pauses, [300, 600, 1_200, 2_400, 4_800, 9_600, 15_000]);
        assert_eq!(Retry::message().after(&limited()), Some(Duration::from_secs(7)));
        let mut start = Retry::start();
        let pauses: Vec<_> = (0..8).map(|_| start.after(&lost()).unwrap().as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn what_is_refused_is_not_tried_again_nor_what_may_be_there_twice() {
        assert_eq!(Retry::message().after(&refused()), None);
        assert_eq!(Retry::once().after(&lost()), None);
        assert!(Retry::once().after(&limited()).is_some());
    }

    #[tokio::test]
    async fn a_call_is_made_until_it_is_taken() {
        let mut calls = 0;
        let call = || {
            calls += 1;
            let said = if calls < 3 { Err(Fault::Limited { after: Duration::ZERO }) } else { Ok(calls) };
            std::future::ready(said)
        };
        assert_eq!(Retry::once().until_taken(call).await.unwrap(), 3);
    }
}
