//! Who may see the pictures of a job.

use super::{ApiOrigin, Claim, DiscordOrigin, JobRecord, Origin, Picture, Posted, State};
use crate::domain::request::ImageRequest;
use crate::domain::vocabulary::SessionId;

/// In the place of a member who was forgotten.
pub(super) const NOBODY: u64 = 0;

impl Origin {
    /// Whether everybody may see them who may see the place where they were ordered.
    pub(crate) fn is_public(&self) -> bool {
        self.discord().is_some_and(|origin| !origin.private)
    }

    /// Whether the member `viewer` may see them: their own, and those that are not private.
    pub(crate) fn visible_to(&self, viewer: u64) -> bool {
        self.is_public() || self.is_by(viewer)
    }

    /// Whether `viewer` may look them up in this place. What was ordered in a server stays in that server; what only
    /// its member may see, or was ordered in a private conversation, that member may look up anywhere.
    pub(crate) fn visible_in(&self, guild: Option<u64>, channel: u64, viewer: u64) -> bool {
        let Some(origin) = self.discord() else { return false };
        match origin.guild {
            Some(_) if !origin.private => origin.guild == guild,
            _ => self.is_by(viewer) || (!origin.private && origin.channel == channel),
        }
    }

    /// How it was ordered with the key of this name of the images API; nobody else sees it there.
    pub(crate) fn by_key(&self, name: &str) -> Option<&ApiOrigin> {
        match self {
            Origin::Api(origin) if origin.key == name => Some(origin),
            _ => None,
        }
    }

    /// The slash command that ordered it, if one did.
    pub(crate) fn discord(&self) -> Option<&DiscordOrigin> {
        match self {
            Origin::Discord(origin) => Some(origin),
            Origin::Shell | Origin::Api(_) => None,
        }
    }

    /// Who ordered it in Discord.
    pub(crate) fn member(&self) -> Option<u64> {
        self.discord().map(|origin| origin.member).filter(|member| *member != NOBODY)
    }

    /// Whether this member ordered it.
    pub(crate) fn is_by(&self, member: u64) -> bool {
        self.member() == Some(member)
    }
}

impl JobRecord {
    pub(crate) fn session(&self) -> Option<SessionId> {
        self.origin.session()
    }

    /// The name of the key of the images API that it was ordered with.
    pub(crate) fn key(&self) -> Option<&str> {
        self.origin.key()
    }

    /// Who ordered it in Discord.
    pub(crate) fn member(&self) -> Option<u64> {
        self.origin.member()
    }

    /// Everybody may see the pictures from now on, who may see this message.
    pub(crate) fn publish(&mut self, posted: Option<Posted>) {
        if let (false, Origin::Discord(origin)) = (self.is_erased(), &mut self.origin) {
            origin.private = false;
            self.request.private = false;
            self.posted = posted.or(self.posted);
        }
    }
}

impl Claim {
    /// What was asked for its first finished picture, or for its first one.
    pub(crate) fn shown_request(&self) -> &ImageRequest {
        let generated = self.pictures.iter().find(|picture| picture.generated().is_some());
        self.job.request.of(generated.map_or(0, |picture| picture.n))
    }

    /// Whether there are pictures of it that people can start from.
    pub(crate) fn shows_pictures(&self) -> bool {
        self.state.shows_pictures() && self.pictures.iter().any(|picture| picture.generated().is_some())
    }

    /// Where the order stands for somebody who fetches its pictures: it is not delivered before each of them is within
    /// reach.
    pub(crate) fn state_for_fetching(&self, is_within_reach: impl Fn(&Picture) -> bool) -> State {
        let waits = |picture: &Picture| picture.generated().is_some() && !is_within_reach(picture);
        match self.state {
            State::Delivered if self.pictures.iter().any(waits) => State::Generated,
            state => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Micros;

    const MIRA: u64 = 7;
    const TOM: u64 = 8;

    fn by_mira(guild: Option<u64>, private: bool) -> Origin {
        Origin::Discord(DiscordOrigin {
            interaction: 1,
            application: 2,
            token: String::new(),
            guild,
            channel: 5,
            member: MIRA,
            private,
            file_limit: 0,
            session: None,
            locale: None,
            guild_locale: None,
            press: None,
        })
    }

    #[test]
    fn private_pictures_are_for_their_member() {
        for guild in [Some(3), None] {
            assert!(by_mira(guild, true).visible_to(MIRA) && !by_mira(guild, true).visible_to(TOM));
            assert!(by_mira(guild, false).visible_to(MIRA) && by_mira(guild, false).visible_to(TOM));
            assert!(by_mira(guild, false).is_public() && !by_mira(guild, true).is_public());
        }
    }

    #[test]
    fn pictures_of_a_server_stay_in_it() {
        let open = by_mira(Some(3), false);
        assert!(open.visible_in(Some(3), 6, TOM));
        assert!(!open.visible_in(Some(4), 6, TOM) && !open.visible_in(None, 6, MIRA));
        let private = by_mira(Some(3), true);
        assert!(private.visible_in(Some(4), 6, MIRA) && private.visible_in(None, 6, MIRA));
        assert!(!private.visible_in(Some(3), 5, TOM));
    }

    #[test]
    fn pictures_of_a_conversation_stay_in_it_but_for_their_member() {
        let open = by_mira(None, false);
        assert!(open.visible_in(None, 5, TOM) && !open.visible_in(None, 6, TOM));
        assert!(open.visible_in(Some(3), 6, MIRA));
        assert!(!by_mira(None, true).visible_in(None, 5, TOM));
    }

    #[test]
    fn what_a_key_ordered_only_that_key_sees() {
        let api = Origin::Api(ApiOrigin { key: "shop".into(), each: Micros(1), repeat: None });
        assert!(api.by_key("shop").is_some() && api.by_key("press").is_none());
        for origin in [api, Origin::Shell] {
            assert!(!origin.is_public() && !origin.visible_to(MIRA));
            assert!(!origin.visible_in(None, 5, MIRA));
        }
    }
}
