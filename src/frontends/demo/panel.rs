//! What the side panel shows: the latest of what passed between the bot and Discord, the bot's log, jobs and files.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::hub::{Hub, Push, lock, now_ms};
use super::ledger;

/// How many of each kind a panel gets that is opened later.
const KEPT: usize = 200;
/// How often jobs and files are looked at while somebody looks.
const BEAT: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Panel {
    interactions: VecDeque<Arc<Value>>,
    answers: VecDeque<Arc<Value>>,
    requests: VecDeque<Arc<Value>>,
    log: VecDeque<Arc<Value>>,
}

impl Panel {
    pub(super) fn add(&mut self, frame: Arc<Value>) {
        let kept = match frame["type"].as_str() {
            Some("interaction") => &mut self.interactions,
            Some("answer") => &mut self.answers,
            Some("request") => &mut self.requests,
            _ => &mut self.log,
        };
        kept.push_back(frame);
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }

    /// All that is kept, oldest first of each kind.
    pub(super) fn all(&self) -> Vec<Arc<Value>> {
        let kinds = [&self.interactions, &self.answers, &self.requests, &self.log];
        kinds.into_iter().flatten().cloned().collect()
    }
}

pub(super) fn interaction(id: u64, mut payload: Value) -> Value {
    if let Some(fields) = payload.as_object_mut() {
        fields.remove("token");
    }
    let user = payload["member"]["user"]["id"].as_str().or(payload["user"]["id"].as_str());
    json!({
        "type": "interaction", "at": now_ms(), "id": id.to_string(), "kind": payload["type"],
        "name": name(&payload["data"]), "member": user, "channel": payload["channel_id"], "payload": payload,
    })
}

/// The command with its subcommands, or what was pressed.
fn name(data: &Value) -> String {
    let Some(command) = data["name"].as_str() else {
        return data["custom_id"].as_str().unwrap_or_default().to_owned();
    };
    let mut steps = vec![command];
    let mut node = &data["options"][0];
    while let (Some(1 | 2), Some(step)) = (node["type"].as_u64(), node["name"].as_str()) {
        steps.push(step);
        node = &node["options"][0];
    }
    steps.join(" ")
}

/// Tells the panels of jobs, ledger and files, as long as there are any.
pub(super) async fn observe(hub: Arc<Hub>) {
    let mut panels = hub.panels.subscribe();
    let mut beat = tokio::time::interval(BEAT);
    let mut told = Vec::new();
    let watch = async {
        loop {
            if panels.wait_for(|panels| *panels > 0).await.is_err() {
                return;
            }
            beat.tick().await;
            let frames = look(&hub).await;
            for frame in frames.iter().filter(|frame| !told.contains(*frame)) {
                hub.push(Push::Panel(Arc::new(frame.clone())));
            }
            told = frames;
        }
    };
    hub.stopping.run_until_cancelled(watch).await;
}

/// Jobs, ledger and files as they are. Where the bot has not made them yet, there are none.
pub(super) async fn look(hub: &Arc<Hub>) -> Vec<Value> {
    let hub = hub.clone();
    let frames = tokio::task::spawn_blocking(move || {
        let mut frames = ledger::frames(&hub).unwrap_or_else(|error| {
            tracing::debug!(%error, "the ledger cannot be read");
            Vec::new()
        });
        frames.push(hub.folder.files_json());
        frames
    });
    frames.await.unwrap_or_default()
}

/// What a panel gets that was just opened.
pub(super) async fn opened(hub: &Arc<Hub>) -> Vec<Arc<Value>> {
    let mut frames = lock(&hub.panel).all();
    frames.extend(look(hub).await.into_iter().map(Arc::new));
    frames.push(Arc::new(super::faults::json(hub)));
    frames
}
