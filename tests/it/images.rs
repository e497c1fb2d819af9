//! The images API: pictures for programs, each with a key of its own.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use bytes::Bytes;
use easel::domain::digest::sha256_hex;
use easel_emulator::bedrock::{BedrockOptions, Endpoint, RequestFormat};
use futures_util::future::{join, join_all};
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::archive::{aws, make_bucket, server};
use crate::s3::archive_at;
use crate::support::{Setup, World, in_time};

mod alone;
mod deleting;
mod document;
mod edits;
mod faults;
mod keys;
mod listing;
mod openai;
mod reach;
mod start;

const WEB: &str = "easel_web-key-canary";
const SHOP: &str = "easel_shop-key-canary";

/// The lines of a key that may order as often as this, and spend as much in a month.
fn entry(name: &str, key: &str, rate: u32, budget: &str) -> String {
    let hash = sha256_hex(key);
    format!(
        "[[key]]\nname = \"{name}\"\nsha256 = \"{hash}\"\nrequests_per_minute = {rate}\nmonthly_budget_usd = {budget}\n"
    )
}

/// A world whose bot serves the images API too, to two keys.
struct Api {
    world: World,
    keys: NamedTempFile,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn json(&self, status: u16) -> Value {
        assert_eq!((self.status, self.header("content-type")), (status, "application/json"), "{self:?}");
        serde_json::from_slice(&self.body).unwrap()
    }

    /// What is said of a problem, which has the form of RFC 9457.
    fn problem(&self, status: u16) -> Value {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, "application/problem+json"),
            "{self:?}"
        );
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!((&problem["status"], &problem["type"]), (&json!(status), &json!("about:blank")));
        for member in ["title", "detail", "instance"] {
            assert!(!problem[member].as_str().unwrap().is_empty(), "{member} in {problem}");
        }
        problem
    }

    fn detail(&self, status: u16) -> String {
        self.problem(status)["detail"].as_str().unwrap().to_owned()
    }
}

impl Api {
    async fn new() -> Api {
        Api::with(Setup::default(), &(entry("web", WEB, 1000, "100") + &entry("shop", SHOP, 1000, "100")))
            .await
    }

    async fn with(mut setup: Setup, entries: &str) -> Api {
        let keys = NamedTempFile::new().unwrap();
        std::fs::write(keys.path(), entries).unwrap();
        setup.variables.push(("EASEL_API_KEYS_FILE", keys.path().display().to_string()));
        Api { world: World::serving(setup).await, keys, http: reqwest::Client::new() }
    }

    /// Where Discord is not set up.
    async fn alone() -> Api {
        let keys = NamedTempFile::new().unwrap();
        std::fs::write(keys.path(), entry("web", WEB, 1000, "100")).unwrap();
        let variables = vec![("EASEL_API_KEYS_FILE", keys.path().display().to_string())];
        let world = World::serving_programs(Setup { variables, ..Setup::default() }).await;
        Api { world, keys, http: reqwest::Client::new() }
    }

    fn request(&self, method: Method, path: &str, key: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.world.address()));
        if key.is_empty() { request } else { request.bearer_auth(key) }
    }

    async fn get(&self, path: &str, key: &str) -> Answer {
        answered(self.request(Method::GET, path, key)).await
    }

    fn posting(&self, path: &str, key: &str, order: impl Into<reqwest::Body>) -> RequestBuilder {
        self.request(Method::POST, path, key).header("content-type", "application/json").body(order)
    }

    async fn post(&self, path: &str, order: &Value) -> Answer {
        answered(self.posting(path, WEB, order.to_string())).await
    }

    async fn post_as(&self, name: &str, key: &str, order: &Value) -> Answer {
        answered(self.posting("/images", key, order.to_string()).header("idempotency-key", name)).await
    }

    /// The order once it has come to its end.
    async fn finished(&self, location: &str) -> Value {
        let finished = async {
            loop {
                let image = self.get(location, WEB).await.json(200);
                if ["delivered", "failed"].contains(&image["state"].as_str().unwrap()) {
                    break image;
                }
                self.world.settled().await;
            }
        };
        in_time(finished).await
    }

    async fn end(self) {
        let log = self.world.log();
        assert!(!log.contains("key-canary"), "a key in the log:\n{log}");
        self.world.end().await;
    }
}

async fn answered(request: RequestBuilder) -> Answer {
    let answer = in_time(request.send()).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, body: in_time(answer.bytes()).await.unwrap() }
}

fn cat() -> Value {
    json!({ "prompt": "a cat" })
}

#[tokio::test]
async fn an_order_is_taken_and_becomes_a_picture() {
    let api = Api::new().await;
    let taken =
        api.post("/images", &json!({ "prompt": "a cat", "count": 2, "style": "anime", "seed": 7 })).await;
    let said = taken.json(202);
    let location = taken.header("location").to_owned();
    assert_eq!(
        (said["state"].as_str(), said["location"].as_str()),
        (Some("admitted"), Some(location.as_str()))
    );
    assert_eq!(location, format!("/images/{}", said["id"].as_str().unwrap()));
    let image = api.finished(&location).await;
    assert_eq!(image["state"], "delivered");
    assert_eq!(
        (&image["model"], &image["aspect"], &image["style"]),
        (&json!("core"), &json!("1:1"), &json!("anime"))
    );
    assert_eq!((&image["prompt"], &image["seeds"]), (&json!("a cat"), &json!([7, 8])));
    assert_eq!((&image["price_usd"], &image["attempted_usd"]), (&json!("0.08"), &json!("0.08")));
    api.world.settled().await;
    for picture in image["pictures"].as_array().unwrap() {
        let link = picture["link"].as_str().unwrap();
        let file = api.get(link, WEB).await;
        assert_eq!((file.status, file.header("content-type")), (200, "image/png"));
        assert_eq!(picture["sha256"], sha256_hex(&file.body));
        assert!(api.world.archived("png").contains(&file.body.to_vec()), "as archived");
    }
    let records = api.world.archived("json");
    let record: Value = serde_json::from_slice(&records[0]).unwrap();
    assert_eq!(record["who"], json!({ "via": "api", "key": "web" }));
    api.end().await;
}

#[tokio::test]
async fn who_waits_gets_the_finished_picture_as_the_replaced_system_did() {
    let api = Api::new().await;
    let image =
        api.post("/images?wait=60", &json!({ "message": "a fox --ar 16:9 --no text" })).await.json(200);
    assert_eq!((&image["state"], &image["aspect"]), (&json!("delivered"), &json!("16:9")));
    assert_eq!((&image["prompt"], &image["negative"]), (&json!("a fox"), &json!("text")));
    let file = api.get(image["pictures"][0]["link"].as_str().unwrap(), WEB).await;
    assert_eq!(Some(file.body.to_vec()), api.world.bedrock.calls()[0].picture());
    api.end().await;
}

#[tokio::test]
async fn links_are_presigned_for_an_hour_on_moto() {
    let address = server("EASEL_TEST_S3_MOTO");
    make_bucket(&aws(&address)).await;
    let mut setup = Setup::default();
    let archive = archive_at(&address, &mut setup);
    let api = Api::with(setup, &entry("web", WEB, 1000, "100")).await;
    let image = api.post("/images?wait=60", &cat()).await.json(200);
    let link = image["pictures"][0]["link"].as_str().unwrap();
    assert!(link.starts_with("http") && link.contains("X-Amz-Expires=3600"), "{link}");
    let file = answered(api.http.get(link)).await;
    assert_eq!(
        (file.status, sha256_hex(&file.body)),
        (200, image["pictures"][0]["sha256"].as_str().unwrap().to_owned())
    );
    assert_eq!(archive.get(&api.world.archive_keys()[0]).await.unwrap().unwrap(), file.body);
    let own = api.get(&format!("/images/{}/0.png", image["id"].as_str().unwrap()), WEB).await;
    assert_eq!(own.body, file.body, "Easel serves it too");
    api.end().await;
}

#[tokio::test]
async fn who_waited_long_enough_is_told_where_to_look() {
    let api = Api::new().await;
    let held = api.world.bedrock.hold();
    let answer = api.post("/images?wait=1", &cat()).await;
    assert_eq!(answer.json(202)["location"], answer.header("location"));
    held.release();
    assert_eq!(api.finished(answer.header("location")).await["state"], "delivered");
    api.end().await;
}

#[tokio::test]
async fn every_part_of_an_order_reaches_the_model() {
    let own = "arn:aws:bedrock:us-west-2:123456789012:provisioned-model/my-sdxl";
    let known_endpoints = vec![Endpoint { arn: own.into(), format: RequestFormat::SdxlV1 }];
    let bedrock = BedrockOptions { known_endpoints, ..BedrockOptions::default() };
    let mut setup = Setup { bedrock, ..Setup::default() };
    let models = NamedTempFile::new().unwrap();
    let model = format!("[[model]]\nid = '{own}'\nname = 'sdxl'\nfamily = 'sdxl'\nprice_usd = 0.05\n");
    std::fs::write(models.path(), model).unwrap();
    setup.variables.push(("EASEL_MODELS_FILE", models.path().display().to_string()));
    let api = Api::with(setup, &entry("web", WEB, 1000, "100")).await;
    let order = json!({
        "prompt": "a cat", "model": "sdxl", "aspect": "16:9", "style": "anime", "negative": "dogs", "seed": 42,
        "count": 1, "cfg": 9.5, "steps": 40,
    });
    let image = api.post("/images?wait=60", &order).await.json(200);
    assert_eq!((&image["model"], &image["price_usd"]), (&json!("sdxl"), &json!("0.05")));
    let body = &api.world.bedrock.calls()[0].body;
    assert_eq!((&body["seed"], &body["cfg_scale"], &body["steps"]), (&json!(42), &json!(9.5), &json!(40)));
    assert_eq!(
        (&body["style_preset"], &body["width"], &body["height"]),
        (&json!("anime"), &json!(1344), &json!(768))
    );
    assert_eq!(
        (&body["text_prompts"][0]["text"], &body["text_prompts"][1]["text"]),
        (&json!("a cat"), &json!("dogs"))
    );
    api.end().await;
}

#[tokio::test]
async fn an_order_that_is_repeated_under_its_name_is_taken_once() {
    let api = Api::new().await;
    let order = cat();
    let ids: Vec<_> = join_all((0..20).map(|_| api.post_as("order-1", WEB, &order)))
        .await
        .iter()
        .map(|answer| answer.json(202)["id"].clone())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    api.finished(&format!("/images/{}", ids[0].as_str().unwrap())).await;
    assert_eq!(api.post_as("order-1", WEB, &order).await.json(202)["state"], "delivered");
    let detail = api.post_as("order-1", WEB, &json!({ "prompt": "a dog" })).await.detail(422);
    assert!(detail.starts_with("Another body was sent under this `Idempotency-Key`"), "{detail}");
    let other = api.post_as("order-1", SHOP, &order).await.json(202);
    assert_ne!(other["id"], ids[0], "names are each key's own");
    api.world.settled().await;
    assert_eq!(api.world.bedrock.calls().len(), 2);
    api.end().await;
}

#[tokio::test]
async fn killed_while_it_generates_it_goes_on_after_the_restart() {
    let mut api = Api::new().await;
    api.world.may_count_calls_that_were_not_made();
    let held = api.world.bedrock.hold();
    let taken = api.post_as("order-1", WEB, &cat()).await.json(202);
    in_time(held.reached()).await;
    api.world.kill_and_restart().await;
    held.release();
    let again = api.post_as("order-1", WEB, &cat()).await.json(202);
    assert_eq!(again["id"], taken["id"]);
    let image = api.finished(taken["location"].as_str().unwrap()).await;
    assert_eq!((&image["state"], &image["attempted_usd"]), (&json!("delivered"), &json!("0.08")));
    api.end().await;
}

#[tokio::test]
async fn who_waits_while_easel_stops_is_told_where_to_look() {
    let mut api = Api::new().await;
    let held = api.world.bedrock.hold();
    let order = cat();
    let stopping = async {
        in_time(held.reached()).await;
        api.world.ask_to_stop();
    };
    let (answer, ()) = join(api.post("/images?wait=60", &order), stopping).await;
    assert_eq!(answer.json(202)["location"], answer.header("location"));
    held.release();
    assert_eq!(api.world.ended().await, 0);
    api.world.start().await;
    assert_eq!(api.finished(answer.header("location")).await["state"], "delivered");
    assert_eq!(api.world.bedrock.calls().len(), 1);
    api.end().await;
}

#[tokio::test]
async fn an_image_comes_with_notes_on_what_was_done_otherwise_than_asked() {
    let setup = Setup { variables: vec![("EASEL_ENGINE", "sketch".into())], ..Setup::default() };
    let mut api = Api::with(setup, &entry("web", WEB, 1000, "100")).await;
    let order = |prompt: &str| json!({ "prompt": prompt });
    let image = api.post("/images?wait=60", &order("the weight of entropy --v 6")).await.json(200);
    let notes: Vec<_> =
        image["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert_eq!((notes.len(), notes[0]), (2, "ignored: --v 6"));
    assert!(
        notes[1].starts_with("This became an abstract, since the built-in engine found nothing"),
        "{notes:?}"
    );
    let image = api.post("/images?wait=60", &order("a cat")).await.json(200);
    assert_eq!(image.get("notes"), None, "{image}");
    api.world.settled().await;
    api.world.ask_to_stop();
    assert_eq!(api.world.ended().await, 0);
    api.world.is_tidy();
}
