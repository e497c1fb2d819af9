//! From `/imagine` to the archive, in S3 and in a folder, while the archive is there and while it is not.

use easel::backends::archive::Archive;
use easel::config::ArchiveUrl;
use easel_emulator::bedrock::Picture;
use easel_emulator::discord::{InteractionBuilder, Message, TestInteraction};

use crate::archive::{BUCKET, aws, make_bucket, server};
use crate::s3_faults::{Fault, Proxy};
use crate::support::{Setup, World, in_time};

/// More requests than anybody makes in a story.
const FOR_NOW: usize = 1_000;

/// A world whose pictures go to the S3 server at `address`, and their archive.
async fn world_at(address: &str, mut setup: Setup) -> (World, Archive) {
    let archive = archive_at(address, &mut setup);
    (World::with(setup).await, archive)
}

/// Has a world's pictures go to the S3 server at `address`; their archive.
pub(crate) fn archive_at(address: &str, setup: &mut Setup) -> Archive {
    let prefix = format!("stories/{}", ulid::Ulid::new());
    setup.variables.push(("AWS_REGION", "us-east-1".to_owned()));
    // ministack checks the signatures of links against this one.
    setup.variables.push(("AWS_SECRET_ACCESS_KEY", "test".to_owned()));
    setup.variables.push(("AWS_ENDPOINT_URL_S3", address.to_owned()));
    setup.variables.push(("EASEL_ARCHIVE", format!("s3://{BUCKET}/{prefix}")));
    let aws = aws(address);
    Archive::open(&ArchiveUrl::S3 { bucket: BUCKET.into(), prefix }, Some(&aws)).unwrap()
}

/// What the store says is archived is there, and is what the model made, each once.
async fn archived_as_generated(world: &World, archive: &Archive) {
    world.settled().await;
    let mut generated: Vec<_> = world.bedrock.calls().iter().filter_map(|call| call.picture()).collect();
    let mut stored = Vec::new();
    for key in world.archive_keys() {
        stored.push(archive.get(&key).await.unwrap().expect("an archived picture").to_vec());
    }
    generated.sort();
    stored.sort();
    assert!(
        !stored.is_empty() && generated == stored,
        "{} generated, {} stored",
        generated.len(),
        stored.len()
    );
}

fn says_not_archived(message: &Message) -> bool {
    message.content.contains("Not archived yet")
}

/// The picture comes with the remark; once the archive is `mended`, the remark goes.
async fn remark_comes_and_goes(interaction: &TestInteraction, mend: impl Future<Output = ()>) {
    in_time(interaction.first(says_not_archived)).await;
    mend.await;
    let message = in_time(interaction.until(|message| !says_not_archived(message))).await;
    assert_eq!(message.attachments.len(), 1, "the picture stays");
}

#[tokio::test]
async fn an_order_becomes_an_object_with_the_same_bytes_on_moto_and_on_ministack() {
    for variable in ["EASEL_TEST_S3_MOTO", "EASEL_TEST_S3_MINISTACK"] {
        let address = server(variable);
        make_bucket(&aws(&address)).await;
        let (world, archive) = world_at(&address, Setup::default()).await;
        let interaction = world.imagine("a fox").await;
        let message = in_time(interaction.picture()).await;
        archived_as_generated(&world, &archive).await;
        let shown = message.attachments[0].bytes.to_vec();
        assert!(Some(shown) == world.bedrock.calls()[0].picture());
        world.end().await;
    }
}

#[tokio::test]
async fn without_s3_on_moto_the_picture_comes_all_the_same_and_is_archived_when_s3_is_back() {
    let upstream = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&upstream)).await;
    for fault in [Fault::Answer(503, "SlowDown"), Fault::Answer(403, "AccessDenied"), Fault::LoseAnswer] {
        let (proxy, address, _server) = Proxy::start(upstream.clone(), &[fault; FOR_NOW]).await;
        let (world, archive) = world_at(&address, Setup::default()).await;
        let interaction = world.imagine("a fox").await;
        remark_comes_and_goes(&interaction, async { proxy.mend() }).await;
        archived_as_generated(&world, &archive).await;
        world.end().await;
    }
}

#[tokio::test]
async fn killed_while_s3_on_moto_takes_the_picture_it_is_archived_after_the_restart() {
    let upstream = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&upstream)).await;
    let (proxy, address, _server) = Proxy::start(upstream, &[Fault::Hold]).await;
    let (mut world, archive) = world_at(&address, Setup::default()).await;
    let interaction = world.imagine("a fox").await;
    in_time(proxy.seen(1)).await;
    in_time(interaction.picture()).await;
    world.kill_and_restart().await;
    archived_as_generated(&world, &archive).await;
    assert_eq!((world.pictures_for(&interaction).len(), world.sum("delivered")), (1, 1));
    world.end().await;
}

#[tokio::test]
async fn a_picture_too_large_for_the_channel_comes_with_a_link_to_the_original_on_ministack() {
    let address = server("EASEL_TEST_S3_MINISTACK");
    make_bucket(&aws(&address)).await;
    let mut setup = Setup::default();
    setup.bedrock.picture = Picture::Sized(600_000);
    let (world, archive) = world_at(&address, setup).await;
    let ask = InteractionBuilder::command("imagine").option("prompt", "a fox").attachment_size_limit(200_000);
    let message = in_time(world.ask(ask).await.picture()).await;
    assert!(message.attachments[0].size <= 200_000);
    archived_as_generated(&world, &archive).await;
    let link = message.content.split_once("[the original](").unwrap().1.split_once(')').unwrap().0;
    let original = reqwest::get(link).await.unwrap().bytes().await.unwrap();
    assert!(Some(original.to_vec()) == world.bedrock.calls()[0].picture(), "{} bytes", original.len());
    world.end().await;
}

/// A folder under which nothing can be written, not even by root.
fn break_folder(world: &World) {
    std::fs::remove_dir_all(world.path("data/archive")).unwrap();
    std::fs::write(world.path("data/archive"), "a file where the folder should be").unwrap();
}

fn mend_folder(world: &World) {
    std::fs::remove_file(world.path("data/archive")).unwrap();
    std::fs::create_dir(world.path("data/archive")).unwrap();
}

#[tokio::test]
async fn without_its_folder_the_picture_comes_all_the_same_and_is_archived_when_the_folder_is_back() {
    let world = World::new().await;
    break_folder(&world);
    let interaction = world.imagine("a fox").await;
    remark_comes_and_goes(&interaction, async { mend_folder(&world) }).await;
    world.settled().await;
    world.delivered_equals_archived(&world.pictures_for(&interaction));
    world.end().await;
}

#[tokio::test]
async fn a_restart_with_the_folder_back_archives_what_waited() {
    let mut world = World::new().await;
    break_folder(&world);
    let interaction = world.imagine("a fox").await;
    in_time(interaction.first(says_not_archived)).await;
    world.kill().await;
    assert_eq!(world.sum("open"), 1, "waiting for the archive");
    mend_folder(&world);
    world.start().await;
    remark_comes_and_goes(&interaction, async {}).await;
    world.settled().await;
    world.delivered_equals_archived(&world.pictures_for(&interaction));
    world.end().await;
}

#[tokio::test]
async fn a_smaller_copy_keeps_its_words_when_the_archive_comes_back() {
    let mut setup = Setup::default();
    setup.bedrock.picture = Picture::Sized(600_000);
    let world = World::with(setup).await;
    break_folder(&world);
    let ask = InteractionBuilder::command("imagine").option("prompt", "a fox").attachment_size_limit(200_000);
    let interaction = world.ask(ask).await;
    let first = in_time(interaction.first(says_not_archived)).await;
    assert!(first.content.contains("smaller copy"), "{}", first.content);
    remark_comes_and_goes(&interaction, async { mend_folder(&world) }).await;
    let last = interaction.message().unwrap();
    assert!(last.content.contains("smaller copy"), "{}", last.content);
    world.end().await;
}

#[tokio::test]
async fn an_export_that_is_too_large_for_discord_comes_as_a_link_on_moto_and_on_ministack() {
    for variable in ["EASEL_TEST_S3_MOTO", "EASEL_TEST_S3_MINISTACK"] {
        let address = server(variable);
        make_bucket(&aws(&address)).await;
        let (world, archive) = world_at(&address, Setup::default()).await;
        in_time(world.discord.registered(None)).await;
        in_time(
            world.ask(InteractionBuilder::command("session start").option("title", "Foxes")).await.answered(),
        )
        .await;
        in_time(world.imagine("a fox").await.picture()).await;
        archived_as_generated(&world, &archive).await;
        let export = InteractionBuilder::command("session export").attachment_size_limit(1_000);
        let message = in_time(world.ask(export).await.answered()).await;
        let words = message.text();
        let link = words.split_once("[Download it](").unwrap().1.trim_end_matches(')').to_owned();
        let zip = reqwest::get(&link).await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
        assert!(zip.starts_with(b"PK"), "{link}");
        world.end().await;
    }
}
