//! What people do wrongly, by accident or on purpose: each time a sentence, no charge, and the bot lives on.

use bytes::Bytes;
use easel_emulator::discord::{Attachment, Fault, InteractionBuilder, Message, Route};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::net::TcpListener;

use crate::support::{Setup, World, in_time, png};

fn ask(prompt: &str) -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", prompt)
}

/// Nobody was charged, nothing was asked of a model, and the bot still works.
async fn nothing_happened(world: World) {
    assert_eq!((world.bedrock.calls().len(), world.sum("attempted"), world.sum("delivered")), (0, 0, 0));
    in_time(world.ask(ask("all is well").by(999)).await.picture()).await;
    world.end().await;
}

#[tokio::test]
async fn each_wrong_option_is_named_in_private_with_what_is_allowed() {
    let world = World::new().await;
    let cat = || ask("a cat");
    let file = world.discord.upload("a.png", "image/png", png(640, 640));
    let table = [
        (
            cat().option("model", "dall-e"),
            "There is no model `dall-e` here. Available: `core`, `ultra`, `sd3.5`.",
        ),
        (
            cat().option("model", "us.stability.stable-image-inpaint-v1:0"),
            "`inpaint` edits pictures and cannot paint from a prompt. Use `core` instead.",
        ),
        (
            cat().option("model", "stability.stable-diffusion-xl-v0"),
            "`stability.stable-diffusion-xl-v0` reached its end of life on 2024-04-30: Amazon Bedrock no longer serves it. Use `core` instead.",
        ),
        (cat().option("model", "sdxl"), "`sdxl` reached its end of life on 2025-05-20"),
        (cat().option("seed", -1), "`seed` was `-1`; allowed: a whole number from 0 to 4294967294."),
        (cat().option("seed", 4_294_967_295_i64), "`seed` was `4294967295`; allowed"),
        (cat().option("count", 0), "`count` was `0`; allowed: a whole number from 1 to 4."),
        (cat().option("count", 5), "`count` was `5`; allowed"),
        (cat().option("aspect", "7:3"), "`aspect` was `7:3`; allowed: 16:9, 1:1,"),
        (cat().option("style", "gothic"), "`style` was `gothic`; allowed: 3d-model, analog-film,"),
        (cat().option("cfg", 10), "`core` does not know `cfg`. Leave `cfg` out; no model here knows it."),
        (cat().option("steps", 120), "`core` does not know `steps`."),
        (cat().option("strength", 0.5), "add one with `image`, or leave `strength` out."),
        (
            cat().option("model", "sd3.5").attachment("image", &file).option("strength", 1.5),
            "`strength` was `1.5`; allowed: a number from 0 (keep the picture) to 1 (ignore it).",
        ),
        (
            cat().option("model", "core").attachment("image", &file),
            "`core` does not know `image`. Leave `image` out, or pick a model that does: `sd3.5`.",
        ),
        (ask("--ar 16:9 --seed 7"), "There is no prompt to paint."),
        (ask(" \n "), "There is no prompt to paint."),
        (ask("a cat --fps 50"), "`--fps` is not a flag of Easel. Known flags: `--ar 16:9`"),
        (ask("a cat --repeat 50"), "`repeat` was `50`; allowed: a whole number from 1 to 16."),
        (ask("{a, b, c, d, e} {1, 2, 3, 4} cat"), "One order can bring at most 16 different pictures here."),
        (ask("a cat --seed"), "`--seed` needs a value. Known flags"),
        (ask("a cat --seed seven"), "`--seed` needs a number"),
        (ask("a cat --ar 16:9").option("aspect", "1:1"), "`--ar` is said twice, or as an option as well"),
        (ask(&"x".repeat(4001)), "The prompt has 4001 characters; at most 4000 are allowed."),
        (
            cat().option("negative", "x".repeat(4001)),
            "The negative prompt has 4001 characters; at most 4000 are allowed.",
        ),
    ];
    for (member, (ask, needle)) in (100..).zip(table) {
        let said = world.refused(ask.by(member).stale()).await;
        assert!(said.contains(needle), "{needle} in {said}");
    }
    nothing_happened(world).await;
}

#[tokio::test]
async fn what_a_stranger_typed_cannot_break_out_of_a_refusal() {
    let world = World::new().await;
    for name in ["`@everyone` <@8> **x**", "a\nb\u{202e}c", &"long".repeat(600)] {
        let said = world.refused(ask("a cat").option("model", name).by(11)).await;
        assert!(said.chars().count() < 300 && !said.contains('\n') && !said.contains('\u{202e}'), "{said}");
        assert_eq!(said.matches('`').count(), 8, "four names in quotes: {said}");
    }
    nothing_happened(world).await;
}

#[tokio::test]
async fn the_fourth_request_in_a_moment_is_told_when_it_is_free() {
    let world = World::new().await;
    for _ in 0..3 {
        in_time(world.imagine("a cat").await.picture()).await;
    }
    let said = world.refused(ask("a cat")).await;
    let free_at = moment(&said);
    let now = now().unix_timestamp();
    assert!(said.contains("Nothing was charged") && (now..now + 12).contains(&free_at), "{said}");
    in_time(world.ask(ask("another member is free").by(8)).await.picture()).await;
    assert_eq!(world.bedrock.calls().len(), 4);
    world.end().await;
}

#[tokio::test]
async fn an_order_that_discord_delivers_again_is_not_told_off_for_its_speed() {
    let world = World::new().await;
    let interactions = [world.imagine("one").await, world.imagine("two").await, world.imagine("three").await];
    for interaction in &interactions {
        in_time(interaction.picture()).await;
    }
    for interaction in &interactions {
        world.discord.replay(interaction).await;
    }
    world.refused(ask("four")).await;
    let callbacks = |world: &World| world.discord.count(Route::Callback);
    assert_eq!(callbacks(&world), 4, "nothing more was said to the first three");
    world.end().await;
}

#[tokio::test]
async fn a_month_whose_budget_is_used_up_says_so_and_when_the_next_begins() {
    let variables = vec![("EASEL_MONTHLY_BUDGET_USD", "0.04".to_owned())];
    let world = World::with(Setup { variables, ..Setup::default() }).await;
    let dear = world.refused(ask("a cat").option("count", 2).by(6)).await;
    assert!(dear.contains("budget of $0.04, of which $0.00 is spent"), "{dear}");
    in_time(world.imagine("a cat").await.picture()).await;
    let said = world.refused(ask("a cat").by(8)).await;
    assert!(
        said.contains("this Easel's monthly budget of $0.04, of which $0.04 is spent or reserved"),
        "{said}"
    );
    let free_at = OffsetDateTime::from_unix_timestamp(moment(&said)).unwrap();
    assert!(free_at > now() && (free_at.day(), free_at.time()) == (1, time::Time::MIDNIGHT), "{free_at}");
    assert_eq!(world.bedrock.calls().len(), 1);
    world.end().await;
}

/// The moment in `<t:…:R>`.
fn moment(said: &str) -> i64 {
    let (digits, _) = said.split_once("<t:").unwrap().1.split_once(":R>").unwrap();
    digits.parse().unwrap()
}

fn now() -> OffsetDateTime {
    easel::app::clock::Clock::System.now()
}

fn from(file: &Attachment) -> InteractionBuilder {
    ask("the same in winter").option("model", "sd3.5").attachment("image", file)
}

#[tokio::test]
async fn files_that_cannot_be_used_are_refused_by_their_description() {
    let world = World::new().await;
    let good = world.discord.upload("a.png", "image/png", png(640, 640));
    let table = [
        (world.discord.upload("notes.txt", "text/plain", "hello"), "it is of type `text/plain`"),
        (world.discord.upload("a.gif", "image/gif", "GIF89a"), "it is of type `image/gif`"),
        (world.discord.upload("bomb.png", "image/png", bomb(30_000)), "30000×30000 pixels are too many"),
        (world.discord.upload("dot.png", "image/png", png(8, 8)), "8×8 pixels are too few"),
        (Attachment { size: 17 << 20, ..good.clone() }, "it is too large"),
        (Attachment { size: 0, ..good.clone() }, "it is empty"),
    ];
    for (member, (file, needle)) in (100..).zip(table) {
        let said = world.refused(from(&file).by(member)).await;
        assert!(said.contains(needle) && said.contains("Attach a PNG, JPEG or WebP picture"), "{said}");
    }
    assert_eq!(world.discord.count(Route::Cdn), 0, "nothing was fetched");
    nothing_happened(world).await;
}

#[tokio::test]
async fn only_discords_own_file_store_is_ever_called() {
    let world = World::new().await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let good = world.discord.upload("a.png", "image/png", png(640, 640));
    let address = elsewhere.local_addr().unwrap();
    for url in [format!("http://{address}/a.png"), "file:///etc/passwd".to_owned(), "nonsense".to_owned()] {
        let said = world.refused(from(&Attachment { url, ..good.clone() }).by(11)).await;
        assert!(said.contains("it does not lie on Discord's servers"), "{said}");
    }
    let called = elsewhere.into_std().unwrap().accept();
    assert_eq!(called.unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody came");
    nothing_happened(world).await;
}

#[tokio::test]
async fn a_file_that_lied_about_itself_is_refused_once_it_is_fetched() {
    let world = World::new().await;
    let lie = |content: Bytes| {
        let file = world.discord.upload("a.png", "image/png", content);
        Attachment { width: None, height: None, ..file }
    };
    let good = world.discord.upload("a.png", "image/png", png(640, 640));
    let gone = Attachment { url: good.url.replace("/a.png", "/b.png"), ..good.clone() };
    let table = [
        (lie("I am no picture".into()), None, "it is not a picture, or it is damaged"),
        (lie(png(640, 640)[..20].to_vec().into()), None, "it is not a picture, or it is damaged"),
        (lie(bomb(30_000).into()), None, "30000×30000 pixels are too many"),
        (lie(png(8, 8).into()), None, "8×8 pixels are too few"),
        (gone, None, "it could not be fetched from Discord"),
        (good.clone(), Some(Fault::Endless), "it is too large"),
        (good.clone(), Some(Fault::Declared(1 << 40)), "it is too large"),
        (good.clone(), Some(Fault::Status(403)), "it could not be fetched from Discord"),
    ];
    for (member, (file, fault, needle)) in (100..).zip(table) {
        if let Some(fault) = fault {
            world.discord.fault(Route::Cdn, fault, 1);
        }
        let message = in_time(world.ask(from(&file).by(member)).await.answered()).await;
        assert!(message.content.contains(needle) && message.attachments.is_empty(), "{}", message.content);
    }
    world.settled().await;
    nothing_happened(world).await;
}

/// A small file that unpacks to a huge picture.
fn bomb(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; (side.div_ceil(8) * side) as usize]).unwrap();
    drop(writer);
    assert!(bytes.len() < 1_000_000, "{}", bytes.len());
    bytes
}

#[tokio::test]
async fn a_prompt_can_neither_ping_nor_format_nor_hide_anything() {
    let world = World::new().await;
    let prompts = [
        "@everyone @here <@8> <@&9> <#5> ```rm -rf``` **bold** # head [a](https://evil.example)",
        "evil \u{202e}gnp.exe\u{202c} \u{2066}x\u{2069} \u{200b}zero \u{61c}mark",
        "line one\n# line two\r\n> line three\u{2028}line four",
        "🗼👩‍🚀 e\u{301} 灯台 لوحة",
        &"@everyone ".repeat(399),
        &"🗼".repeat(4000),
        &"\\`*_~|<>[]()@:-#".repeat(250),
    ];
    for (member, prompt) in (100..).zip(prompts) {
        let order = ask(prompt).option("negative", prompt).by(member);
        let message = in_time(world.ask(order).await.picture()).await;
        is_harmless(&message);
        assert!(!message.attachments[0].description.as_deref().unwrap_or_default().contains('\u{202e}'));
        world.settled().await;
    }
    let mut recorded: Vec<_> = world.archived("json").iter().map(|record| prompt_of(record)).collect();
    let mut typed: Vec<_> = prompts.iter().map(|prompt| prompt.trim().to_owned()).collect();
    recorded.sort();
    typed.sort();
    assert_eq!(recorded, typed, "the record keeps what was typed");
    world.end().await;
}

fn prompt_of(record: &[u8]) -> String {
    let record: Value = serde_json::from_slice(record).unwrap();
    record["request"]["prompt"].as_str().unwrap().to_owned()
}

fn is_harmless(message: &Message) {
    let content = &message.content;
    assert_eq!((message.mentions.as_slice(), message.mentions_everyone), (&[][..], false), "{content}");
    assert_eq!(message.allowed_mentions, json!({ "parse": [] }));
    assert!(content.chars().count() <= 2000, "{}", content.chars().count());
    for line in content.split(['\n', '\u{2028}', '\u{2029}']) {
        assert!(line.starts_with("> ") || line.starts_with("-# "), "a line of somebody else: {line}");
    }
    for hidden in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{61c}', '\r'] {
        assert!(!content.contains(hidden), "{hidden:?} in {content:?}");
    }
    let plain = content.replace("\\\\", "").replace("\\`", "").replace("\\*", "").replace("\\[", "");
    for live in ["```", "**", "]("] {
        assert!(!plain.contains(live), "{live} in {content}");
    }
}

#[tokio::test]
async fn what_this_version_does_not_know_is_answered_in_private() {
    let world = World::new().await;
    let said = world.refused(InteractionBuilder::command("paint")).await;
    assert!(said.contains("`/paint`") && said.contains("/help"), "{said}");
    let message = in_time(world.imagine("a cat").await.picture()).await;
    for ask in [
        InteractionBuilder::click(&message, "v9:again:01ABC:0"),
        InteractionBuilder::choose(&message, "v9:pick", &["1"]),
        InteractionBuilder::submit(Some(&message), "v9:remix", &[("prompt", "a dog")]),
    ] {
        let said = world.refused(ask.stale()).await;
        assert!(said.contains("that button or form") && said.contains("`/help`"), "{said}");
    }
    let after = world.discord.channel_messages(5).into_iter().find(|shown| shown.id == message.id).unwrap();
    assert_eq!((after.content, after.attachments.len()), (message.content, 1), "the message stays as it was");
    world.end().await;
}
