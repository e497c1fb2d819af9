//! A thread that does what it is sent. What waits together is done in one transaction, so that a burst shares its fsync.

use std::sync::mpsc;

use anyhow::anyhow;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

/// Operations in one commit at most, so that the first of them does not wait for ever.
const BATCH: usize = 256;
/// Runs in the batch's transaction, or is told that there is none; what it returns runs after the commit.
pub(super) type Op = Box<dyn FnOnce(Result<&mut Transaction<'_>, &Fault>) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), &Fault>) + Send>;
type Fault = rusqlite::Error;

/// Starts a thread with transactions of this kind.
pub(super) fn serve(
    name: &str,
    connection: Connection,
    kind: TransactionBehavior,
) -> std::io::Result<mpsc::Sender<Op>> {
    let (sender, waiting) = mpsc::channel();
    std::thread::Builder::new().name(name.into()).spawn(move || do_all(connection, kind, &waiting))?;
    Ok(sender)
}

fn do_all(mut connection: Connection, kind: TransactionBehavior, waiting: &mpsc::Receiver<Op>) {
    while let Ok(first) = waiting.recv() {
        // Before the transaction: what is asked later must see what was written until then.
        let ops: Vec<Op> = std::iter::once(first).chain(waiting.try_iter().take(BATCH - 1)).collect();
        match connection.transaction_with_behavior(kind) {
            Err(fault) => ops.into_iter().for_each(|op| op(Err(&fault))(Err(&fault))),
            Ok(mut tx) => {
                let answers: Vec<Answer> = ops.into_iter().map(|op| op(Ok(&mut tx))).collect();
                let commit = tx.commit();
                answers.into_iter().for_each(|answer| answer(commit.as_ref().copied()));
            }
        }
    }
}

pub(super) fn send<T, F>(
    thread: &mpsc::Sender<Op>,
    only_if_awaited: bool,
    op: F,
) -> oneshot::Receiver<anyhow::Result<T>>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let op: Op = Box::new(move |tx| {
        let result = match tx {
            Err(fault) => Err(anyhow!("{fault}")),
            Ok(_) if only_if_awaited && reply.is_closed() => Err(anyhow!("nobody waits for it")),
            Ok(tx) => in_savepoint(tx, op).map_err(anyhow::Error::from),
        };
        Box::new(move |commit| {
            let result = result.and_then(|value| commit.map(|()| value).map_err(|fault| anyhow!("{fault}")));
            // The caller may have gone; what it asked for is written all the same.
            drop(reply.send(result));
        })
    });
    // A thread that has ended dropped the receiver, and with it the reply: the caller sees that.
    drop(thread.send(op));
    answer
}

fn in_savepoint<T>(
    tx: &mut Transaction<'_>,
    op: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let savepoint = tx.savepoint()?;
    let value = op(&savepoint)?;
    savepoint.commit()?;
    Ok(value)
}
