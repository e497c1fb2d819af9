//! Jobs and money, as the bot's own store has them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::BUDGET_USD;
use super::hub::Hub;
use crate::app::clock::Clock;
use crate::backends::store::{Observed, ObservedJob, observe};
use crate::domain::job::{Origin, State};
use crate::domain::money::Micros;

/// Jobs that a panel shows.
const SHOWN: usize = 50;

pub(super) fn frames(hub: &Hub) -> anyhow::Result<Vec<Value>> {
    let path = hub.folder.database();
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let now = Clock::System.now();
    let observed = observe(&path, now)?;
    let jobs: Vec<Value> = observed.jobs.iter().take(SHOWN).map(job_json).collect();
    let month = format!("{}-{:02}", now.year(), u8::from(now.month()));
    Ok(vec![json!({ "type": "jobs", "jobs": jobs }), ledger_json(&observed, &month)])
}

fn job_json(job: &ObservedJob) -> Value {
    let claim = &job.claim;
    let (member, channel) = match &claim.job.origin {
        Origin::Discord(origin) => (Some(origin.member.to_string()), Some(origin.channel.to_string())),
        _ => (None, None),
    };
    json!({
        "id": claim.job.id.to_string(), "member": member, "channel": channel,
        "prompt": claim.job.request.prompt, "model": claim.job.request.model, "state": claim.state.name(),
        "steps": steps(job), "reserved": job.reserved.0, "spent": spent(job).0, "returned": returned(job).0,
        "pictures": claim.pictures.len(),
    })
}

fn steps(job: &ObservedJob) -> Vec<Value> {
    let step = |name: &str, at: i64| json!({ "name": name, "at": at });
    let admitted = job.claim.job.created.unix_timestamp_nanos() / 1_000_000;
    let mut steps = vec![step("admitted", i64::try_from(admitted).unwrap_or_default())];
    steps.extend(
        job.calls.iter().map(|call| step(&format!("call for picture {}", call.picture + 1), call.at)),
    );
    if let Some(at) = job.finished_at.filter(|_| job.claim.state.is_final()) {
        steps.push(step(job.claim.state.name(), at));
    }
    steps
}

fn spent(job: &ObservedJob) -> Micros {
    let paid = job.calls.iter().filter(|call| call.paid);
    paid.fold(Micros(0), |sum, call| sum + call.price)
}

/// What was reserved and is neither spent nor reserved any more.
fn returned(job: &ObservedJob) -> Micros {
    Micros((job.claim.price.0 - job.reserved.0 - spent(job).0).max(0))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LedgerState {
    Balanced,
    /// It will be balanced when what is under way or waits in the spool is done.
    Pending,
    Incomplete,
}

impl LedgerState {
    fn name(self) -> &'static str {
        match self {
            LedgerState::Balanced => "balanced",
            LedgerState::Pending => "pending",
            LedgerState::Incomplete => "incomplete",
        }
    }
}

/// How many pictures got how far.
#[derive(Debug, Default, PartialEq, Eq)]
struct Pictures {
    paid: usize,
    archived: usize,
    shown: usize,
    /// Of jobs that are not over.
    under_way: usize,
    /// Paid and over, and without a picture: the model refused or failed.
    without: usize,
    /// Called for more than once.
    repeated: usize,
}

impl Pictures {
    fn of(observed: &Observed) -> Pictures {
        let mut counts = Pictures::default();
        for job in &observed.jobs {
            let mut paid = HashSet::new();
            for call in job.calls.iter().filter(|call| call.paid) {
                counts.repeated += usize::from(!paid.insert(call.picture));
            }
            counts.paid += paid.len();
            for picture in job.claim.pictures.iter().filter(|picture| paid.contains(&picture.n)) {
                let made = picture.generated().is_some();
                counts.archived += usize::from(picture.archived.is_some());
                counts.shown += usize::from(made && job.claim.state == State::Delivered);
                counts.under_way += usize::from(!job.claim.state.is_final());
                counts.without += usize::from(!made && job.claim.state.is_final());
            }
        }
        counts
    }

    /// Whether the ledger is balanced, and that in a sentence.
    fn verdict(&self) -> (LedgerState, String) {
        let over = self.paid - self.under_way;
        let made = over.saturating_sub(self.without);
        let unarchived = made.saturating_sub(self.archived);
        let unshown = made.saturating_sub(self.shown);
        let state = match (unshown, self.under_way + unarchived) {
            (0, 0) => LedgerState::Balanced,
            (0, _) => LedgerState::Pending,
            _ => LedgerState::Incomplete,
        };
        let parts = [
            (self.under_way, "under way"),
            (self.without, "refused or failed by the model"),
            (unarchived, "not archived yet"),
            (unshown, "not shown"),
        ];
        let named = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| {
            let noun = if count == 1 { "picture" } else { "pictures" };
            format!("{count} {noun} {what}")
        });
        let named: Vec<_> = named.collect();
        let sentence = match (self.paid, state) {
            (0, LedgerState::Balanced) => "Nothing is paid yet".to_owned(),
            (_, LedgerState::Balanced) if self.without == 0 => {
                "Every paid picture is archived and shown".to_owned()
            }
            (_, LedgerState::Balanced) => {
                format!("Every other paid picture is archived and shown; {}", named.join("; "))
            }
            _ => named.join("; "),
        };
        // At most once a picture: whether AWS bills the first call nobody can tell, so both are counted.
        let sentence = match self.repeated {
            0 => sentence,
            1 => format!("{sentence}; 1 call was lost, and repeated"),
            calls => format!("{sentence}; {calls} calls were lost, and repeated"),
        };
        (state, sentence)
    }
}

fn ledger_json(observed: &Observed, month: &str) -> Value {
    let pictures = Pictures::of(observed);
    let (state, verdict) = pictures.verdict();
    let calls = || observed.jobs.iter().flat_map(|job| &job.calls);
    let returned: i64 = observed.jobs.iter().map(|job| returned(job).0).sum();
    json!({
        "type": "ledger", "month": month, "reserved": observed.reserved.0, "spent": observed.spent.0,
        "returned": returned, "budget": i64::from(BUDGET_USD) * 1_000_000,
        "calls": { "made": calls().count(), "answered": calls().filter(|call| call.answered).count() },
        "pictures": { "paid": pictures.paid, "archived": pictures.archived, "shown": pictures.shown },
        "verdict": verdict, "state": state.name(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_names_what_differs() {
        let fine = Pictures { paid: 3, archived: 3, shown: 3, ..Pictures::default() };
        assert_eq!(
            fine.verdict(),
            (LedgerState::Balanced, "Every paid picture is archived and shown".to_owned())
        );
        let waiting = Pictures { paid: 4, archived: 2, shown: 3, under_way: 1, ..Pictures::default() };
        let said = "1 picture under way; 1 picture not archived yet";
        assert_eq!(waiting.verdict(), (LedgerState::Pending, said.to_owned()));
        let unseen = Pictures { shown: 1, ..fine };
        assert_eq!(unseen.verdict(), (LedgerState::Incomplete, "2 pictures not shown".to_owned()));
        let filtered = Pictures { paid: 2, archived: 1, shown: 1, without: 1, ..Pictures::default() };
        let said = "Every other paid picture is archived and shown; 1 picture refused or failed by the model";
        assert_eq!(filtered.verdict(), (LedgerState::Balanced, said.to_owned()));
        let twice = Pictures { paid: 1, archived: 1, shown: 1, repeated: 1, ..Pictures::default() };
        let said = "Every paid picture is archived and shown; 1 call was lost, and repeated";
        assert_eq!(twice.verdict(), (LedgerState::Balanced, said.to_owned()));
    }
}
