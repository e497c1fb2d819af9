//! A picture that somebody names in words: `last`, the link of a message, or the id or file name of one of ours.

use url::Url;

use crate::app::StoredPicture;
use crate::domain::job::JobId;
use crate::domain::refusal::{OptionName, Refusal};
use crate::domain::request::{Ask, ImageSource};
use crate::frontends::discord::buttons;
use crate::frontends::discord::response::Call;

/// What stands for the member's last picture in the channel.
pub(super) const LAST: &str = "last";

/// Hosts of Discord's links.
const HOSTS: [&str; 4] = ["discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com"];

#[derive(Debug, PartialEq)]
enum Named {
    Last,
    Message {
        /// `None` in a private conversation.
        guild: Option<u64>,
        channel: u64,
        message: u64,
    },
    /// A picture of ours; its first one where no number is given.
    Ours(JobId, Option<u32>),
}

/// Puts the picture that `text` names into the order.
pub(super) async fn put(call: Call<'_>, text: &str, ask: &mut Ask) -> Result<(), Refusal> {
    if ask.image.is_some() {
        return Err(Refusal::OnlyOne { one: OptionName::Image.into(), other: OptionName::From.into() });
    }
    match Named::read(text).ok_or(Refusal::UnknownMessage)? {
        Named::Last => ask.from_last = true,
        Named::Message { guild, channel, message } => {
            let interaction = call.interaction;
            let is_here = channel == interaction.channel;
            let may_be_read = if is_here { interaction.reads_history() } else { guild.is_some() };
            if guild != interaction.guild || !may_be_read {
                return Err(Refusal::UnknownMessage);
            }
            let roles = if is_here { Vec::new() } else { interaction.roles.clone() };
            ask.image = Some(ImageSource::Message { channel, message, roles });
        }
        Named::Ours(job, n) => ours(call, job, n).await?.put_into(ask),
    }
    Ok(())
}

/// A picture of ours by its id or file name.
pub(super) async fn named(call: Call<'_>, text: &str) -> Result<StoredPicture, Refusal> {
    match Named::read(text) {
        Some(Named::Ours(job, n)) => ours(call, job, n).await,
        _ => Err(Refusal::UnknownPicture),
    }
}

/// A picture of ours that the member may see here; `n` of `None` is its job's first one.
pub(super) async fn ours(call: Call<'_>, job: JobId, n: Option<u32>) -> Result<StoredPicture, Refusal> {
    let claim = buttons::visible(call, job).await?;
    StoredPicture::of(claim, n).ok_or(Refusal::UnknownPicture)
}

impl Named {
    fn read(text: &str) -> Option<Named> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>');
        if text.eq_ignore_ascii_case(LAST) {
            return Some(Named::Last);
        }
        if let Ok(url) = Url::parse(text) {
            return Named::of_link(&url);
        }
        let name = text.strip_prefix("easel-").unwrap_or(text);
        let name = name.split('.').next().unwrap_or_default();
        let (job, n) = match name.split_once('-') {
            Some((job, n)) => (job, Some(n.parse().ok()?)),
            None => (name, None),
        };
        Some(Named::Ours(job.parse().ok()?, n))
    }

    /// `https://discord.com/channels/<server or @me>/<channel>/<message>`
    fn of_link(url: &Url) -> Option<Named> {
        if !HOSTS.contains(&url.host_str()?) {
            return None;
        }
        let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
        let ["channels", guild, channel, message] = parts[..] else { return None };
        let guild = if guild == "@me" { None } else { Some(guild.parse().ok()?) };
        Some(Named::Message { guild, channel: channel.parse().ok()?, message: message.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_named_by_a_word_a_link_or_a_file() {
        let job = "01M82MR71296GXRQK4S1NTKEXB";
        let id = job.parse().unwrap();
        let message = |guild| Some(Named::Message { guild, channel: 5, message: 6 });
        for (text, named) in [
            ("last", Some(Named::Last)),
            (" LAST ", Some(Named::Last)),
            ("https://discord.com/channels/3/5/6", message(Some(3))),
            ("<https://ptb.discord.com/channels/3/5/6/>", message(Some(3))),
            ("https://discord.com/channels/@me/5/6", message(None)),
            (job, Some(Named::Ours(id, None))),
            ("01M82MR71296GXRQK4S1NTKEXB-2", Some(Named::Ours(id, Some(2)))),
            ("easel-01M82MR71296GXRQK4S1NTKEXB-0.webp", Some(Named::Ours(id, Some(0)))),
            ("https://discord.com/channels/3/5", None),
            ("https://discord.com.evil.example/channels/3/5/6", None),
            ("https://evil.example/a.png", None),
            ("my cat", None),
            ("", None),
        ] {
            assert_eq!(Named::read(text), named, "{text}");
        }
    }
}
