//! Discord posts interactions to the bot: the same answers as through the Gateway, and nothing for anybody else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::Bytes;
use easel_emulator::discord::{
    DiscordOptions, EndpointResponse, Fault, InteractionBuilder, Route, TestInteraction,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Setup, World, admin, in_time, png};

fn cat() -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a cat")
}

async fn world() -> World {
    World::serving(Setup::default()).await
}

fn now() -> i64 {
    easel::app::clock::Clock::System.now().unix_timestamp()
}

/// Posts a body with a good signature over this timestamp.
async fn posted(world: &World, body: impl Into<Bytes>, timestamp: &str) -> EndpointResponse {
    let body = body.into();
    let signature = world.discord.sign(timestamp, &body);
    world.discord.post_again(body, &signature, timestamp).await.unwrap()
}

fn payload(interaction: &TestInteraction) -> Bytes {
    interaction.payload().to_string().into()
}

#[tokio::test]
async fn an_order_becomes_a_picture() {
    let world = world().await;
    let interaction = world.ask(cat().option("count", 2).option("style", "anime")).await;
    let message = in_time(interaction.picture()).await;
    assert_eq!(interaction.ack().unwrap().kind, 5);
    assert!(message.content.contains("`core` · 1:1 · anime"), "{}", message.content);
    world.settled().await;
    world.delivered_equals_archived(&[message]);
    world.end().await;
}

#[tokio::test]
async fn every_kind_of_interaction_is_understood() {
    let mut world = world().await;
    let file = world.discord.upload("fox.png", "image/png", png(128, 128));
    let order = cat().attachment("image", &file).option("model", "sd3.5").option("strength", 0.5);
    let message = in_time(world.ask(order).await.picture()).await;
    assert_eq!(world.bedrock.calls()[0].body["mode"], "image-to-image");
    let choices =
        in_time(world.ask(InteractionBuilder::autocomplete("imagine", "style", "ani")).await.choices()).await;
    assert_eq!(choices[0].0, "anime");
    assert!(
        world.said(admin("limits set").option("daily", 1).role_option("role", 20)).await.starts_with("Done.")
    );
    let stranger =
        InteractionBuilder::command("easel pause").option("reason", "mine now").override_permissions();
    assert!(world.refused(stranger).await.starts_with("`/easel` is for those who may manage"));
    world.kill_and_restart().await;
    let details = message.custom_ids().into_iter().find(|id| id.starts_with("v1:details:")).unwrap();
    assert!(
        world
            .said(InteractionBuilder::click(&message, &details))
            .await
            .contains("model: **sd3.5** (from the request)")
    );
    let begun = in_time(
        world.ask(InteractionBuilder::command("session start").option("title", "Owls")).await.answered(),
    )
    .await;
    assert!(begun.content.starts_with("**Owls**"), "{}", begun.content);
    let private = in_time(world.ask(cat().in_dm(900).by(9)).await.picture()).await;
    assert!(!private.attachments.is_empty());
    assert!(world.refused(cat().option("style", "cubism").stale()).await.starts_with("`style` was `cubism`"));
    world.end().await;
}

#[tokio::test]
async fn whoever_cannot_sign_is_told_401_and_nothing_is_read() {
    let world = world().await;
    let interaction = world.imagine("a cat").await;
    in_time(interaction.picture()).await;
    world.settled().await;
    let (body, at) = (payload(&interaction), now().to_string());
    let good = world.discord.sign(&at, &body);
    let earlier = (now() - 301).to_string();
    let later = (now() + 310).to_string();
    let turned = format!("{}{}", &good[64..], &good[..64]);
    for (signature, timestamp, body) in [
        (good.as_str(), at.as_str(), Bytes::from_static(b"{\"type\":1}")),
        (&good, "", body.clone()),
        ("", &at, body.clone()),
        (&good[..100], &at, body.clone()),
        (&turned, &at, body.clone()),
        (&world.discord.sign(&earlier, &body), &earlier, body.clone()),
        (&world.discord.sign(&later, &body), &later, body.clone()),
        (&"0".repeat(128), &at, Bytes::from_static(b"\xff{{{")),
    ] {
        let answer = world.discord.post_again(body, signature, timestamp).await.unwrap();
        assert_eq!((answer.status, answer.body.as_ref()), (401, b"invalid request signature\n".as_slice()));
    }
    assert_eq!(world.bedrock.calls().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn the_log_says_once_why_requests_are_refused() {
    let world = world().await;
    let refusals = || -> Vec<String> {
        let log = world.log();
        log.lines().filter(|line| line.contains("was refused")).map(str::to_owned).collect()
    };
    // Discord tried a wrong signature before it took the endpoint.
    let key = refusals();
    assert!(key.len() == 1 && key[0].contains("not signed under DISCORD_PUBLIC_KEY"), "{key:?}");
    for _ in 0..3 {
        for seconds in [-1000, 1000] {
            assert_eq!(posted(&world, "{\"type\":1}", &(now() + seconds).to_string()).await.status, 401);
        }
        let wrong = world.discord.sign("0", b"{}");
        for (signature, timestamp) in [(wrong.as_str(), now()), (&wrong, now() - 1000), ("", now())] {
            let answer = world.discord.post_again(Bytes::new(), signature, &timestamp.to_string()).await;
            assert_eq!(answer.unwrap().status, 401);
        }
    }
    let said = refusals();
    assert_eq!(said.len(), 3, "{said:?}");
    let (_, clock) = said[1].split_once("this machine's clock is ").unwrap();
    let off: u64 = clock.split_once(" s away from Discord's").unwrap().0.parse().unwrap();
    assert!((1000..1060).contains(&off), "{clock}");
    assert!(said[2].contains("X-Signature-Ed25519"), "{}", said[2]);
    world.end().await;
}

#[tokio::test]
async fn a_clock_four_minutes_off_does_no_harm() {
    let world = world().await;
    for seconds in [-240, 240] {
        let answer = posted(&world, "{\"type\":1}", &(now() + seconds).to_string()).await;
        assert_eq!((answer.status, answer.body.as_ref()), (200, b"{\"type\":1}".as_slice()));
    }
    world.end().await;
}

#[tokio::test]
async fn an_interaction_that_comes_again_is_not_generated_again() {
    let mut world = world().await;
    let interaction = world.imagine("a cat").await;
    in_time(interaction.picture()).await;
    let again = posted(&world, payload(&interaction), &now().to_string()).await;
    assert_eq!((again.status, again.body.len()), (202, 0));
    world.kill_and_restart().await;
    let again = posted(&world, payload(&interaction), &now().to_string()).await;
    assert_eq!(again.status, 202);
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (1, 1));
    world.end().await;
}

#[tokio::test]
async fn what_was_ordered_before_is_not_refused_whatever_has_changed_since() {
    let world = world().await;
    world.said(admin("limits set").option("burst", 1).option("per_minute", 1)).await;
    let interaction = world.imagine("a cat").await;
    in_time(interaction.picture()).await;
    assert!(world.refused(cat()).await.starts_with("That was quick!"), "the rate is used up");
    for change in [
        admin("pause").option("reason", "the exhibition is full"),
        admin("words add").option("phrase", "cat"),
        admin("models deny").option("model", "core"),
        admin("budget set").option("month", "0.01"),
    ] {
        world.said(change).await;
        let again = posted(&world, payload(&interaction), &now().to_string()).await;
        assert_eq!((again.status, again.body.len()), (202, 0));
    }
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (1, 1));
    world.end().await;
}

#[tokio::test]
async fn bodies_that_discord_would_not_send_are_refused_without_a_5xx() {
    let world = world().await;
    let at = now().to_string();
    let deep = format!("{{\"type\":2,\"data\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let wrong_types =
        json!({ "type": 2, "id": 5, "application_id": [], "token": {}, "data": "words" }).to_string();
    for body in [
        b"".to_vec(),
        b"{\"type\":2".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        deep.into_bytes(),
        wrong_types.into_bytes(),
    ] {
        let answer = posted(&world, body, &at).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    assert_eq!(posted(&world, vec![b' '; 1024 * 1024 + 1], &at).await.status, 413);
    assert_eq!(posted(&world, "{\"type\":1}", &at).await.status, 200, "others are served");
    world.end().await;
}

/// Where the values of a JSON stand, inner and outer ones.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let inner: Vec<_> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        let at = format!("{at}/{name}");
        pointers(value, &at, found);
        found.push(at);
    }
}

#[tokio::test]
async fn whatever_an_interaction_looks_like_its_token_is_in_no_log() {
    let variables = vec![("EASEL_LOG", "trace".to_owned())];
    let world = World::serving(Setup { variables, ..Setup::default() }).await;
    let interaction = world.ask(cat().option("style", "anime").option("count", 1)).await;
    in_time(interaction.picture()).await;
    world.settled().await;
    let (sent, token, at) = (interaction.payload(), interaction.token(), now().to_string());
    let mut places = Vec::new();
    pointers(sent, "", &mut places);
    let values =
        [json!(token), json!([token]), json!({ token: token }), json!(999), json!(-0.5), Value::Null];
    for (place, value) in places.iter().flat_map(|place| values.iter().map(move |value| (place, value))) {
        let mut changed = sent.clone();
        *changed.pointer_mut(place).unwrap() = value.clone();
        let answer = posted(&world, changed.to_string(), &at).await;
        assert!(answer.status < 500, "{place}: {value}: {answer:?}");
    }
    let cut = sent.to_string();
    for length in (0..cut.len()).step_by(40) {
        assert_eq!(posted(&world, cut[..length].to_owned(), &at).await.status, 400);
    }
    let log = world.log();
    assert!(!log.contains(token), "{}", log.lines().find(|line| line.contains(token)).unwrap());
    assert!(log.contains("an interaction of an unknown shape was not understood; is there a newer Easel?"));
    assert!(log.contains("error=a field is missing, or its value has another shape (line 1, column "));
    world.end().await;
}

#[tokio::test]
async fn clients_that_are_slow_are_cut_off_and_hold_nobody_up() {
    let world = world().await;
    let address = world.address().trim_start_matches("http://").to_owned();
    let slow: Vec<_> = (0..50)
        .map(|_| {
            let mut socket = TcpStream::connect(&address).unwrap();
            let head = "POST /interactions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{";
            socket.write_all(head.as_bytes()).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            socket
        })
        .collect();
    in_time(world.imagine("a cat").await.picture()).await;
    for mut socket in slow {
        let answer = tokio::task::spawn_blocking(move || {
            let mut answer = [0; 12];
            socket.read_exact(&mut answer).map(|()| answer)
        });
        assert_eq!(&in_time(answer).await.unwrap().unwrap(), b"HTTP/1.1 408");
    }
    world.end().await;
}

#[tokio::test]
async fn killed_while_it_generates_it_goes_on_after_the_restart() {
    let mut world = world().await;
    world.may_count_calls_that_were_not_made();
    let interaction = world.imagine("a cat").await;
    in_time(interaction.acknowledged()).await;
    world.kill_and_restart().await;
    in_time(interaction.picture()).await;
    world.settled().await;
    assert_eq!(world.pictures_for(&interaction).len(), 1);
    world.end().await;
}

#[tokio::test]
async fn discord_out_of_order_on_the_last_edit_costs_nothing() {
    let world = world().await;
    world.discord.fault(Route::EditOriginal, Fault::Status(500), 2);
    let message = in_time(world.imagine("a cat").await.picture()).await;
    assert_eq!(message.attachments.len(), 1);
    world.end().await;
}

/// Asks again for as long as a busy machine refuses in time what it cannot admit in time.
async fn admitted(world: &World, member: u64) -> TestInteraction {
    loop {
        let interaction = world.ask(cat().by(member)).await;
        let ack = in_time(interaction.acknowledged()).await;
        if ack.kind == 5 {
            return interaction;
        }
        let said = ack.data["content"].as_str().unwrap();
        assert!(said.contains("Nothing was charged"), "{said}");
    }
}

#[tokio::test]
async fn a_hundred_members_at_once_are_served_whatever_sigterm_interrupts() {
    // How soon a hundred are answered is measured by benches/interactions; here a busy machine has its time.
    let discord = DiscordOptions { ack_window: Duration::from_secs(60), ..DiscordOptions::default() };
    let mut world = World::serving(Setup { discord, ..Setup::default() }).await;
    world.said(admin("limits set").option("burst", 50)).await;
    let interactions = join_all((100..200).map(|member| admitted(&world, member))).await;
    world.stop().await;
    world.start().await;
    in_time(join_all(interactions.iter().map(TestInteraction::picture))).await;
    for interaction in &interactions {
        assert_eq!(world.pictures_for(interaction).len(), 1);
    }
    world.settled().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (100, 100));
    world.end().await;
}

#[tokio::test]
async fn health_is_told_to_whoever_asks() {
    let world = world().await;
    for (path, said) in [("healthz", "ok\n"), ("readyz", "ready\n")] {
        let answer = reqwest::get(format!("{}/{path}", world.address())).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, said));
    }
    let answer = reqwest::get(format!("{}/images", world.address())).await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
    world.end().await;
}

#[tokio::test]
async fn what_is_missing_is_said_with_its_remedy() {
    let world = World::without_bot(Setup::default()).await;
    let (code, _, err) = world.run(&["serve"]).await;
    assert!(code == 1 && err.contains("DISCORD_PUBLIC_KEY is not set"), "{err}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let variables = vec![
        ("DISCORD_PUBLIC_KEY", world.discord.public_key()),
        ("EASEL_HTTP_ADDR", taken.local_addr().unwrap().to_string()),
    ];
    let world = World::without_bot(Setup { variables, ..Setup::default() }).await;
    let (code, _, err) = world.run(&["serve"]).await;
    assert!(code == 1 && err.contains("EASEL_HTTP_ADDR: cannot listen on 127.0.0.1:"), "{err}");
}
