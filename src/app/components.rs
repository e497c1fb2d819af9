//! Buttons: what each stands for is in its `custom_id`, `v1:<action>:<id>:<n>`, and nowhere else. So a button works after
//! a restart, and a year later.

use serde_json::{Value, json};

use crate::backends::store::Cursor;
use crate::domain::job::{Claim, JobId, Wanted};
use crate::domain::services::Service;
use crate::domain::session::SessionId;
use crate::domain::text::clip;

mod form;
mod gallery;

pub use form::{Field, Form, Kind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Button {
    Details(JobId),
    /// Orders what this job asked for once more.
    Retry(JobId),
    /// Stops what is not finished of a job.
    Cancel(JobId),
    /// Orders the example of the help page.
    Example,
    /// Begins this session, which waits, and ends the one that the member was asked about.
    Replace(SessionId, Option<SessionId>),
    /// Lets the session that runs in the channel go on, and forgets this one, which waits.
    Keep(SessionId),
    /// Shows this page, from 0, of a session's pictures.
    History(SessionId, u32),
    /// Shows a page of pictures that are found again.
    Gallery(Wanted, Cursor),
    /// A menu that shows the pictures of the job that was chosen.
    Open,
    /// Does something with the pictures of a job.
    Picture(PictureAction, JobId, Chosen),
    /// Edits one of them: a form with what the service needs.
    Edit(Service, JobId, Chosen),
    /// A menu of what image services can do with the picture that the message with the menu shows.
    EditShown,
    /// A form with what the service needs for that.
    EditShownWith(Service),
    /// A form for a picture that starts from the one that is shown.
    StartFromShown,
    /// Removes all that is held of whoever presses it.
    Forget,
}

/// Which picture of a job: the one of this number, from 0, or none yet.
pub type Chosen = Option<u32>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureAction {
    /// The same request with other seeds.
    Again,
    VarySubtle,
    VaryStrong,
    Upscale,
    UpscaleConservative,
    UpscaleCreative,
    /// A form with the request, to be changed.
    Remix,
    /// A form for a picture that starts from it.
    Start,
    /// A menu of what image services can do.
    Edit,
    Publish,
    /// Asks whether to delete.
    Delete,
    DeleteNow,
    /// What has no place under the picture.
    More,
}

impl PictureAction {
    const ALL: [PictureAction; 13] = [
        PictureAction::Again,
        PictureAction::VarySubtle,
        PictureAction::VaryStrong,
        PictureAction::Upscale,
        PictureAction::UpscaleConservative,
        PictureAction::UpscaleCreative,
        PictureAction::Remix,
        PictureAction::Start,
        PictureAction::Edit,
        PictureAction::Publish,
        PictureAction::Delete,
        PictureAction::DeleteNow,
        PictureAction::More,
    ];

    fn name(self) -> &'static str {
        match self {
            PictureAction::Again => "again",
            PictureAction::VarySubtle => "vary-subtle",
            PictureAction::VaryStrong => "vary-strong",
            PictureAction::Upscale => "upscale",
            PictureAction::UpscaleConservative => "upscale-conservative",
            PictureAction::UpscaleCreative => "upscale-creative",
            PictureAction::Remix => "remix",
            PictureAction::Start => "start",
            PictureAction::Edit => "edit",
            PictureAction::Publish => "publish",
            PictureAction::Delete => "delete",
            PictureAction::DeleteNow => "delete-now",
            PictureAction::More => "more",
        }
    }

    /// Whether it is about one picture, which has to be chosen where there are several.
    pub fn needs_one(self, claim: &Claim) -> bool {
        let differ = !claim.job.request.variants.is_empty();
        let all_alike = matches!(self, PictureAction::Again | PictureAction::Remix);
        (all_alike && differ)
            || matches!(
                self,
                PictureAction::VarySubtle
                    | PictureAction::VaryStrong
                    | PictureAction::Upscale
                    | PictureAction::UpscaleConservative
                    | PictureAction::UpscaleCreative
                    | PictureAction::Edit
            )
    }
}

/// What stands before a service's name in the action of its form.
const EDIT: &str = "edit.";
/// The same, for the picture that is shown.
const EDIT_SHOWN: &str = "shown-edit.";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Plain = 2,
    Danger = 4,
}

impl Button {
    /// What Discord sends back when it is pressed; at most 100 characters.
    pub fn custom_id(&self) -> String {
        match self {
            Button::Details(job) => format!("v1:details:{job}:0"),
            Button::Retry(job) => format!("v1:retry:{job}:0"),
            Button::Cancel(job) => format!("v1:cancel:{job}:0"),
            Button::Example => "v1:example:0:0".to_owned(),
            Button::Replace(session, None) => format!("v1:replace:{session}:0"),
            Button::Replace(session, Some(asked_about)) => format!("v1:replace:{session}:{asked_about}"),
            Button::Keep(session) => format!("v1:keep:{session}:0"),
            Button::History(session, page) => format!("v1:history:{session}:{page}"),
            Button::Gallery(wanted, cursor) => {
                format!("v1:gallery:{}:{}", gallery::wanted(wanted), gallery::cursor(*cursor))
            }
            Button::Open => "v1:open:0:0".to_owned(),
            Button::Picture(action, job, n) => format!("v1:{}:{job}:{}", action.name(), number(*n)),
            Button::Edit(service, job, n) => format!("v1:{EDIT}{}:{job}:{}", service.name(), number(*n)),
            Button::EditShown => "v1:shown-edit:0:0".to_owned(),
            Button::EditShownWith(service) => format!("v1:{EDIT_SHOWN}{}:0:0", service.name()),
            Button::StartFromShown => "v1:shown-start:0:0".to_owned(),
            Button::Forget => "v1:forget:0:0".to_owned(),
        }
    }

    /// The button of a `custom_id`; `None` for one of another version.
    pub fn from_custom_id(text: &str) -> Option<Button> {
        let mut parts = text.split(':');
        let (version, action, id, n) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != "v1" || parts.next().is_some() {
            return None;
        }
        match action {
            "details" => Some(Button::Details(id.parse().ok()?)),
            "retry" => Some(Button::Retry(id.parse().ok()?)),
            "cancel" => Some(Button::Cancel(id.parse().ok()?)),
            "example" => Some(Button::Example),
            // Questions of earlier versions do not say which session they were about.
            "replace" => Some(Button::Replace(id.parse().ok()?, n.parse().ok())),
            "keep" => Some(Button::Keep(id.parse().ok()?)),
            "history" => Some(Button::History(id.parse().ok()?, n.parse().ok()?)),
            "gallery" => Some(Button::Gallery(gallery::read_wanted(id)?, gallery::read_cursor(n)?)),
            "open" => Some(Button::Open),
            "shown-edit" => Some(Button::EditShown),
            "shown-start" => Some(Button::StartFromShown),
            "forget" => Some(Button::Forget),
            name => Button::of_picture(name, id, n),
        }
    }
}

impl Button {
    /// One of an action on pictures, or of a service.
    fn of_picture(name: &str, id: &str, n: &str) -> Option<Button> {
        if let Some(service) = name.strip_prefix(EDIT) {
            return Some(Button::Edit(Service::from_name(service)?, id.parse().ok()?, chosen(n)?));
        }
        if let Some(service) = name.strip_prefix(EDIT_SHOWN) {
            return Some(Button::EditShownWith(Service::from_name(service)?));
        }
        let action = PictureAction::ALL.into_iter().find(|action| action.name() == name)?;
        Some(Button::Picture(action, id.parse().ok()?, chosen(n)?))
    }
}

/// People count from 1; 0 is none yet.
fn number(n: Chosen) -> u32 {
    n.map_or(0, |n| n + 1)
}

/// The number that a button or a menu carries: 0 is none yet, and people count from 1.
pub fn chosen(text: &str) -> Option<Chosen> {
    Some(text.parse::<u32>().ok()?.checked_sub(1))
}

/// A menu with one choice, from labels and values: 25 at most.
pub fn menu(button: Button, placeholder: &str, options: &[(String, String)]) -> Value {
    let option = |(label, value): &(String, String)| json!({ "label": clip(label, 100), "value": value });
    let options: Vec<_> = options.iter().take(25).map(option).collect();
    let select =
        json!({ "type": 3, "custom_id": button.custom_id(), "placeholder": placeholder, "options": options });
    json!({ "type": 1, "components": [select] })
}

/// Up to five buttons with their labels.
pub fn row<Label: AsRef<str>>(buttons: &[(Button, Label, Look)]) -> Value {
    let button = |(button, label, look): &(Button, Label, Look)| json!({ "type": 2, "style": *look as u8, "label": label.as_ref(), "custom_id": button.custom_id() });
    json!({ "type": 1, "components": buttons.iter().map(button).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::search::searched;

    #[test]
    fn a_custom_id_says_everything_and_fits() {
        let (job, session) =
            ("01M82MR71296GXRQK4S1NTKEXB".parse().unwrap(), "01M82MR71296GXRQK4S1NTKEXB".parse().unwrap());
        let many: String = ('\u{4e00}'..'\u{4f00}').collect();
        let longest = searched(&many).unwrap();
        let buttons = [
            Button::Details(job),
            Button::Retry(job),
            Button::Cancel(job),
            Button::Example,
            Button::Forget,
            Button::Replace(session, None),
            Button::Replace(session, Some(session)),
            Button::Keep(session),
            Button::History(session, u32::MAX),
            Button::Gallery(Wanted::Mine, Cursor::Latest),
            Button::Gallery(Wanted::Channel, Cursor::After(job)),
            Button::Gallery(Wanted::Words(vec!["red".into(), "лиса".into()]), Cursor::Before(job)),
            Button::Gallery(Wanted::Words(longest), Cursor::Before(job)),
            Button::Open,
            Button::Picture(PictureAction::VarySubtle, job, None),
            Button::Picture(PictureAction::DeleteNow, job, Some(3)),
            Button::Edit(Service::UpscaleConservative, job, Some(0)),
            Button::EditShown,
            Button::EditShownWith(Service::UpscaleConservative),
            Button::StartFromShown,
        ];
        for button in buttons {
            let text = button.custom_id();
            assert!(text.chars().count() <= 100, "{text}");
            assert_eq!(Button::from_custom_id(&text), Some(button));
        }
        for foreign in [
            "",
            "v1",
            "v2:details:01M82MR71296GXRQK4S1NTKEXB:0",
            "v1:details:x:0",
            "v1:details:01M82MR71296GXRQK4S1NTKEXB:0:1",
            "v1:vary:01M82MR71296GXRQK4S1NTKEXB:0",
            "v1:edit.sharpen:01M82MR71296GXRQK4S1NTKEXB:0",
            "v1:again:01M82MR71296GXRQK4S1NTKEXB:x",
            "v1:gallery:all:0",
            "v1:gallery:mine:ä",
        ] {
            assert_eq!(Button::from_custom_id(foreign), None, "{foreign}");
        }
    }
}
