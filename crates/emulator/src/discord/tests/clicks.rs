//! Buttons, selects, forms, and files of any kind.

use reqwest::Response;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{Bot, code, quick};
use crate::discord::{DiscordOptions, InteractionBuilder, Message, TestInteraction};

fn components() -> Value {
    let option = |value: &str| json!({ "label": value, "value": value });
    json!([
        { "type": 1, "components": [
            { "type": 2, "style": 1, "label": "Again", "custom_id": "again" },
            { "type": 2, "style": 2, "label": "Off", "custom_id": "off", "disabled": true },
        ] },
        { "type": 1, "components": [
            { "type": 3, "custom_id": "pick", "max_values": 2, "options": [option("1"), option("2"), option("3")] },
        ] },
    ])
}

/// A message with two buttons and a select, and the interaction that it answers.
async fn shown(bot: &Bot) -> (TestInteraction, Message) {
    let interaction = bot.deferred().await;
    let edited = bot.edit(&interaction, json!({ "content": "done", "components": components() })).await;
    assert_eq!(edited.status(), 200);
    let message = interaction.answered().await;
    (interaction, message)
}

fn with_files(payload: &Value, files: &[(&'static str, &'static str, &'static str)]) -> Form {
    let json = Part::text(payload.to_string()).mime_str("application/json").unwrap();
    files.iter().enumerate().fold(Form::new().part("payload_json", json), |form, (n, (name, kind, text))| {
        let part = Part::bytes(text.as_bytes()).file_name(*name).mime_str(kind).unwrap();
        form.part(format!("files[{n}]"), part)
    })
}

async fn answer(bot: &Bot, interaction: &TestInteraction, form: Form) -> Response {
    let path = format!("/interactions/{}/{}/callback", interaction.id, interaction.token());
    bot.http.post(bot.url(&path)).multipart(form).send().await.unwrap()
}

#[tokio::test]
async fn only_what_a_message_shows_can_be_used() {
    let bot = Bot::start(quick()).await;
    let (_, message) = shown(&bot).await;
    let table = [
        (InteractionBuilder::click(&message, "gone"), "no component `gone`"),
        (InteractionBuilder::click(&message, "off"), "disabled"),
        (InteractionBuilder::click(&message, "pick"), "takes 1 to 2 values, not 0"),
        (InteractionBuilder::choose(&message, "again", &["1"]), "is a button"),
        (InteractionBuilder::choose(&message, "pick", &["1", "2", "3"]), "takes 1 to 2 values, not 3"),
        (InteractionBuilder::choose(&message, "pick", &["4"]), "does not offer `4`"),
        (InteractionBuilder::submit(Some(&message), "form", &[]), "no answer has opened a modal `form`"),
    ];
    for (builder, needle) in table {
        let said = bot.unsendable(&builder);
        assert!(said.contains(needle), "{needle} in {said}");
        assert_eq!(builder.stale().check_against_schema(&bot.discord.state), Ok(()));
    }
    let interaction = bot.discord.interact(InteractionBuilder::choose(&message, "pick", &["1", "3"])).await;
    assert_eq!(interaction.payload()["data"]["component_type"], 3);
}

#[tokio::test]
async fn a_click_can_change_its_message_now_or_later() {
    let bot = Bot::start(quick()).await;
    let (first, message) = shown(&bot).await;
    let click = bot.discord.interact(InteractionBuilder::click(&message, "again")).await;
    let update = json!({ "type": 7, "data": { "content": "with a table", "attachments": [{ "id": 0 }] } });
    let form = with_files(&update, &[("table.csv", "text/csv", "a,b")]);
    assert_eq!(answer(&bot, &click, form).await.status(), 204);
    let changed = first.until(|message| message.content == "with a table").await;
    assert_eq!((changed.id, &changed.attachments[0].bytes[..]), (message.id, &b"a,b"[..]));
    bot.edit(&click, json!({ "content": "again" })).await;
    assert_eq!(first.first(|message| message.content == "again").await.attachments.len(), 1);

    let later = bot.discord.interact(InteractionBuilder::click(&message, "again").by(8)).await;
    assert_eq!(bot.callback(&later, json!({ "type": 6 })).await.status(), 204);
    assert_eq!(later.ack().unwrap().kind, 6);
    assert_eq!(bot.edit(&later, json!({ "content": "later", "attachments": [] })).await.status(), 200);
    assert_eq!(later.answered().await.id, message.id);
    assert!(first.first(|message| message.content == "later").await.attachments.is_empty());

    for (kind, flags) in [(4, 64), (5, 64)] {
        let click = bot.discord.interact(InteractionBuilder::click(&message, "again").by(9)).await;
        let body = json!({ "type": kind, "data": { "content": "mine", "flags": flags } });
        assert_eq!(bot.callback(&click, body).await.status(), 204);
        bot.edit(&click, json!({ "content": "private" })).await;
        let private = click.first(|message| message.content == "private").await;
        assert!(private.id != message.id && private.ephemeral);
    }
    assert_eq!(first.message().unwrap().content, "later");
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn follow_ups_can_be_private_and_carry_files() {
    let bot = Bot::start(quick()).await;
    let (_, message) = shown(&bot).await;
    let click = bot.discord.interact(InteractionBuilder::click(&message, "again")).await;
    bot.callback(&click, json!({ "type": 6 })).await;
    let payload = json!({ "content": "the export", "flags": 64 });
    let form =
        with_files(&payload, &[("all.zip", "application/zip", "PK"), ("all.html", "text/html", "<p>")]);
    let application = DiscordOptions::default().application_id;
    let url = bot.url(&format!("/webhooks/{application}/{}", click.token()));
    assert_eq!(bot.http.post(url).multipart(form).send().await.unwrap().status(), 200);
    let sent = click.followed_up(1).await.remove(0);
    assert!(sent.ephemeral && sent.reply_to == Some(message.id));
    let files: Vec<_> = sent.attachments.iter().map(|file| (&*file.filename, &*file.content_type)).collect();
    assert_eq!(files, [("all.zip", "application/zip"), ("all.html", "text/html")]);
    let served = bot.http.get(&sent.attachments[1].url).send().await.unwrap();
    assert_eq!(
        (served.headers()["content-type"].clone(), &*served.text().await.unwrap()),
        ("text/html".parse().unwrap(), "<p>")
    );
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn an_immediate_answer_can_carry_files_of_which_an_edit_keeps_some() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.discord.interact(InteractionBuilder::command("history")).await;
    let listed = json!([{ "id": 0 }, { "id": 1, "description": "a page" }]);
    let body = json!({ "type": 4, "data": { "flags": 64, "attachments": listed } });
    let files = [("a.csv", "text/csv; charset=utf-8", "a,b"), ("a.html", "text/html", "<p>")];
    assert_eq!(answer(&bot, &interaction, with_files(&body, &files)).await.status(), 204);
    assert!(interaction.ack().unwrap().ephemeral);
    let message = interaction.answered().await;
    assert_eq!((&message.attachments[0].bytes[..], message.attachments[0].width), (&b"a,b"[..], None));
    let page = &message.attachments[1];
    assert_eq!(page.description.as_deref(), Some("a page"));
    let kept = json!({ "attachments": [{ "id": page.id.to_string() }] });
    assert_eq!(bot.edit(&interaction, kept).await.status(), 200);
    let left = interaction.message().unwrap().attachments;
    assert_eq!((left.len(), left[0].id), (1, page.id));
    let dropped = json!({ "attachments": [{ "id": message.attachments[0].id.to_string() }] });
    assert_eq!(code(bot.edit(&interaction, dropped).await).await, (400, 50035), "it is gone");
}

#[tokio::test]
async fn a_form_takes_what_its_fields_take() {
    let bot = Bot::start(quick()).await;
    let (_, message) = shown(&bot).await;
    let input = json!({ "type": 4, "style": 1, "label": "Prompt", "custom_id": "prompt", "max_length": 9 });
    let modal = |input: &Value| {
        let rows = json!([{ "type": 1, "components": [input] }]);
        json!({ "type": 9, "data": { "custom_id": "form", "title": "Again", "components": rows } })
    };
    let click = bot.discord.interact(InteractionBuilder::click(&message, "again")).await;
    for (key, value) in [
        ("label", Value::Null),
        ("max_length", json!(4001)),
        ("min_length", json!(10)),
        ("value", json!("x".repeat(10))),
    ] {
        let mut wrong = input.clone();
        wrong[key] = value;
        assert_eq!(code(bot.callback(&click, modal(&wrong)).await).await, (400, 50035), "{wrong}");
    }
    bot.discord.take_violations();
    assert_eq!(bot.callback(&click, modal(&input)).await.status(), 204);
    let submit = |fields: &[(&str, &str)]| InteractionBuilder::submit(Some(&message), "form", fields);
    for (fields, needle) in [
        (&[("prompt", "ten letters")][..], "not 11"),
        (&[("other", "x")], "no field `other`"),
        (&[], "cannot be sent without \"prompt\""),
    ] {
        let said = bot.unsendable(&submit(fields));
        assert!(said.contains(needle), "{needle} in {said}");
    }
    let filled = bot.discord.interact(submit(&[("prompt", "a dog")])).await;
    assert_eq!(bot.callback(&filled, modal(&input)).await.status(), 400, "no form after a form");
    bot.discord.take_violations();
    assert_eq!(bot.callback(&filled, json!({ "type": 6 })).await.status(), 204);
    bot.edit(&filled, json!({ "content": "a dog" })).await;
    assert_eq!(filled.answered().await.id, message.id);
    assert_eq!(bot.discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn selects_are_checked() {
    let bot = Bot::start(quick()).await;
    let interaction = bot.deferred().await;
    let option = |value: &str| json!({ "label": value, "value": value, "default": true });
    let select = |least: u64, most: u64| {
        json!({ "components": [{ "type": 1, "components": [
        { "type": 3, "custom_id": "s", "min_values": least, "max_values": most, "options": [option("1"), option("2")] },
    ] }] })
    };
    for (least, most) in [(0, 0), (2, 1), (0, 1), (0, 3), (26, 26)] {
        assert_eq!(
            code(bot.edit(&interaction, select(least, most)).await).await,
            (400, 50035),
            "{least} {most}"
        );
    }
    assert_eq!(bot.edit(&interaction, select(0, 2)).await.status(), 200);
}
