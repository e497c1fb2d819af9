//! The playground with the user's own AWS account, whose Bedrock is an emulated one here.

use easel_emulator::bedrock::Bedrock;

use super::*;

/// What a user of AWS has in the environment.
fn account(bedrock: &str) -> [(&str, &str); 7] {
    [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "a secret"),
        ("AWS_REGION", "us-west-2"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL_BEDROCK", bedrock),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", bedrock),
        ("AWS_ENDPOINT_URL_STS", bedrock),
    ]
}

#[tokio::test]
async fn the_real_bedrock_is_asked_with_the_users_settings() {
    let bedrock = Bedrock::start().await.unwrap();
    let url = bedrock.base_url();
    let playground = Playground::in_environment(&account(&url), &["--engine", "bedrock"]).await;
    let mut page = playground.page_in(PAINTINGS).await;
    assert_eq!(page.hello["engine"], "bedrock");
    page.send(json!({ "type": "panel", "on": true })).await;
    let rows = page.next("faults").await["faults"].as_array().unwrap().clone();
    assert!(rows.iter().all(|row| row["group"] != "Bedrock"), "its faults are not ours to switch: {rows:?}");
    page.imagine("a fox", false).await;
    let message = page.picture().await;
    let file = playground.file(&page, pictures(&message)[0]).await;
    let ledger = page.balanced(1).await;
    assert_eq!((&ledger["spent"], &ledger["budget"]), (&json!(40_000), &json!(25_000_000)));
    let calls = bedrock.calls();
    assert_eq!((calls.len(), calls[0].picture()), (1, Some(file)));
    assert_eq!(bedrock.violations(), Vec::<String>::new());
    playground.ended().await;
}

#[tokio::test]
async fn a_script_is_played_with_the_real_bedrock_too() {
    let bedrock = Bedrock::start().await.unwrap();
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("a.txt"), "/imagine a fox --n 2\n").unwrap();
    let played = Command::new(env!("CARGO_BIN_EXE_easel"))
        .args(["demo", "--engine", "bedrock", "--script", "a.txt"])
        .current_dir(place.path())
        .env_clear()
        .env("TMPDIR", place.path())
        .envs(account(&bedrock.base_url()))
        .kill_on_drop(true)
        .output();
    let played = in_time(played).await.unwrap();
    assert!(played.status.success(), "{}", String::from_utf8_lossy(&played.stderr));
    let kept = |n| std::fs::read(place.path().join(format!("easel-conversation/picture-{n}.png"))).unwrap();
    let mut made: Vec<_> = bedrock.calls().iter().map(|call| call.picture().unwrap()).collect();
    made.sort();
    let mut kept = [kept(1), kept(2)].to_vec();
    kept.sort();
    assert_eq!(kept, made);
}
