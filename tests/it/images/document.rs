//! `/openapi.json`: valid by the schema of OpenAPI 3.1, and true of every answer.

use boon::{Compiler, SchemaIndex, Schemas};

use super::*;

/// <https://spec.openapis.org/oas/3.1/schema/2022-10-07>
const OPENAPI: &str = include_str!("../../openapi/schema-3.1.json");

fn compiled(schema: Value, at: &str) -> (Schemas, SchemaIndex) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("https://easel.test/schema.json", schema).unwrap();
    let index = compiler.compile(&format!("https://easel.test/schema.json{at}"), &mut schemas);
    (schemas, index.unwrap_or_else(|error| panic!("{at}: {error:#}")))
}

/// The answer has the form that the document describes, and no member of which it does not speak.
fn described(document: &Value, name: &str, answer: &Value) {
    let (schemas, index) = compiled(document.clone(), &format!("#/components/schemas/{name}"));
    schemas.validate(answer, index).unwrap_or_else(|error| panic!("{name}: {error:#}\n{answer}"));
    members_described(document, &document["components"]["schemas"][name], answer);
}

fn members_described(document: &Value, schema: &Value, answer: &Value) {
    let schema = match schema["$ref"].as_str().or(schema["oneOf"][1]["$ref"].as_str()) {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    match answer {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            let described = &schema["properties"][name];
            assert!(described.is_object(), "`{name}` is not in {schema}");
            assert!(
                described["description"].is_string()
                    || described["oneOf"].is_array()
                    || described["$ref"].is_string(),
                "{name}"
            );
            members_described(document, described, member);
        }),
        Value::Array(items) => {
            items.iter().for_each(|item| members_described(document, &schema["items"], item))
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_document_is_valid_and_true_of_every_answer() {
    let api = Api::new().await;
    let document = api.get("/openapi.json", "").await.json(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let (schemas, index) = compiled(serde_json::from_str(OPENAPI).unwrap(), "");
    schemas.validate(&document, index).unwrap_or_else(|error| panic!("{error:#}"));
    let mut broken = document.clone();
    broken["paths"]["/images"]["post"]["responses"]["200"] = json!({ "schema": 5 });
    assert!(schemas.validate(&broken, index).is_err(), "the validator validates");

    let full = json!({ "prompt": "a cat", "style": "anime", "negative": "dogs", "count": 2, "seed": 4_294_967_294_u32 });
    described(&document, "Order", &full);
    let taken = api.post("/images", &full).await;
    described(&document, "Accepted", &taken.json(202));
    described(&document, "Image", &api.finished(taken.header("location")).await);
    let filtered = api.post("/images?wait=60", &json!({ "message": "a [[filter-output]]" })).await.json(200);
    assert!(filtered["refusal"].is_object() && filtered["pictures"][0]["refusal"].is_object());
    described(&document, "Image", &filtered);
    described(&document, "Images", &api.get("/images?limit=1", WEB).await.json(200));
    described(&document, "Models", &api.get("/models", WEB).await.json(200));
    described(&document, "OpenAiModels", &api.get("/v1/models", WEB).await.json(200));
    let generation = json!({ "prompt": "a cat --seed 7", "size": "auto", "response_format": "b64_json" });
    described(&document, "Generation", &generation);
    let generated = api.post("/v1/images/generations", &generation).await.json(200);
    assert_eq!(generated["data"][0]["revised_prompt"], "a cat");
    described(&document, "Generated", &generated);
    let refused = api.post("/v1/images/generations", &json!({ "prompt": "" })).await.json(400);
    described(&document, "OpenAiError", &refused);
    for (status, problem) in [
        (401, api.get("/images/x", "").await),
        (404, api.get("/images/x", WEB).await),
        (422, api.post("/images", &json!({ "prompt": "" })).await),
    ] {
        described(&document, "Problem", &problem.problem(status));
    }
    api.end().await;
}

#[tokio::test]
async fn an_order_that_the_document_forbids_is_refused() {
    let api = Api::new().await;
    let document = api.get("/openapi.json", "").await.json(200);
    let (schemas, index) = compiled(document, "#/components/schemas/Order");
    for order in [
        json!({ "prompt": "a", "size": 1 }),
        json!({ "prompt": "a", "aspect": "4:3" }),
        json!({ "prompt": "a", "style": "cubism" }),
        json!({ "prompt": "a", "count": 0 }),
        json!({ "prompt": "a", "seed": 4_294_967_295_u32 }),
        json!({ "prompt": 5 }),
    ] {
        assert!(schemas.validate(&order, index).is_err(), "{order}");
        assert!([400, 422].contains(&api.post("/images", &order).await.status), "{order}");
    }
    api.end().await;
}

#[tokio::test]
async fn the_document_has_tags_servers_and_examples_that_are_orders() {
    let api = Api::new().await;
    let document = api.get("/openapi.json", "").await.json(200);
    assert_eq!(document["servers"][0]["url"], "/");
    let tags: Vec<_> = document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(tags.contains(&operation["tags"][0]), "{method} {path}");
        }
    }
    for (name, path) in [("Order", "/images?wait=60"), ("Generation", "/v1/images/generations")] {
        let example = document["components"]["schemas"][name]["example"].clone();
        described(&document, name, &example);
        api.post(path, &example).await.json(200);
    }
    api.end().await;
}
