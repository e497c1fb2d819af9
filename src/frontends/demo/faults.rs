//! What people can let go wrong.

use std::time::Duration;

use anyhow::bail;
use easel_emulator::bedrock::{ModelFault, Standing};
use easel_emulator::discord::{Fault, Route};
use serde_json::{Value, json};

use super::hub::{Hub, Push, lock};

struct Row {
    id: &'static str,
    group: &'static str,
    label: &'static str,
    hint: &'static str,
    does: Does,
}

enum Does {
    Model(Standing),
    Discord(&'static [Route], Fault, usize),
    ArchiveAway,
    DropGateway,
    KillBot,
}

const THROTTLED: Standing = Standing::Fault(ModelFault::Throttled);
const SLOW: Standing = Standing::Fault(ModelFault::SlowFirstByte(Duration::from_secs(6)));
const FILTERED: Standing = Standing::Fault(ModelFault::FilteredOutput);
const OUT_OF_ORDER: Standing = Standing::Reversed { calls: 4, step: Duration::from_millis(1500) };
const TOO_MANY: Fault = Fault::RateLimited { retry_after: 1.0, scope: "user" };
const FORBIDDEN: Fault = Fault::Code { status: 403, code: 50_013 };

#[rustfmt::skip]
const FAULTS: [Row; 9] = [
    Row { id: "bedrock-throttled", group: "Bedrock", label: "Throttled", hint: "Every call is answered with 429: Easel waits and tries again, on the same reservation.", does: Does::Model(THROTTLED) },
    Row { id: "bedrock-slow", group: "Bedrock", label: "Slow", hint: "Every answer comes six seconds later.", does: Does::Model(SLOW) },
    Row { id: "bedrock-filtered", group: "Bedrock", label: "Filtered", hint: "The model's filter holds back every picture.", does: Does::Model(FILTERED) },
    Row { id: "bedrock-out-of-order", group: "Bedrock", label: "Out of order", hint: "Of four calls the first is answered last; the pictures keep their places.", does: Does::Model(OUT_OF_ORDER) },
    Row { id: "archive-away", group: "Archive", label: "Archive down", hint: "Nothing can be written there: pictures are shown and wait in the spool until it is back.", does: Does::ArchiveAway },
    Row { id: "discord-429", group: "Discord", label: "Rate limited (429)", hint: "Every second request has to wait a second.", does: Does::Discord(&[Route::Any], TOO_MANY, 2) },
    Row { id: "discord-403", group: "Discord", label: "Forbidden (403)", hint: "The bot may neither write in channels nor start threads.", does: Does::Discord(&[Route::CreateMessage, Route::StartThread], FORBIDDEN, 1) },
    Row { id: "gateway-dropped", group: "Discord", label: "Drop the Gateway", hint: "The connection is cut; Easel resumes and misses nothing.", does: Does::DropGateway },
    Row { id: "bot-killed", group: "Easel", label: "Kill the bot", hint: "kill -9; after two seconds it starts again and goes on with what was under way.", does: Does::KillBot },
];

impl Row {
    /// It happens when it is pressed.
    fn once(&self) -> bool {
        matches!(self.does, Does::DropGateway | Does::KillBot)
    }
}

/// Switches a fault on or off, and tells the panels.
///
/// # Errors
/// Why it cannot be, for the person.
pub(super) fn switch(hub: &Hub, id: &str, on: bool) -> anyhow::Result<()> {
    let Some(row) = FAULTS.iter().find(|row| row.id == id) else { bail!("there is no fault `{id}`") };
    match &row.does {
        Does::Model(standing) => match &hub.bedrock {
            Some(bedrock) => bedrock.switch(*standing, on),
            None => bail!("the real Bedrock has no faults to switch"),
        },
        Does::Discord(routes, fault, every) => {
            for route in *routes {
                match on {
                    true => hub.discord.switch_on(*route, fault.clone(), *every),
                    false => hub.discord.switch_off(*route),
                }
            }
        }
        Does::ArchiveAway => hub.folder.move_archive(on)?,
        Does::DropGateway => hub.discord.drop_gateway(),
        Does::KillBot => hub.kill.notify_waiters(),
    }
    if !row.once() {
        let mut standing = lock(&hub.faults);
        standing.retain(|other| *other != row.id);
        if on {
            standing.push(row.id);
        }
    }
    hub.push(Push::Panel(json(hub).into()));
    Ok(())
}

/// The frame with all of them that this playground has.
pub(super) fn json(hub: &Hub) -> Value {
    let on = lock(&hub.faults).clone();
    let is_here = |row: &&Row| hub.bedrock.is_some() || !matches!(row.does, Does::Model(_));
    let shown = |row: &Row| {
        json!({
            "id": row.id, "group": row.group, "label": row.label, "hint": row.hint,
            "on": on.contains(&row.id), "once": row.once(),
        })
    };
    let faults: Vec<Value> = FAULTS.iter().filter(is_here).map(shown).collect();
    json!({ "type": "faults", "faults": faults })
}
