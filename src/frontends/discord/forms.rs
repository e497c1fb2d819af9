//! The forms of pictures, and what is asked for with them.

use crate::app::components::{Button, Field, Form, Kind, PictureAction};
use crate::domain::job::Claim;
use crate::domain::refusal::{Allowed, OptionName, Refusal};
use crate::domain::request::{Ask, Aspect, EditAsk, PROMPT_LIMIT, SEED_LIMIT, Style};
use crate::domain::services::{Need, Service, Takes};

/// Digits of the highest seed.
const SEED_DIGITS: usize = 10;
/// How many times as large the form of outpaint makes a picture.
const ZOOMS: [&str; 3] = ["1.5", "2", "3"];

/// The request of a job, to be changed; that of this `picture`, where those of the job differ.
pub(super) fn remix(claim: &Claim, picture: Option<u32>) -> Form {
    let request = &claim.job.request;
    let line = |id, label, value, kind| Field { id, label, value, kind, required: false };
    let seed = request.seeds.first().map(u32::to_string);
    let fields = vec![
        prompt("What the picture shows", Some(request.prompt.clone()), true),
        line("negative", "What to leave out", request.negative.clone(), Kind::Text(PROMPT_LIMIT)),
        line("aspect", "Width to height", Some(request.aspect.name().to_owned()), aspects()),
        line("style", "Style", request.style.map(|style| style.name().to_owned()), styles()),
        line("seed", "Seed; empty for another one", seed, Kind::Line(SEED_DIGITS)),
    ];
    let button = Button::Picture(PictureAction::Remix, claim.job.id, picture);
    Form { title: "Remix".to_owned(), button, fields }
}

/// What the form of [`remix`] makes of the same request.
///
/// # Errors
/// A seed that is no number.
pub(super) fn remixed(ask: Ask, fields: &[(String, String)]) -> Result<Ask, Refusal> {
    let text = |id: &str| value(fields, id);
    let seed = text("seed").map(|seed| {
        let allowed = Allowed::Whole { least: 0, most: SEED_LIMIT };
        seed.parse::<i64>().map_err(|_| Refusal::out_of_range(OptionName::Seed, seed, allowed))
    });
    Ok(Ask {
        prompt: text("prompt").unwrap_or_default(),
        negative: text("negative"),
        aspect: text("aspect"),
        style: text("style"),
        seed: seed.transpose()?,
        ..ask
    })
}

/// A picture that starts from another one.
pub(super) fn start(button: Button) -> Form {
    let label = "How far from it: 0 keeps it, 1 ignores it";
    let strength = Field { id: "strength", label, value: None, kind: Kind::Line(4), required: false };
    let fields = vec![prompt("What the picture shows", None, true), strength];
    Form { title: "Start from this picture".to_owned(), button, fields }
}

/// What the form of [`start`] asks for; the picture is not in it.
///
/// # Errors
/// A strength that is no number.
pub(super) fn started(fields: &[(String, String)]) -> Result<Ask, Refusal> {
    let strength = value(fields, "strength").map(|strength| {
        let wrong = |_| Refusal::out_of_range(OptionName::Strength, &strength, Allowed::Strength);
        strength.parse::<f64>().map_err(wrong)
    });
    let prompt = value(fields, "prompt").unwrap_or_default();
    Ok(Ask { prompt, strength: strength.transpose()?, ..Ask::default() })
}

/// What a service needs beside a picture.
pub(super) fn edit(service: Service, button: Button) -> Form {
    let mut fields = Vec::new();
    fields.extend(service.target().map(|_| Field {
        id: "target",
        label: "What in the picture is meant",
        value: None,
        kind: Kind::Line(200),
        required: true,
    }));
    if service == Service::Outpaint {
        let zooms = ZOOMS.map(str::to_owned).to_vec();
        let value = Some(ZOOMS[0].to_owned());
        let label = "How many times as large (1.1 to 3)";
        fields.push(Field { id: "zoom", label, value, kind: Kind::Choice(zooms), required: true });
    }
    if let Some(need) = service.prompt() {
        fields.push(prompt("What the result shows", None, need == Need::Required));
    }
    if service.takes(Takes::Negative) {
        let kind = Kind::Text(PROMPT_LIMIT);
        fields.push(Field { id: "negative", label: "What to leave out", value: None, kind, required: false });
    }
    Form { title: service.spec().summary.to_owned(), button, fields }
}

/// What the form of [`edit`] asks for; the picture is not in it.
///
/// # Errors
/// A zoom that is no number.
pub(super) fn edited(service: Service, fields: &[(String, String)]) -> Result<Ask, Refusal> {
    let zoom = value(fields, "zoom").map(|zoom| {
        let (least, most) = crate::domain::request::ZOOM;
        let wrong = |_| Refusal::out_of_range(OptionName::Zoom, &zoom, Allowed::Tenths { least, most });
        zoom.parse::<f64>().map_err(wrong)
    });
    let edit = EditAsk { target: value(fields, "target"), zoom: zoom.transpose()?, ..EditAsk::new(service) };
    Ok(Ask {
        prompt: value(fields, "prompt").unwrap_or_default(),
        negative: value(fields, "negative"),
        edit: Some(Box::new(edit)),
        ..Ask::default()
    })
}

fn prompt(label: &'static str, value: Option<String>, required: bool) -> Field {
    Field { id: "prompt", label, value, kind: Kind::Text(PROMPT_LIMIT), required }
}

fn aspects() -> Kind {
    Kind::Choice(Aspect::ALL.iter().map(|aspect| aspect.name().to_owned()).collect())
}

fn styles() -> Kind {
    Kind::Choice(Style::ALL.iter().map(|style| style.name().to_owned()).collect())
}

/// What somebody has written into a field, if anything.
fn value(fields: &[(String, String)], id: &str) -> Option<String> {
    let (_, value) = fields.iter().find(|(field, _)| field == id)?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
