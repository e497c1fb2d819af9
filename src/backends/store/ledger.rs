//! Sums over the ledger, by whose money it is: what must be the same wherever the ledger lies. Pure.

use std::collections::BTreeMap;

use crate::domain::money::Micros;

/// The sums of one ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ledger(BTreeMap<Whose, Sum>);

/// Whose money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// Pictures that were ordered.
    Pictures,
    /// Calls of a model, line by line.
    Calls,
    /// Everybody's months.
    Deployment,
    /// The months of servers.
    Servers,
    /// The months of members.
    Members,
    /// Sessions.
    Sessions,
    /// The months of the images API's keys.
    Keys,
}

/// What they have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many there are.
    pub rows: i64,
    /// Reserved for calls to come.
    pub reserved: Micros,
    /// What calls may have cost.
    pub spent: Micros,
}

impl Whose {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Whose::Pictures => "pictures",
            Whose::Calls => "calls",
            Whose::Deployment => "deployment",
            Whose::Servers => "servers",
            Whose::Members => "members",
            Whose::Sessions => "sessions",
            Whose::Keys => "keys",
        }
    }

    /// Each order counts once: the day of a member and what a member ever had are in the member's months.
    fn of(scope: &str, period: &str) -> Option<Whose> {
        let (kind, _) = scope.split_once(':').unwrap_or((scope, ""));
        match kind {
            "deployment" => Some(Whose::Deployment),
            "guild" => Some(Whose::Servers),
            "member" => (period.len() == "2026-11".len()).then_some(Whose::Members),
            "session" => Some(Whose::Sessions),
            "key" => Some(Whose::Keys),
            _ => None,
        }
    }
}

impl Ledger {
    /// Adds an account.
    pub(super) fn account(&mut self, scope: &str, period: &str, reserved: Micros, spent: Micros) {
        if let Some(whose) = Whose::of(scope, period) {
            self.add(whose, Sum { rows: 1, reserved, spent });
        }
    }

    /// Adds the pictures of jobs, and the calls that were made for them.
    pub(super) fn of_jobs(&mut self, pictures: i64, calls: i64, spent: Micros) {
        self.add(Whose::Pictures, Sum { rows: pictures, ..Sum::default() });
        self.add(Whose::Calls, Sum { rows: calls, spent, ..Sum::default() });
    }

    fn add(&mut self, whose: Whose, more: Sum) {
        let sum = self.0.entry(whose).or_default();
        sum.rows += more.rows;
        sum.reserved = sum.reserved + more.reserved;
        sum.spent = sum.spent + more.spent;
    }

    /// Those of whom there is something in this ledger or in the other, with both sums.
    pub(super) fn beside<'a>(&'a self, other: &'a Ledger) -> impl Iterator<Item = (Whose, [Sum; 2])> + 'a {
        let mut all: Vec<Whose> = self.0.keys().chain(other.0.keys()).copied().collect();
        all.sort_unstable();
        all.dedup();
        let of = |ledger: &Ledger, whose| ledger.0.get(&whose).copied().unwrap_or_default();
        all.into_iter().map(move |whose| (whose, [of(self, whose), of(other, whose)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dollar_counts_once_among_a_members_accounts() {
        let mut ledger = Ledger::default();
        for (scope, period) in [
            ("deployment", "2026-11"),
            ("guild:11", "2026-11"),
            ("member:11:3", "2026-11"),
            ("member:11:3", "2026-11-30"),
            ("member:11:3", "ever"),
            ("member:dm:3", "2026-11"),
            ("session:01", "ever"),
            ("key:website", "2026-11"),
        ] {
            ledger.account(scope, period, Micros(1), Micros(10));
        }
        let nothing = Ledger::default();
        let sums: Vec<_> =
            ledger.beside(&nothing).map(|(whose, [sum, _])| (whose, sum.rows, sum.spent.0)).collect();
        let expected = [
            (Whose::Deployment, 1, 10),
            (Whose::Servers, 1, 10),
            (Whose::Members, 2, 20),
            (Whose::Sessions, 1, 10),
            (Whose::Keys, 1, 10),
        ];
        assert_eq!(sums, expected);
    }
}
