//! Telling the person: the interaction's own message first; after fifteen minutes, or when it is gone, the channel,
//! and then a private message. One of them, once.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::{Loaded, Work};
use crate::app::messages::picture::{self, Remarks};
use crate::app::messages::progress;
use crate::backends::discord_api::message::Message;
use crate::backends::discord_api::rest::{Fault, posted};
use crate::backends::discord_api::retry::{Retry, wait};
use crate::domain::job::{DiscordOrigin, Posted};
use crate::domain::refusal::Refusal;

/// No call is made with a token this close to its end.
const MARGIN: time::Duration = time::Duration::seconds(10);
/// Discord may not know a fresh message yet; a 404 is believed after these pauses.
const DOUBTS: [Duration; 4] =
    [Duration::from_millis(250), Duration::from_millis(750), Duration::from_secs(2), Duration::from_secs(4)];
pub(super) enum Files {
    Original,
    /// Copies that fit, by number, and what there is to say about them.
    Smaller(Vec<(u32, Bytes)>, Remarks),
}

/// Whether a message reached the person.
pub(super) enum Sent {
    Yes,
    /// The interaction's time is over.
    TooLate,
    /// This way is closed: try another.
    Closed,
    /// Discord objects to the message itself, whichever way it comes.
    Refused(Fault),
}

impl Work<'_> {
    /// `None` for orders that no Discord message answers.
    fn discord_origin(&self) -> Option<&DiscordOrigin> {
        self.claim.job.origin.discord()
    }

    /// Sends the pictures, and the reasons for those that are missing; whether a message reached the person.
    pub(super) async fn deliver(&self, loaded: &Loaded, files: Files) -> bool {
        let Some(origin) = self.discord_origin() else { return true };
        if self.generated().next().is_none() && self.others_generated() == 0 {
            if self.claim.refusal() == Some(&Refusal::Cancelled) {
                let message = progress::cancelled(self.claim.job.id, self.claim.spent());
                return matches!(self.tell(origin, message, loaded).await, Sent::Yes);
            }
            let sent = self.tell_privately(origin, self.finished(loaded, files)).await;
            self.told.store(sent, Ordering::Relaxed);
            return sent;
        }
        let shrunk_already = matches!(files, Files::Smaller(..));
        let mut sent = self.tell(origin, self.finished(loaded, files), loaded).await;
        if let Some(copies) = self.copies_after(&sent, loaded, shrunk_already).await {
            sent = self.tell(origin, self.finished(loaded, copies), loaded).await;
        }
        if let Sent::Refused(fault) = &sent {
            self.say(&self.why_refused(fault)).await;
        }
        if matches!(sent, Sent::Closed) {
            // Words alone may be allowed where a file is not.
            self.say(&Refusal::Fault { job: self.claim.job.id }).await;
        }
        let sent = matches!(sent, Sent::Yes);
        self.told.store(sent, Ordering::Relaxed);
        if sent && self.status.is_overtaken() {
            self.remark(&Remarks::default()).await;
        }
        sent
    }

    /// Smaller copies to try again with, if Discord takes less than it had announced.
    pub(super) async fn copies_after(
        &self,
        sent: &Sent,
        loaded: &Loaded,
        shrunk_already: bool,
    ) -> Option<Files> {
        let Sent::Refused(fault) = sent else { return None };
        if shrunk_already || !fault.is_too_large() {
            return None;
        }
        tracing::warn!(job = %self.claim.job.id, %fault, "the pictures go out as smaller copies");
        let copies = self.much_smaller(&loaded.pictures).await;
        copies
            .inspect_err(|error| {
                tracing::error!(job = %self.claim.job.id, error = format!("{error:#}"), "no smaller copies");
            })
            .ok()
    }

    /// What the member reads in place of a message that Discord does not take in any way.
    pub(super) fn why_refused(&self, fault: &Fault) -> Refusal {
        let job = self.claim.job.id;
        tracing::error!(%job, %fault, "Discord refuses the message");
        if fault.is_filtered() { Refusal::FilteredByDiscord } else { Refusal::Fault { job } }
    }

    pub(super) fn finished(&self, loaded: &Loaded, files: Files) -> Message {
        let (copies, remarks) = match files {
            Files::Original => (Vec::new(), Remarks::default()),
            Files::Smaller(copies, remarks) => (copies, remarks),
        };
        let file = |(n, bytes): &(u32, Bytes)| {
            let copy = copies.iter().find(|(number, _)| number == n).map(|(_, bytes)| bytes.clone());
            let smaller = copy.is_some();
            picture::file(&self.claim, *n, copy.unwrap_or_else(|| bytes.clone()), smaller)
        };
        let files = loaded.pictures.iter().map(file).collect();
        Message { files, ..self.words(&remarks) }
    }

    fn words(&self, remarks: &Remarks) -> Message {
        picture::finished(&self.claim, remarks, &self.app.catalogue, self.app.now().date())
    }

    /// A refusal instead of pictures.
    pub(super) async fn say(&self, refusal: &Refusal) {
        let Some(origin) = self.discord_origin() else { return };
        self.tell_privately(origin, picture::refused(&self.claim, refusal)).await;
    }

    /// Words for the member alone: in the place of a private deferral, after a public one was deleted, or in a private
    /// message; whether they were taken.
    async fn tell_privately(&self, origin: &DiscordOrigin, message: Message) -> bool {
        if !origin.private && self.token_lives() {
            // A process that died before it could store it may have delivered the pictures.
            let may_be_shown = self.generated().next().is_some();
            if may_be_shown && self.shown_message().await.is_some_and(|shown| has_files(&shown, 1)) {
                return true;
            }
            let (application, token) = (origin.application, &origin.token);
            match self.app.discord.respond_privately(application, token, message.clone()).await {
                Ok(()) => return true,
                Err(fault) => {
                    tracing::warn!(job = %self.claim.job.id, %fault, "a private response was not taken");
                }
            }
        }
        let sent = if origin.private {
            self.tell(origin, message, &Loaded::default()).await
        } else {
            let content = picture::elsewhere(origin, &message.content, !self.token_lives());
            self.post_privately(origin, &Message { content, ..message }, &origin.interaction.to_string())
                .await
        };
        matches!(sent, Sent::Yes)
    }

    /// Changes the words of a message that has its pictures; it is not worth more than one try.
    pub(super) async fn remark(&self, remarks: &Remarks) {
        let Some(origin) = self.discord_origin().filter(|_| self.token_lives()) else { return };
        let message = Message { keep_files: true, ..self.words(remarks) };
        if let Err(fault) = self.app.discord.edit_original(origin.application, &origin.token, &message).await
        {
            tracing::debug!(job = %self.claim.job.id, %fault, "a remark did not reach Discord");
        }
    }

    pub(super) fn token_lives(&self) -> bool {
        self.app.now() < self.claim.job.token_dies() - MARGIN
            && self.discord_origin().is_some_and(|origin| !origin.token.is_empty())
    }

    async fn tell(&self, origin: &DiscordOrigin, message: Message, loaded: &Loaded) -> Sent {
        let by_token = self.by_token(origin, &message, loaded).await;
        let late = match by_token {
            Sent::Yes | Sent::Refused(_) => return by_token,
            Sent::TooLate => true,
            Sent::Closed => false,
        };
        loaded.step_aside();
        let elsewhere = Message { content: picture::elsewhere(origin, &message.content, late), ..message };
        if let Some(shown) = self.in_channel(origin).await {
            return self.shown_at(posted(&shown));
        }
        let nonce = origin.interaction.to_string();
        match self.post_elsewhere(origin, &elsewhere, &nonce).await {
            Sent::Closed if late => Sent::TooLate,
            sent => sent,
        }
    }

    /// The last way to the member.
    async fn post_privately(&self, origin: &DiscordOrigin, message: &Message, nonce: &str) -> Sent {
        let open = || self.app.discord.private_channel(origin.member);
        let sent = match Retry::message().until_taken(open).await {
            Ok(channel) => self.post(channel, message, nonce).await,
            Err(fault) => {
                tracing::warn!(job = %self.claim.job.id, %fault, "a private message cannot be opened");
                Sent::Closed
            }
        };
        if matches!(sent, Sent::Closed) {
            tracing::error!(job = %self.claim.job.id, "no way to the member is left; what was generated is in the archive");
        }
        sent
    }

    /// Remembers the message, if others can see it.
    pub(super) fn shown_at(&self, posted: Option<Posted>) -> Sent {
        if let Some(posted) = posted.filter(|_| self.claim.job.origin.is_public()) {
            // A second one is the same message.
            let _ = self.posted.set(posted);
        }
        Sent::Yes
    }

    /// Edits the interaction's message for as long as the token lives.
    async fn by_token(&self, origin: &DiscordOrigin, message: &Message, loaded: &Loaded) -> Sent {
        let mut doubts = DOUBTS.iter();
        let mut retry = Retry::delivery();
        let mut sent = self.without_what_is_shown(message);
        if let Some(rest) = self.app.edits.rest_of(origin.interaction) {
            loaded.step_aside();
            wait(rest).await;
        }
        while self.token_lives() {
            let edit = self.app.discord.edit_original(origin.application, &origin.token, &sent).await;
            let fault = match edit {
                Ok(shown) => return self.shown_at(shown.map(|shown| shown.posted)),
                Err(fault) => fault,
            };
            let pause = match retry.after(&fault) {
                Some(pause) => {
                    tracing::warn!(job = %self.claim.job.id, %fault, "the message did not reach Discord; trying again");
                    pause
                }
                None if fault.is_dead_token() => return Sent::TooLate,
                None if fault.is_unknown() => {
                    match self.app.discord.original_response(origin.application, &origin.token).await {
                        Ok(shown) if shows(&shown, message) => return self.shown_at(posted(&shown)),
                        Err(Fault::Limited { after }) => after,
                        _ => match doubts.next() {
                            Some(doubt) => *doubt,
                            None => return Sent::TooLate,
                        },
                    }
                }
                None if fault.is_about_the_message() => return Sent::Refused(fault),
                None if sent.files.iter().any(|file| file.kept.is_some()) => {
                    // What the message had may be gone from it.
                    self.status.forget_shown();
                    sent = message.clone();
                    Duration::ZERO
                }
                None => {
                    tracing::warn!(job = %self.claim.job.id, %fault, "the message cannot take the place of the deferral");
                    return Sent::Closed;
                }
            };
            if self.app.now() + pause >= self.claim.job.token_dies() - MARGIN {
                break;
            }
            loaded.step_aside();
            wait(pause).await;
        }
        Sent::TooLate
    }

    /// The message, with the files that its place has already only named.
    fn without_what_is_shown(&self, message: &Message) -> Message {
        let mut message = message.clone();
        message.files.iter_mut().for_each(|file| file.kept = self.status.id_of(&file.name));
        message
    }

    /// The message in the channel that shows this interaction's pictures: the answer to the edit may have been lost, or the process
    /// that made it died before it could write it down, and the token is too old to ask.
    async fn in_channel(&self, origin: &DiscordOrigin) -> Option<Value> {
        if origin.private {
            return None;
        }
        let id = origin.interaction.to_string();
        let answers = |message: &&Value| {
            let metadata = &message["interaction_metadata"]["id"];
            metadata == &Value::String(id.clone()) || message["nonce"] == Value::String(id.clone())
        };
        let messages = self.app.discord.messages_after(origin.channel, origin.interaction).await.ok()?;
        messages.as_array()?.iter().filter(answers).find(|message| has_files(message, 1)).cloned()
    }

    /// The message that has this interaction's pictures, for as long as Discord shows it to us.
    pub(super) async fn shown_message(&self) -> Option<Value> {
        let origin = self.discord_origin()?;
        if self.token_lives() {
            return self.app.discord.original_response(origin.application, &origin.token).await.ok();
        }
        self.in_channel(origin).await
    }

    /// As the bot in the channel, or else in a private message.
    pub(super) async fn post_elsewhere(
        &self,
        origin: &DiscordOrigin,
        message: &Message,
        nonce: &str,
    ) -> Sent {
        if !origin.private {
            let in_channel = self.post(origin.channel, message, nonce).await;
            if !matches!(in_channel, Sent::Closed) {
                return in_channel;
            }
        }
        self.post_privately(origin, message, nonce).await
    }

    async fn post(&self, channel: u64, message: &Message, nonce: &str) -> Sent {
        let post = || self.app.discord.post(channel, message, nonce);
        match Retry::message().until_taken(post).await {
            Ok(shown) => self.shown_at(shown.map(|shown| shown.posted)),
            Err(fault) if fault.is_about_the_message() => Sent::Refused(fault),
            Err(fault) => {
                tracing::warn!(job = %self.claim.job.id, %fault, "a message was not taken");
                Sent::Closed
            }
        }
    }
}

/// Whether a message has these files although Discord said that it knows no such message.
fn shows(shown: &Value, message: &Message) -> bool {
    !message.files.is_empty() && has_files(shown, message.files.len())
}

fn has_files(message: &Value, at_least: usize) -> bool {
    message["attachments"].as_array().is_some_and(|files| files.len() >= at_least)
}
