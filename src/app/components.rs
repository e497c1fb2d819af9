//! Buttons: what each stands for is in its `custom_id`, `v1:<action>:<id>:<n>`, and nowhere else. So a button works after
//! a restart, and a year later.

use serde_json::{Value, json};

use crate::domain::job::JobId;
use crate::domain::session::SessionId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Details(JobId),
    /// Orders what this job asked for once more.
    Retry(JobId),
    /// Orders the example of the help page.
    Example,
    /// Begins this session, which waits, and ends the one that the member was asked about.
    Replace(SessionId, Option<SessionId>),
    /// Lets the session that runs in the channel go on, and forgets this one, which waits.
    Keep(SessionId),
    /// Shows this page, from 0, of a session's pictures.
    History(SessionId, u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Plain = 2,
    Danger = 4,
}

impl Button {
    /// What Discord sends back when it is pressed; at most 100 characters.
    pub fn custom_id(self) -> String {
        match self {
            Button::Details(job) => format!("v1:details:{job}:0"),
            Button::Retry(job) => format!("v1:retry:{job}:0"),
            Button::Example => "v1:example:0:0".to_owned(),
            Button::Replace(session, None) => format!("v1:replace:{session}:0"),
            Button::Replace(session, Some(asked_about)) => format!("v1:replace:{session}:{asked_about}"),
            Button::Keep(session) => format!("v1:keep:{session}:0"),
            Button::History(session, page) => format!("v1:history:{session}:{page}"),
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
            "example" => Some(Button::Example),
            // Questions of earlier versions do not say which session they were about.
            "replace" => Some(Button::Replace(id.parse().ok()?, n.parse().ok())),
            "keep" => Some(Button::Keep(id.parse().ok()?)),
            "history" => Some(Button::History(id.parse().ok()?, n.parse().ok()?)),
            _ => None,
        }
    }
}

pub fn row(buttons: &[(Button, &str, Look)]) -> Value {
    let button = |(button, label, look): &(Button, &str, Look)| json!({ "type": 2, "style": *look as u8, "label": label, "custom_id": button.custom_id() });
    json!({ "type": 1, "components": buttons.iter().map(button).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_id_says_everything_and_fits() {
        let (job, session) =
            ("01M82MR71296GXRQK4S1NTKEXB".parse().unwrap(), "01M82MR71296GXRQK4S1NTKEXB".parse().unwrap());
        let buttons = [
            Button::Details(job),
            Button::Retry(job),
            Button::Example,
            Button::Replace(session, None),
            Button::Replace(session, Some(session)),
            Button::Keep(session),
            Button::History(session, u32::MAX),
        ];
        for button in buttons {
            let text = button.custom_id();
            assert!(text.len() <= 100, "{text}");
            assert_eq!(Button::from_custom_id(&text), Some(button));
        }
        for foreign in [
            "",
            "v1",
            "v2:details:01M82MR71296GXRQK4S1NTKEXB:0",
            "v1:details:x:0",
            "v1:details:01M82MR71296GXRQK4S1NTKEXB:0:1",
            "v1:vary:01M82MR71296GXRQK4S1NTKEXB:0",
        ] {
            assert_eq!(Button::from_custom_id(foreign), None, "{foreign}");
        }
    }
}
