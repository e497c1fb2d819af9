//! What people type: options, subcommands, and what the client does not let them send.

use serde_json::{Value, json};
use serenity::all::{CommandDataOptionValue, ResolvedValue};

use super::{Bot, quick};
use crate::discord::InteractionBuilder;

const MANAGE_GUILD: u64 = 0x20;

fn admin(path: &str) -> InteractionBuilder {
    InteractionBuilder::command(path).permissions(MANAGE_GUILD)
}

fn option(kind: u64, name: &str) -> Value {
    json!({ "type": kind, "name": name, "description": "d" })
}

/// `/easel limits set` and `/easel reset`.
fn easel() -> Vec<Value> {
    let with = |base: Value, key: &str, value: Value| {
        let mut base = base;
        base[key] = value;
        base
    };
    let set = with(
        option(1, "set"),
        "options",
        json!([
            with(option(4, "daily"), "required", json!(true)),
            with(with(option(4, "monthly"), "min_value", json!(1)), "max_value", json!(9)),
            option(8, "role"),
            with(option(7, "channel"), "channel_types", json!([0])),
            option(6, "user"),
            option(9, "whom"),
            with(option(3, "model"), "autocomplete", json!(true)),
            with(option(3, "scope"), "choices", json!([{ "name": "Server", "value": "server" }])),
        ]),
    );
    let limits = with(option(2, "limits"), "options", json!([set]));
    let command = json!({
        "name": "easel", "description": "d", "default_member_permissions": "32",
        "options": [limits, option(1, "reset")],
    });
    vec![command]
}

async fn bot() -> Bot {
    let bot = Bot::start(quick()).await;
    bot.discord.declare(Some(3), easel());
    bot
}

#[tokio::test]
async fn what_an_option_points_at_comes_along_as_serenity_reads_it() {
    let mut bot = bot().await;
    bot.discord.add_channel(51, 3, true);
    let builder =
        admin("easel limits set").option("daily", 5).role_option("role", 90).channel_option("channel", 51);
    let builder = builder.user_option("user", 7).role_option("whom", 3).with_roles(&[90]);
    let interaction = bot.discord.interact(builder).await;
    let command = bot.seen.recv().await.unwrap().1.command().unwrap();
    let CommandDataOptionValue::SubCommandGroup(group) = &command.data.options[0].value else { panic!() };
    assert!(matches!(&group[0].value, CommandDataOptionValue::SubCommand(leaf) if leaf.len() == 5));
    let options = command.data.options();
    let ResolvedValue::SubCommandGroup(group) = &options[0].value else { panic!() };
    let ResolvedValue::SubCommand(leaf) = &group[0].value else { panic!() };
    let [daily, role, channel, user, whom] = leaf.as_slice() else { panic!("{leaf:?}") };
    assert!(matches!(daily.value, ResolvedValue::Integer(5)));
    assert!(matches!(role.value, ResolvedValue::Role(role) if role.id == 90 && role.name == "role90"));
    assert!(
        matches!(channel.value, ResolvedValue::Channel(found) if found.id == 51 && found.permissions.is_some())
    );
    assert!(
        matches!(user.value, ResolvedValue::User(user, Some(member)) if user.id == 7 && member.roles.len() == 1)
    );
    assert!(matches!(whom.value, ResolvedValue::Role(role) if role.name == "@everyone"));
    let data = &interaction.payload()["data"];
    let sent = &data["options"][0]["options"][0]["options"];
    assert_eq!(sent[1], json!({ "name": "role", "type": 8, "value": "90" }));
    assert_eq!(sent[4]["type"], 9, "as declared");
    assert_eq!(data["resolved"]["channels"]["51"]["nsfw"], true);
}

#[tokio::test]
async fn an_option_inside_of_a_subcommand_gets_suggestions() {
    let mut bot = bot().await;
    let typing =
        |option| InteractionBuilder::autocomplete("easel limits set", option, "ul").permissions(MANAGE_GUILD);
    bot.discord.interact(typing("model")).await;
    let typed = bot.seen.recv().await.unwrap().1.autocomplete().unwrap();
    assert_eq!(typed.data.autocomplete().map(|focused| (focused.name, focused.value)), Some(("model", "ul")));
    assert!(bot.unsendable(&typing("scope")).contains("without autocomplete"));
}

#[tokio::test]
async fn the_client_sends_only_what_is_declared() {
    let bot = bot().await;
    bot.discord.add_thread(52, 5);
    let set = || admin("easel limits set").option("daily", 5);
    let table = [
        (admin("easel"), "has subcommands"),
        (admin("easel limits"), "has subcommands"),
        (admin("easel limits get"), "no subcommand `get`"),
        (admin("easel limits set"), "cannot be sent without \"daily\""),
        (set().option("weekly", 5), "no option `weekly`"),
        (admin("easel limits set").option("daily", "5"), "not a value for an option of type 4"),
        (set().option("monthly", 10), "10 is outside of min_value 1 and max_value 9"),
        (set().option("scope", "galaxy"), "not among the choices"),
        (set().option("role", "90"), "not a value for an option of type 8"),
        (set().user_option("role", 90), "not a value for an option of type 8"),
        (set().channel_option("whom", 5), "not a value for an option of type 9"),
        (set().channel_option("channel", 52), "channel 52 is of type 11"),
    ];
    for (builder, needle) in table {
        let said = bot.unsendable(&builder);
        assert!(said.contains(needle), "{needle} in {said}");
        assert_eq!(builder.stale().check_against_schema(&bot.discord.state), Ok(()));
    }
    assert_eq!(
        set().option("monthly", 9).option("scope", "server").check_against_schema(&bot.discord.state),
        Ok(())
    );
    assert_eq!(
        InteractionBuilder::command("unheard of").check_against_schema(&bot.discord.state),
        Ok(()),
        "nothing is declared"
    );
}

#[tokio::test]
async fn a_command_is_hidden_from_members_without_its_permissions() {
    let bot = bot().await;
    let reset = || InteractionBuilder::command("easel reset");
    let said = bot.unsendable(&reset());
    assert!(said.contains("hides `/easel reset`") && said.contains("override_permissions()"), "{said}");
    let state = &bot.discord.state;
    for builder in [reset().permissions(MANAGE_GUILD), reset().permissions(8), reset().override_permissions()]
    {
        assert_eq!(builder.check_against_schema(state), Ok(()));
    }
    let mut command = easel().remove(0);
    command["default_member_permissions"] = json!("0");
    bot.discord.declare(Some(3), vec![command.clone()]);
    bot.unsendable(&reset().permissions(MANAGE_GUILD));
    assert_eq!(reset().permissions(8).check_against_schema(state), Ok(()), "administrators alone");
    command["contexts"] = json!([0]);
    bot.discord.declare(None, vec![command]);
    assert!(bot.unsendable(&reset().in_dm(9)).contains("not declared for this context"));
}

#[tokio::test]
async fn an_entry_point_is_part_of_every_overwrite() {
    let bot = bot().await;
    let application = bot.discord.state.options.application_id;
    let path = format!("/applications/{application}/commands");
    let put = async |commands: Value| {
        let token = format!("Bot {}", bot.discord.token());
        let request = bot.http.put(bot.url(&path)).header("authorization", token).json(&commands);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap())
    };
    let launch = json!({ "type": 4, "name": "launch", "description": "", "handler": 2,
        "name_localizations": { "de": "starten" } });
    let mut wrong = launch.clone();
    wrong["handler"] = json!(3);
    assert_eq!(put(json!([wrong])).await.1["code"], 50035);
    assert_eq!(put(json!([launch.clone(), { "type": 4, "name": "b", "handler": 1 }])).await.1["code"], 30032);
    let (status, made) = put(json!([launch])).await;
    assert_eq!(status, 200, "{made}");
    let help = json!({ "name": "help", "description": "d" });
    for without in
        [json!([]), json!([help]), json!([help, { "type": 4, "id": "5", "name": "launch", "handler": 2 }])]
    {
        let (status, said) = put(without).await;
        assert_eq!((status, &said["code"]), (400, &json!(50240)), "{said}");
    }
    let (_, kept) =
        put(json!([help, { "type": 4, "id": made[0]["id"], "name": "play", "handler": 2 }])).await;
    assert_eq!((&kept[1]["id"], &kept[1]["name"]), (&made[0]["id"], &json!("play")));
    assert!(kept[1]["name_localizations"].is_null(), "what is not sent is gone");
    let taken = bot.discord.violations();
    assert!(!taken.is_empty() && bot.discord.take_violations() == taken);
}

#[tokio::test]
async fn localizations_are_listed_on_demand() {
    let bot = bot().await;
    let command = json!({ "name": "help", "description": "d", "name_localizations": { "de": "hilfe" } });
    bot.discord.declare(None, vec![command]);
    let path = format!("/applications/{}/commands", bot.discord.state.options.application_id);
    for (query, said) in [("", Value::Null), ("?with_localizations=true", json!({ "de": "hilfe" }))] {
        let commands: Value = bot.get(&format!("{path}{query}")).await.json().await.unwrap();
        assert_eq!(commands[0]["name_localizations"], said, "{query}");
    }
}

#[tokio::test]
#[should_panic(expected = "Discord's client would not send this")]
async fn a_story_that_sends_what_no_client_sends_fails() {
    bot().await.discord.interact(InteractionBuilder::command("easel reset")).await;
}

#[tokio::test]
#[should_panic(expected = "Discord refuses these commands")]
async fn commands_that_discord_refuses_cannot_be_declared() {
    let mut command = easel().remove(0);
    command["options"][0]["options"][0]["options"][3]["channel_types"] = json!([99]);
    bot().await.discord.declare(None, vec![command]);
}
