//! `/easel` as Discord wants it declared.

use serenity::all::{
    ChannelType, CommandOptionType as Type, CreateCommand, CreateCommandOption as Opt, InstallationContext,
    InteractionContext, Permissions,
};
use time::Date;

use crate::domain::catalogue::Catalogue;
use crate::domain::limits::{LIMIT_LIMIT, VARIANTS_LIMIT};
use crate::domain::words::PHRASE_LIMIT;
use crate::frontends::discord::commands::options::{field_option, setting_options};

pub(crate) fn declare(_: &Catalogue, _: Date) -> CreateCommand {
    let command = CreateCommand::new("easel")
        .description("How Easel behaves in this server")
        .default_member_permissions(Permissions::MANAGE_GUILD)
        .contexts(vec![InteractionContext::Guild])
        .integration_types(vec![InstallationContext::Guild]);
    let groups = [defaults(), models(), access(), limits(), budget(), words()];
    let plain = [
        sub("usage", "What was used this month, by member, model and day"),
        sub("audit", "Who changed what, and undo")
            .add_sub_option(whole("undo", "Take back the change with this number", 1, 1_000_000_000))
            .add_sub_option(whole("before", "Show what came before this number", 1, 1_000_000_000)),
        sub("pause", "Let nobody paint for the time being").add_sub_option(
            Opt::new(Type::String, "reason", "Members are shown this").required(true).max_length(200),
        ),
        sub("resume", "Let members paint again"),
    ];
    groups.into_iter().chain(plain).fold(command, CreateCommand::add_option)
}

fn sub(name: &str, words: &str) -> Opt {
    Opt::new(Type::SubCommand, name, words)
}

fn group(name: &str, words: &str, subs: impl IntoIterator<Item = Opt>) -> Opt {
    subs.into_iter().fold(Opt::new(Type::SubCommandGroup, name, words), Opt::add_sub_option)
}

fn with(sub: Opt, options: impl IntoIterator<Item = Opt>) -> Opt {
    options.into_iter().fold(sub, Opt::add_sub_option)
}

fn whole(name: &str, words: &str, least: u64, most: u64) -> Opt {
    Opt::new(Type::Integer, name, words).min_int_value(least).max_int_value(most)
}

fn role() -> Opt {
    Opt::new(Type::Role, "role", "For members with this role, instead of everybody")
}

fn channel(words: &str) -> Opt {
    Opt::new(Type::Channel, "channel", words)
}

fn model(required: bool) -> Opt {
    Opt::new(Type::String, "model", "A model").set_autocomplete(true).required(required)
}

fn defaults() -> Opt {
    let place = || channel("For this channel, instead of the whole server");
    let field = |words| field_option("field", words);
    group(
        "defaults",
        "What holds where nobody says otherwise",
        [
            with(sub("set", "Set defaults"), setting_options()).add_sub_option(place()),
            with(sub("show", "Show defaults"), [place()]),
            with(sub("reset", "Take defaults away"), [field("Only this one"), place()]),
            with(sub("lock", "Let nobody change a setting"), [field("Which one").required(true), place()]),
            with(
                sub("unlock", "Let everybody change it again"),
                [field("Which one").required(true), place()],
            ),
        ],
    )
}

fn models() -> Opt {
    let only = Opt::new(Type::Boolean, "only", "Offer no models but those that were allowed like this");
    group(
        "models",
        "Which models this server offers",
        [
            with(sub("allow", "Offer a model"), [model(true), only]),
            with(sub("deny", "Offer a model no more"), [model(true)]),
            sub("list", "List the models"),
        ],
    )
}

fn access() -> Opt {
    let what = || {
        ["use", "private", "model"].iter().fold(
            Opt::new(Type::String, "what", "Using Easel at all, private pictures, or one model")
                .required(true),
            |option, what| option.add_string_choice(*what, *what),
        )
    };
    let whom = || {
        [
            what(),
            Opt::new(Type::Role, "role", "Members with this role; @everyone for all"),
            channel("Everybody in this channel"),
            model(false),
        ]
    };
    group(
        "access",
        "Who may do what",
        [
            with(
                sub("allow", "Let a role or channel do it; others that are not allowed then may not"),
                whom(),
            ),
            with(sub("deny", "Keep a role or channel from it"), whom()),
            sub("show", "Show who may do what"),
            sub("reset", "Let everybody do everything"),
        ],
    )
}

fn limits() -> Opt {
    let most = u64::from(LIMIT_LIMIT);
    let values = [
        whole("burst", "Requests at once", 1, most),
        whole("per_minute", "Requests a minute after that", 1, most),
        whole("in_flight", "Pictures under way at a time", 0, most),
        whole("daily", "Pictures a day (UTC)", 0, most),
        whole(
            "variants",
            "Pictures of one order with {several, words} or --repeat",
            0,
            VARIANTS_LIMIT.into(),
        ),
        role(),
    ];
    group(
        "limits",
        "How much each member may ask for",
        [
            with(sub("set", "Set limits"), values),
            sub("show", "Show limits"),
            with(sub("reset", "Take limits away"), [role()]),
        ],
    )
}

fn budget() -> Opt {
    let dollars = |name, words| Opt::new(Type::String, name, words).max_length(16);
    let values = [
        dollars("month", "Dollars a month for the whole server, such as 25 or 0.50; none for no limit"),
        dollars("member_day", "Dollars a day for each member; none for no limit"),
        dollars("member_month", "Dollars a month for each member; none for no limit"),
        Opt::new(Type::Channel, "warn_in", "Tell this channel when 80 % of the server's month are used")
            .channel_types(vec![ChannelType::Text]),
    ];
    group(
        "budget",
        "Budget limits in dollars; days and months are UTC",
        [
            with(sub("set", "Set budget limits"), values),
            sub("show", "Show budget limits, and what is used"),
            sub("reset", "Take all budget limits away"),
        ],
    )
}

fn words() -> Opt {
    let phrase = || {
        Opt::new(Type::String, "phrase", "A word, or several; dragon* takes all words that begin so")
            .required(true)
            .max_length(u16::try_from(PHRASE_LIMIT).unwrap_or(u16::MAX))
    };
    let note = Opt::new(Type::String, "note", "Members are shown this").max_length(200);
    let adults = Opt::new(
        Type::Boolean,
        "age_restricted_too",
        "Block it in age-restricted channels too (default: yes)",
    );
    group(
        "words",
        "Words that no prompt may have",
        [
            with(sub("add", "Block a word or phrase"), [phrase(), note, adults]),
            with(sub("remove", "Allow it again"), [phrase()]),
            sub("list", "List what is blocked"),
        ],
    )
}
