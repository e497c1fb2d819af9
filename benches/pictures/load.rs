//! Jobs, and what they took.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use easel_emulator::discord::{Discord, InteractionBuilder, Route, TestInteraction};
use tokio::task::JoinSet;

use crate::rig::process::Process;
use crate::rig::{Rig, percentile};

/// One row of the table.
pub(crate) struct Plan {
    /// Jobs that are ordered at the same moment.
    pub(crate) in_flight: usize,
    /// How often that happens in a run, each time after the last one has ended.
    waves: usize,
    latency: Duration,
    /// Jobs for the throughput, `in_flight` of them at a time.
    instant_jobs: u64,
    pub(crate) runs: usize,
}

pub(crate) const PLANS: [Plan; 4] = [
    Plan { in_flight: 1, waves: 25, latency: Duration::from_millis(300), instant_jobs: 100, runs: 5 },
    Plan { in_flight: 8, waves: 8, latency: Duration::from_millis(300), instant_jobs: 300, runs: 5 },
    Plan { in_flight: 64, waves: 3, latency: Duration::from_millis(300), instant_jobs: 400, runs: 3 },
    Plan { in_flight: 512, waves: 1, latency: Duration::from_secs(2), instant_jobs: 512, runs: 3 },
];

/// Orders before anything is measured, which open connections and fill caches.
const WARM_UP: u64 = 3;

/// What one run measured: milliseconds, MB, pictures.
#[derive(Clone, Copy, Default)]
pub(crate) struct Run {
    pub(crate) ack_p50: f64,
    pub(crate) ack_p99: f64,
    /// From the last byte of the model's answer, as it left the model's socket, to the last byte of the message.
    pub(crate) added_p50: f64,
    pub(crate) added_p99: f64,
    /// From the moment at which the model had its answer, read or not, to the last byte of the message.
    pub(crate) whole_p50: f64,
    pub(crate) whole_p99: f64,
    pub(crate) cpu: f64,
    /// The emulators' own, in this process.
    pub(crate) emulators_cpu: f64,
    pub(crate) peak: f64,
    pub(crate) peak_per_job: f64,
    pub(crate) idle: f64,
    /// Of `idle`, what is not the program's file.
    pub(crate) idle_own: f64,
    pub(crate) per_second: f64,
}

/// Everything on a bot that has just started.
pub(crate) async fn run(rig: &Rig, plan: &Plan) -> anyhow::Result<Run> {
    let (idle, idle_own) = (rig.process.memory()?, rig.process.own_memory()?);
    let numbers = Arc::new(AtomicU64::new(0));
    flood(rig, &numbers, 1, WARM_UP).await?;
    rig.bedrock.set_latency(plan.latency);
    rig.process.forget_peak()?;
    let (cpu, emulators_cpu) = (rig.process.cpu()?, Process::this().cpu()?);
    let mut interactions = Vec::new();
    for _ in 0..plan.waves {
        interactions.extend(wave(&rig.discord, &numbers, plan.in_flight).await?);
    }
    rig.settle().await?;
    let each = |total: Duration| total.as_secs_f64() * 1e3 / interactions.len() as f64;
    let mut run = Run {
        cpu: each(rig.process.cpu()? - cpu),
        emulators_cpu: each(Process::this().cpu()? - emulators_cpu),
        peak: rig.process.peak()?,
        idle,
        idle_own,
        ..Run::default()
    };
    run.peak_per_job = (run.peak - idle) / plan.in_flight as f64;
    times(rig, plan, &interactions, &mut run)?;
    rig.bedrock.set_latency(Duration::ZERO);
    run.per_second = flood(rig, &numbers, plan.in_flight, plan.instant_jobs).await?;
    Ok(run)
}

/// Orders so many at once and waits for all of them.
async fn wave(discord: &Discord, numbers: &AtomicU64, jobs: usize) -> anyhow::Result<Vec<TestInteraction>> {
    let mut interactions = Vec::new();
    for _ in 0..jobs {
        interactions.push(order(discord, numbers.fetch_add(1, Ordering::Relaxed)).await);
    }
    for interaction in &interactions {
        finish(interaction).await?;
    }
    Ok(interactions)
}

/// Orders `jobs` in all, each as soon as there are less than `in_flight`; pictures a second until the last is settled.
async fn flood(rig: &Rig, numbers: &Arc<AtomicU64>, in_flight: usize, jobs: u64) -> anyhow::Result<f64> {
    let end = numbers.load(Ordering::Relaxed) + jobs;
    let start = Instant::now();
    let mut members = JoinSet::new();
    for _ in 0..in_flight {
        let (discord, numbers) = (rig.discord.clone(), Arc::clone(numbers));
        members.spawn(async move {
            let next = |n| (n < end).then_some(n + 1);
            while let Ok(number) = numbers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next) {
                finish(&order(&discord, number).await).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(member) = members.join_next().await {
        member??;
    }
    rig.settle().await?;
    Ok(jobs as f64 / start.elapsed().as_secs_f64())
}

/// Each by a member of its own, whom no rate limit stops.
async fn order(discord: &Discord, number: u64) -> TestInteraction {
    let prompt = format!("a lighthouse in the fog, number {number}");
    let ask = InteractionBuilder::command("imagine").option("prompt", prompt).by(1000 + number);
    discord.interact(ask).await
}

async fn finish(interaction: &TestInteraction) -> anyhow::Result<()> {
    let message = interaction.answered().await;
    ensure!(message.attachments.len() == 1, "no picture, but “{}”", message.content);
    Ok(())
}

/// What the journals of the emulators say about these interactions.
fn times(rig: &Rig, plan: &Plan, interactions: &[TestInteraction], run: &mut Run) -> anyhow::Result<()> {
    let calls: HashMap<_, _> =
        rig.bedrock.calls().into_iter().map(|call| (call.body["prompt"].clone(), call)).collect();
    let requests = rig.discord.requests().into_iter();
    let edits = requests.filter(|request| request.route == Route::EditOriginal);
    let messages: HashMap<_, _> = edits.map(|edit| (edit.interaction, edit.at.into_std())).collect();
    let (mut acks, mut added, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for interaction in interactions {
        let prompt = &interaction.payload()["data"]["options"][0]["value"];
        let call = calls.get(prompt).context("no call")?;
        let message = messages.get(&Some(interaction.id)).context("no message")?;
        acks.push(interaction.ack().context("no first answer")?.after);
        added.push(message.saturating_duration_since(call.answered.context("an answer under way")?));
        whole.push(message.saturating_duration_since(call.at + plan.latency));
        let picture =
            interaction.message().and_then(|message| Some(message.attachments.first()?.bytes.clone()));
        ensure!(call.picture().as_deref() == picture.as_deref(), "another picture than the model's");
    }
    (run.ack_p50, run.ack_p99) = percentiles(acks);
    (run.added_p50, run.added_p99) = percentiles(added);
    (run.whole_p50, run.whole_p99) = percentiles(whole);
    Ok(())
}

/// The median and the 99th percentile, in milliseconds.
fn percentiles(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort();
    (percentile(&times, 50), percentile(&times, 99))
}
