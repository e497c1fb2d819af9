//! What can be done with pictures: the buttons below them, each with its price where it costs something.

use serde_json::Value;
use time::Date;

use crate::app::components::{self, Button, Look, PictureAction};
use crate::backends::discord_api::message::Message;
use crate::domain::catalogue::{Catalogue, Model};
use crate::domain::job::{Claim, GeneratedImage, JobId};
use crate::domain::money::Micros;
use crate::domain::services::{Service, Takes};
use crate::domain::text::{clip, visible};

/// Characters of a menu's option.
const OPTION_LIMIT: usize = 100;

/// What this Easel can make of a job's pictures, and for which price.
struct Prices<'a> {
    claim: &'a Claim,
    catalogue: &'a Catalogue,
    today: Date,
}

type Labelled = (Button, String, Look);

/// The rows below a message with pictures.
pub(super) fn rows(claim: &Claim, catalogue: &Catalogue, today: Date) -> Vec<Value> {
    let prices = Prices { claim, catalogue, today };
    let request = &claim.job.request;
    let has_words = !request.prompt.is_empty();
    let vary = prices.vary().filter(|_| has_words);
    let first = [
        prices.again(),
        vary.map(|price| prices.button(PictureAction::VarySubtle, "Vary subtle", price)),
        vary.map(|price| prices.button(PictureAction::VaryStrong, "Vary strong", price)),
        prices
            .service(Service::UpscaleFast)
            .map(|price| prices.button(PictureAction::Upscale, "Upscale", price)),
        (has_words && request.edit.is_none()).then(|| prices.free(PictureAction::Remix, "Remix")),
    ];
    let is_private = claim.job.origin.discord().is_some_and(|origin| origin.private);
    let second = [
        prices.edits().then(|| prices.free(PictureAction::Edit, "Edit…")),
        Some((Button::Details(claim.job.id), "Details".to_owned(), Look::Plain)),
        is_private.then(|| prices.free(PictureAction::Publish, "Publish")),
        Some(prices.free(PictureAction::More, "More…")),
    ];
    let rows = [first.into_iter().flatten().collect::<Vec<_>>(), second.into_iter().flatten().collect()];
    rows.iter().filter(|row| !row.is_empty()).map(|row| components::row(row)).collect()
}

/// What has no place below the message.
pub(crate) fn more(claim: &Claim, catalogue: &Catalogue, today: Date) -> Message {
    let prices = Prices { claim, catalogue, today };
    let upscale = |service, action, label: &str| {
        prices.service(service).map(|price| prices.button(action, label, price))
    };
    let row = [
        upscale(Service::UpscaleConservative, PictureAction::UpscaleConservative, "Upscale, conservative"),
        upscale(Service::UpscaleCreative, PictureAction::UpscaleCreative, "Upscale, creative"),
        Some((picture(PictureAction::Delete, claim.job.id), "Delete".to_owned(), Look::Danger)),
    ];
    let row: Vec<Labelled> = row.into_iter().flatten().collect();
    Message { components: vec![components::row(&row)], ..Message::words("What else there is to do:") }
}

/// Asks which one of several pictures is meant.
pub(crate) fn which(action: PictureAction, claim: &Claim) -> Message {
    let generated = claim.pictures.iter().filter_map(|picture| Some((picture.n, picture.generated()?)));
    let request = &claim.job.request;
    let option = |(n, image): (u32, &GeneratedImage)| {
        let words = match request.variants.is_empty() {
            true => format!("seed {}", image.seed),
            false => format!("{} · {}", request.of(n).model, visible(&request.of(n).prompt)),
        };
        (clip(&format!("Picture {} · {words}", n + 1), OPTION_LIMIT), (n + 1).to_string())
    };
    let options: Vec<_> = generated.map(option).collect();
    let menu = components::menu(picture(action, claim.job.id), "Which picture?", &options);
    Message { components: vec![menu], ..Message::words("Which of the pictures?") }
}

/// The menu of what image services can do with a picture of ours.
pub(crate) fn edit_menu(claim: &Claim, n: u32, catalogue: &Catalogue, today: Date) -> Message {
    let button = Button::Picture(PictureAction::Edit, claim.job.id, Some(n));
    edit_menu_of(button, &format!("`from: {}-{n}`", claim.job.id), catalogue, today)
}

/// The same with the picture at this address, which somebody else made.
pub(crate) fn edit_shown(url: &str, catalogue: &Catalogue, today: Date) -> Message {
    let menu = edit_menu_of(Button::EditShown, "the picture as `image`", catalogue, today);
    Message { image: Some(url.to_owned()), ..menu }
}

/// A button that asks for the words with which to go on from the picture at this address.
pub(crate) fn start_from_shown(url: &str) -> Message {
    let button = (Button::StartFromShown, "Write the prompt", Look::Plain);
    let words = "Start from this picture?";
    Message {
        components: vec![components::row(&[button])],
        image: Some(url.to_owned()),
        ..Message::words(words)
    }
}

fn edit_menu_of(button: Button, with: &str, catalogue: &Catalogue, today: Date) -> Message {
    let option = |(service, model): (Service, &Model)| {
        let label = format!("{} – {} – {}", service.name(), service.spec().summary, model.price);
        (label, service.name().to_owned())
    };
    let (here, by_command): (Vec<_>, Vec<_>) =
        catalogue.services(today).partition(|(service, _)| service.is_in_menus());
    let here: Vec<_> = here.into_iter().map(option).collect();
    let mut words = "What shall be done with it?".to_owned();
    if !by_command.is_empty() {
        let names: Vec<_> =
            by_command.iter().map(|(service, _)| format!("`/edit {}`", service.name())).collect();
        words = format!(
            "{words} For what needs a mask or a second picture there are commands: {}, with {with}.",
            names.join(", ")
        );
    }
    Message { components: vec![components::menu(button, "Choose", &here)], ..Message::words(words) }
}

/// Asks whether to delete.
pub(crate) fn delete_question(claim: &Claim) -> Message {
    let button = (picture(PictureAction::DeleteNow, claim.job.id), "Delete", Look::Danger);
    let words = "Delete these pictures for good, with their message, their place in the archive and the words that made them? Nobody can bring them back. Pictures that were made from them stay, and what they cost stays spent.";
    Message { components: vec![components::row(&[button])], ..Message::words(words) }
}

pub(crate) fn deleted(claim: &Claim) -> Message {
    Message::words(if claim.posted.is_some() {
        "The pictures are deleted: nothing can be done with them any more. Their message and their files go within a minute."
    } else {
        "The pictures are deleted: nothing can be done with them any more, and their files go within a minute. A message that only you see stays until you dismiss it."
    })
}

fn picture(action: PictureAction, job: JobId) -> Button {
    Button::Picture(action, job, None)
}

impl Prices<'_> {
    fn button(&self, action: PictureAction, label: &str, price: Micros) -> Labelled {
        let label = if price.0 > 0 { format!("{label} {price}") } else { label.to_owned() };
        (picture(action, self.claim.job.id), label, Look::Plain)
    }

    fn free(&self, action: PictureAction, label: &str) -> Labelled {
        self.button(action, label, Micros(0))
    }

    /// The same again: only where a seed makes another picture of it. Of pictures that differ one is chosen.
    fn again(&self) -> Option<Labelled> {
        let request = &self.claim.job.request;
        request.edit.as_ref().is_none_or(|edit| edit.service.takes(Takes::Seed)).then_some(())?;
        if !request.variants.is_empty() {
            return Some(self.free(PictureAction::Again, "Again…"));
        }
        let model = self.catalogue.living(&request.model, self.today).ok()?;
        let price = model.price * i64::try_from(request.seeds.len()).ok()?;
        Some(self.button(PictureAction::Again, "Again", price))
    }

    fn vary(&self) -> Option<Micros> {
        self.catalogue.starting_from_picture(self.today).map(|model| model.price)
    }

    fn service(&self, service: Service) -> Option<Micros> {
        self.catalogue.service(service, self.today).ok().map(|model| model.price)
    }

    fn edits(&self) -> bool {
        self.catalogue.services(self.today).any(|(service, _)| service.is_in_menus())
    }
}
