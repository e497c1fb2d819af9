//! Choices for an option that is being typed.

use time::Date;

use crate::app::messages;
use crate::domain::catalogue::Catalogue;
use crate::domain::request::{Aspect, Style};
use crate::frontends::discord::picture_link::LAST;
use crate::frontends::discord::response::Call;

/// What may be chosen here; nothing if the store does not say in time.
pub(super) async fn suggest(
    call: Call<'_>,
    command: &str,
    option: &str,
    text: &str,
) -> Vec<(String, String)> {
    let Call { app, interaction, now } = call;
    if command.starts_with("easel ") {
        // What a server has decided is shown to its admins only.
        let catalogue = if interaction.is_admin() { &app.catalogue } else { return Vec::new() };
        let mut found = suggestions(option, text, catalogue, now.date());
        if option == "model" && !command.starts_with("easel defaults") {
            found.extend(services(text, catalogue, now.date()));
        }
        return found;
    }
    let Ok(context) = call.context().await else { return Vec::new() };
    let mut found = suggestions(option, text, &app.offered(&context, &interaction.roles), now.date());
    let layers = app.layers(&context);
    if let Some(field) = layers.locked.keys().find(|field| field.name() == option) {
        let locked = layers.settings.shown(*field);
        found.retain(|(_, value)| Some(value) == locked.as_ref());
    }
    found
}

/// Choices as label and value: those whose name, or a model's id, contains the text.
pub fn suggestions(option: &str, text: &str, catalogue: &Catalogue, today: Date) -> Vec<(String, String)> {
    let wanted = text.trim().to_lowercase();
    let fits = |name: &str| name.to_lowercase().contains(&wanted);
    match option {
        "model" => catalogue
            .image_models(today)
            .filter(|model| fits(&model.name) || fits(&model.id))
            .map(|model| (messages::priced_choice(&model.name, model.price), model.name.clone()))
            .collect(),
        "style" => named(&mut Style::ALL.iter().map(|style| style.name()).filter(|name| fits(name))),
        "from" => named(&mut [LAST].into_iter().filter(|name| fits(name))),
        "aspect" => named(&mut Aspect::ALL.iter().map(|aspect| aspect.name()).filter(|name| fits(name))),
        _ => Vec::new(),
    }
}

/// The image services, which admins allow and deny as models.
fn services(text: &str, catalogue: &Catalogue, today: Date) -> Vec<(String, String)> {
    let wanted = text.trim().to_lowercase();
    let fits = catalogue.services(today).filter(|(service, _)| service.name().contains(&wanted));
    fits.map(|(_, model)| (messages::priced_choice(&model.name, model.price), model.name.clone())).collect()
}

fn named(names: &mut dyn Iterator<Item = &'static str>) -> Vec<(String, String)> {
    names.map(|name| (name.to_owned(), name.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn suggestions_follow_what_is_typed() {
        let catalogue = Catalogue::bedrock();
        let values = |option, text| {
            let found = suggestions(option, text, &catalogue, date!(2026 - 11 - 22));
            found.into_iter().map(|(_, value)| value).collect::<Vec<_>>()
        };
        assert_eq!(values("model", ""), ["core", "ultra", "sd3.5"]);
        assert_eq!(values("model", "UL"), ["ultra"]);
        assert_eq!(values("model", "stability.sd3-5"), ["sd3.5"]);
        assert!(values("model", "picture").is_empty());
        assert_eq!(values("style", "pix"), ["pixel-art"]);
        assert!(values("prompt", "").is_empty());
    }
}
