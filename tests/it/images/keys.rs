//! Who may order, how often and for how much.

use super::*;

#[tokio::test]
async fn without_keys_there_is_no_such_route() {
    let world = World::serving(Setup::default()).await;
    let http = reqwest::Client::new();
    let url = |path: &str| format!("{}{path}", world.address());
    for request in [
        http.post(url("/images")).bearer_auth(WEB).json(&cat()),
        http.get(url("/images/01ARZ3NDEKTSV4RRFFQ69G5FAV")).bearer_auth(WEB),
        http.get(url("/openapi.json")),
    ] {
        assert_eq!(answered(request).await.status, 404);
    }
    world.end().await;
}

#[tokio::test]
async fn whoever_has_no_key_is_told_401_and_nothing_is_read() {
    let api = Api::new().await;
    let location = api.post("/images?wait=60", &cat()).await.json(200)["id"]
        .as_str()
        .map(|id| format!("/images/{id}"))
        .unwrap();
    let requests = |key: &str| {
        [
            api.posting("/images", key, "{not json"),
            api.request(Method::GET, &location, key),
            api.request(Method::GET, &format!("{location}/0.png"), key),
        ]
    };
    let wrong = requests("").into_iter().chain(requests("easel_guessed")).chain(requests(&sha256_hex(WEB)));
    for request in
        wrong.chain([api.request(Method::GET, &location, "").header("authorization", format!("Basic {WEB}"))])
    {
        let answer = answered(request).await;
        answer.problem(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(api.world.bedrock.calls().len(), 1);
    api.end().await;
}

#[tokio::test]
async fn a_key_that_was_revoked_stops_working_without_a_restart() {
    let api = Api::new().await;
    let location =
        format!("/images/{}", api.post("/images?wait=60", &cat()).await.json(200)["id"].as_str().unwrap());
    std::fs::write(api.keys.path(), entry("shop", SHOP, 1000, "100")).unwrap();
    let revoked = api.world.until_said(async || api.get(&location, WEB).await.status == 401);
    in_time(revoked).await;
    api.post("/images", &cat()).await.problem(401);
    std::fs::write(api.keys.path(), "[[key]] broken").unwrap();
    in_time(api.world.until_said(async || {
        answered(api.posting("/images?wait=60", SHOP, cat().to_string())).await.json(200);
        api.world.log().contains("cannot be used; the keys stay as they were")
    }))
    .await;
    api.end().await;
}

#[tokio::test]
async fn a_keys_budget_holds_whatever_comes_at_once() {
    let entries = entry("web", WEB, 1000, "0.1") + &entry("shop", SHOP, 1000, "100");
    let api = Api::with(Setup::default(), &entries).await;
    let order = cat();
    let answers = join_all((0..50).map(|_| api.post("/images", &order))).await;
    let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 202);
    assert_eq!(taken.len(), 2, "two pictures of four cents fit under ten");
    for answer in refused {
        let problem = answer.problem(422);
        assert_eq!(problem["why"], "budget_used");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.starts_with("This would go beyond this key's monthly budget of $0.10, of which $0.08"),
            "{detail}"
        );
        assert!(detail.contains("begins at 20") && !detail.contains("<t:"), "{detail}");
    }
    api.world.settled().await;
    assert_eq!(api.world.bedrock.calls().len(), 2);
    assert_eq!(
        answered(api.posting("/images", SHOP, order.to_string())).await.status,
        202,
        "another key is free"
    );
    api.end().await;
}

#[tokio::test]
async fn the_budget_of_the_whole_easel_holds_for_keys_too() {
    let variables = vec![("EASEL_MONTHLY_BUDGET_USD", "0.05".to_owned())];
    let setup = Setup { variables, ..Setup::default() };
    let api = Api::with(setup, &entry("web", WEB, 1000, "100")).await;
    assert_eq!(api.post("/images?wait=60", &cat()).await.status, 200);
    let detail = api.post("/images", &cat()).await.detail(422);
    assert!(detail.starts_with("This would go beyond this Easel's monthly budget of $0.05"), "{detail}");
    assert_eq!(api.world.bedrock.calls().len(), 1);
    api.end().await;
}

#[tokio::test]
async fn a_key_that_orders_too_often_is_told_when_the_next_order_is_free() {
    let entries = entry("web", WEB, 2, "100") + &entry("shop", SHOP, 1000, "100");
    let api = Api::with(Setup::default(), &entries).await;
    for status in [202, 202] {
        assert_eq!(api.post("/images", &cat()).await.status, status);
    }
    let answer = api.post("/images", &cat()).await;
    assert_eq!(answer.problem(429)["why"], "rate_limited");
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    assert!((1..=31).contains(&seconds), "{seconds}");
    assert_eq!(answered(api.posting("/images", SHOP, cat().to_string())).await.status, 202);
    api.world.settled().await;
    assert_eq!(api.world.bedrock.calls().len(), 3);
    api.end().await;
}

#[tokio::test]
async fn what_another_key_ordered_is_not_there() {
    let api = Api::new().await;
    let interaction = api.world.imagine("a cat").await;
    in_time(interaction.picture()).await;
    let jobs = api.world.db().query_row("SELECT id FROM jobs", [], |row| row.get::<_, String>(0)).unwrap();
    let image = api.post("/images?wait=60", &cat()).await.json(200);
    let id = image["id"].as_str().unwrap();
    for (path, key) in [
        (format!("/images/{id}"), SHOP),
        (format!("/images/{id}/0.png"), SHOP),
        (format!("/images/{id}/1.png"), WEB),
        (format!("/images/{id}/0.jpg"), WEB),
        (format!("/images/{id}/00.png"), WEB),
        (format!("/images/{jobs}"), WEB),
        (format!("/images/{jobs}/0.png"), WEB),
        ("/images/01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(), WEB),
        ("/images/%ff%00".to_owned(), WEB),
        ("/images/..%2f..%2f/x".to_owned(), WEB),
    ] {
        api.get(&path, key).await.problem(404);
    }
    api.end().await;
}

#[tokio::test]
async fn a_key_is_made_by_a_program_and_works() {
    let world = World::without_bot(Setup::default()).await;
    let (code, out, _) = world.run(&["api-key", "my-site"]).await;
    assert_eq!(code, 0);
    let key = out.lines().find(|line| line.starts_with("easel_")).unwrap();
    let (_, lines) = out.split_at(out.find("[[key]]").unwrap());
    assert!(key.len() > 45 && lines.contains("name = \"my-site\""), "{out}");
    let api = Api::with(Setup::default(), lines).await;
    assert_eq!(answered(api.posting("/images?wait=60", key, cat().to_string())).await.status, 200);
    api.end().await;
    let (code, _, err) = world.run(&["api-key", "My Site"]).await;
    assert!(code == 1 && err.contains("a-z, 0-9 and -"), "{err}");
}

#[tokio::test]
async fn a_wrong_keys_file_stops_the_start_with_all_that_is_wrong() {
    let keys = NamedTempFile::new().unwrap();
    let start = async |entries: &str| {
        std::fs::write(keys.path(), entries).unwrap();
        let mut world = World::without_bot(Setup::default()).await;
        world.set("DISCORD_PUBLIC_KEY", world.discord.public_key());
        world.set("EASEL_API_KEYS_FILE", keys.path().display().to_string());
        let (code, _, err) = world.run(&["serve"]).await;
        assert_eq!(code, 1);
        err
    };
    let err = start("[[key]]\nname = 'web'\nsha256 = 'x'\n").await;
    assert_eq!(err.lines().count(), 2, "{err}");
    for needle in ["key `web`: `sha256` must be", "key `web`: `monthly_budget_usd` must be there"] {
        assert!(err.contains(needle) && err.contains("EASEL_API_KEYS_FILE: "), "{err}");
    }
    assert!(start("[[key]\n").await.contains("is not a list of [[key]] entries, near line 1"));
}

#[tokio::test]
async fn an_order_that_is_repeated_is_found_although_the_rate_is_used_up() {
    let api = Api::with(Setup::default(), &entry("web", WEB, 1, "100")).await;
    let taken = api.post_as("order-1", WEB, &cat()).await.json(202);
    api.post("/images", &cat()).await.problem(429);
    for _ in 0..2 {
        assert_eq!(api.post_as("order-1", WEB, &cat()).await.json(202)["id"], taken["id"]);
    }
    api.post_as("order-1", WEB, &json!({ "prompt": "a dog" })).await.detail(422);
    api.post_as("order-2", WEB, &cat()).await.problem(429);
    api.world.settled().await;
    assert_eq!(api.world.bedrock.calls().len(), 1);
    api.end().await;
}
