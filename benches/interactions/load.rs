//! Orders at a steady rate, and how soon each was answered.

use std::time::Duration;

use anyhow::{Context, ensure};
use easel_emulator::discord::{Discord, InteractionBuilder, Route, TestInteraction};
use futures_util::future::join_all;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::report::Run;
use crate::rig::process::Process;
use crate::rig::{Rig, percentile};

/// Orders before anything is measured, which open connections and fill caches.
const WARM_UP: usize = 10;
/// Longer than Discord waits for a first answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// By then all pictures must be there.
const DRAINED: Duration = Duration::from_secs(600);

/// One order.
struct Sent {
    interaction: TestInteraction,
    /// After the moment at which it was due.
    late: Duration,
}

/// Everything on a bot that has just started.
pub(crate) async fn run(rig: &Rig, rate: usize, seconds: usize) -> anyhow::Result<Run> {
    for number in 0..WARM_UP {
        let message = order(&rig.discord, number).await.answered().await;
        ensure!(message.attachments.len() == 1, "no picture, but “{}”", message.content);
    }
    rig.settle().await?;
    let (idle, idle_own) = (rig.process.memory()?, rig.process.own_memory()?);
    rig.process.forget_peak()?;
    let (cpu, emulators_cpu) = (rig.process.cpu()?, Process::this().cpu()?);
    let start = Instant::now();
    let sent = send(&rig.discord, rate, rate * seconds).await;
    // Who is not answered by then never is.
    drop(timeout(PATIENCE, join_all(sent.iter().map(|sent| sent.interaction.acknowledged()))).await);
    let took = start.elapsed();
    let share = |used: Duration| used.as_secs_f64() / took.as_secs_f64() * 100.0;
    let mut run = Run {
        rate,
        sent: sent.len(),
        cpu: share(rig.process.cpu()? - cpu),
        emulators_cpu: share(Process::this().cpu()? - emulators_cpu),
        pictures: rig.discord.count(Route::EditOriginal) - WARM_UP,
        idle,
        idle_own,
        ..Run::default()
    };
    count(&sent, &mut run);
    timeout(DRAINED, rig.settle()).await.context("not all pictures came")??;
    run.drained = start.elapsed().as_secs_f64() - took.as_secs_f64();
    run.peak = rig.process.peak()?;
    run.load = crate::rig::machine::busy();
    Ok(run)
}

/// Posts so many orders, each when it is due, whatever became of those before.
async fn send(discord: &Discord, rate: usize, orders: usize) -> Vec<Sent> {
    let start = Instant::now();
    let mut beat = interval_at(start, Duration::from_secs(1) / u32::try_from(rate).unwrap_or(u32::MAX));
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut sent = Vec::with_capacity(orders);
    for number in 0..orders {
        let due = beat.tick().await;
        let interaction = order(discord, WARM_UP + number).await;
        sent.push(Sent { interaction, late: due.elapsed() });
    }
    sent
}

/// Each by a member of its own, whom no rate limit stops.
async fn order(discord: &Discord, number: usize) -> TestInteraction {
    let prompt = format!("a lighthouse in the fog, number {number}");
    let ask = InteractionBuilder::command("imagine").option("prompt", prompt).by(1000 + number as u64);
    discord.interact(ask).await
}

fn count(sent: &[Sent], run: &mut Run) {
    let mut times = Vec::with_capacity(sent.len());
    for Sent { interaction, late } in sent {
        match interaction.ack() {
            Some(ack) => {
                times.push(*late + ack.after);
                *(if ack.kind == 5 { &mut run.acknowledged } else { &mut run.refused }) += 1;
            }
            None => run.errors += 1,
        }
    }
    times.sort();
    let at = |percent| percentile(&times, percent);
    (run.p50, run.p90, run.p99, run.max) = (at(50), at(90), at(99), at(100));
}
