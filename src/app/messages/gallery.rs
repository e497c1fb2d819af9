//! What people read where they find pictures again.

use super::{code, count, jump_link, typed_up_to};
use crate::app::components::{self, Button, Look};
use crate::backends::discord_api::message::{ALT_LIMIT, Message};
use crate::backends::store::{Cursor, GalleryPage};
use crate::domain::job::{Claim, Wanted};
use crate::domain::text::{clip, visible};

/// Characters of a prompt in a line: nine lines with links have to fit into a message, even if all is escaped.
const PROMPT_SHOWN: usize = 36;
/// Characters of a prompt on a sheet and in a menu.
const LABEL_LENGTH: usize = 80;

/// Of a contact sheet.
pub(crate) fn title(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Mine => "Your pictures".to_owned(),
        Wanted::Channel => "Pictures of this channel".to_owned(),
        Wanted::Words(words) => format!("Pictures with {}", words.join(", ")),
    }
}

pub(crate) fn sheet_alt(title: &str, pictures: usize) -> String {
    clip(&format!("{title}: {} at a glance", count(pictures, "picture")), ALT_LIMIT)
}

/// What stands under the picture of a job on a sheet, and in the menu: it begins with its number on the page, from 1.
pub(crate) fn label(at: usize, claim: &Claim) -> String {
    let more = claim.pictures.iter().filter(|picture| picture.generated().is_some()).count();
    let more = if more > 1 { format!(" ({more} pictures)") } else { String::new() };
    clip(&format!("{}{more} {}", at + 1, words_of(claim)), LABEL_LENGTH)
}

/// The prompt, or the service that did without one.
fn words_of(claim: &Claim) -> String {
    let request = claim.shown_request();
    visible(if request.prompt.is_empty() { &request.model } else { &request.prompt })
}

/// A page without its sheet.
pub(crate) fn page(wanted: &Wanted, cursor: Cursor, page: &GalleryPage) -> Message {
    let words = if page.jobs.is_empty() { nothing(wanted, cursor, page) } else { listed(wanted, page) };
    Message { components: rows(wanted, page), ..Message::words(words) }
}

fn listed(wanted: &Wanted, page: &GalleryPage) -> String {
    let title = match wanted {
        Wanted::Mine => "**Your pictures**, the latest first. Only you read this.".to_owned(),
        Wanted::Channel => {
            "**The pictures of this channel**, the latest first, without private ones of others.".to_owned()
        }
        Wanted::Words(words) => format!(
            "**Pictures of yours and of this channel with {}**, the latest first.",
            typed_up_to(PROMPT_SHOWN + PROMPT_SHOWN, &words.join(", "))
        ),
    };
    let lines = page.jobs.iter().enumerate().map(|(at, claim)| line(at, claim));
    std::iter::once(title).chain(lines).collect::<Vec<_>>().join("\n")
}

fn line(at: usize, claim: &Claim) -> String {
    let request = claim.shown_request();
    let words = match request.prompt.as_str() {
        "" => code(&request.model),
        prompt => typed_up_to(PROMPT_SHOWN, prompt),
    };
    let link = jump_link(claim).map(|link| format!(" · [show]({link})")).unwrap_or_default();
    format!("**{}** {words} · <t:{}:R>{link}", at + 1, claim.job.created.unix_timestamp())
}

fn nothing(wanted: &Wanted, cursor: Cursor, page: &GalleryPage) -> String {
    let words = match (wanted, cursor) {
        _ if page.older.is_some() => {
            "There is none among those that were looked through. **Older** looks on."
        }
        (_, Cursor::Before(_) | Cursor::After(_)) => "There are no pictures here any more.",
        (Wanted::Mine, _) => {
            "You have no picture here yet: `/imagine` makes one. Those of other servers are found there."
        }
        (Wanted::Channel, _) => {
            "There is no picture in this channel yet that you may see: `/imagine` makes one."
        }
        (Wanted::Words(words), _) => {
            let words = typed_up_to(PROMPT_SHOWN + PROMPT_SHOWN, &words.join(", "));
            return format!(
                "No picture of yours or of this channel has all of these words in its prompt: {words}. Leave some out, or write \
                 them as the prompt does; `/gallery mine` and `/gallery channel` show all."
            );
        }
    };
    words.to_owned()
}

fn rows(wanted: &Wanted, page: &GalleryPage) -> Vec<serde_json::Value> {
    let turn = |cursor| Button::Gallery(wanted.clone(), cursor);
    let newer = page.newer.map(|job| (turn(Cursor::After(job)), "Newer", Look::Plain));
    let older = page.older.map(|job| (turn(Cursor::Before(job)), "Older", Look::Plain));
    let buttons: Vec<_> = newer.into_iter().chain(older).collect();
    let jobs = page.jobs.iter().enumerate();
    let options: Vec<_> = jobs.map(|(at, claim)| (label(at, claim), claim.job.id.to_string())).collect();
    let menu = (!options.is_empty())
        .then(|| components::menu(Button::Open, "Open one, with all that can be done with it", &options));
    let buttons = (!buttons.is_empty()).then(|| components::row(&buttons));
    menu.into_iter().chain(buttons).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::claim;
    use super::*;
    use crate::backends::discord_api::message::CONTENT_LIMIT;
    use crate::domain::job::Posted;

    #[test]
    fn nine_lines_fit_however_they_are_escaped() {
        let mut job = claim(&"*".repeat(4_000));
        job.posted = Some(Posted { channel: u64::MAX, message: u64::MAX });
        let full = GalleryPage { jobs: vec![job; 9], ..GalleryPage::default() };
        let words = "\u{10400}".repeat(40);
        for wanted in [Wanted::Mine, Wanted::Channel, Wanted::Words(vec![words])] {
            let listed = listed(&wanted, &full);
            assert!(listed.chars().count() <= CONTENT_LIMIT, "{} {listed}", listed.chars().count());
            assert_eq!(listed.matches("[show](").count(), 9);
        }
    }
}
