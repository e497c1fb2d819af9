//! Messages for the pictures that have no place in a job's first one.

use std::time::Duration;

use anyhow::Context;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::deliver::{Files, Sent};
use super::{Loaded, Stale, Work};
use crate::app::messages::{self, Reader, picture};
use crate::backends::discord_api::message::Message;
use crate::backends::discord_api::rest::{Fault, posted};
use crate::backends::discord_api::retry::{Retry, wait};
use crate::domain::job::{Claim, DiscordOrigin, FIRST_FENCE, FollowUp, Picture, Progress};

/// Until a message that was sent can be seen in its channel.
const SETTLES: Duration = Duration::from_millis(500);

impl<'a> Work<'a> {
    /// The same worker with the part of the job that one message shows.
    fn part(&self, at: u32) -> Work<'a> {
        self.part_of(&self.claim, at)
    }

    fn part_of(&self, claim: &Claim, at: u32) -> Work<'a> {
        let (claim, others) = claim.in_message(at);
        let part = Work::new(self.app, claim, Vec::new());
        Work { others, ..part }
    }

    /// Keeps to itself what the job's first message shows; the rest only counts.
    pub(super) fn keep_to_first_message(&mut self) {
        let (claim, others) = self.claim.in_message(0);
        self.claim = claim;
        self.others = others;
    }

    /// The claim with all its pictures.
    pub(super) fn whole(&self) -> Claim {
        let mut whole = self.claim.clone();
        whole.pictures.extend(self.others.iter().cloned());
        whole.pictures.sort_by_key(|picture| picture.n);
        whole
    }

    /// Messages behind the first one that nobody has sent yet.
    fn unsent(&self) -> Vec<u32> {
        (1..self.claim.messages()).filter(|at| self.was_sent(*at).is_none()).collect()
    }

    /// Whether a message behind the first one reached its member; `None` if nobody has tried.
    fn was_sent(&self, at: u32) -> Option<bool> {
        let before = self.claim.follow_ups.iter().any(|sent| sent.at == at);
        before.then_some(true).or_else(|| self.status.was_sent(at))
    }

    /// Pictures that the member has, if the first message reached them or did not.
    pub(super) fn shown(&self, first: bool) -> usize {
        let whole = self.status.so_far(&self.whole());
        let is_shown = |at: &u32| if *at == 0 { first } else { self.was_sent(*at) == Some(true) };
        let generated =
            |claim: Claim| claim.pictures.iter().filter(|picture| picture.generated().is_some()).count();
        (0..whole.messages()).filter(is_shown).map(|at| generated(whole.in_message(at).0)).sum()
    }

    /// While pictures are generated: sends each message behind the first one as soon as all of its pictures have their
    /// answer. One that cannot be sent yet is left to [`Work::send_follow_ups`].
    pub(super) async fn send_complete_messages(&self, over: &CancellationToken) -> anyhow::Result<()> {
        let Some(origin) = self.claim.job.origin.discord() else { return Ok(()) };
        let mut unsent = self.unsent();
        while !unsent.is_empty() {
            let so_far = self.status.so_far(&self.claim);
            let is_complete =
                |at: &u32| so_far.in_message(*at).0.pictures.iter().all(|picture| picture.outcome.is_some());
            let Some(next) = unsent.iter().position(is_complete) else {
                tokio::select! {
                    () = over.cancelled() => return Ok(()),
                    () = self.status.one_more() => continue,
                }
            };
            let at = unsent.remove(next);
            match self.send_part(&self.part_of(&so_far, at), origin, at, Loaded::default()).await {
                Err(error) if error.is::<Stale>() => return Err(error),
                Err(error) => {
                    tracing::debug!(job = %self.claim.job.id, at, error = format!("{error:#}"), "a message waits for the others");
                }
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Sends what is left of the messages behind the first one, which comes last: it is the end of the job. What was sent
    /// before a crash is not sent again, as far as Discord shows it.
    pub(super) async fn send_follow_ups(&self, loaded: &mut Loaded) -> anyhow::Result<()> {
        let Some(origin) = self.claim.job.origin.discord() else { return Ok(()) };
        for at in self.unsent() {
            let part = self.part(at);
            let own = loaded.take(|n| part.claim.pictures.iter().any(|picture| picture.n == n));
            self.send_part(&part, origin, at, own).await?;
        }
        Ok(())
    }

    /// Archives and sends the pictures of one message.
    async fn send_part(
        &self,
        part: &Work<'_>,
        origin: &DiscordOrigin,
        at: u32,
        loaded: Loaded,
    ) -> anyhow::Result<()> {
        if part.generated().next().is_none() {
            return Ok(());
        }
        let loaded = part.load(loaded).await?;
        self.edit_deferral(origin).await;
        let archived = part.archive_pictures(&loaded.pictures).await;
        let files = if part.too_large(&loaded) {
            part.shrunk(&loaded.pictures, &archived).await?
        } else {
            Files::Original
        };
        let sent = part.hand_out(origin, at, &loaded, files, self.claim.fence > FIRST_FENCE).await;
        self.status.set_handed_out(at, sent);
        let archived = archived.unwrap_or_else(|error| {
            tracing::warn!(job = %self.claim.job.id, error = format!("{error:#}"), "the archive could not be reached; it is tried again later");
            Vec::new()
        });
        let numbers: Vec<u32> = archived.iter().map(|(n, _)| *n).collect();
        let follow_up = sent.then(|| FollowUp { at, posted: part.posted.get().copied() });
        self.advance(Progress { archived, follow_up, ..Progress::default() }).await?;
        self.empty_spool(&numbers).await
    }

    /// Sends this part's pictures, or says why they cannot be shown; whether they reached the person.
    async fn hand_out(
        &self,
        origin: &DiscordOrigin,
        at: u32,
        loaded: &Loaded,
        files: Files,
        may_be_there: bool,
    ) -> bool {
        if may_be_there && self.is_shown(origin).await {
            return true;
        }
        let shrunk_already = matches!(files, Files::Smaller(..));
        let mut sent = self.send(origin, at, self.finished(loaded, files)).await;
        if let Some(copies) = self.copies_after(&sent, loaded, shrunk_already).await {
            sent = self.send(origin, at, self.finished(loaded, copies)).await;
        }
        if let Sent::Refused(fault) = &sent {
            let words = Message::words(messages::refusal(&self.why_refused(fault), Reader::Discord));
            let said = self.app.discord.follow_up_privately(origin.application, &origin.token, words).await;
            if let Err(fault) = said {
                tracing::warn!(job = %self.claim.job.id, at, %fault, "nobody was told that pictures are not shown");
            }
        }
        matches!(sent, Sent::Yes)
    }

    async fn send(&self, origin: &DiscordOrigin, at: u32, message: Message) -> Sent {
        let message = Message { private: origin.private, ..message };
        let sent = self.by_webhook(origin, &message).await;
        if matches!(sent, Sent::Yes | Sent::Refused(_)) {
            return sent;
        }
        let content = picture::elsewhere(origin, &message.content, !self.token_lives());
        let elsewhere = Message { content, private: false, ..message };
        self.post_elsewhere(origin, &elsewhere, &format!("{}-{at}", origin.interaction)).await
    }

    async fn by_webhook(&self, origin: &DiscordOrigin, message: &Message) -> Sent {
        let mut retry = Retry::delivery();
        while self.token_lives() {
            let sent = self.app.discord.follow_up(origin.application, &origin.token, message).await;
            let fault = match sent {
                Ok(shown) => return self.shown_at(shown.map(|shown| shown.posted)),
                Err(fault) => fault,
            };
            tracing::warn!(job = %self.claim.job.id, %fault, "a message with more pictures did not reach Discord");
            if matches!(fault, Fault::Lost(_)) {
                wait(SETTLES).await;
                if self.is_shown(origin).await {
                    return Sent::Yes;
                }
            }
            match retry.after(&fault) {
                Some(pause) => wait(pause).await,
                None if fault.is_about_the_message() => return Sent::Refused(fault),
                None => return Sent::Closed,
            }
        }
        Sent::TooLate
    }

    /// Whether the channel shows this part's first picture, or a smaller copy of it; nobody can look into private messages.
    async fn is_shown(&self, origin: &DiscordOrigin) -> bool {
        let Some((first, _)) = self.generated().next().filter(|_| !origin.private) else { return false };
        let named = picture::file_name(&self.claim, first.n);
        let stem = named.rsplit_once('.').map_or(named.as_str(), |(stem, _)| stem);
        let has_it = |message: &&Value| {
            let mut files = message["attachments"].as_array().into_iter().flatten();
            let names = |file: &Value| {
                file["filename"].as_str().and_then(|name| name.rsplit_once('.')).map(|(name, _)| name == stem)
            };
            files.any(|file| names(file).unwrap_or_default())
        };
        let messages = self.app.discord.messages_after(origin.channel, origin.interaction).await;
        let messages = messages.unwrap_or_default();
        let shown = messages.as_array().into_iter().flatten().find(has_it);
        if let Some(shown) = shown {
            self.shown_at(posted(shown));
        }
        shown.is_some()
    }

    /// Archives what could not be archived before, of every message's pictures.
    pub(super) async fn archive_parts(&self) -> anyhow::Result<Vec<(u32, String)>> {
        let mut archived = Vec::new();
        for at in 1..self.claim.messages() {
            let part = self.part(at);
            let waits = |picture: &Picture| picture.generated().is_some() && picture.archived.is_none();
            if part.claim.pictures.iter().any(waits) {
                let loaded = part.load(Loaded::default()).await?;
                let own = part.archive_pictures(&loaded.pictures).await;
                archived.extend(own.context("pictures of a later message")?);
            }
        }
        Ok(archived)
    }

    /// Whether somebody has a picture of the messages behind the first one.
    pub(super) fn others_generated(&self) -> usize {
        self.others.iter().filter(|picture| picture.generated().is_some()).count()
    }
}
