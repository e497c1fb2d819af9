//! Who may do what in a session.

use super::Session;
use crate::domain::refusal::Refusal;

/// A member who wants something of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Actor {
    pub(crate) member: u64,
    /// May manage the server.
    pub(crate) is_admin: bool,
}

/// What somebody wants to do in a session, or with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    TakePart,
    SeeHistory,
    /// Take its pictures along.
    Export,
    Change,
    End,
    Replace,
}

impl Session {
    /// Whether `actor` may do this.
    pub(crate) fn check(&self, act: Act, actor: Actor) -> Result<(), Refusal> {
        let takes_part = self.includes(actor.member);
        let owns = self.by == actor.member || actor.is_admin;
        match act {
            Act::TakePart if takes_part => Ok(()),
            Act::SeeHistory | Act::Export if takes_part || actor.is_admin => Ok(()),
            Act::Change | Act::End | Act::Replace if owns => Ok(()),
            Act::TakePart | Act::SeeHistory | Act::Export => {
                Err(Refusal::NotInSession { title: self.plan.title.clone() })
            }
            Act::Change | Act::End => Err(Refusal::NotYourSession { by: self.by }),
            Act::Replace => Err(Refusal::SessionRuns { title: self.plan.title.clone(), by: self.by }),
        }
    }

    /// Whether `actor` is the one who was asked, in this channel, what becomes of this session that waits.
    pub(crate) fn check_answer(&self, actor: Actor, channel: u64) -> Result<(), Refusal> {
        let was_asked = self.by == actor.member && self.channel == channel;
        if was_asked { Ok(()) } else { Err(Refusal::NotYourSession { by: self.by }) }
    }

    fn includes(&self, member: u64) -> bool {
        self.plan.members.is_empty() || self.by == member || self.plan.members.contains(&member)
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::domain::session::{Plan, SessionId};

    const MIRA: Actor = Actor { member: 7, is_admin: false };
    const TOM: Actor = Actor { member: 8, is_admin: false };
    const ANN: Actor = Actor { member: 9, is_admin: false };
    const ADMIN: Actor = Actor { member: 1, is_admin: true };

    fn session(members: &[u64]) -> Session {
        let at = OffsetDateTime::UNIX_EPOCH;
        let plan =
            Plan { title: "Foxes".into(), members: members.iter().copied().collect(), ..Plan::default() };
        Session {
            id: SessionId::new(at, 1),
            guild: Some(3),
            channel: 5,
            by: MIRA.member,
            started: at,
            last: at,
            ended: None,
            plan,
        }
    }

    #[test]
    fn each_act_is_for_those_whom_it_concerns() {
        let chosen = session(&[TOM.member]);
        let table = [
            // Who started it, who takes part, an admin, anybody else.
            (Act::TakePart, [true, true, false, false]),
            (Act::SeeHistory, [true, true, true, false]),
            (Act::Export, [true, true, true, false]),
            (Act::Change, [true, false, true, false]),
            (Act::End, [true, false, true, false]),
            (Act::Replace, [true, false, true, false]),
        ];
        for (act, allowed) in table {
            let said = [MIRA, TOM, ADMIN, ANN].map(|actor| chosen.check(act, actor).is_ok());
            assert_eq!(said, allowed, "{act:?}");
        }
    }

    #[test]
    fn everybody_takes_part_where_nobody_is_chosen() {
        for act in [Act::TakePart, Act::SeeHistory, Act::Export] {
            assert_eq!(session(&[]).check(act, ANN), Ok(()));
        }
        assert!(session(&[]).check(Act::Change, ANN).is_err());
    }

    #[test]
    fn a_question_is_for_the_one_who_was_asked() {
        assert!(session(&[]).check_answer(MIRA, 5).is_ok());
        assert!(session(&[]).check_answer(MIRA, 6).is_err());
        assert!(session(&[]).check_answer(ADMIN, 5).is_err());
    }
}
