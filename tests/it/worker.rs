//! The bot takes requests, workers of their own run them, and SQS lies between.

use easel::backends::queue::Queue;
use easel_emulator::discord::{InteractionBuilder, Route, When};
use rusqlite::Connection;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::archive::server;
use crate::queues::{Made, make_queue};
use crate::support::{Setup, World, in_time};

async fn queue() -> Made {
    make_queue(&server("EASEL_TEST_S3_MINISTACK"), 60).await
}

/// What sends jobs to the queue at `url`.
fn through(url: &str) -> Setup {
    let region = ("AWS_REGION", "us-east-1".to_owned());
    Setup { variables: vec![region, ("EASEL_QUEUE", format!("sqs:{url}"))], ..Setup::default() }
}

async fn world(made: &Made) -> World {
    let world = World::with(through(&made.url)).await;
    in_time(world.discord.registered(None)).await;
    world
}

/// A world whose workers have one job at a time: who has one does not ask for another, and a request of the dead would
/// get an answer from the stand-in.
async fn single(made: &Made) -> World {
    let mut setup = through(&made.url);
    setup.variables.push(("EASEL_WORKERS", "1".to_owned()));
    let world = World::with(setup).await;
    in_time(world.discord.registered(None)).await;
    world
}

/// The end of every story with one order: the queue is empty, and one picture is where it belongs.
async fn one_picture(world: World, made: &Made, calls: usize) {
    world.settled().await;
    made.drained().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (calls, 1));
    world.end().await;
}

#[tokio::test]
async fn the_frontend_acknowledges_and_a_worker_generates_on_ministack() {
    for over_http in [false, true] {
        let made = queue().await;
        let mut world = if over_http { World::serving(through(&made.url)).await } else { world(&made).await };
        let interaction = world.imagine("a fox").await;
        in_time(interaction.acknowledged()).await;
        in_time(async { while made.messages().await != [1, 0] {} }).await;
        assert_eq!(world.bedrock.calls().len(), 0, "no worker runs");
        world.start_worker().await;
        let message = in_time(interaction.picture()).await;
        world.settled().await;
        world.delivered_equals_archived(&[message]);
        one_picture(world, &made, 1).await;
    }
}

#[tokio::test]
async fn a_worker_killed_while_it_generates_is_followed_by_another_on_ministack() {
    let made = queue().await;
    let mut world = single(&made).await;
    world.start_worker().await;
    world.start_worker().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    world.kill_busy_worker().await;
    let message = in_time(interaction.picture()).await;
    world.settled().await;
    assert_eq!(world.pictures_for(&interaction).len(), 1);
    world.delivered_equals_archived(&[message]);
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (2, 1));
    world.end().await;
}

#[tokio::test]
async fn a_worker_lost_with_its_disk_takes_no_generated_picture_with_it_on_ministack() {
    for is_in_the_store in [true, false] {
        let made = queue().await;
        let mut world = single(&made).await;
        world.start_worker().await;
        let held = world.discord.hold(Route::EditOriginal, When::Before);
        let interaction = world.imagine("a fox").await;
        in_time(held.reached()).await;
        world.kill_busy_worker().await;
        held.release();
        std::fs::remove_dir_all(world.path("data/spool")).unwrap();
        if !is_in_the_store {
            // It was lost between the archive and the store.
            let db = Connection::open(world.path("data/easel.db")).unwrap();
            db.busy_timeout(std::time::Duration::from_secs(60)).unwrap();
            db.execute_batch(
                "UPDATE jobs SET doc = json_set(doc, '$.pictures[0].outcome', NULL, '$.state', 'generating');
                 DELETE FROM digests",
            )
            .unwrap();
        }
        world.start_worker().await;
        let message = in_time(interaction.picture()).await;
        world.settled().await;
        world.delivered_equals_archived(&[message]);
        assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (1, 1));
        world.end().await;
    }
}

#[tokio::test]
async fn a_message_that_comes_again_and_again_is_generated_once_on_ministack() {
    let made = queue().await;
    let mut world = world(&made).await;
    world.start_worker().await;
    world.start_worker().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    let id: String = world.db().query_row("SELECT id FROM jobs", [], |row| row.get(0)).unwrap();
    let again = async || {
        let others: Vec<Queue> = std::iter::repeat_with(|| made.open()).take(5).collect();
        for other in others {
            other.push(id.parse().unwrap()).await.unwrap();
        }
    };
    again().await;
    held.release();
    in_time(interaction.picture()).await;
    again().await;
    one_picture(world, &made, 1).await;
}

#[tokio::test]
async fn while_the_queue_is_away_jobs_wait_in_the_store_on_ministack() {
    let made = queue().await;
    let upstream = made.url.split('/').nth(2).unwrap().to_owned();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut world = World::with(through(&made.url.replace(&upstream, &free.to_string()))).await;
    in_time(world.discord.registered(None)).await;
    world.start_worker().await;
    let interaction = world.imagine("a fox").await;
    assert_eq!(in_time(interaction.acknowledged()).await.kind, 5);
    for noticed in ["the sweeper enqueues the job later", "consumer: the queue is out of reach"] {
        in_time(world.until(|world| world.log().contains(noticed))).await;
    }
    let listener = TcpListener::bind(free).await.unwrap();
    let mut back = JoinSet::new();
    back.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = TcpStream::connect(&upstream).await.unwrap();
            connections.spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    in_time(interaction.picture()).await;
    assert!(world.log().contains("the queue is back"), "{}", world.log());
    one_picture(world, &made, 1).await;
}

#[tokio::test]
async fn told_to_stop_a_worker_finishes_what_it_has_and_leaves_the_rest_on_ministack() {
    let made = queue().await;
    let mut world = single(&made).await;
    world.start_worker().await;
    let held = world.bedrock.hold();
    let first = world.imagine("a fox").await;
    in_time(held.reached()).await;
    let second = world.ask(InteractionBuilder::command("imagine").option("prompt", "an owl").by(8)).await;
    in_time(second.acknowledged()).await;
    world.ask_workers_to_stop();
    in_time(world.until(|world| world.log().contains("stopping: nothing new is taken"))).await;
    held.release();
    in_time(first.picture()).await;
    world.workers_ended().await;
    assert_eq!(world.states(), ["delivered", "admitted"]);
    world.start_worker().await;
    in_time(second.picture()).await;
    world.settled().await;
    made.drained().await;
    assert_eq!((world.bedrock.calls().len(), world.sum("delivered")), (2, 2));
    world.end().await;
}

/// Until when the job belongs to its worker.
fn lease(world: &World) -> i64 {
    world.db().query_row("SELECT lease_until FROM jobs", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn what_takes_too_long_is_kept_from_others_and_given_back_when_the_worker_has_to_end_on_ministack() {
    let made = make_queue(&server("EASEL_TEST_S3_MINISTACK"), 30).await;
    let mut world = world(&made).await;
    world.start_worker().await;
    let held = world.bedrock.hold();
    let interaction = world.imagine("a fox").await;
    in_time(held.reached()).await;
    let first = lease(&world);
    world.ask_workers_to_stop();
    in_time(world.until(|world| lease(world) > first + 35_000)).await;
    assert_eq!(made.messages().await, [0, 1], "waiting, and in somebody's hands");
    world.workers_ended().await;
    assert_eq!((made.messages().await, lease(&world)), ([1, 0], 0));
    world.start_worker().await;
    in_time(interaction.picture()).await;
    one_picture(world, &made, 2).await;
}

#[tokio::test]
async fn a_worker_says_what_it_lacks() {
    let world = World::without_bot(Setup::default()).await;
    let (code, _, err) = world.run(&["worker"]).await;
    assert_eq!(code, 1);
    assert!(err.contains("EASEL_QUEUE is `local`") && err.contains("EASEL_QUEUE=sqs:URL"), "{err}");
    let mut world = World::without_bot(through("http://127.0.0.1:9/0/easel")).await;
    world.set("DISCORD_TOKEN", "");
    let (code, _, err) = world.run(&["worker"]).await;
    assert!(code == 1 && err.contains("DISCORD_TOKEN is not set"), "{err}");
}

#[tokio::test]
async fn check_looks_at_the_queue_on_moto_and_on_ministack() {
    for variable in ["EASEL_TEST_S3_MOTO", "EASEL_TEST_S3_MINISTACK"] {
        let good = make_queue(&server(variable), 60).await;
        let short = make_queue(&server(variable), 1).await;
        let bare = format!("{}-dead", good.url);
        for (url, said) in [
            (&good.url, "ok    queue        visibility timeout 60 s, dead-letter queue after 3 receives"),
            (&short.url, "FAIL  queue        EASEL_QUEUE: the visibility timeout is 1 s; set it to 60 s"),
            (
                &format!("{}-not", good.url),
                "FAIL  queue        EASEL_QUEUE cannot be asked; does the queue exist",
            ),
        ] {
            let world = World::without_bot(through(url)).await;
            let (_, out, _) = world.run(&["check"]).await;
            assert!(out.contains(said), "{said} in {out}");
        }
        let visibility = (aws_sdk_sqs::types::QueueAttributeName::VisibilityTimeout, "60".to_owned());
        let set = good.client.set_queue_attributes().queue_url(&bare).attributes(visibility.0, visibility.1);
        set.send().await.unwrap();
        let world = World::without_bot(through(&bare)).await;
        let (code, out, _) = world.run(&["check"]).await;
        assert!(
            code == 1 && out.contains("FAIL  queue        EASEL_QUEUE: without a dead-letter queue"),
            "{out}"
        );
    }
}
