//! What a step of a job changes beside it: postings to accounts, usage, what its pictures are found by and where, and what
//! a guardrail held back.

use super::accounts::{Account, Amounts, Balances};
use super::admission::{WarningChange, warning_change};
use super::gallery::{self, ShelfChange};
use super::record::JobRecord;
use super::{Origin, Outcome, Stage, State};
use crate::domain::limits::BudgetScope;
use crate::domain::refusal::Refusal;

#[derive(Debug, Default)]
pub(crate) struct Difference {
    pub(crate) postings: Vec<Posting>,
    /// One for each model.
    pub(crate) usage: Vec<UsagePosting>,
    pub(crate) digests: Vec<DigestChange>,
    pub(crate) blocked: Vec<BlockedChange>,
    /// The job has a member's last picture in a channel.
    pub(crate) latest: Option<Latest>,
    /// The job is no longer among those of this member.
    pub(crate) disowned: Option<u64>,
    pub(crate) shelves: Vec<ShelfChange>,
    /// How long the model took for the pictures that are delivered.
    pub(crate) taken: Vec<Taken>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) model: String,
    pub(crate) millis: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Latest {
    pub(crate) channel: u64,
    pub(crate) member: u64,
}

/// What is added to an account.
#[derive(Debug)]
pub(crate) struct Posting {
    pub(crate) account: Account,
    pub(crate) amounts: Amounts,
    pub(crate) warning: Option<WarningChange>,
    /// What the turn of the account's next order becomes.
    pub(crate) next_turn: Option<i64>,
}

/// What is added to the usage of a server's day, member and model.
#[derive(Debug)]
pub(crate) struct UsagePosting {
    pub(crate) guild: String,
    pub(crate) member: String,
    pub(crate) month: String,
    pub(crate) day: String,
    pub(crate) model: String,
    pub(crate) amounts: Amounts,
}

/// Whether picture `n` is found by these bytes.
#[derive(Debug)]
pub(crate) struct DigestChange {
    pub(crate) n: u32,
    pub(crate) sha256: String,
    pub(crate) is_found: bool,
}

/// What is listed as held back of a server's job in this stage.
#[derive(Debug)]
pub(crate) struct BlockedChange {
    pub(crate) guild: u64,
    pub(crate) channel: u64,
    pub(crate) member: u64,
    pub(crate) stage: Stage,
    /// The guardrail's categories, each once; `None` takes the line away.
    pub(crate) category: Option<String>,
}

/// What turns the rest of the store from `before` into `after`. `balances` holds the server's month where
/// [`super::admission::account_of_warning`] or an admission asks for it.
pub(crate) fn difference(before: Option<&JobRecord>, after: &JobRecord, balances: &Balances) -> Difference {
    Difference {
        postings: postings(before, after, warning_change(before, after, balances)),
        usage: usage(before, after),
        digests: digests(before, after),
        blocked: blocked(before, after),
        latest: latest(before, after),
        disowned: disowned(before, after),
        taken: taken(before, after),
        shelves: gallery::moved(before, after),
    }
}

fn added(before: Option<&JobRecord>, after: &JobRecord) -> Amounts {
    after.amounts() - before.map(JobRecord::amounts).unwrap_or_default()
}

fn postings(before: Option<&JobRecord>, after: &JobRecord, warning: Option<WarningChange>) -> Vec<Posting> {
    let (accounts, amounts) = (after.accounts(), added(before, after));
    let guild = accounts.of_budget(BudgetScope::Guild);
    let is_ordered = before.is_none() && !after.state.is_final();
    let turns = accounts.of_turns().filter(|_| is_ordered);
    let posting = |account: Account| {
        let warning = warning.filter(|_| guild.as_ref() == Some(&account));
        let next_turn = (turns.as_ref() == Some(&account)).then(|| after.next_turn());
        let changes = amounts != Amounts::default() || warning.is_some() || next_turn.is_some();
        changes.then_some(Posting { account, amounts, warning, next_turn })
    };
    accounts.all().into_iter().filter_map(posting).collect()
}

fn usage(before: Option<&JobRecord>, after: &JobRecord) -> Vec<UsagePosting> {
    if after.is_erased() {
        // Its pictures do not count any more; that they were delivered does.
        return Vec::new();
    }
    let posting = |model: &str| {
        let of = |record: &JobRecord| record.amounts_of_model(model);
        let amounts = of(after) - before.map(of).unwrap_or_default();
        if (amounts.delivered, amounts.calls, amounts.spent) == (0, 0, 0) {
            return None;
        }
        let accounts = after.accounts();
        Some(UsagePosting {
            guild: accounts.guild?,
            member: accounts.member?,
            month: accounts.month,
            day: accounts.day,
            model: model.to_owned(),
            amounts,
        })
    };
    after.request.models().into_iter().filter_map(posting).collect()
}

fn digests(before: Option<&JobRecord>, after: &JobRecord) -> Vec<DigestChange> {
    let digest = |record: Option<&JobRecord>, n: usize| record?.pictures.get(n)?.sha256().map(str::to_owned);
    let mut changes = Vec::new();
    for (n, at) in (0u32..).zip(0..after.pictures.len()) {
        let (was, is) = (digest(before, at), digest(Some(after), at));
        if was != is {
            changes.extend(was.map(|sha256| DigestChange { n, sha256, is_found: false }));
            changes.extend(is.map(|sha256| DigestChange { n, sha256, is_found: true }));
        }
    }
    changes
}

fn latest(before: Option<&JobRecord>, after: &JobRecord) -> Option<Latest> {
    let has_picture = |record: &JobRecord| record.last_picture().is_some();
    let origin = after.origin.discord().filter(|_| has_picture(after) && !before.is_some_and(has_picture))?;
    Some(Latest { channel: origin.channel, member: origin.member })
}

fn disowned(before: Option<&JobRecord>, after: &JobRecord) -> Option<u64> {
    before?.member().filter(|member| after.member() != Some(*member))
}

fn taken(before: Option<&JobRecord>, after: &JobRecord) -> Vec<Taken> {
    let is_delivered = |record: &JobRecord| record.state == State::Delivered;
    if !is_delivered(after) || before.is_some_and(is_delivered) {
        return Vec::new();
    }
    let of_model = |model: &str| {
        let pictures = (0..).zip(&after.pictures).filter(|(n, _)| after.request.of(*n).model == model);
        let generated = pictures.filter_map(|(_, picture)| match &picture.outcome {
            Some(Outcome::Generated(generated)) => generated.took,
            _ => None,
        });
        let millis: Vec<u32> = generated.collect();
        (!millis.is_empty()).then(|| Taken { model: model.to_owned(), millis })
    };
    after.request.models().into_iter().filter_map(of_model).collect()
}

fn blocked(before: Option<&JobRecord>, after: &JobRecord) -> Vec<BlockedChange> {
    let Origin::Discord(origin) = &after.origin else { return Vec::new() };
    let Some(guild) = origin.guild else { return Vec::new() };
    let change = |stage| {
        let category = categories(after, stage);
        let was = before.and_then(|before| categories(before, stage));
        let (channel, member) = (origin.channel, origin.member);
        (was != category).then_some(BlockedChange { guild, channel, member, stage, category })
    };
    [Stage::Prompt, Stage::Picture].into_iter().filter_map(change).collect()
}

fn categories(record: &JobRecord, stage: Stage) -> Option<String> {
    let mut categories: Vec<&str> = Vec::new();
    for outcome in record.pictures.iter().filter_map(|picture| picture.outcome.as_ref()) {
        let Outcome::Refused { refusal } = outcome else { continue };
        let category = match (refusal, stage) {
            (Refusal::GuardedPrompt { category }, Stage::Prompt) => category,
            (Refusal::GuardedPicture { category }, Stage::Picture) => category,
            _ => continue,
        };
        if !categories.contains(&category.as_str()) {
            categories.push(category);
        }
    }
    (!categories.is_empty()).then(|| categories.join("; "))
}
