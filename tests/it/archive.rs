//! What every archive promises: one list, stamped per back end. The stand-ins of S3 are started by `tests/run`.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use bytes::Bytes;
use easel::app::clock::Clock;
use easel::backends::archive::{Archive, Link, Prices, Record, input_key, picture_key, record_key};
use easel::backends::http::Http;
use easel::config::ArchiveUrl;
use easel::domain::catalogue::Catalogue;
use easel::domain::digest::sha256_hex;
use easel::domain::image_format::ImageFormat;
use easel::domain::job::{Claim, Input, Job, JobId, Origin, State};
use easel::domain::money::Micros;
use easel::domain::refusal::Refusal;
use easel::domain::request::{Aspect, ImageRequest};
use tempfile::TempDir;
use time::macros::datetime;
use tokio::task::JoinSet;

use crate::s3_faults::{Manner, Proxy};

pub(crate) mod removing;

pub(crate) const BUCKET: &str = "easel-conformance";

/// An empty archive, and what goes when the test is over.
struct Place {
    archive: Archive,
    _dir: Option<TempDir>,
    _server: Option<JoinSet<()>>,
}

fn folder() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let archive = Archive::open(&ArchiveUrl::Folder(dir.path().join("archive")), None).unwrap();
    Place { archive, _dir: Some(dir), _server: None }
}

async fn s3(variable: &str) -> Place {
    let aws = aws(&server(variable));
    make_bucket(&aws).await;
    Place { archive: bucket(&aws), _dir: None, _server: None }
}

/// A server of another maker, which has its own manners.
async fn relative(manners: &'static [Manner]) -> Place {
    let upstream = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&upstream)).await;
    let (proxy, address, server) = Proxy::start(upstream, &[]).await;
    proxy.behave(manners);
    Place { archive: bucket(&aws(&address)), _dir: None, _server: Some(server) }
}

/// The stand-in that `variable` names.
pub(crate) fn server(variable: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "where tests/run tells tests the addresses of its servers")]
    let address = std::env::var(variable);
    address.unwrap_or_else(|_| panic!("{variable} is not set: start the tests with `tests/run`"))
}

/// What the SDK would find in the environment of a stand-in's user.
pub(crate) fn aws(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(Http::default().for_sdks())
        .build()
}

/// It may be there already, from another test or run.
pub(crate) async fn make_bucket(aws: &SdkConfig) {
    let config = aws_sdk_s3::config::Builder::from(aws).force_path_style(true).build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let _ = client.create_bucket().bucket(BUCKET).send().await;
    client.head_bucket().bucket(BUCKET).send().await.unwrap();
}

/// An archive that nobody else writes to.
pub(crate) fn bucket(aws: &SdkConfig) -> Archive {
    let prefix = format!("tests/{}", ulid::Ulid::new());
    Archive::open(&ArchiveUrl::S3 { bucket: BUCKET.into(), prefix }, Some(aws)).unwrap()
}

/// `length` bytes that no compression and no neighbour's picture equals.
pub(crate) fn picture(seed: u8, length: usize) -> Bytes {
    let mut state = u32::from(seed) + 1;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

pub(crate) async fn put(archive: &Archive, key: &str, bytes: &Bytes) -> anyhow::Result<()> {
    archive.put_image(key, bytes.clone(), ImageFormat::Png, &sha256_hex(bytes)).await
}

fn job() -> Job {
    let created = datetime!(2026-11-22 14:48:58 UTC);
    let request = ImageRequest {
        prompt: "ein Leuchtturm, 灯台 🗼".into(),
        negative: None,
        model: "core".into(),
        aspect: Aspect::Square,
        style: None,
        style_as_words: false,
        seeds: vec![7],
        image: None,
        edit: None,
        cfg: None,
        steps: None,
        private: false,
        prefix: None,
        suffix: None,
        ignored_flags: Vec::new(),
        in_place_of: None,
        variants: Vec::new(),
        price: None,
        sources: std::collections::BTreeMap::new(),
    };
    Job { id: JobId::new(created, 1), origin: Origin::Shell, request, created, parent: None, is_offer: false }
}

async fn a_picture_comes_back_byte_for_byte(archive: &Archive) {
    for length in [0, 1, 1_587_327, 9_000_000] {
        let (key, bytes) = (format!("1/2/2026/11/22/{length}.png"), picture(1, length));
        put(archive, &key, &bytes).await.unwrap();
        assert!(archive.get(&key).await.unwrap() == Some(bytes), "{length}");
    }
}

async fn a_missing_key_is_none(archive: &Archive) {
    assert_eq!(archive.get("1/2/nothing.png").await.unwrap(), None);
}

async fn the_same_picture_twice_is_fine(archive: &Archive) {
    let bytes = picture(1, 10_000);
    put(archive, "a.png", &bytes).await.unwrap();
    put(archive, "a.png", &bytes).await.unwrap();
    assert_eq!(archive.get("a.png").await.unwrap(), Some(bytes));
}

async fn another_picture_is_refused_and_changes_nothing(archive: &Archive) {
    let first = picture(1, 10_000);
    put(archive, "dm/a.png", &first).await.unwrap();
    for other in [picture(2, 10_000), picture(1, 9_999), Bytes::new()] {
        let said = format!("{:#}", put(archive, "dm/a.png", &other).await.unwrap_err());
        assert!(
            said.contains("dm/a.png already holds") || said.contains("dm/a.png` already holds"),
            "{said}"
        );
    }
    assert_eq!(archive.get("dm/a.png").await.unwrap(), Some(first));
}

async fn of_many_writers_one_wins(archive: &Archive) {
    let pictures: Vec<_> = (0..16).map(|seed| picture(seed, 50_000)).collect();
    let writers = pictures.iter().map(|bytes| put(archive, "x/race.png", bytes));
    let ended = futures_util::future::join_all(writers).await;
    let won: Vec<_> = ended.iter().zip(&pictures).filter(|(end, _)| end.is_ok()).collect();
    assert_eq!(won.len(), 1, "{ended:?}");
    assert!(archive.get("x/race.png").await.unwrap().as_ref() == Some(won[0].1));
}

async fn many_writers_of_one_picture_all_succeed(archive: &Archive) {
    let bytes = picture(1, 50_000);
    let writers = (0..16).map(|_| put(archive, "y/same.png", &bytes));
    for end in futures_util::future::join_all(writers).await {
        end.unwrap();
    }
}

async fn the_first_record_stands(archive: &Archive) {
    let (job, catalogue) = (job(), Catalogue::bedrock());
    let prices = |cost| Prices { each: Micros(cost), attempted: Micros(cost) };
    let key = record_key(&job);
    let claim = Claim {
        job,
        state: State::Generated,
        fence: 1,
        pictures: vec![],
        price: Micros(0),
        budget_used: None,
        posted: None,
        follow_ups: Vec::new(),
        stopping: false,
        copies: Vec::new(),
        is_erased: false,
    };
    let record = |cost| Record::new(&claim, &catalogue.models()[0], prices(cost), &Refusal::why);
    archive.put_record(&key, &record(1)).await.unwrap();
    archive.put_record(&key, &record(2)).await.unwrap();
    let stored = archive.get(&key).await.unwrap().unwrap();
    assert_eq!(serde_json::from_slice::<Record>(&stored).unwrap(), record(1));
}

async fn what_a_job_has_is_removed_and_nothing_else(archive: &Archive) {
    let job = job();
    let neighbour = Job { id: JobId::new(job.created, 2), ..job.clone() };
    let input = input_key(&job, Input::Mask, ImageFormat::Webp);
    let things = [picture_key(&job, 0, ImageFormat::Png), picture_key(&job, 3, ImageFormat::Jpeg), input];
    let kept = picture_key(&neighbour, 0, ImageFormat::Png);
    for key in things.iter().chain([&record_key(&job), &kept]) {
        put(archive, key, &picture(1, 100)).await.unwrap();
    }
    for _ in 0..2 {
        archive.remove_job(&job).await.unwrap();
        for key in things.iter().chain([&record_key(&job)]) {
            assert_eq!(archive.get(key).await.unwrap(), None, "{key}");
        }
        assert!(archive.get(&kept).await.unwrap().is_some());
    }
    archive.remove("9/9/2026/11/22/nothing").await.unwrap();
}

async fn no_key_leads_out(archive: &Archive) {
    for key in ["../a.png", "/tmp/a.png", "a/../../b.png", ""] {
        put(archive, key, &picture(1, 10)).await.unwrap_err();
        archive.get(key).await.unwrap_err();
        archive.remove(key).await.unwrap_err();
        archive.link(key, Duration::from_secs(60), Clock::System.now()).await.unwrap_err();
    }
    archive.probe("../a").await.unwrap_err();
}

async fn it_can_be_probed_again_and_again(archive: &Archive) {
    for _ in 0..2 {
        archive.probe("host-1").await.unwrap();
        assert_eq!(archive.get(".easel-check/host-1").await.unwrap(), None);
    }
}

async fn a_link_downloads_the_picture_under_its_name(archive: &Archive) {
    let bytes = picture(1, 10_000);
    put(archive, "1/2/a-0.png", &bytes).await.unwrap();
    let now = Clock::System.now();
    let link = archive.link("1/2/a-0.png", Duration::from_secs(600), now).await.unwrap();
    let Some(Link { url: link, until }) = link else { return assert!(matches!(archive, Archive::Folder(_))) };
    assert_eq!(until, now + Duration::from_secs(600));
    assert!(link.contains("X-Amz-Expires=600&") && link.contains("X-Amz-SignedHeaders=host&"), "{link}");
    let answer = reqwest::get(&link).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"a-0.png\"");
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.bytes().await.unwrap(), bytes);
}

async fn it_says_where_a_key_lies(archive: &Archive) {
    let said = archive.describe("1/a.png");
    let start = if let Archive::Folder(_) = archive { "/" } else { "s3://easel-conformance/tests/" };
    assert!(said.starts_with(start) && said.ends_with("/1/a.png"), "{said}");
}

macro_rules! conformance {
    ($($backend:ident: $open:expr),+ $(,)?) => { $(conformance!(@ $backend, $open,
        a_picture_comes_back_byte_for_byte
        a_missing_key_is_none
        the_same_picture_twice_is_fine
        another_picture_is_refused_and_changes_nothing
        of_many_writers_one_wins
        many_writers_of_one_picture_all_succeed
        the_first_record_stands
        what_a_job_has_is_removed_and_nothing_else
        no_key_leads_out
        it_can_be_probed_again_and_again
        a_link_downloads_the_picture_under_its_name
        it_says_where_a_key_lies
    );)+ };
    (@ $backend:ident, $open:expr, $($promise:ident)+) => {
        mod $backend {
            $(#[tokio::test]
            async fn $promise() {
                let place = $open;
                super::$promise(&place.archive).await;
            })+
        }
    };
}

conformance! {
    in_a_folder: super::folder(),
    on_moto: super::s3("EASEL_TEST_S3_MOTO").await,
    on_ministack: super::s3("EASEL_TEST_S3_MINISTACK").await,
    on_moto_in_another_region: super::relative(&[super::Manner::In("eu-central-1")]).await,
    on_moto_that_refuses_conditions: super::relative(&[super::Manner::RefusesConditions(501)]).await,
    on_moto_that_ignores_conditions: super::relative(&[super::Manner::IgnoresConditions]).await,
    on_moto_that_refuses_checksums: super::relative(&[super::Manner::RefusesChecksums(400)]).await,
}

/// moto takes any digest for any bytes.
#[tokio::test]
async fn a_picture_that_changed_on_its_way_is_not_stored() {
    let Place { archive, .. } = s3("EASEL_TEST_S3_MINISTACK").await;
    let wrong = archive.put_image("a.png", picture(1, 1_000), ImageFormat::Png, &sha256_hex("another")).await;
    let said = format!("{:#}", wrong.unwrap_err());
    assert!(said.contains("BadDigest") && said.contains("a.png"), "{said}");
    assert_eq!(archive.get("a.png").await.unwrap(), None);
}
