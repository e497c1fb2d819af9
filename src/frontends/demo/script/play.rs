//! Follows a script's steps, and notes what is answered.

use std::collections::HashMap;
use std::time::Duration;

use easel_emulator::discord::{Ack, Message, TestInteraction};
use serde_json::Value;
use tokio::time::timeout;

use super::answer::{self, Reader};
use super::command;
use super::find::{self, Field, Labelled, meant};
use super::names::resolved;
use super::parse::{Line, Step, Wrong};
use super::place::{self, Place};
use super::transcript::{Answer, Did, Entry, Transcript};
use crate::frontends::demo::actions;
use crate::frontends::demo::hub::Hub;
use crate::frontends::demo::protocol::{Action, Filled, Given, Id};
use crate::frontends::demo::world::{MEMBERS, Member};

/// Longer than Discord waits for a response.
const RESPONSE: Duration = Duration::from_secs(5);
/// For an answer with all of its pictures.
const ANSWER: Duration = Duration::from_secs(180);

const FORM: u8 = 9;

/// # Errors
/// The first line that cannot be followed.
pub(super) async fn play(hub: &Hub, lines: &[Line]) -> Result<Transcript, Wrong> {
    let mut player = Player {
        hub,
        member: &MEMBERS[0],
        place: Place::first(),
        form: None,
        known: HashMap::new(),
        transcript: Transcript::default(),
    };
    for channel in place::channels(hub) {
        player.look(channel.0);
    }
    for Line { number, text, step } in lines {
        let followed = player.follow(step).await;
        followed.map_err(|reason| Wrong { number: *number, text: text.clone(), reason })?;
    }
    Ok(player.transcript)
}

struct Player<'a> {
    hub: &'a Hub,
    member: &'static Member,
    place: Place,
    form: Option<Form>,
    /// Messages as they were shown last.
    known: HashMap<u64, Answer>,
    transcript: Transcript,
}

/// The form that is open.
struct Form {
    /// The one whose button opened it.
    message: Option<Id>,
    custom_id: String,
    title: String,
    fields: Vec<Field>,
    filled: Vec<(Labelled, String)>,
}

impl Player<'_> {
    async fn follow(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::In(channel) => self.place = Place::named(self.hub, channel)?,
            Step::As(member) => self.member = place::member(member)?,
            Step::Fill { label, text } => return self.fill(label, text),
            Step::Submit => return self.submit().await,
            Step::Use(line) => return self.command(line).await,
            Step::Press(label) => return self.press(label).await,
            Step::Apps(command) => return self.apps(command).await,
            Step::Choose(option) => return self.choose(option).await,
            Step::Say(text) => {
                let channel = self.place.channel(self.hub, self.member)?;
                self.hub.discord.write(self.member.id, channel, text, &[]);
                self.note(channel, Did::Said(text.clone()), Vec::new());
            }
        }
        self.form = None;
        Ok(())
    }

    async fn command(&mut self, line: &str) -> Result<(), String> {
        let channel = self.place.channel(self.hub, self.member)?;
        let commands = self.hub.commands(self.member, channel);
        let typed = command::read(line, &commands)?;
        let given = |(option, value): (&Value, Value)| {
            let value = place::pointed_at(self.hub, option, value)?;
            Ok(Given { name: command::name(option).to_owned(), value })
        };
        let options = typed.options.into_iter().map(given).collect::<Result<_, String>>()?;
        let action = Action::Command { path: typed.path, options };
        self.act(channel, &action, None, Did::Used(format!("/{line}"))).await
    }

    async fn press(&mut self, label: &str) -> Result<(), String> {
        let channel = self.place.channel(self.hub, self.member)?;
        let messages = self.messages(channel);
        let all: Vec<(u64, Vec<Labelled>)> =
            messages.iter().map(|message| (message.id, find::buttons(&message.components))).collect();
        let found = all.iter().find_map(|(message, buttons)| Some((message, meant(label, buttons)?)));
        let (message, button) =
            found.ok_or_else(|| self.nothing("button", all.iter().flat_map(|(_, buttons)| buttons)))?;
        let action = Action::Click { message: Id(*message), custom_id: button.id.clone() };
        self.act(channel, &action, Some(Id(*message)), Did::Pressed(button.label.clone())).await
    }

    /// A command on the latest message with a picture, whoever sent it.
    async fn apps(&mut self, written: &str) -> Result<(), String> {
        let channel = self.place.channel(self.hub, self.member)?;
        let commands = command::on_messages(&self.hub.commands(self.member, channel));
        let found = meant(written, &commands);
        let command = found.ok_or_else(|| self.nothing("command under Apps", &commands))?.label.clone();
        let messages = self.hub.discord.channel_messages(channel);
        let shown = messages.iter().rev().filter(|message| self.sees(message));
        let message = shown.into_iter().find(|message| !message.attachments.is_empty());
        let message = Id(message.ok_or_else(|| self.nothing("picture", []))?.id);
        let action = Action::MessageCommand { name: command.clone(), message };
        self.act(channel, &action, Some(message), Did::Used(format!("Apps › {command}"))).await
    }

    async fn choose(&mut self, option: &str) -> Result<(), String> {
        let channel = self.place.channel(self.hub, self.member)?;
        let messages = self.messages(channel);
        let all = messages.iter().map(|message| (message.id, find::menus(&message.components)));
        let (message, menus) =
            all.into_iter().find(|(_, menus)| !menus.is_empty()).ok_or_else(|| self.nothing("menu", []))?;
        let found = menus.iter().find_map(|menu| Some((menu, meant(option, &menu.options)?)));
        let (menu, chosen) =
            found.ok_or_else(|| self.nothing("option", menus.iter().flat_map(|menu| &menu.options)))?;
        let values = vec![chosen.id.clone()];
        let action = Action::Choose { message: Id(message), custom_id: menu.custom_id.clone(), values };
        self.act(channel, &action, Some(Id(message)), Did::Chose(chosen.label.clone())).await
    }

    fn fill(&mut self, label: &str, text: &str) -> Result<(), String> {
        let form = self.form.as_mut().ok_or_else(no_form)?;
        let labels: Vec<&Labelled> = form.fields.iter().map(|field| &field.field).collect();
        let found = meant(label, labels.iter().copied());
        let found = form.fields.iter().find(|field| Some(&field.field) == found);
        let field = found.ok_or_else(|| {
            format!(
                "the form “{}” has no such field; there are: {}",
                form.title,
                list(labels.iter().copied())
            )
        })?;
        let value = match meant(text, &field.options) {
            Some(option) => option.id.clone(),
            None if field.options.is_empty() => text.to_owned(),
            None => return Err(format!("“{label}” has to be one of: {}", list(&field.options))),
        };
        let field = field.field.clone();
        form.filled.retain(|(other, _)| *other != field);
        form.filled.push((field, value));
        Ok(())
    }

    async fn submit(&mut self) -> Result<(), String> {
        let channel = self.place.channel(self.hub, self.member)?;
        let Form { message, custom_id, title, filled, .. } = self.form.take().ok_or_else(no_form)?;
        let fields = filled.iter().map(|(field, text)| Filled::new(field.id.clone(), vec![text.clone()]));
        let action = Action::Submit { message, custom_id, fields: fields.collect() };
        let filled = filled.into_iter().map(|(field, text)| (field.label, text)).collect();
        self.act(channel, &action, message, Did::Filled(title, filled)).await
    }

    /// Does it, and waits until the answer is complete.
    async fn act(
        &mut self,
        channel: u64,
        action: &Action,
        message: Option<Id>,
        did: Did,
    ) -> Result<(), String> {
        self.form = None;
        let sent = actions::send(self.hub, self.member, channel, action)?;
        let response = timeout(RESPONSE, sent.acknowledged()).await;
        let ack = response.map_err(|_| "the bot did not respond".to_owned())?;
        let complete = timeout(ANSWER, complete(&sent, &ack)).await;
        complete.map_err(|_| format!("the bot's answer did not come in {} seconds", ANSWER.as_secs()))?;
        let mut answers = self.look(channel);
        if ack.kind == FORM {
            answers.push(Answer { only_for: None, parts: vec![answer::form(&ack.data)] });
            self.form = Some(Form {
                message,
                custom_id: find::text(&ack.data, "custom_id"),
                title: find::text(&ack.data, "title"),
                fields: find::fields(&ack.data["components"]),
                filled: Vec::new(),
            });
        }
        self.note(channel, did, answers);
        Ok(())
    }

    fn note(&mut self, channel: u64, did: Did, answers: Vec<Answer>) {
        let channel = place::called(self.hub, channel);
        self.transcript.entries.push(Entry { channel, member: self.member.name, did, answers });
    }

    /// The bot's messages that the member sees, the latest first.
    fn messages(&self, channel: u64) -> Vec<Message> {
        let mut messages = self.hub.discord.channel_messages(channel);
        messages.retain(|message| message.author.is_none() && self.sees(message));
        messages.reverse();
        messages
    }

    fn sees(&self, message: &Message) -> bool {
        message.only_for().is_none_or(|only| only == self.member.id)
    }

    /// What the member sees that was not there before.
    fn look(&mut self, channel: u64) -> Vec<Answer> {
        let mut messages = self.messages(channel);
        messages.retain(is_complete);
        let names = |sign: &str, id: u64| place::name(self.hub, sign, id);
        let named = |text: &str| resolved(text, &names);
        let mut reader = Reader { files: &mut self.transcript.files, named: &named };
        let mut answers = Vec::new();
        for message in messages.iter().rev() {
            let only_for = message.only_for().and_then(|id| names("@", id));
            let answer = reader.answer(message, only_for);
            if self.known.insert(message.id, answer.clone()).as_ref() != Some(&answer) {
                answers.push(answer);
            }
        }
        answers
    }

    fn nothing<'l>(&self, what: &str, there: impl IntoIterator<Item = &'l Labelled>) -> String {
        let (member, channel) = (self.member.name, self.place.shown());
        match &*list(there) {
            "" => format!("{member} sees no {what} in {channel}"),
            there => format!("{member} sees no such {what} in {channel}; there are: {there}"),
        }
    }
}

fn no_form() -> String {
    "no form is open: press a button that opens one in the line before".to_owned()
}

/// Each label once.
fn list<'a>(labelled: impl IntoIterator<Item = &'a Labelled>) -> String {
    let mut labels: Vec<&str> = Vec::new();
    for Labelled { label, .. } in labelled {
        if !labels.contains(&&**label) {
            labels.push(label);
        }
    }
    labels.join(", ")
}

/// Neither "thinking" nor something that can be cancelled yet.
fn is_complete(message: &Message) -> bool {
    !message.loading && !find::buttons(&message.components).iter().any(|button| button.label == "Cancel")
}

async fn complete(sent: &TestInteraction, ack: &Ack) {
    match ack.kind {
        4 | FORM => {}
        // The message stays as it was where the answer is one of its own.
        6 => tokio::select! {
            _ = sent.answered() => {}
            _ = sent.followed_up(1) => {}
        },
        _ => drop(sent.answered().await),
    }
}
