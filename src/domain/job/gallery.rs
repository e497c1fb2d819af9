//! Where pictures are found again: on shelves, each a list of jobs that have a picture.
//!
//! Who may see a picture where is decided by [`Origin::visible_in`]. A job lies on such shelves that whoever looks goes
//! through no more than a few, on which next to nothing lies that they may not see.

use std::collections::BTreeSet;
use std::fmt;

use super::{Claim, DiscordOrigin, JobRecord};
use crate::domain::search::words_of_all;

/// The name of a list of jobs, the same in each store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shelf(String);

/// Which pictures somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Their own.
    Mine,
    /// Those of the channel.
    Channel,
    /// Their own and those of the channel whose prompts have all of these words: [`searched`](crate::domain::search::searched) of what was typed.
    Words(Vec<String>),
}

/// Who looks, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub guild: Option<u64>,
    pub channel: u64,
    /// Whether they can read what was written in the channel before.
    pub reads_history: bool,
    pub member: u64,
}

/// Whether a job lies on this shelf.
#[derive(Debug)]
pub(crate) struct ShelfChange {
    pub(crate) shelf: Shelf,
    pub(crate) is_there: bool,
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a server's pictures are looked for on, and those that a member may look up anywhere.
#[derive(Clone, Copy)]
enum Scope {
    Guild(u64),
    Member(u64),
}

impl Scope {
    /// All of a member.
    fn of_member(self, member: u64) -> Shelf {
        Shelf(match self {
            Scope::Guild(guild) => format!("m{member}g{guild}"),
            Scope::Member(member) => format!("m{member}"),
        })
    }

    /// Those whose prompts have this word.
    fn of_word(self, word: &str) -> Shelf {
        Shelf(match self {
            Scope::Guild(guild) => format!("g{guild}:{word}"),
            Scope::Member(member) => format!("m{member}:{word}"),
        })
    }
}

fn of_channel(channel: u64) -> Shelf {
    Shelf(format!("c{channel}"))
}

/// A member's private ones in a channel.
fn private_in(channel: u64, member: u64) -> Shelf {
    Shelf(format!("c{channel}m{member}"))
}

impl JobRecord {
    /// Where it lies: nowhere before it has a picture that people can start from.
    pub(crate) fn shelves(&self) -> BTreeSet<Shelf> {
        let origin = self.origin.discord().filter(|_| self.last_picture().is_some());
        let prompts = self.generated().map(|n| self.request.of(n).prompt.as_str());
        origin.map(|origin| shelves(origin, prompts)).unwrap_or_default()
    }
}

fn shelves<'a>(origin: &DiscordOrigin, prompts: impl Iterator<Item = &'a str>) -> BTreeSet<Shelf> {
    let DiscordOrigin { channel, member, private, .. } = *origin;
    let scope = match origin.guild {
        Some(guild) if !private => Scope::Guild(guild),
        _ => Scope::Member(member),
    };
    let here = if private { private_in(channel, member) } else { of_channel(channel) };
    let by_word = words_of_all(prompts).into_iter().map(|word| scope.of_word(&word));
    by_word.chain([scope.of_member(member), here]).collect()
}

impl Viewer {
    /// What is wanted lies on all shelves of one of these groups.
    pub(crate) fn shelves(self, wanted: &Wanted) -> Vec<Vec<Shelf>> {
        let Viewer { guild, channel, reads_history, member } = self;
        match wanted {
            Wanted::Mine => {
                let scopes = guild.map(Scope::Guild).into_iter().chain([Scope::Member(member)]);
                scopes.map(|scope| vec![scope.of_member(member)]).collect()
            }
            Wanted::Channel => {
                let own = guild.map(|guild| Scope::Guild(guild).of_member(member)).filter(|_| !reads_history);
                let public = std::iter::once(of_channel(channel)).chain(own).collect();
                vec![public, vec![private_in(channel, member)]]
            }
            Wanted::Words(words) if words.is_empty() => Vec::new(),
            Wanted::Words(words) => {
                let with = |scope: Scope, place: Option<Shelf>| {
                    place.into_iter().chain(words.iter().map(|word| scope.of_word(word))).collect()
                };
                // Nothing is known of who may read the server's other channels.
                let in_guild = guild.map(Scope::Guild).into_iter().flat_map(|scope| {
                    let here = reads_history.then(|| of_channel(channel));
                    here.into_iter().chain([scope.of_member(member)]).map(move |place| (scope, place))
                });
                let in_guild = in_guild.map(|(scope, place)| with(scope, Some(place)));
                in_guild.chain([with(Scope::Member(member), None)]).collect()
            }
        }
    }

    /// Whether they may see its pictures, and there are any.
    pub(crate) fn sees(self, claim: &Claim) -> bool {
        claim.job.origin.visible_in(self.guild, self.channel, self.member) && claim.shows_pictures()
    }
}

/// What changes about where it lies.
pub(super) fn moved(before: Option<&JobRecord>, after: &JobRecord) -> Vec<ShelfChange> {
    let was = before.map(JobRecord::shelves).unwrap_or_default();
    let is = after.shelves();
    let change = |shelf: &Shelf, is_there| ShelfChange { shelf: shelf.clone(), is_there };
    let gone = was.difference(&is).map(|shelf| change(shelf, false));
    gone.chain(is.difference(&was).map(|shelf| change(shelf, true))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Origin;
    use super::*;
    use crate::domain::search::words;

    fn origin(guild: Option<u64>, channel: u64, member: u64, private: bool) -> DiscordOrigin {
        DiscordOrigin {
            interaction: 1,
            application: 2,
            token: String::new(),
            guild,
            channel,
            member,
            private,
            file_limit: 0,
            session: None,
            locale: None,
            guild_locale: None,
            press: None,
        }
    }

    /// Channels are of one server, or of none.
    const PLACES: [(Option<u64>, u64); 6] =
        [(Some(1), 10), (Some(1), 11), (Some(2), 20), (None, 30), (None, 31), (Some(3), 40)];

    /// Every order of two members, with every way to look at it.
    fn all() -> impl Iterator<Item = (DiscordOrigin, Viewer)> {
        let orders = PLACES.into_iter().flat_map(|(guild, channel)| {
            [(7, false), (7, true), (8, false), (8, true)]
                .map(|(member, private)| origin(guild, channel, member, private))
        });
        orders.flat_map(|order| {
            PLACES.into_iter().flat_map(move |(guild, channel)| {
                let order = order.clone();
                [(7, true), (7, false), (8, true), (8, false)].map(|(member, reads)| {
                    // Only a server's channels can be closed to those who come later.
                    let reads_history = reads || guild.is_none();
                    (order.clone(), Viewer { guild, channel, reads_history, member })
                })
            })
        })
    }

    fn finds(viewer: Viewer, wanted: &Wanted, origin: &DiscordOrigin) -> bool {
        let lies = shelves(origin, std::iter::once("A red fox"));
        viewer.shelves(wanted).iter().any(|group| group.iter().all(|shelf| lies.contains(shelf)))
    }

    #[test]
    fn everybody_finds_what_they_may_see_and_nothing_else() {
        let fox = Wanted::Words(words("fox RED"));
        for (order, viewer) in all() {
            let about = format!("{order:?} {viewer:?}");
            let visible =
                Origin::Discord(order.clone()).visible_in(viewer.guild, viewer.channel, viewer.member);
            let is_theirs = order.member == viewer.member;
            assert_eq!(finds(viewer, &Wanted::Mine, &order), visible && is_theirs, "{about}");
            let is_here = order.channel == viewer.channel;
            let is_open = viewer.reads_history || is_theirs;
            assert_eq!(finds(viewer, &Wanted::Channel, &order), visible && is_here && is_open, "{about}");
            // Others' words are looked through in a server's channel only.
            let is_known = is_theirs || (is_here && is_open && order.guild.is_some());
            assert_eq!(finds(viewer, &fox, &order), visible && is_known, "{about}");
            assert!(!finds(viewer, &Wanted::Words(words("red fox cub")), &order));
            assert!(!finds(viewer, &Wanted::Words(vec![]), &order));
        }
    }
}
