//! Programs without Discord: keys are enough.

use super::*;

#[tokio::test]
async fn with_keys_alone_it_serves_programs_and_says_so() {
    let api = Api::alone().await;
    let page = api.get("/", "").await;
    assert!(page.status == 200 && page.header("content-type").starts_with("text/plain"), "{page:?}");
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    for needle in ["Easel generates pictures from words.", "Discord is not set up here", "/openapi.json"] {
        assert!(page.contains(needle), "{page}");
    }
    let interaction = api.posting("/interactions", "", "{\"type\":1}");
    let answer = answered(interaction).await;
    assert_eq!(answer.status, 404);
    let said = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(said.starts_with("Discord is not set up here: DISCORD_PUBLIC_KEY is not set."), "{said}");
    for (path, said) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = api.get(path, "").await;
        assert_eq!((answer.status, answer.body.as_ref()), (200, said.as_bytes()));
    }
    assert_eq!(api.post("/images?wait=60", &cat()).await.json(200)["state"], "delivered");
    assert!(api.world.log().contains("Discord is not set up: only the images API is served"));
    api.end().await;
}

#[tokio::test]
async fn a_check_without_discord_says_that_it_is_not_set_up() {
    let keys = NamedTempFile::new().unwrap();
    std::fs::write(keys.path(), entry("web", WEB, 1000, "100")).unwrap();
    let mut world = World::without_bot(Setup::default()).await;
    world.forget_discord();
    world.set("EASEL_ENGINE", "sketch");
    world.set("EASEL_API_KEYS_FILE", keys.path().display().to_string());
    let (code, out, err) = world.run(&["check"]).await;
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains("-     discord      not set up: `easel serve` serves the images API alone"),
        "{out}"
    );
    assert!(out.contains("ok    api keys     1 in "), "{out}");
    std::fs::write(keys.path(), "").unwrap();
    let (code, out, _) = world.run(&["check"]).await;
    assert!(code == 1 && out.contains("FAIL  api keys     EASEL_API_KEYS_FILE: there is no key in"), "{out}");
    world.set("EASEL_API_KEYS_FILE", "");
    let (code, out, _) = world.run(&["check"]).await;
    assert!(code == 1 && out.contains("FAIL  token        DISCORD_TOKEN is not set"), "{out}");
    let (code, _, err) = world.run(&["serve"]).await;
    let api = "for the images API alone EASEL_API_KEYS_FILE is enough";
    assert!(code == 1 && err.contains("DISCORD_PUBLIC_KEY is not set") && err.contains(api), "{err}");
}

#[tokio::test]
async fn whoever_serves_programs_alone_leaves_the_orders_of_members_to_others() {
    let mut api = Api::new().await;
    api.world.may_count_calls_that_were_not_made();
    let held = api.world.bedrock.hold();
    let interaction = api.world.imagine("a cat").await;
    in_time(held.reached()).await;
    api.world.kill().await;
    held.release();
    api.world.forget_discord();
    api.world.start().await;
    assert_eq!(api.post("/images?wait=60", &cat()).await.json(200)["state"], "delivered");
    assert_eq!(api.world.states(), ["generating", "delivered"]);
    api.world.stop().await;
    api.world.remember_discord();
    api.world.start().await;
    in_time(interaction.picture()).await;
    api.end().await;
}
