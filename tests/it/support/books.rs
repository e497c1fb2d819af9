//! The books after a story: whatever happened, they agree with the calls that the model saw.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::World;

/// Reserved, spent, ordered, delivered.
type Sums = [i64; 4];

/// What each account must hold, added up again from the jobs and the lines of the ledger.
const EXPECTED: &str = "
    WITH lines AS (SELECT job, sum(micros) AS spent FROM charges GROUP BY job),
         facts AS (SELECT j.*, coalesce(l.spent, 0) AS spent FROM jobs j LEFT JOIN lines l ON l.job = j.id),
         accounts AS (
             SELECT 'deployment' AS scope, period AS span, * FROM facts
             UNION ALL SELECT 'guild:' || guild, period, * FROM facts WHERE guild IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, period, * FROM facts WHERE member IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, day, * FROM facts WHERE member IS NOT NULL
             UNION ALL SELECT 'member:' || coalesce(guild, 'dm') || ':' || member, 'ever', * FROM facts WHERE member IS NOT NULL
             UNION ALL SELECT 'session:' || session, 'ever', * FROM facts WHERE session IS NOT NULL)
    SELECT scope, span, 0, sum(spent), 0, sum(delivered) FROM accounts GROUP BY scope, span";

impl World {
    /// Attempts are the calls that the model saw, nothing stays reserved or under way, no picture was paid a third
    /// time, and each account holds what its jobs cost and brought.
    pub(crate) fn books_balance(&self) {
        let (attempted, calls) = (self.sum("attempted"), self.bedrock.calls().len());
        let agree = if self.killed_at_random { attempted >= calls } else { attempted == calls };
        assert!(agree, "{attempted} attempts and {calls} calls");
        assert_eq!(self.sum("reserved_micros"), 0, "nothing stays reserved");
        let most =
            "SELECT coalesce(max(calls), 0) FROM (SELECT sum(paid) AS calls FROM charges GROUP BY job, n)";
        let most: u32 = self.db().query_row(most, [], |row| row.get(0)).unwrap();
        assert!(most <= 2, "a picture was paid {most} times");
        let kept = self.accounts("SELECT scope, period, reserved, spent, ordered, delivered FROM spend");
        assert_eq!(kept, self.accounts(EXPECTED), "the accounts are the jobs' and the ledger's");
    }

    fn accounts(&self, query: &str) -> BTreeMap<(String, String), Sums> {
        let account = |row: &Row<'_>| {
            Ok(((row.get(0)?, row.get(1)?), [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?]))
        };
        let db = self.db();
        let mut accounts = db.prepare(query).unwrap();
        accounts.query_map([], account).unwrap().map(Result::unwrap).collect()
    }
}
