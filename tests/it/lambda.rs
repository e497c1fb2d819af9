//! The two functions of Lambda in AWS's emulator of its runtime: crashes, time-outs, and everything that comes twice.

use std::sync::Arc;

use easel::domain::digest::sha256_hex;
use easel_emulator::discord::{InteractionBuilder, Route, TestInteraction, When};
use serde_json::{Value, json};
use ulid::Ulid;

use crate::archive::server;
use crate::s3_faults::{Fault, Proxy};
use crate::support::api_gateway::Gateway;
use crate::support::cloud::Cloud;
use crate::support::function::Function;
use crate::support::sandbox::Sandbox;
use crate::support::{Setup, World, in_time};

/// Longer than any story.
const LONG: u32 = 60;

/// A world, its cloud, the function `work`, and the function `front` behind API Gateway, to which Discord posts.
struct Deployed {
    world: World,
    cloud: Cloud,
    work: Function,
    front: Arc<Sandbox>,
    _gateway: Gateway,
}

impl Deployed {
    async fn new() -> Deployed {
        Deployed::with(LONG, |setup| setup).await
    }

    /// A function `work` with so many seconds for an event, in a world that differs by `change`.
    async fn with(seconds: u32, change: impl FnOnce(Setup) -> Setup) -> Deployed {
        let cloud = Cloud::new().await;
        let mut world = World::without_bot(change(cloud.setup())).await;
        world.set("DISCORD_PUBLIC_KEY", world.discord.public_key());
        let work = Function::start(&world, "work", seconds).await;
        let front = Arc::new(Sandbox::start(&world, "front").await);
        let gateway = Gateway::before(front.clone()).await;
        world.discord.set_endpoint(&format!("{}/interactions", gateway.address)).await.unwrap();
        let (code, _, err) = world.run(&["register"]).await;
        assert_eq!(code, 0, "{err}");
        Deployed { world, cloud, work, front, _gateway: gateway }
    }

    /// Once the dead one's lease is over, its message brings the one picture, after so many calls in all.
    async fn goes_on(&self, interaction: &TestInteraction, event: &Value, calls: usize) {
        self.cloud.time_goes_by().await;
        assert_eq!(self.work.invoke(event).await, nothing_failed());
        in_time(interaction.picture()).await;
        assert_eq!(self.world.pictures_for(interaction).len(), 1);
        self.cloud.ended(&self.world, calls, 1).await;
    }
}

/// A setup whose archive is reached through this address.
fn behind(mut setup: Setup, address: &str) -> Setup {
    setup.variables.push(("AWS_ENDPOINT_URL_S3", address.to_owned()));
    setup
}

fn nothing_failed() -> Value {
    json!({ "batchItemFailures": [] })
}

fn it_comes_again() -> Value {
    json!({ "batchItemFailures": [{ "itemIdentifier": "message-1" }] })
}

#[tokio::test]
async fn one_function_takes_an_order_and_the_other_runs_it_on_ministack() {
    let easel = Deployed::new().await;
    let Deployed { world, cloud, work, .. } = &easel;
    let interaction = world.imagine("a fox").await;
    assert_eq!(in_time(interaction.acknowledged()).await.kind, 5);
    assert_eq!(work.invoke(&cloud.event().await).await, nothing_failed());
    let message = in_time(interaction.picture()).await;
    assert_eq!(message.attachments.len(), 1);
    cloud.ended(world, 1, 1).await;
}

#[tokio::test]
async fn what_follows_an_answer_is_done_behind_it_on_ministack() {
    let easel = Deployed::new().await;
    let Deployed { world, cloud, front, .. } = &easel;
    let interaction = world.ask(InteractionBuilder::command("session start").option("title", "Owls")).await;
    assert_eq!(in_time(interaction.acknowledged()).await.kind, 5);
    let begun = in_time(interaction.answered()).await;
    assert!(begun.content.starts_with("**Owls**"), "{}", begun.content);
    front.is_frozen().await;
    cloud.ended(world, 0, 0).await;
}

#[tokio::test]
async fn killed_while_the_model_generates_it_is_generated_again_at_most_once_on_ministack() {
    let easel = Deployed::new().await;
    let Deployed { world, cloud, work, .. } = &easel;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    let event = cloud.event().await;
    let (said, ()) = tokio::join!(work.invoke(&event), async {
        in_time(held.reached()).await;
        work.lose();
    });
    assert!(said.to_string().contains("Runtime.ExitError"), "{said}");
    drop(held);
    easel.goes_on(&interaction, &event, 2).await;
}

#[tokio::test]
async fn killed_between_the_models_answer_and_the_archive_it_is_generated_once_more_on_ministack() {
    let (proxy, address, _server) = Proxy::start(server("EASEL_TEST_S3_MINISTACK"), &[Fault::Hold]).await;
    let easel = Deployed::with(LONG, |setup| behind(setup, &address)).await;
    let Deployed { world, cloud, work, .. } = &easel;
    let interaction = world.imagine("a fox").await;
    let event = cloud.event().await;
    tokio::join!(work.invoke(&event), async {
        in_time(proxy.seen(1)).await;
        work.lose();
    });
    easel.goes_on(&interaction, &event, 2).await;
}

#[tokio::test]
async fn killed_between_archive_and_channel_it_is_not_generated_again_on_ministack() {
    let easel = Deployed::new().await;
    let Deployed { world, cloud, work, .. } = &easel;
    let held = world.discord.hold(Route::EditOriginal, When::Before);
    let interaction = world.imagine("a fox").await;
    let event = cloud.event().await;
    tokio::join!(work.invoke(&event), async {
        in_time(held.reached()).await;
        work.lose();
    });
    held.release();
    easel.goes_on(&interaction, &event, 1).await;
}

#[tokio::test]
async fn what_does_not_fit_into_a_functions_time_is_given_back_and_goes_on_on_ministack() {
    let easel = Deployed::with(5, |setup| setup).await;
    let Deployed { world, cloud, work, .. } = &easel;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    assert_eq!(work.invoke(&cloud.event().await).await, it_comes_again());
    assert_eq!(cloud.queue.messages().await, [1, 0], "it comes at once");
    drop(held);
    assert_eq!(work.invoke(&cloud.event().await).await, nothing_failed());
    in_time(interaction.picture()).await;
    cloud.ended(world, 2, 1).await;
}

#[tokio::test]
async fn a_function_that_lambda_has_to_stop_leaves_its_job_to_the_next_on_ministack() {
    let easel = Deployed::with(5, |setup| setup).await;
    let Deployed { world, cloud, work, .. } = &easel;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    let event = cloud.event().await;
    let (said, ()) = tokio::join!(work.invoke(&event), async {
        in_time(held.reached()).await;
        work.signal("-STOP");
    });
    assert!(said.to_string().contains("Task timed out after 5.00 seconds"), "{said}");
    drop(held);
    easel.goes_on(&interaction, &event, 2).await;
}

#[tokio::test]
async fn what_came_too_often_has_failed_and_holds_no_money_back_on_ministack() {
    let easel = Deployed::new().await;
    let Deployed { world, cloud, work, .. } = &easel;
    let interaction = world.imagine("a fox").await;
    let event = cloud.event().await;
    let id = event["Records"][0]["body"].as_str().unwrap();
    let dead = cloud.event_of(id, "receipt", &cloud.queue.dead_letters);
    assert_eq!(work.invoke(&dead).await, nothing_failed());
    // Nobody has begun with it yet: it gets another chance.
    let again = cloud.event().await;
    assert_eq!(again["Records"][0]["body"], id);
    assert_eq!(work.invoke(&dead).await, nothing_failed());
    let told = in_time(interaction.answered()).await;
    assert!(
        told.content.starts_with("Something went wrong") && told.content.contains(id),
        "{}",
        told.content
    );
    for late in [&dead, &event, &again] {
        assert_eq!(work.invoke(late).await, nothing_failed());
    }
    cloud.ended(world, 0, 0).await;
}

#[tokio::test]
async fn of_a_message_that_comes_to_two_functions_one_picture_comes_on_ministack() {
    let easel = Deployed::new().await;
    let Deployed { world, cloud, work, .. } = &easel;
    let other = Function::start(world, "work", LONG).await;
    let interaction = world.imagine("a fox").await;
    let event = cloud.event().await;
    let (one, two) = tokio::join!(work.invoke(&event), other.invoke(&event));
    assert_eq!((one, two), (nothing_failed(), nothing_failed()));
    in_time(interaction.picture()).await;
    assert_eq!(work.invoke(&event).await, nothing_failed());
    assert_eq!(world.pictures_for(&interaction).len(), 1);
    cloud.ended(world, 1, 1).await;
}

#[tokio::test]
async fn a_job_whose_message_was_lost_is_found_by_the_schedule_on_ministack() {
    let easel = Deployed::new().await;
    let Deployed { world, cloud, work, .. } = &easel;
    let interaction = world.imagine("a fox").await;
    let lost = cloud.event().await;
    let receipt = lost["Records"][0]["receiptHandle"].as_str().unwrap();
    let url = &cloud.queue.url;
    cloud.queue.client.delete_message().queue_url(url).receipt_handle(receipt).send().await.unwrap();
    let sweep = json!({ "sweep": true });
    assert_eq!(work.invoke(&sweep).await, nothing_failed());
    assert_eq!(cloud.queue.messages().await, [0, 0], "it is still young");
    cloud.grows_old().await;
    assert_eq!(work.invoke(&sweep).await, nothing_failed());
    assert_eq!(work.invoke(&cloud.event().await).await, nothing_failed());
    in_time(interaction.picture()).await;
    cloud.ended(world, 1, 1).await;
}

#[tokio::test]
async fn what_is_no_jobs_id_harms_nobody_on_ministack() {
    let easel = Deployed::new().await;
    let Deployed { world, cloud, work, .. } = &easel;
    let pizza = |queue: &str| cloud.event_of("an order for pizza", "receipt", queue);
    assert_eq!(work.invoke(&pizza(&cloud.queue.url)).await, it_comes_again());
    assert_eq!(work.invoke(&pizza(&cloud.queue.dead_letters)).await, nothing_failed());
    let unknown = Ulid::new().to_string();
    assert_eq!(work.invoke(&cloud.event_of(&unknown, "receipt", &cloud.queue.url)).await, nothing_failed());
    let said = work.invoke(&json!({ "pizza": 1 })).await;
    assert!(said["errorMessage"].is_string(), "{said}");
    assert!(!world.log().contains("an order for pizza"), "{}", world.log());
    cloud.ended(world, 0, 0).await;
}

#[tokio::test]
async fn what_a_function_lacks_is_said_with_its_remedy() {
    let shared = [
        ("EASEL_STORE", "dynamodb:easel"),
        ("EASEL_QUEUE", "sqs:http://127.0.0.1:9/1/easel"),
        ("EASEL_ARCHIVE", "s3://bucket/easel"),
    ];
    for (name, wrong, said) in [
        ("EASEL_STORE", "sqlite:easel.db", "EASEL_STORE: under Lambda it must be dynamodb:TABLE"),
        ("EASEL_QUEUE", "local", "EASEL_QUEUE: under Lambda it must be sqs:URL"),
        ("EASEL_ARCHIVE", "file:archive", "EASEL_ARCHIVE: under Lambda it must be s3://BUCKET/PREFIX"),
        ("DISCORD_TOKEN", "", "DISCORD_TOKEN is not set: put the ARN of the secret"),
        ("DISCORD_PUBLIC_KEY", "", "DISCORD_PUBLIC_KEY is not set"),
        (
            "_HANDLER",
            "index.handler",
            "_HANDLER: `index.handler` is not allowed here; it must be front or work",
        ),
        ("_HANDLER", "", "_HANDLER is not set"),
    ] {
        let world = World::without_bot(Setup::default()).await;
        let mut command = world.program(&[]);
        command.env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9").env("_HANDLER", "front").envs(shared);
        command.env(name, wrong);
        let (code, _, err) = world.outcome(command).await;
        assert!(code == 1 && err.contains(said), "{name}={wrong}: {err}");
    }
    let world = World::without_bot(Setup::default()).await;
    let mut command = world.program(&[]);
    command.env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9").env("_HANDLER", "front");
    let (_, _, err) = world.outcome(command).await;
    let named: Vec<_> = err.lines().filter_map(|line| line.split(':').nth(1)).collect();
    assert_eq!(named, [" EASEL_STORE", " EASEL_QUEUE", " EASEL_ARCHIVE"], "{err}");
}

#[tokio::test]
async fn while_the_archive_is_away_the_picture_comes_flagged_and_is_archived_later_on_ministack() {
    archived_late(false).await;
}

#[tokio::test]
async fn a_picture_that_only_discord_has_left_is_archived_from_there_on_ministack() {
    archived_late(true).await;
}

/// A picture that comes while the archive is away; whether the function that generated it is lost before it is back.
async fn archived_late(is_lost: bool) {
    // Six tries before it is given up for this event: three when it is generated, three when it is delivered.
    let faults = [Fault::Answer(503, "SlowDown"); 6];
    let (proxy, address, _server) = Proxy::start(server("EASEL_TEST_S3_MINISTACK"), &faults).await;
    let easel = Deployed::with(LONG, |setup| behind(setup, &address)).await;
    let Deployed { world, cloud, work, .. } = &easel;
    let interaction = world.imagine("a fox").await;
    assert_eq!(work.invoke(&cloud.event().await).await, nothing_failed());
    in_time(interaction.until(|message| message.content.contains("Not archived yet"))).await;
    proxy.mend();
    let sweep = json!({ "sweep": true });
    if is_lost {
        work.lose();
        // The emulator finds out with the next event, which it loses.
        work.invoke(&sweep).await;
    }
    cloud.time_goes_by().await;
    assert_eq!(work.invoke(&sweep).await, nothing_failed());
    assert_eq!(work.invoke(&cloud.event().await).await, nothing_failed());
    let told = interaction.message().unwrap();
    assert!(!told.content.contains("Not archived yet") && told.attachments.len() == 1, "{}", told.content);
    cloud.ended(world, 1, 1).await;
    let sha256 = sha256_hex(&told.attachments[0].bytes);
    let (job, n) = cloud.store().by_sha256(&sha256).await.unwrap().unwrap();
    let claim = cloud.store().find(job.id).await.unwrap().unwrap();
    let key = claim.pictures[n as usize].archived.as_deref().unwrap();
    assert!(cloud.archive().get(key).await.unwrap().unwrap() == told.attachments[0].bytes);
}

#[tokio::test]
async fn the_bots_token_may_be_a_secret_of_aws_on_ministack() {
    let cloud = Cloud::new().await;
    let mut world = World::without_bot(cloud.setup()).await;
    let client = aws_sdk_secretsmanager::Client::new(&cloud.aws);
    let name = format!("easel-{}", Ulid::new());
    let made = client.create_secret().name(name).secret_string(format!("{}\n", world.discord.token()));
    let arn = made.send().await.unwrap().arn.unwrap();
    world.set("DISCORD_TOKEN", &arn);
    let (code, out, err) = world.run(&["register"]).await;
    assert!(code == 0 && out.contains("are declared"), "{err}");
    let (_, out, _) = world.run(&["check"]).await;
    assert!(out.contains("ok    token        the bot is"), "{out}");
    client.put_secret_value().secret_id(&arn).secret_string("{\"token\": \"x\"}").send().await.unwrap();
    let (code, _, err) = world.run(&["register"]).await;
    assert!(code == 1 && err.contains("must be the token of the Bot page and nothing else"), "{err}");
    world.set("DISCORD_TOKEN", format!("{arn}x"));
    let (code, out, _) = world.run(&["check"]).await;
    assert!(code == 1 && out.contains("FAIL  token        DISCORD_TOKEN: the secret `"), "{out}");
    world.set("DISCORD_TOKEN", "arn:aws:secretsmanager:easel");
    let (code, _, err) = world.run(&["register"]).await;
    assert!(code == 1 && err.contains("DISCORD_TOKEN: what was read is not allowed here"), "{err}");
}
