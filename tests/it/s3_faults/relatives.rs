//! Servers that speak S3 in their own way, and what is said of each fault.

use axum::http::Method;

use super::{Fault, KEY, Manner, Proxy, Trouble};
use crate::archive::{aws, bucket, make_bucket, picture, put, server};
use crate::s3::archive_at;
use crate::support::{Setup, World};

/// Regions that requests were signed for, in their order.
fn regions(trouble: &Trouble) -> Vec<String> {
    let seen = trouble.proxy.seen.lock().unwrap();
    let scope = |signed: &str| signed.split('/').nth(2).unwrap().to_owned();
    seen.iter().map(|seen| scope(seen.headers["authorization"].to_str().unwrap())).collect()
}

async fn relative(manners: &'static [Manner]) -> Trouble {
    let upstream = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&upstream)).await;
    let (proxy, address, server) = Proxy::start(upstream, &[]).await;
    proxy.behave(manners);
    Trouble { archive: bucket(&aws(&address)), proxy, _server: server }
}

#[tokio::test]
async fn a_bucket_in_another_region_is_followed_once_and_for_all() {
    for manners in [&[Manner::In("eu-central-1")][..], &[Manner::SaysInWordsThatItIsIn("eu-central-1")]] {
        let trouble = relative(manners).await;
        let bytes = picture(1, 1_000);
        put(&trouble.archive, KEY, &bytes).await.unwrap();
        assert_eq!(trouble.archive.get(KEY).await.unwrap(), Some(bytes));
        let regions = regions(&trouble);
        assert_eq!(regions[0], "us-east-1");
        assert!(regions[1..].iter().all(|region| region == "eu-central-1"), "{regions:?}");
        let findings = trouble.archive.findings();
        assert_eq!(
            findings,
            ["the bucket is in eu-central-1 and not in us-east-1; Easel uses eu-central-1 for the archive"]
        );
    }
}

#[tokio::test]
async fn a_first_link_is_signed_for_the_buckets_own_region() {
    let trouble = relative(&[Manner::In("eu-central-1")]).await;
    let now = easel::app::clock::Clock::System.now();
    let link = trouble.archive.link(KEY, std::time::Duration::from_secs(60), now).await.unwrap().unwrap();
    assert!(link.url.contains("%2Feu-central-1%2Fs3%2F"), "{}", link.url);
}

#[tokio::test]
async fn what_a_server_understands_is_tried_out_once() {
    let chances: &[(&'static [Manner], &[Method])] = &[
        (&[], &[Method::PUT, Method::PUT]),
        (&[Manner::RefusesChecksums(400)], &[Method::PUT, Method::PUT, Method::PUT]),
        (&[Manner::RefusesConditions(501)], &[Method::PUT, Method::PUT, Method::PUT, Method::PUT]),
    ];
    for (manners, tried) in chances {
        let trouble = relative(manners).await;
        put(&trouble.archive, KEY, &picture(1, 1_000)).await.unwrap();
        let first = trouble.methods();
        let looks = !trouble.archive.findings().is_empty();
        let one_picture: &[Method] = if looks { &[Method::HEAD, Method::PUT] } else { &[Method::PUT] };
        assert_eq!(first, [tried, one_picture].concat(), "{manners:?}");
        put(&trouble.archive, "dm/b.png", &picture(2, 1_000)).await.unwrap();
        assert_eq!(trouble.methods()[first.len()..], *one_picture, "{manners:?}");
    }
}

#[tokio::test]
async fn a_server_without_checksums_gets_the_hash_in_the_signature() {
    let trouble = relative(&[Manner::RefusesChecksums(501)]).await;
    put(&trouble.archive, KEY, &bytes::Bytes::from_static(b"abc")).await.unwrap();
    let seen = trouble.proxy.seen.lock().unwrap();
    let headers = &seen.last().unwrap().headers;
    assert_eq!(
        headers["x-amz-content-sha256"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(headers["if-none-match"], "*");
}

#[tokio::test]
async fn an_export_goes_to_a_server_without_checksums_too() {
    let trouble = relative(&[Manner::RefusesChecksums(400)]).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("export.zip");
    let bytes = picture(3, 3_000_000);
    std::fs::write(&file, &bytes).unwrap();
    trouble.archive.put_large("exports/dm/a.zip", &file, "application/zip").await.unwrap();
    assert!(trouble.archive.get("exports/dm/a.zip").await.unwrap() == Some(bytes));
}

#[tokio::test]
async fn each_answer_comes_with_what_to_do_about_it() {
    for (status, code, remedy) in [
        (404, "NoSuchBucket", "there is no bucket `easel-conformance` at http://localhost:"),
        (403, "AccessDenied", "allow s3:PutObject on arn:aws:s3:::easel-conformance/tests/"),
        (403, "InvalidAccessKeyId", "does not know this access key; set AWS_ACCESS_KEY_ID"),
        (403, "SignatureDoesNotMatch", "copy AWS_SECRET_ACCESS_KEY again"),
        (400, "ExpiredToken", "the AWS credentials have expired; sign in again (`aws sso login`)"),
        (403, "RequestTimeTooSkewed", "this machine's clock is more than 15 minutes wrong"),
        (301, "PermanentRedirect", "is not in us-east-1, and the server does not say where; set AWS_REGION"),
        (503, "SlowDown", "the server is too busy; Easel tries again later"),
        (507, "XMinioStorageFull", "is full; make room there"),
        (400, "KMS.DisabledException", "the key of the bucket cannot be used; enable it in KMS"),
    ] {
        let trouble = Trouble::with(&[Fault::Answer(status, code); 3]).await;
        let said = format!("{:#}", put(&trouble.archive, KEY, &picture(1, 10)).await.unwrap_err());
        assert!(said.starts_with("cannot write s3://easel-conformance/"), "{said}");
        assert!(said.contains(remedy) && said.contains(code), "{remedy} in {said}");
    }
}

/// What `easel check` says of a bucket behind a server with such manners; its exit code and the line on the archive.
async fn checked(manners: &'static [Manner], faults: &[Fault]) -> (i32, String) {
    let upstream = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&upstream)).await;
    let (proxy, address, _server) = Proxy::start(upstream, faults).await;
    proxy.behave(manners);
    let mut setup = Setup::default();
    setup.variables.push(("EASEL_ENGINE", "sketch".to_owned()));
    archive_at(&address, &mut setup);
    let world = World::without_bot(setup).await;
    world.run(&["register"]).await;
    let (code, out, err) = world.run(&["check"]).await;
    assert!(out.contains("-     aws          not asked"), "no account is needed: {out}{err}");
    (code, out.lines().find(|line| line[6..].starts_with("archive ")).unwrap().to_owned())
}

#[tokio::test]
async fn check_says_what_is_otherwise_and_what_to_do() {
    let (code, line) = checked(&[], &[]).await;
    assert!(code == 0 && line.starts_with("ok ") && line.ends_with("/ can be written"), "{line}");
    let (code, line) = checked(&[Manner::In("eu-central-1"), Manner::RefusesConditions(501)], &[]).await;
    assert!(code == 0 && line.starts_with("ok "), "{line}");
    assert!(line.contains("can be written; the bucket is in eu-central-1 and not in us-east-1;"), "{line}");
    assert!(
        line.ends_with(
            "; the server does not heed If-None-Match, so Easel looks whether a key is free before it writes"
        ),
        "{line}"
    );
    let (code, line) = checked(&[], &[Fault::Answer(404, "NoSuchBucket"); 9]).await;
    assert!(code == 1 && line.starts_with("FAIL  archive      EASEL_ARCHIVE: cannot write s3://"), "{line}");
    assert!(line.contains("there is no bucket `easel-conformance`"), "{line}");
}

#[tokio::test]
async fn what_is_otherwise_is_said_once_at_the_start() {
    let upstream = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&upstream)).await;
    let (proxy, address, _server) = Proxy::start(upstream, &[]).await;
    proxy.behave(&[Manner::In("eu-central-1"), Manner::IgnoresConditions]);
    let mut setup = Setup::default();
    archive_at(&address, &mut setup);
    let world = World::with(setup).await;
    for prompt in ["a fox", "a hen"] {
        crate::support::in_time(world.imagine(prompt).await.picture()).await;
    }
    world.settled().await;
    let log = world.log();
    for said in [
        "the bucket `easel-conformance` is in eu-central-1 and not in us-east-1",
        "does not heed If-None-Match",
    ] {
        assert_eq!(log.matches(said).count(), 1, "{said} in {log}");
    }
    world.end().await;
}
