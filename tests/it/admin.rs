//! What a server's admins decide, and that it holds.

use easel_emulator::discord::{InteractionBuilder, Route};
use futures_util::future::join_all;
use serde_json::Value;

use crate::support::{World, admin, in_time};

fn cat() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

#[tokio::test]
async fn defaults_reach_the_model_are_audited_and_can_be_taken_back() {
    let mut world = World::registered().await;
    let set = admin("defaults set")
        .option("style", "anime")
        .option("aspect", "16:9")
        .option("prefix", "a photo of");
    let done = world.said(set).await;
    assert!(done.contains("undo:1") && done.contains("none → ") && done.contains("style anime"), "{done}");
    world.kill_and_restart().await;

    let message = in_time(world.ask(cat()).await.picture()).await;
    assert!(message.content.contains("16:9 · anime"), "{}", message.content);
    let body = world.bedrock.calls()[0].body.clone();
    assert_eq!(body["prompt"], "a photo of, a cat, anime style");

    let shown = world.said(admin("defaults show")).await;
    assert!(shown.contains("style: **anime** (from this server)"), "{shown}");
    assert!(shown.contains("count: **1** (built in)"), "{shown}");
    let audit = world.said(admin("audit")).await;
    assert!(audit.contains("**1** <t:") && audit.contains("<@1>"), "{audit}");
    let done = world.said(admin("defaults set").option("style", "origami")).await;
    assert!(done.ends_with("defaults: style anime → style origami"), "only what changed: {done}");
    world.said(admin("audit").option("undo", 2)).await;

    let undone = world.said(admin("audit").option("undo", 1)).await;
    assert!(undone.starts_with("Entry 1 is taken back, as entry 4"), "{undone}");
    let message = in_time(world.ask(cat()).await.picture()).await;
    assert!(message.content.contains("`core` · 1:1 · seed"), "{}", message.content);
    world.end().await;
}

#[tokio::test]
async fn a_channel_has_its_own_defaults_and_a_locked_setting_cannot_be_changed() {
    let world = World::registered().await;
    world.discord.add_channel(5, 3, false);
    world.discord.add_channel(6, 3, false);
    world.said(admin("defaults set").option("style", "anime").channel_option("channel", 5)).await;
    world.said(admin("defaults lock").option("field", "style").channel_option("channel", 5)).await;
    let refused = world.refused(cat().option("style", "origami")).await;
    assert!(
        refused.starts_with("`style` cannot be changed here") && refused.contains("`anime`"),
        "{refused}"
    );
    let locked = in_time(world.ask(cat().option("style", "anime")).await.picture()).await;
    assert!(locked.content.contains("anime"), "{}", locked.content);
    let elsewhere =
        in_time(world.ask(cat().option("style", "origami").in_channel(6).by(8)).await.picture()).await;
    assert!(elsewhere.content.contains("origami"), "{}", elsewhere.content);
    let choices =
        in_time(world.ask(InteractionBuilder::autocomplete("imagine", "style", "")).await.choices()).await;
    assert_eq!(choices.len(), 1, "{choices:?}");
    world.end().await;
}

#[tokio::test]
async fn a_denied_model_is_neither_suggested_nor_generated_with() {
    let world = World::registered().await;
    world.said(admin("models deny").option("model", "core")).await;
    let choices =
        in_time(world.ask(InteractionBuilder::autocomplete("imagine", "model", "")).await.choices()).await;
    let names: Vec<_> = choices.iter().filter_map(|(_, value)| value.as_str()).collect();
    assert_eq!(names, ["ultra", "sd3.5"]);
    let refused = world.refused(cat().option("model", "core")).await;
    assert!(refused.starts_with("There is no model `core` here. Available: `ultra`, `sd3.5`"), "{refused}");
    let list = world.said(admin("models list")).await;
    assert!(list.contains("`core` $0.04 a picture: not offered"), "{list}");
    world.said(admin("models allow").option("model", "core").option("only", true)).await;
    let message = in_time(world.ask(cat().by(8)).await.picture()).await;
    assert!(message.content.contains("`core`"), "{}", message.content);
    let refused = world.refused(cat().option("model", "ultra").by(8)).await;
    assert!(refused.contains("Available: `core`"), "{refused}");
    world.end().await;
}

#[tokio::test]
async fn access_goes_by_role_and_channel() {
    let world = World::registered().await;
    world.discord.add_channel(5, 3, false);
    world.discord.add_channel(6, 3, false);
    world.said(admin("access allow").option("what", "use").role_option("role", 20)).await;
    world.said(admin("access deny").option("what", "use").channel_option("channel", 6)).await;
    world.said(admin("access deny").option("what", "private").role_option("role", 3)).await;
    let deny_ultra =
        admin("access deny").option("what", "model").option("model", "ultra").role_option("role", 3);
    world.said(deny_ultra).await;
    let refused = world.refused(cat()).await;
    assert!(refused.starts_with("Easel cannot be used with your roles."), "{refused}");
    let refused = world.refused(cat().with_roles(&[20]).in_channel(6)).await;
    assert!(refused.starts_with("Easel cannot be used in this channel."), "{refused}");
    let refused = world.refused(cat().with_roles(&[20]).option("private", true)).await;
    assert!(refused.starts_with("Private pictures are not allowed"), "{refused}");
    let refused = world.refused(cat().with_roles(&[20]).option("model", "ultra")).await;
    assert!(refused.starts_with("There is no model `ultra` here."), "{refused}");
    in_time(world.ask(cat().with_roles(&[20])).await.picture()).await;
    let shown = world.said(admin("access show")).await;
    assert!(shown.contains("using Easel: only <@&20>, not in <#6>"), "{shown}");
    world.said(admin("access reset")).await;
    in_time(world.ask(cat().by(9)).await.picture()).await;
    world.end().await;
}

#[tokio::test]
async fn limits_of_a_role_replace_the_general_ones() {
    let world = World::registered().await;
    world.said(admin("limits set").option("daily", 1).option("burst", 9)).await;
    world.said(admin("limits set").option("daily", 3).role_option("role", 20)).await;
    in_time(world.ask(cat()).await.picture()).await;
    world.settled().await;
    let refused = world.refused(cat()).await;
    assert!(
        refused.starts_with("You can have 1 picture a day here, and 1 is") && refused.contains(":R>"),
        "{refused}"
    );
    let message = in_time(world.ask(cat().with_roles(&[20]).option("count", 2)).await.picture()).await;
    assert_eq!(message.attachments.len(), 2);
    world.settled().await;
    world.refused(cat().with_roles(&[20])).await;
    let shown = world.said(admin("limits show")).await;
    assert!(
        shown.contains("everybody: 9 requests at once") && shown.contains("<@&20>: 3 pictures a day"),
        "{shown}"
    );
    world.said(admin("limits reset")).await;
    in_time(world.ask(cat()).await.picture()).await;
    world.end().await;
}

#[tokio::test]
async fn a_pause_keeps_everybody_out_with_its_reason_until_it_ends() {
    let world = World::registered().await;
    world.said(admin("pause").option("reason", "the exhibition is full")).await;
    let refused = world.refused(cat()).await;
    assert_eq!(refused, "Painting is paused in this server: the exhibition is full");
    world.said(admin("resume")).await;
    in_time(world.ask(cat()).await.picture()).await;
    assert!(world.said(admin("resume")).await.starts_with("Nothing changed"));
    world.end().await;
}

#[tokio::test]
async fn a_servers_budget_holds_under_two_hundred_requests_at_once_and_warns_once() {
    let world = World::registered().await;
    world.discord.add_channel(60, 3, false);
    world.said(admin("budget set").option("month", "0.28").channel_option("warn_in", 60)).await;
    let interactions = join_all((0..200).map(|member| world.ask(cat().by(1000 + member)))).await;
    let acks = in_time(join_all(interactions.iter().map(|interaction| interaction.acknowledged()))).await;
    assert_eq!(acks.iter().filter(|ack| ack.kind == 5).count(), 7);
    let refused = acks.iter().find(|ack| ack.kind == 4).unwrap().data["content"].as_str().unwrap().to_owned();
    assert!(
        refused.contains("this server's monthly budget of $0.28, of which $0.28 is spent or reserved"),
        "{refused}"
    );
    let warning = in_time(world.discord.next_channel_message(60)).await;
    assert!(warning.content.contains("% of this server's budget"), "{}", warning.content);
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (7, 7));
    let shown = world.said(admin("budget show")).await;
    assert!(shown.contains("used this month: $0.28 (100 %)"), "{shown}");
    assert_eq!(world.discord.channel_messages(60).len(), 1, "one warning");
    world.end().await;
}

#[tokio::test]
async fn the_month_comes_in_words_as_a_chart_and_as_a_table() {
    let world = World::registered().await;
    in_time(world.ask(cat()).await.picture()).await;
    in_time(world.ask(cat().by(8).option("model", "ultra")).await.picture()).await;
    world.settled().await;
    let interaction = world.ask(admin("usage")).await;
    let message = in_time(interaction.first(|message| message.attachments.len() == 2)).await;
    assert!(interaction.ack().unwrap().ephemeral);
    assert!(message.content.contains("$0.18; 2 pictures delivered, 2 calls"), "{}", message.content);
    let png = image::load_from_memory(&message.attachments[0].bytes).unwrap();
    assert!(png.width() >= 600);
    let csv = String::from_utf8(message.attachments[1].bytes.to_vec()).unwrap();
    assert!(csv.starts_with("day,member,model,pictures,attempts,usd\r\n"), "{csv}");
    assert!(csv.contains(",7,core,1,1,0.04\r\n") && csv.contains(",8,ultra,1,1,0.14\r\n"), "{csv}");
    world.end().await;
}

#[tokio::test]
async fn a_stranger_is_refused_even_if_discord_lets_the_command_through() {
    let world = World::registered().await;
    for path in ["pause", "defaults show", "audit", "usage"] {
        let stranger = InteractionBuilder::command(&format!("easel {path}")).override_permissions();
        let stranger = if path == "pause" { stranger.option("reason", "mine now") } else { stranger };
        let refused = world.refused(stranger).await;
        assert!(refused.starts_with("`/easel` is for those who may manage this server"), "{refused}");
    }
    in_time(world.ask(cat()).await.picture()).await;
    assert_eq!(world.said(admin("audit")).await, "Nobody has changed anything here yet.");
    world.end().await;
}

#[tokio::test]
async fn wrong_values_are_refused_with_what_is_allowed_and_change_nothing() {
    let world = World::registered().await;
    for (ask, words) in [
        (admin("defaults set"), "at least one setting is missing"),
        (admin("defaults set").option("model", "dalle"), "There is no model `dalle` here"),
        (admin("defaults set").option("style", "cubism"), "`style` was `cubism`; allowed: 3d-model"),
        (admin("defaults set").option("seed", "seven"), "allowed: random, from-prompt, or a whole number"),
        (admin("budget set").option("month", "ten"), "allowed: dollars such as 25"),
        (admin("budget set"), "at least one budget limit is missing"),
        (admin("access allow").option("what", "use"), "`role` or `channel` is missing"),
        (admin("words remove").option("phrase", "mud"), "`mud` is not blocked here"),
        (admin("words add").option("phrase", "dr*"), "only at the end of a word of at least three letters"),
        (admin("audit").option("undo", 9), "There is no entry 9"),
    ] {
        let refused = world.refused(ask).await;
        assert!(refused.contains(words), "{refused}");
    }
    assert_eq!(world.said(admin("audit")).await, "Nobody has changed anything here yet.");
    world.end().await;
}

#[tokio::test]
async fn changes_at_once_leave_an_entry_each() {
    let world = World::registered().await;
    let edits = (0..30).map(|n| world.ask(admin("words add").option("phrase", format!("word{n}"))));
    let interactions = join_all(edits).await;
    in_time(join_all(interactions.iter().map(|interaction| interaction.acknowledged()))).await;
    let entries: u32 = world.db().query_row("SELECT count(*) FROM audit", [], |row| row.get(0)).unwrap();
    let policy: String = world.db().query_row("SELECT policy FROM policies", [], |row| row.get(0)).unwrap();
    let policy: Value = serde_json::from_str(&policy).unwrap();
    assert_eq!((entries, policy["words"].as_array().unwrap().len()), (30, 30));
    let list = world.said(admin("words list")).await;
    assert!(list.contains("||word7||"), "{list}");
    world.end().await;
}

#[tokio::test]
async fn blocked_words_are_refused_with_their_note_and_nothing_is_charged() {
    let world = World::registered().await;
    let note = "no badgers on Mondays";
    world.said(admin("words add").option("phrase", "badger").option("note", note)).await;
    for prompt in ["a badger", "a B\u{200b}ADGER", "a b a d g e r in snow", "b4dg3rs"] {
        let refused = world.refused(InteractionBuilder::command("imagine").option("prompt", prompt)).await;
        assert!(
            refused.contains("words that are blocked in this server (no badgers on Mondays)"),
            "{refused}"
        );
    }
    let flag = InteractionBuilder::command("imagine").option("prompt", "a cat --v badger");
    for ask in [cat().option("negative", "badger"), flag] {
        let refused = world.refused(ask).await;
        assert!(refused.contains("blocked"), "{refused}");
    }
    world.said(admin("words remove").option("phrase", "Badger")).await;
    in_time(
        world.ask(InteractionBuilder::command("imagine").option("prompt", "a badger").by(8)).await.picture(),
    )
    .await;
    assert_eq!(world.bedrock.calls().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_word_that_is_blocked_again_keeps_one_rule_with_the_later_note() {
    let world = World::registered().await;
    world.said(admin("words add").option("phrase", "Voldemort").option("note", "old")).await;
    world.said(admin("words add").option("phrase", "voldemort").option("note", "not him")).await;
    let list = world.said(admin("words list")).await;
    assert!(list.ends_with("||voldemort|| – not him") && !list.contains("old\n"), "{list}");
    assert!(!list.contains("Voldemort"), "{list}");
    world.said(admin("words remove").option("phrase", "VOLDEMORT")).await;
    assert!(world.said(admin("words list")).await.starts_with("No words are blocked"));
    world.end().await;
}

#[tokio::test]
async fn an_age_restricted_channel_can_have_other_rules_and_discord_is_asked_once() {
    let world = World::registered().await;
    world.discord.add_channel(5, 3, false);
    world.discord.add_channel(18, 3, true);
    world.said(admin("words add").option("phrase", "blood").option("age_restricted_too", false)).await;
    let ask = |member, channel| {
        InteractionBuilder::command("imagine").option("prompt", "blood").by(member).in_channel(channel)
    };
    world.refused(ask(7, 5)).await;
    in_time(world.ask(ask(7, 18).nsfw()).await.picture()).await;
    in_time(world.ask(ask(8, 18).nsfw()).await.picture()).await;
    assert_eq!(world.discord.count(Route::Channel), 2);
    world.end().await;
}
