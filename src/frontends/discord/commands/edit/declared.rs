//! `/edit` as Discord wants it declared: each subcommand with exactly the options that its services know.

use serenity::all::{CommandOptionType as Type, CreateCommandOption as Opt};
use time::Date;

use super::SUBCOMMANDS;
use crate::app::messages::priced_choice;
use crate::domain::catalogue::{Catalogue, Model};
use crate::domain::request::{PROMPT_LIMIT, SEED_LIMIT, ZOOM};
use crate::domain::services::{Need, Number, NumberName, Service, Takes};

/// The longest text of four percentages.
const AREA_LIMIT: u16 = 60;
/// The longest link or file name that says where a picture is.
const FROM_LIMIT: u16 = 300;

type Offered<'a> = [(&'static str, Service, &'a Model)];

/// Those of which at least one service is offered.
pub(super) fn subcommands(catalogue: &Catalogue, today: Date) -> Vec<Opt> {
    let offered = |services: &[(&'static str, Service)]| -> Vec<_> {
        let offered = services
            .iter()
            .filter_map(|(how, service)| Some((*how, *service, catalogue.service(*service, today).ok()?)));
        offered.collect()
    };
    let all = SUBCOMMANDS.iter().map(|(name, services)| (*name, offered(services)));
    all.filter(|(_, offered)| !offered.is_empty()).map(|(name, offered)| subcommand(name, &offered)).collect()
}

fn subcommand(name: &str, offered: &Offered<'_>) -> Opt {
    let summary = match offered {
        [(_, service, _)] => service.spec().summary,
        _ => "Enlarge a picture",
    };
    let options =
        how(offered).into_iter().chain(words(offered)).chain(pictures(offered)).chain(details(offered));
    let (required, others): (Vec<_>, Vec<_>) = options.partition(|(_, is_required)| *is_required);
    let sorted = required.into_iter().chain(others);
    sorted.fold(Opt::new(Type::SubCommand, name, summary), |sub, (option, is_required)| {
        sub.add_sub_option(option.required(is_required))
    })
}

/// An option, and whether it is required.
type Declared = (Opt, bool);

fn how(offered: &Offered<'_>) -> Option<Declared> {
    if offered.iter().all(|(how, ..)| how.is_empty()) {
        return None;
    }
    let option = Opt::new(Type::String, "how", "How, and for which price");
    let add = |option: Opt, (how, _, model): &(&'static str, Service, &Model)| {
        option.add_string_choice(priced_choice(how, model.price), *how)
    };
    Some((offered.iter().fold(option, add), true))
}

fn words(offered: &Offered<'_>) -> Vec<Declared> {
    let text = |name: &str, help: &str| {
        Opt::new(Type::String, name, help).max_length(u16::try_from(PROMPT_LIMIT).unwrap_or(u16::MAX))
    };
    let target = offered.iter().find_map(|(_, service, _)| service.target());
    let mut words: Vec<_> =
        target.map(|words| (text(words.option.name(), words.help), true)).into_iter().collect();
    let needs: Vec<_> = offered.iter().map(|(_, service, _)| service.prompt()).collect();
    if needs.iter().any(Option::is_some) {
        let is_required = needs.iter().all(|need| *need == Some(Need::Required));
        let help =
            if is_required { "What the result shows" } else { "What the result shows, where that is wanted" };
        words.push((text("prompt", help), is_required));
    }
    words
}

fn pictures(offered: &Offered<'_>) -> Vec<Declared> {
    let attachment = |name: &str, help: &str| Opt::new(Type::Attachment, name, help);
    let from = "In place of image: last (your last picture here), or the link of a message with one";
    let mut pictures = vec![
        (attachment("image", "The picture; without one, your last picture here"), false),
        (Opt::new(Type::String, "from", from).max_length(FROM_LIMIT).set_autocomplete(true), false),
    ];
    if takes(offered, Takes::Mask) {
        pictures.push((attachment("mask", "White is changed, black is kept"), false));
        let area = "In place of a mask: left top right bottom, in percent, such as 10 20 60 80";
        pictures.push((Opt::new(Type::String, "area", area).max_length(AREA_LIMIT), false));
    }
    if takes(offered, Takes::StyleImage) {
        pictures.push((attachment("style_image", "The picture whose style is taken"), true));
    }
    pictures
}

fn details(offered: &Offered<'_>) -> Vec<Declared> {
    let text = |name: &str, help: &str| Opt::new(Type::String, name, help);
    let mut details: Vec<_> = NumberName::ALL.into_iter().filter_map(|name| number(offered, name)).collect();
    if offered.iter().any(|(_, service, _)| *service == Service::Outpaint) {
        let zoom = Opt::new(Type::Number, "zoom", "In place of sides: how many times as large it becomes");
        let (least, most) = (f64::from(ZOOM.0) / 10.0, f64::from(ZOOM.1) / 10.0);
        details.push(zoom.min_number_value(least).max_number_value(most));
    }
    if takes(offered, Takes::Negative) {
        let limit = u16::try_from(PROMPT_LIMIT).unwrap_or(u16::MAX);
        details.push(text("negative", "What to leave out").max_length(limit));
    }
    if takes(offered, Takes::Style) {
        details.push(text("style", "A look, such as anime or line-art").set_autocomplete(true));
    }
    if takes(offered, Takes::Aspect) {
        details.push(text("aspect", "Width to height").set_autocomplete(true));
    }
    if takes(offered, Takes::Seed) {
        let seed = Opt::new(Type::Integer, "seed", "The same seed makes the same picture again");
        details.push(seed.min_int_value(0).max_int_value(u64::from(SEED_LIMIT)));
    }
    details.push(Opt::new(Type::Boolean, "private", "Only you see the picture"));
    details.into_iter().map(|option| (option, false)).collect()
}

fn takes(offered: &Offered<'_>, wanted: Takes) -> bool {
    offered.iter().any(|(_, service, _)| service.takes(wanted))
}

/// A number, in the range that all services together have.
fn number(offered: &Offered<'_>, name: NumberName) -> Option<Opt> {
    let numbers = offered.iter().flat_map(|(_, service, _)| service.numbers());
    let ranges: Vec<Number> = numbers.filter(|number| number.name == name).collect();
    let least = ranges.iter().map(|number| number.least).reduce(f64::min)?;
    let most = ranges.iter().map(|number| number.most).reduce(f64::max)?;
    let option = |kind| Opt::new(kind, name.name(), name.help());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limits of our own")]
    Some(if name.is_whole() {
        option(Type::Integer).min_int_value(least as u64).max_int_value(most as u64)
    } else {
        option(Type::Number).min_number_value(least).max_number_value(most)
    })
}
