//! What one picture costs, in things that can be counted: writes that wait for the disk, requests, copies.

use easel_emulator::bedrock::{BedrockOptions, Picture};
use easel_emulator::discord::Route;

use crate::archive::{aws, make_bucket, server};
use crate::s3::archive_at;
use crate::s3_faults::Proxy;
use crate::support::counts::Counts;
use crate::support::{Setup, World, in_time};

/// The picture on Bedrock's Options page.
const PICTURE: Picture = Picture::Sized(1_587_327);

#[tokio::test]
async fn a_picture_takes_four_requests_three_commits_and_a_sync_of_its_bytes_on_moto() {
    let upstream = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&upstream)).await;
    let (s3, address, _server) = Proxy::start(upstream, &[]).await;
    let bedrock = BedrockOptions { picture: PICTURE, ..BedrockOptions::default() };
    let mut setup = Setup { bedrock, ..Setup::default() };
    archive_at(&address, &mut setup);
    let mut world = World::without_bot(setup).await;
    world.count_calls();
    world.start().await;
    // The first ones open connections, make files and find out what the server of the bucket can do.
    for prompt in ["a fox", "an owl"] {
        in_time(world.imagine(prompt).await.picture()).await;
        world.settled().await;
    }
    let requests = |world: &World| (world.bedrock.calls().len(), s3.count(), world.discord.requests().len());
    let (before, (calls, puts, messages)) = (world.counts(), requests(&world));

    let interaction = world.imagine("a hare").await;
    in_time(interaction.picture()).await;
    world.settled().await;

    let after = world.counts();
    let counts = Counts {
        database: after.database - before.database,
        other: after.other - before.other,
        copies: after.copies - before.copies,
    };
    // Admitted with its claim and its call; settled; concluded and archived.
    assert_eq!(counts, Counts { database: 3, other: 1, copies: 0 });
    assert_eq!(
        requests(&world),
        (calls + 1, puts + 2, messages + 2),
        "model; picture, record; callback, message"
    );
    let last = world.discord.requests().pop().map(|request| request.route);
    assert_eq!(last, Some(Route::EditOriginal));
    world.end().await;
}
