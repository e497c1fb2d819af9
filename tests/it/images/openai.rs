//! The shape of OpenAI's API, for clients that speak it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

const GENERATIONS: &str = "/v1/images/generations";

impl Answer {
    /// What is said of an error: <https://platform.openai.com/docs/guides/error-codes>.
    fn error(&self, status: u16) -> Value {
        let body = self.json(status);
        let error = &body["error"];
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        for member in ["message", "type"] {
            assert!(!error[member].as_str().unwrap().is_empty(), "{member} in {body}");
        }
        assert!(error.get("param").is_some() && error.get("code").is_some(), "{body}");
        error.clone()
    }
}

#[tokio::test]
async fn a_client_gets_its_pictures_as_base64() {
    let api = Api::new().await;
    let order = json!({
        "prompt": "a cat", "model": "core", "n": 2, "size": "1792x1024", "quality": "hd", "style": "vivid",
        "user": "user-1", "background": "auto", "moderation": "low", "output_format": "png",
        "output_compression": 90, "stream": false, "response_format": null,
    });
    let answer = api.post(GENERATIONS, &order).await;
    let generated = answer.json(200);
    let data = generated["data"].as_array().unwrap();
    assert!(data.len() == 2 && generated["created"].as_i64().unwrap() > 1_700_000_000, "{generated}");
    api.world.settled().await;
    for picture in data {
        let members: Vec<_> = picture.as_object().unwrap().keys().collect();
        assert_eq!(members, ["b64_json"]);
        let bytes = STANDARD.decode(picture["b64_json"].as_str().unwrap()).unwrap();
        assert!(api.world.archived("png").contains(&bytes), "as archived");
    }
    let image = api.get(answer.header("location"), WEB).await.json(200);
    assert_eq!((&image["aspect"], &image["style"]), (&json!("16:9"), &Value::Null));
    assert_eq!((&image["price_usd"], &image["state"]), (&json!("0.08"), &json!("delivered")));
    assert!(answer.header("location").ends_with(answer.header("x-request-id")));
    api.end().await;
}

#[tokio::test]
async fn what_is_left_out_has_its_default_and_flags_are_understood() {
    let api = Api::new().await;
    let order = json!({ "prompt": "a cat --seed 7 --v 6", "style": "anime", "model": "" });
    let answer = api.post(GENERATIONS, &order).await;
    assert_eq!(answer.json(200)["data"][0]["revised_prompt"], "a cat, anime style");
    let image = api.get(answer.header("location"), WEB).await.json(200);
    assert_eq!(
        (&image["model"], &image["aspect"], &image["seeds"]),
        (&json!("core"), &json!("1:1"), &json!([7]))
    );
    assert_eq!(image["ignored_flags"], json!(["--v 6"]));
    api.end().await;
}

#[tokio::test]
async fn an_address_comes_where_pictures_are_in_s3_on_moto() {
    let address = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&address)).await;
    let mut setup = Setup::default();
    archive_at(&address, &mut setup);
    let api = Api::with(setup, &entry("web", WEB, 1000, "100")).await;
    let order = json!({ "prompt": "a cat", "response_format": "url" });
    let generated = api.post(GENERATIONS, &order).await.json(200);
    let picture = &generated["data"][0];
    assert_eq!(picture.get("b64_json"), None);
    let file = answered(api.http.get(picture["url"].as_str().unwrap())).await;
    assert_eq!((file.status, Some(file.body.to_vec())), (200, api.world.bedrock.calls()[0].picture()));
    api.end().await;
}

/// A member that cannot be, with the status, the code and the beginning of what is said.
fn wrong_members() -> Vec<(&'static str, Value, u16, &'static str, &'static str)> {
    let (invalid, unknown) = ("invalid_value", "model_not_found");
    let models = "There is no model `dall-e-3` here. Available: `core`, `ultra`, `sd3.5`. Leave `model` out for the default.";
    vec![
        ("model", json!("dall-e-3"), 404, unknown, models),
        ("model", json!("gpt-image-1"), 404, unknown, "There is no model `gpt-image-1` here."),
        ("model", json!("sdxl"), 404, unknown, "`sdxl` reached its end of life"),
        ("n", json!(0), 400, invalid, "`n` was `0`; allowed: a whole number from 1 to 4."),
        ("n", json!(5), 400, invalid, "`n` was `5`"),
        ("size", json!("big"), 400, invalid, "`size` was `big`; allowed: auto, or a width and a height"),
        ("size", json!("0x1024"), 400, invalid, "`size` was `0x1024`"),
        ("size", json!("1024"), 400, invalid, "`size` was `1024`"),
        ("size", json!("-5x99999999999"), 400, invalid, "`size` was `-5x99999999999`"),
        ("quality", json!("best"), 400, invalid, "`quality` was `best`; allowed: auto, standard,"),
        ("style", json!("cubism"), 400, invalid, "`style` was `cubism`; allowed: vivid, natural, 3d-model"),
        ("background", json!("transparent"), 400, invalid, "`background` was `transparent`; allowed: auto,"),
        ("output_format", json!("webp"), 400, invalid, "`output_format` was `webp`; allowed: png."),
        ("output_compression", json!(101), 400, invalid, "`output_compression` was `101`"),
        (
            "response_format",
            json!("png"),
            400,
            invalid,
            "`response_format` was `png`; allowed: b64_json, url.",
        ),
        ("response_format", json!("url"), 400, invalid, "Pictures lie in a folder here"),
        ("stream", json!(true), 400, invalid, "Pictures come when they are finished"),
        ("prompt", json!(""), 400, "empty_prompt", "There is no prompt to paint."),
        ("prompt", json!("a".repeat(4_001)), 400, "too_long", "The prompt has 4001 characters"),
        ("prompt", json!("a --sead 7"), 400, "flag", "`--sead`"),
    ]
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_member_at_fault() {
    let api = Api::new().await;
    for (member, value, status, code, needle) in wrong_members() {
        let mut order = cat();
        order[member] = value;
        let error = api.post(GENERATIONS, &order).await.error(status);
        assert_eq!((&error["param"], &error["code"]), (&json!(member), &json!(code)), "{error}");
        assert_eq!(error["type"], "invalid_request_error");
        assert!(error["message"].as_str().unwrap().starts_with(needle), "{error}");
    }
    assert_eq!(api.world.sum("pictures"), 0, "nothing was ordered");
    api.end().await;
}

#[tokio::test]
async fn bodies_that_are_no_orders_are_refused_in_the_same_shape() {
    let api = Api::new().await;
    let unknown = "unknown field `colour`, expected one of `prompt`, `model`, `n`, `size`";
    for (body, needle) in [
        (r#"{"prompt":"a","colour":"red"}"#, format!("The body is not an order: {unknown}")),
        (r#"{"n":1}"#, "The body is not an order: missing field `prompt`".to_owned()),
        (r#"{"prompt":"a","n":"2"}"#, "The body is not an order: invalid type: string \"2\"".to_owned()),
        ("{", "The body is not JSON in UTF-8".to_owned()),
    ] {
        let error = answered(api.posting(GENERATIONS, WEB, body)).await.error(400);
        assert!(error["message"].as_str().unwrap().starts_with(&needle), "{error}");
    }
    let large = api.post(GENERATIONS, &json!({ "prompt": "a".repeat(70_000) })).await.error(413);
    assert!(large["message"].as_str().unwrap().contains("65536 bytes"), "{large}");
    assert_eq!(api.world.sum("pictures"), 0, "nothing was ordered");
    api.end().await;
}

#[tokio::test]
async fn whoever_is_at_the_wrong_place_is_told_in_the_same_shape() {
    let api = Api::new().await;
    for key in ["", "easel_guessed"] {
        let answer = answered(api.posting(GENERATIONS, key, cat().to_string())).await;
        assert_eq!(
            (&answer.error(401)["code"], answer.header("www-authenticate")),
            (&json!("invalid_api_key"), "Bearer")
        );
        api.get("/v1/models", key).await.error(401);
    }
    for path in ["/v1/images/variations", "/v1/chat/completions", "/v1/images/generations/", "/v1/models/"] {
        let error = answered(api.posting(path, WEB, "{}")).await.error(404);
        assert!(error["message"].as_str().unwrap().starts_with("There is nothing at this path."), "{error}");
    }
    for (method, path, allow) in
        [(Method::GET, GENERATIONS, "POST"), (Method::POST, "/v1/models", "GET, HEAD")]
    {
        let answer = answered(api.request(method, path, WEB)).await;
        answer.error(405);
        assert_eq!(answer.header("allow"), allow);
    }
    let plain = api.request(Method::POST, GENERATIONS, WEB).body(cat().to_string());
    answered(plain).await.error(415);
    api.end().await;
}

#[tokio::test]
async fn the_models_are_told_as_openai_tells_them() {
    let api = Api::new().await;
    let list = api.get("/v1/models", WEB).await.json(200);
    let ids: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!((&list["object"], ids), (&json!("list"), vec!["core", "ultra", "sd3.5"]));
    let model = json!({ "id": "core", "object": "model", "created": 0, "owned_by": "amazon-bedrock" });
    assert_eq!(list["data"][0], model);
    for asked in ["core", "stability.stable-image-core-v1:1"] {
        assert_eq!(api.get(&format!("/v1/models/{asked}"), WEB).await.json(200), model);
    }
    assert_eq!(api.get("/v1/models/dall-e-3", WEB).await.error(404)["code"], "model_not_found");
    api.end().await;
}

#[tokio::test]
async fn limits_are_told_in_openais_words() {
    let entries = entry("web", WEB, 1, "100") + &entry("shop", SHOP, 1000, "0.05");
    let api = Api::with(Setup::default(), &entries).await;
    api.post(GENERATIONS, &cat()).await.json(200);
    let often = api.post(GENERATIONS, &cat()).await;
    let error = often.error(429);
    assert_eq!((&error["type"], &error["code"]), (&json!("rate_limit_error"), &json!("rate_limit_exceeded")));
    assert!((1..=61).contains(&often.header("retry-after").parse::<u32>().unwrap()));
    assert_eq!(often.header("x-should-retry"), "");
    let order = cat().to_string();
    answered(api.posting(GENERATIONS, SHOP, order.clone())).await.json(200);
    let used = answered(api.posting(GENERATIONS, SHOP, order)).await;
    let error = used.error(429);
    assert_eq!(
        (&error["type"], &error["code"]),
        (&json!("insufficient_quota"), &json!("insufficient_quota"))
    );
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with("This would go beyond this key's monthly budget of $0.05")
    );
    assert_eq!(used.header("x-should-retry"), "false");
    assert_eq!(api.world.bedrock.calls().len(), 2);
    api.end().await;
}

#[tokio::test]
async fn a_picture_that_the_model_refuses_is_not_ordered_again_by_the_client() {
    let api = Api::new().await;
    for (prompt, status, kind, code) in [
        ("a [[filter-prompt]]", 400, "invalid_request_error", "content_policy_violation"),
        ("a [[filter-output]]", 400, "invalid_request_error", "content_policy_violation"),
    ] {
        let answer = api.post(GENERATIONS, &json!({ "prompt": prompt })).await;
        let error = answer.error(status);
        assert_eq!((&error["type"], &error["code"]), (&json!(kind), &json!(code)), "{error}");
        assert_eq!(answer.header("x-should-retry"), "false");
        let image = api.get(answer.header("location"), WEB).await.json(200);
        assert_eq!(image["state"], "failed");
    }
    api.end().await;
}

#[tokio::test]
async fn the_same_order_under_its_name_is_the_same_picture() {
    let api = Api::new().await;
    let order = || api.posting(GENERATIONS, WEB, cat().to_string()).header("idempotency-key", "order-1");
    let first = answered(order()).await.json(200);
    assert_eq!(answered(order()).await.json(200), first);
    assert_eq!(api.world.bedrock.calls().len(), 1);
    api.end().await;
}

#[tokio::test]
async fn whose_time_is_over_is_told_that_the_order_goes_on_and_where() {
    let mut api = Api::new().await;
    let held = api.world.bedrock.hold();
    let order = cat();
    let stopping = async {
        in_time(held.reached()).await;
        api.world.ask_to_stop();
    };
    let (answer, ()) = join(api.post(GENERATIONS, &order), stopping).await;
    let (error, location) = (answer.error(504), answer.header("location").to_owned());
    let said = error["message"].as_str().unwrap();
    let expected = format!("The order is not over yet and goes on. Do not order again: `GET {location}`");
    assert!(said.starts_with(&expected), "{said}");
    assert_eq!(answer.header("x-should-retry"), "false");
    held.release();
    assert_eq!(api.world.ended().await, 0);
    api.world.start().await;
    assert_eq!(api.finished(&location).await["state"], "delivered");
    assert_eq!(api.world.bedrock.calls().len(), 1);
    api.end().await;
}
