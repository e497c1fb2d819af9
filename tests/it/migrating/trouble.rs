//! A move on which not all goes well, and those that are refused.

use std::process::Stdio;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use easel::backends::store::Store;
use rusqlite::Connection;
use tokio::task::JoinSet;

use super::{MINISTACK, MOTO, Move, text};
use crate::archive::server;
use crate::backends::orders::MEMBER;
use crate::s3_faults::{Fault, Proxy};
use crate::support::in_time;

#[tokio::test]
async fn killed_at_any_moment_it_is_run_again_to_the_same_end_on_ministack() {
    let whole = Move::on(MINISTACK).await;
    whole.migrates().await;
    let all = whole.items().await.len();
    // It looks at the table (4 requests), then marks it, then writes. The last request marks it again.
    for requests in [4, 5, 6, 60, all + 4, all + 5] {
        let held = vec![Fault::Hold; 200];
        let faults = [vec![Fault::Nothing; requests], held].concat();
        let (proxy, address, _server) = Proxy::start(server(MINISTACK), &faults).await;
        let moving = Move::through(MINISTACK, Some(&address)).await;
        let to = format!("dynamodb:{}", moving.table);
        let mut program = moving.world.program(&moving.arguments(&to, &[]));
        let mut program = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        in_time(proxy.seen(requests + 1)).await;
        program.kill().await.unwrap();
        proxy.mend();
        let (known, there) = (proxy.operations().len(), moving.items().await.len());
        if there > 0 {
            moving.is_half_filled().await;
        }
        let report = moving.migrates().await;
        assert!(
            report.contains(&format!("; {} item(s) were written", all - there.max(1))),
            "{requests}: {report}"
        );
        let puts = proxy.operations()[known..].iter().filter(|name| *name == "PutItem").count();
        assert!(puts <= all - there.max(1) + 2, "{requests}: nothing is written twice");
        moving.everything_is_as_before().await;
        let (code, out, _) = moving.world.run(&["check"]).await;
        assert!(!out.contains("half-filled"), "{code} {out}");
    }
}

#[tokio::test]
async fn a_slow_table_and_answers_that_are_lost_change_nothing_on_moto() {
    let slow = Fault::Answer(400, "ProvisionedThroughputExceededException");
    let trouble = [slow, Fault::LoseAnswer, Fault::Nothing, Fault::Answer(500, "InternalServerError")];
    let faults = [vec![Fault::Nothing; 5], trouble.repeat(10), vec![slow; 30]].concat();
    let (proxy, address, _server) = Proxy::start(server(MOTO), &faults).await;
    let moving = Move::through(MOTO, Some(&address)).await;
    let report = moving.migrates().await;
    assert!(proxy.operations().len() > 75 && !report.contains("DIFFERS"), "{report}");
    moving.everything_is_as_before().await;
}

/// The program has looked at both sides, and its first write is on its way when `meanwhile` happens.
async fn interrupted(meanwhile: impl AsyncFnOnce(&Move)) -> (Move, (i32, String, String), JoinSet<()>) {
    let faults = [vec![Fault::Nothing; 4], vec![Fault::Hold]].concat();
    let (proxy, address, server) = Proxy::start(server(MINISTACK), &faults).await;
    let moving = Move::through(MINISTACK, Some(&address)).await;
    let happens = async {
        in_time(proxy.seen(5)).await;
        meanwhile(&moving).await;
    };
    let (outcome, ()) = futures_util::future::join(moving.migrate(&[]), happens).await;
    (moving, outcome, server)
}

#[tokio::test]
async fn what_somebody_writes_into_the_table_meanwhile_is_not_overwritten_on_ministack() {
    let (moving, (code, _, err), _server) = interrupted(async |moving| {
        moving.store().prefer(MEMBER, |own| own.count = Some(1)).await.unwrap();
    })
    .await;
    assert!(
        code == 1 && err.contains("somebody else has written `member#3` into the DynamoDB table"),
        "{err}"
    );
    let context = moving.store().context(None, vec![], MEMBER, moving.now).await.unwrap();
    assert_eq!(context.preferences.count, Some(1));
    moving.is_half_filled().await;
}

#[tokio::test]
async fn what_changes_in_the_file_meanwhile_does_not_tear_it_apart_on_ministack() {
    let (moving, (code, out, err), _server) = interrupted(async |moving| {
        let db = Connection::open(moving.database()).unwrap();
        db.execute(
            "UPDATE jobs SET doc = json_set(doc, '$.delivered', delivered + 1, '$.state', 'failed')",
            [],
        )
        .unwrap();
    })
    .await;
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    moving.everything_is_as_before().await;
}

#[tokio::test]
async fn a_table_with_something_else_in_it_is_not_touched_on_ministack() {
    let moving = Move::on(MINISTACK).await;
    let refused = async |why: &str, what: &str| {
        let before = moving.items().await;
        let (code, out, err) = moving.migrate(&[]).await;
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.starts_with("easel: --to: the DynamoDB table `") && err.lines().count() == 1, "{err}");
        assert!(err.contains(why) && err.contains(what) && err.contains("make it anew"), "{err}");
        assert_eq!(moving.items().await, before);
    };
    moving.store().prefer(99, |own| own.count = Some(1)).await.unwrap();
    refused("that was not this migration", "1 of preferences; such as `member#99`").await;
    remove(&moving, "member#99", "preferences").await;
    moving.migrates().await;
    moving.store().prefer(MEMBER, |own| own.count = Some(1)).await.unwrap();
    refused("was finished, and Easel has run", "1 of preferences; such as `member#3`").await;
    let (code, _, err) = moving.migrate(&["--check"]).await;
    assert!(code == 1 && err.trim_end().ends_with(": preferences"), "{err}");
}

#[tokio::test]
async fn a_dollar_that_is_missing_in_the_table_is_found_on_ministack() {
    let moving = Move::on(MINISTACK).await;
    moving.migrates().await;
    let month = moving.now.date().to_string()[..7].to_owned();
    let update = Client::new(&moving.aws).update_item().table_name(&moving.table);
    let update = update.key("pk", text("account#deployment")).key("sk", text(&month));
    let less = AttributeValue::N("-1".into());
    let update = update.update_expression("ADD spent :less").expression_attribute_values(":less", less);
    update.send().await.unwrap();
    let (code, out, err) = moving.migrate(&["--check"]).await;
    assert!(code == 1 && err.trim_end().ends_with(": accounts, deployment"), "{err}");
    let line = out.lines().find(|line| line.starts_with("deployment ")).unwrap();
    assert!(line.ends_with("DIFFERS"), "{out}");
}

async fn remove(moving: &Move, pk: &str, sk: &str) {
    let delete = Client::new(&moving.aws).delete_item().table_name(&moving.table);
    delete.key("pk", text(pk)).key("sk", text(sk)).send().await.unwrap();
}

#[tokio::test]
async fn a_file_that_somebody_has_open_is_left_alone_on_ministack() {
    let moving = Move::on(MINISTACK).await;
    let open = Store::open(&moving.database()).unwrap();
    let (code, _, err) = moving.migrate(&[]).await;
    assert_eq!((code, err.lines().count()), (1, 1), "{err}");
    assert!(err.contains("another process has `data/easel.db` open: stop Easel there first"), "{err}");
    assert_eq!(moving.items().await, [""; 0]);
    drop(open);
    moving.migrates().await;
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named_on_ministack() {
    let mut moving = Move::on(MINISTACK).await;
    moving.table.push_str("-not");
    let (code, _, err) = moving.migrate(&[]).await;
    assert!(
        code == 1 && err.contains("does it exist, in this region") && err.contains(&moving.table),
        "{err}"
    );
}
