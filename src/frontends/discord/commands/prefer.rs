//! `/prefer`: a member's own defaults.

use serenity::all::{CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt};
use time::Date;

use super::options::{Options, field_option, setting_options};
use super::{anywhere, written};
use crate::app::App;
use crate::app::messages::member as texts;
use crate::domain::catalogue::Catalogue;
use crate::domain::refusal::Refusal;
use crate::domain::settings::{Field, Settings};
use crate::frontends::discord::response::{Call, Response, in_time};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Prefer {
    Set(Vec<(Field, String)>),
    Show,
    Reset(Option<String>),
}

pub(super) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    let sub = |name, words| Opt::new(Type::SubCommand, name, words);
    let set = setting_options()
        .into_iter()
        .fold(sub("set", "Set what holds for you where you say nothing else"), Opt::add_sub_option);
    let reset =
        sub("reset", "Forget your preferences").add_sub_option(field_option("field", "Only this one"));
    anywhere(CreateCommand::new("prefer").description("Your own defaults, in every server"))
        .set_options(vec![set, sub("show", "What holds for you here, and where it comes from"), reset])
}

pub(super) fn parse(path: &str, options: Options) -> Option<Prefer> {
    match path {
        "set" => Some(Prefer::Set(options.settings())),
        "show" => Some(Prefer::Show),
        "reset" => Some(Prefer::Reset(options.text("field"))),
        _ => None,
    }
}

pub(super) async fn respond(call: Call<'_>, prefer: Prefer) -> Result<Response, Refusal> {
    let Call { app, interaction, now } = call;
    match prefer {
        Prefer::Show => {}
        Prefer::Set(values) => {
            let offered = app.offered(&call.context().await?, &interaction.roles);
            let set = written::settings(&values, &offered, now.date())?;
            change(app, interaction.member, move |settings| {
                set.fields().for_each(|field| settings.copy(field, &set));
            })
            .await?;
        }
        Prefer::Reset(None) => {
            change(app, interaction.member, |settings| *settings = Settings::default()).await?
        }
        Prefer::Reset(Some(name)) => {
            let field = written::field(&name)?;
            change(app, interaction.member, move |settings| settings.copy(field, &Settings::default()))
                .await?;
        }
    }
    let context = call.context().await?;
    let message =
        texts::preferences(&context.preferences, &app.layers(&context), app.catalogue.default_name());
    Ok(Response::private(&message))
}

async fn change(
    app: &App,
    member: u64,
    change: impl Fn(&mut Settings) + Send + 'static,
) -> Result<(), Refusal> {
    in_time(app.store.prefer(member, change)).await
}
