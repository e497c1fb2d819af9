//! The ledger after a story: whatever happened, it agrees with the calls that the model saw.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};

use super::World;

/// Reserved, spent, ordered, delivered, by scope and period.
type Accounts = BTreeMap<(String, String), [i64; 4]>;

/// What each account must hold, added up again from the jobs and the lines of the ledger.
const EXPECTED: &str = "
    WITH lines AS (SELECT job, sum(micros) AS spent FROM charges WHERE paid GROUP BY job),
         facts AS (SELECT j.*, coalesce(l.spent, 0) AS spent, strftime('%Y-%m', created_at / 1000, 'unixepoch') AS month,
                          strftime('%Y-%m-%d', created_at / 1000, 'unixepoch') AS day,
                          iif(state IN ('delivered', 'failed', 'cancelled'), 0, pictures) AS ordered FROM jobs j LEFT JOIN lines l ON l.job = j.id),
         accounts AS (
             SELECT 'deployment' AS scope, month AS span, * FROM facts
             UNION ALL SELECT 'guild:' || guild, month, * FROM facts WHERE guild IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, month, * FROM facts WHERE member IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, day, * FROM facts WHERE member IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, 'ever', * FROM facts WHERE member IS NOT NULL
             UNION ALL SELECT 'key:' || api_key, month, * FROM facts WHERE api_key IS NOT NULL
             UNION ALL SELECT 'session:' || session, 'ever', * FROM facts WHERE session IS NOT NULL)
    SELECT scope, span, sum(reserved), sum(spent), sum(ordered), sum(delivered) FROM accounts GROUP BY scope, span";

impl World {
    /// Attempts are the calls that the model saw, and those that a process was killed before it made; nothing stays
    /// reserved or under way, no picture was paid a third time, and each account holds what its jobs cost and brought.
    pub(crate) fn ledger_balances(&self) {
        let (attempted, calls) = (self.sum("attempted"), self.bedrock.calls().len());
        let made = attempted - self.unmade_calls;
        let agree = if self.killed_at_random { attempted >= calls } else { made == calls };
        assert!(agree, "{attempted} attempts and {calls} calls");
        assert_eq!(self.sum("reserved"), 0, "nothing stays reserved");
        let most =
            "SELECT coalesce(max(calls), 0) FROM (SELECT sum(paid) AS calls FROM charges GROUP BY job, n)";
        let most: u32 = self.db().query_row(most, [], |row| row.get(0)).unwrap();
        assert!(most <= 2, "a picture was paid {most} times");
        let idle =
            accounts_agree(&self.db()).into_values().all(|[reserved, _, ordered, _]| reserved + ordered == 0);
        assert!(idle, "nothing stays reserved or under way");
    }
}

/// Holds the accounts as they are kept against [`EXPECTED`], and returns them.
pub(crate) fn accounts_agree(db: &Connection) -> Accounts {
    let kept = accounts(db, "SELECT scope, period, reserved, spent, ordered, delivered FROM accounts");
    assert_eq!(kept, accounts(db, EXPECTED), "the accounts are the jobs' and the ledger's");
    kept
}

/// The jobs of members who were forgotten do not say whose they were: then all members of a server are taken together.
fn scope_of(db: &Connection, scope: String) -> String {
    let forgotten = "SELECT EXISTS (SELECT 1 FROM jobs WHERE member = '0')";
    let anybody_was: bool = db.query_row(forgotten, [], |row| row.get(0)).unwrap();
    match scope.rsplit_once(':') {
        Some((members, _)) if anybody_was && scope.starts_with("member:") => members.to_owned(),
        _ => scope,
    }
}

fn accounts(db: &Connection, query: &str) -> Accounts {
    type Line = ((String, String), [i64; 4]);
    let account = |row: &Row<'_>| -> rusqlite::Result<Line> {
        Ok(((row.get(0)?, row.get(1)?), [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?]))
    };
    let mut accounts = db.prepare(query).unwrap();
    let mut found = Accounts::new();
    for ((scope, period), amounts) in accounts.query_map([], account).unwrap().map(Result::unwrap) {
        let held = found.entry((scope_of(db, scope), period)).or_default();
        held.iter_mut().zip(amounts).for_each(|(held, more)| *held += more);
    }
    // What was cancelled leaves an empty account, and what was only offered has none.
    found.retain(|_, amounts| *amounts != [0; 4]);
    found
}
