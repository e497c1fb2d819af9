//! SIGTERM and Ctrl-C. As process 1 of a container a program that does not ask for them never gets them.

use std::future::Future;
use std::io;
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long a task that is to stop may take to come to its next step.
const LEAVE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// The terminal was closed, if that is to end it properly too.
    hangup: Option<Signal>,
    /// Cancelled when stdin ends, if that is a signal too.
    input: Option<CancellationToken>,
}

impl Signals {
    /// From here on no signal ends the process by itself.
    pub fn listen() -> anyhow::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("cannot wait for Ctrl-C")?,
            hangup: None,
            input: None,
        })
    }

    /// Takes the end of the terminal for a signal. Not for what `nohup` may have started: it would not go on any more.
    pub(super) fn or_end_of_terminal(mut self) -> anyhow::Result<Signals> {
        self.hangup = Some(signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?);
        Ok(self)
    }

    /// Takes the end of stdin for a signal, once: whoever started the process has gone.
    pub(super) fn or_end_of_stdin(mut self) -> Signals {
        let ended = CancellationToken::new();
        self.input = Some(ended.clone());
        // A read of stdin cannot be cancelled, and a thread of the runtime's would be waited for.
        std::thread::spawn(move || {
            drop(io::copy(&mut io::stdin(), &mut io::sink()));
            ended.cancel();
        });
        self
    }

    /// The next one's name.
    pub(super) async fn next(&mut self) -> &'static str {
        let input = self.input.clone();
        let ended = async {
            match input {
                Some(input) => input.cancelled_owned().await,
                None => std::future::pending().await,
            }
        };
        let hangup = self.hangup.as_mut();
        let closed = async {
            match hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = closed => "the end of the terminal",
            () = ended => {
                self.input = None;
                "the end of stdin"
            }
        }
    }

    /// Runs `task` to its end, or until a signal comes (`None`). It has a thread of its own: while that waits for somebody
    /// to read what it prints, signals are heard too.
    pub(super) async fn unless_stopped<T, F>(
        &mut self,
        task: impl FnOnce() -> F + Send + 'static,
    ) -> anyhow::Result<Option<T>>
    where
        T: Send + 'static,
        F: Future<Output = anyhow::Result<T>>,
    {
        let stopped = CancellationToken::new();
        let seen = stopped.clone();
        let mut running =
            tokio::task::spawn_blocking(move || Handle::current().block_on(seen.run_until_cancelled(task())));
        tokio::select! {
            done = &mut running => done.context("a fault in Easel itself")?.transpose(),
            _ = self.next() => {
                stopped.cancel();
                // It may hang in a write, and then ends with the process.
                drop(timeout(LEAVE, running).await);
                Ok(None)
            }
        }
    }

    /// Runs a whole program, which a signal ends where it is.
    ///
    /// # Errors
    /// The program's own, or that it was stopped.
    pub async fn run<T, F>(mut self, program: impl FnOnce() -> F + Send + 'static) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = anyhow::Result<T>>,
    {
        let done = self.unless_stopped(program).await?;
        done.context("stopped before it was done; run it again")
    }
}
