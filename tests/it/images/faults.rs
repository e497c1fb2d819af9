//! What callers and models do wrong: never a 5xx for the first, a sentence for both.

use easel_emulator::bedrock::Guardrail;

use super::*;

#[tokio::test]
async fn bodies_that_are_no_orders_are_refused_with_what_is_wrong() {
    let api = Api::new().await;
    let deep = format!("{{\"prompt\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    for (body, needle) in [
        (b"".to_vec(), "not JSON in UTF-8: EOF"),
        (b"{\"prompt\":\"a c".to_vec(), "not JSON in UTF-8: EOF"),
        (b"{\"prompt\":\"\xff\xfe\"}".to_vec(), "not JSON in UTF-8"),
        (b"{\"prompt\":\"\\ud800\"}".to_vec(), "not JSON in UTF-8"),
        (b"{\"prompt\":\"a cat\"} {}".to_vec(), "trailing characters"),
        (deep.into_bytes(), "invalid type: sequence, expected a string"),
        ("[".repeat(20_000).into_bytes(), "not an order"),
        (b"[]".to_vec(), "not an order"),
        (b"\"a cat\"".to_vec(), "not an order"),
        (b"null".to_vec(), "not an order"),
        (b"{}".to_vec(), "`prompt` (or `message`) is missing"),
        (b"{\"prompt\":\"a\",\"message\":\"b\"}".to_vec(), "send one of them"),
        (b"{\"prompt\":\"a\",\"prompt\":\"b\"}".to_vec(), "duplicate field `prompt`"),
        (b"{\"prompt\":\"a\",\"size\":\"big\"}".to_vec(), "unknown field `size`"),
        (b"{\"prompt\":5}".to_vec(), "invalid type: integer `5`, expected a string"),
        (b"{\"prompt\":\"a\",\"seed\":\"7\"}".to_vec(), "invalid type: string \"7\""),
        (b"{\"prompt\":\"a\",\"count\":1.5}".to_vec(), "invalid type: floating point `1.5`"),
        (b"{\"prompt\":\"a\",\"seed\":99999999999999999999}".to_vec(), "not an order"),
        (b"{\"prompt\":\"a\",\"cfg\":1e999}".to_vec(), "number out of range"),
    ] {
        let detail = answered(api.posting("/images", WEB, body)).await.detail(400);
        assert!(detail.contains(needle), "{needle} in {detail}");
    }
    assert_eq!(api.world.bedrock.calls().len(), 0);
    api.end().await;
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_in_the_words_of_every_frontend() {
    let api = Api::new().await;
    for (order, why, needle) in [
        (json!({ "prompt": " " }), "empty_prompt", "There is no prompt to paint."),
        (json!({ "prompt": "a", "seed": -1 }), "out_of_range", "`seed` was `-1`"),
        (json!({ "prompt": "a", "count": 5 }), "out_of_range", "`count` was `5`"),
        (json!({ "prompt": "a", "aspect": "4:3" }), "out_of_range", "`aspect` was `4:3`"),
        (json!({ "prompt": "a", "style": "cubism" }), "out_of_range", "`style` was `cubism`"),
        (json!({ "prompt": "a", "model": "dalle" }), "unknown_model", "There is no model `dalle` here."),
        (json!({ "prompt": "a", "model": "sdxl" }), "model_ended", "`sdxl` reached its end of life"),
        (json!({ "prompt": "a", "cfg": 7 }), "not_supported", "`core` does not know `cfg`."),
        (json!({ "prompt": "a --sead 7" }), "flag", "`--sead`"),
        (json!({ "prompt": "a".repeat(4_001) }), "too_long", "The prompt has 4001 characters"),
    ] {
        let problem = api.post("/images", &order).await.problem(422);
        assert_eq!(problem["why"], why);
        assert!(problem["detail"].as_str().unwrap().starts_with(needle), "{problem}");
    }
    api.end().await;
}

#[tokio::test]
async fn requests_that_are_no_orders_are_refused_each_with_its_status() {
    let api = Api::new().await;
    let order = cat().to_string();
    let post = |path: &str| api.posting(path, WEB, order.clone());
    for path in
        ["/images?wait=0", "/images?wait=61", "/images?wait=-1", "/images?wait=soon", "/images?wiat=5"]
    {
        assert!(answered(post(path)).await.detail(400).contains("`wait`"), "{path}");
    }
    for name in ["", &"x".repeat(201), "two words"] {
        let detail = answered(post("/images").header("idempotency-key", name)).await.detail(400);
        assert!(detail.starts_with("`Idempotency-Key` must be"), "{detail}");
    }
    let plain = api.request(Method::POST, "/images", WEB).body(order.clone());
    answered(plain.header("content-type", "text/plain")).await.problem(415);
    answered(api.request(Method::POST, "/images", WEB).body(order.clone())).await.problem(415);
    let large = format!("{{\"prompt\":\"{}\"}}", "a".repeat(64 * 1024));
    answered(api.posting("/images", WEB, large)).await.problem(413);
    for (method, path, allow) in [
        (Method::DELETE, "/images", "GET, HEAD, POST"),
        (Method::OPTIONS, "/images", "GET, HEAD, POST"),
        (Method::POST, "/models", "GET, HEAD"),
        (Method::PUT, "/images/01ARZ3NDEKTSV4RRFFQ69G5FAV", "GET, HEAD, DELETE"),
        (Method::POST, "/images/01ARZ3NDEKTSV4RRFFQ69G5FAV/0.png", "GET, HEAD"),
        (Method::POST, "/openapi.json", "GET, HEAD"),
    ] {
        let answer = answered(api.request(method, path, WEB)).await;
        assert_eq!(answer.problem(405)["instance"], path);
        assert_eq!(answer.header("allow"), allow);
    }
    for (path, needle) in [
        ("/images/", "There is nothing at this path. Leave the slash at its end out. `GET /` says"),
        ("/image", "There is nothing at this path. `GET /` says"),
        ("/Images", "There is nothing at this path."),
    ] {
        assert!(answered(post(path)).await.detail(404).starts_with(needle), "{path}");
    }
    assert_eq!(api.world.sum("pictures"), 0, "nothing was ordered");
    api.end().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_orders_nothing() {
    let api = Api::new().await;
    let address = api.world.address().trim_start_matches("http://").to_owned();
    let answer = tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {WEB}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"prompt\":\"a cat\"}}"
        );
        socket.write_all(head.as_bytes()).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        let _ = socket.read_to_string(&mut answer);
        answer
    });
    let answer = in_time(answer).await.unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(api.post("/images?wait=60", &cat()).await.status, 200, "others are served");
    assert_eq!(api.world.bedrock.calls().len(), 1);
    api.end().await;
}

#[tokio::test]
async fn what_the_model_filters_fails_with_the_reason() {
    let api = Api::new().await;
    let image = api.post("/images?wait=60", &json!({ "prompt": "a [[filter-prompt]]" })).await.json(200);
    assert_eq!((&image["state"], &image["refusal"]["why"]), (&json!("failed"), &json!("filtered_prompt")));
    let detail = image["refusal"]["detail"].as_str().unwrap();
    assert!(detail.starts_with("The model's content filter refused the prompt."), "{detail}");
    let picture = &image["pictures"][0];
    assert_eq!((&picture["state"], &picture["link"]), (&json!("refused"), &Value::Null));
    api.get(&format!("/images/{}/0.png", image["id"].as_str().unwrap()), WEB).await.problem(404);
    api.end().await;
}

#[tokio::test]
async fn a_store_that_does_not_answer_takes_no_order() {
    let api = Api::new().await;
    let lock = api.world.lock_database();
    let answer = api.post("/images", &cat()).await;
    assert_eq!(answer.problem(503)["why"], "store_slow");
    assert_eq!(answer.header("retry-after"), "5");
    drop(lock);
    assert_eq!(api.post("/images?wait=60", &cat()).await.status, 200);
    api.world.settled().await;
    assert_eq!(api.world.bedrock.calls().len(), 1);
    api.end().await;
}

#[tokio::test]
async fn what_the_guardrail_blocks_is_generated_for_no_program_either() {
    let variables = vec![("EASEL_GUARDRAIL", "abc123:1".to_owned())];
    let setup = Setup { variables, ..Setup::default() };
    let api = Api::with(setup, &entry("web", WEB, 1000, "100")).await;
    api.world.bedrock.guardrail(Guardrail {
        id: "abc123".to_owned(),
        version: "1".to_owned(),
        blocked_words: vec!["badger".to_owned()],
        blocked_images: 0,
        texts_only: false,
    });
    let image = api.post("/images?wait=60", &json!({ "prompt": "a badger" })).await.json(200);
    assert_eq!((&image["state"], &image["refusal"]["why"]), (&json!("failed"), &json!("guarded_prompt")));
    assert_eq!(image["attempted_usd"], "0.00");
    assert_eq!(api.world.bedrock.calls().len(), 0);
    api.end().await;
}
