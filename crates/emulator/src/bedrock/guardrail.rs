//! `ApplyGuardrail`.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, ImageReader};
use serde_json::{Value, json};

use super::auth;
use super::call_log::Check;
use super::fault::ModelFault;
use super::rejection::Rejection;
use super::reply::Reply;
use super::shared::{Guardrail, Shared, request_id};
use crate::sync::lock;

/// The largest picture, in bytes. The reference says 4 MB; the smaller reading of it is the strict one.
const MAX_IMAGE: usize = 4_000_000;
const MAX_SIDE: u32 = 8_000;
const MAX_IMAGES: usize = 20;

#[derive(Default)]
struct GuardrailContent {
    source: String,
    texts: Vec<String>,
    images: Vec<Vec<u8>>,
}

/// `POST /guardrail/{id}/version/{version}/apply`.
pub(super) async fn apply(
    State(shared): State<Arc<Shared>>,
    Path((id, version)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let at = Instant::now();
    let asked = accept(&shared, &id, &version, &headers, &body);
    let (content, answer, hold) = match asked {
        Ok((bare, content)) => {
            let (fault, hold) = shared.guardrail_script().next();
            let answer = match fault.and_then(ModelFault::rejection) {
                Some(rejection) => Err(rejection),
                None => assess(&shared, &bare, &version, &content),
            };
            (Some(content), answer, hold)
        }
        Err(rejection) => (None, Err(rejection), None),
    };
    if let Err(rejection) = &answer {
        shared.note(&format!("ApplyGuardrail {id}"), rejection);
    }
    let intervened = answer.as_ref().is_ok_and(|verdict| verdict["action"] == "GUARDRAIL_INTERVENED");
    let reply = match answer {
        Ok(verdict) => Reply::json([Bytes::from(verdict.to_string())]),
        Err(rejection) => rejection.reply(),
    };
    if let Some(GuardrailContent { source, texts, images }) = content {
        shared.log.check(Check { at, source, texts, images, status: reply.status, intervened });
    }
    if let Some(hold) = hold {
        shared.stop.run_until_cancelled(hold.wait()).await;
    }
    reply.respond(&request_id(), at, None)
}

/// The bare identifier and the content of a request in good form.
fn accept(
    shared: &Shared,
    id: &str,
    version: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(String, GuardrailContent), Rejection> {
    let region = auth::region(headers, "bedrock")?.unwrap_or_else(|| shared.options.region.clone());
    let numbered = matches!(version.as_bytes(), [b'1'..=b'9', rest @ ..] if rest.len() < 8 && rest.iter().all(u8::is_ascii_digit));
    if version != "DRAFT" && !numbered {
        return Err(Rejection::validation(format!("Value '{version}' at 'guardrailVersion' is invalid")));
    }
    let arn = format!("arn:aws:bedrock:{region}:{}:guardrail/", shared.options.account);
    let bare = id.strip_prefix(&arn).unwrap_or(id);
    if bare.is_empty() || !bare.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Err(Rejection::validation(format!("Value '{id}' at 'guardrailIdentifier' is invalid")));
    }
    Ok((bare.to_owned(), read(body)?))
}

fn assess(shared: &Shared, id: &str, version: &str, content: &GuardrailContent) -> Result<Value, Rejection> {
    let mut guardrails = lock(&shared.guardrails);
    let named = |guardrail: &&mut Guardrail| guardrail.id == id && guardrail.version == version;
    let guardrail = guardrails.iter_mut().find(named).ok_or_else(|| {
        let text = "The guardrail identifier or version provided in the request does not exist.";
        Rejection::new(404, "ResourceNotFoundException", text)
    })?;
    Ok(verdict(guardrail, content))
}

fn read(body: &[u8]) -> Result<GuardrailContent, Rejection> {
    let body: Value = serde_json::from_slice(body).map_err(|_| invalid("body", "is not JSON"))?;
    members(&body, "body", &["source", "outputScope", "content"])?;
    let source = match body["source"].as_str() {
        Some(source @ ("INPUT" | "OUTPUT")) => source.to_owned(),
        _ => return Err(invalid("source", "is neither INPUT nor OUTPUT")),
    };
    if !matches!(body.get("outputScope").map(Value::as_str), None | Some(Some("INTERVENTIONS" | "FULL"))) {
        return Err(invalid("outputScope", "is neither INTERVENTIONS nor FULL"));
    }
    let blocks = body["content"].as_array().ok_or_else(|| invalid("content", "is not a list"))?;
    let mut content = GuardrailContent { source, ..GuardrailContent::default() };
    for block in blocks {
        members(block, "content", &["text", "image"])?;
        match (block.get("text"), block.get("image")) {
            (Some(text), None) => content.texts.push(read_text(text)?),
            (None, Some(image)) => content.images.push(read_image(image)?),
            _ => return Err(invalid("content", "is not one of text and image")),
        }
    }
    if content.images.len() > MAX_IMAGES {
        return Err(invalid("content", "has more than 20 images"));
    }
    Ok(content)
}

fn read_text(text: &Value) -> Result<String, Rejection> {
    members(text, "text", &["text", "qualifiers"])?;
    let known =
        |value: &Value| matches!(value.as_str(), Some("grounding_source" | "query" | "guard_content"));
    match text.get("qualifiers") {
        None => {}
        Some(Value::Array(qualifiers)) if qualifiers.iter().all(known) => {}
        Some(_) => return Err(invalid("qualifiers", "is not a list of known qualifiers")),
    }
    text["text"].as_str().map(str::to_owned).ok_or_else(|| invalid("text", "is not a string"))
}

fn read_image(image: &Value) -> Result<Vec<u8>, Rejection> {
    members(image, "image", &["format", "source"])?;
    members(&image["source"], "source", &["bytes"])?;
    let format = match image["format"].as_str() {
        Some("png") => ImageFormat::Png,
        Some("jpeg") => ImageFormat::Jpeg,
        _ => return Err(invalid("format", "is neither png nor jpeg")),
    };
    let bytes = image["source"]["bytes"].as_str().and_then(|bytes| STANDARD.decode(bytes).ok());
    let bytes = bytes.ok_or_else(|| invalid("bytes", "is not base64"))?;
    if bytes.len() > MAX_IMAGE {
        return Err(invalid("bytes", "is larger than 4 MB"));
    }
    if image::guess_format(&bytes).ok() != Some(format) {
        return Err(invalid("bytes", "is not of the format that the request names"));
    }
    let sides = ImageReader::with_format(Cursor::new(&bytes), format).into_dimensions();
    let (width, height) = sides.map_err(|_| invalid("bytes", "is not an image that can be read"))?;
    if width.max(height) > MAX_SIDE {
        return Err(invalid("bytes", "has a side of more than 8000 pixels"));
    }
    Ok(bytes)
}

fn members(value: &Value, at: &str, known: &[&str]) -> Result<(), Rejection> {
    let object = value.as_object().ok_or_else(|| invalid(at, "is not an object"))?;
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(invalid(at, &format!("has the unknown member {key}"))),
        None => Ok(()),
    }
}

fn invalid(at: &str, what: &str) -> Rejection {
    Rejection::validation(format!("1 validation error detected: Value at '{at}' {what}"))
}

/// The assessment; it counts down the pictures that are still to be blocked.
fn verdict(guardrail: &mut Guardrail, content: &GuardrailContent) -> Value {
    let has =
        |word: &str| content.texts.iter().any(|text| text.to_lowercase().contains(&word.to_lowercase()));
    let words: Vec<Value> = guardrail
        .blocked_words
        .iter()
        .filter(|word| has(word))
        .map(|word| json!({"match": word, "action": "BLOCKED", "detected": true}))
        .collect();
    let guarded = if guardrail.texts_only { 0 } else { content.images.len() };
    let blocked_images = guarded.min(guardrail.blocked_images);
    guardrail.blocked_images -= blocked_images;
    let mut assessment = json!({});
    if !words.is_empty() {
        assessment["wordPolicy"] = json!({"customWords": words, "managedWordLists": []});
    }
    if blocked_images > 0 {
        assessment["contentPolicy"] = json!({"filters": [
            {"type": "VIOLENCE", "confidence": "HIGH", "filterStrength": "HIGH", "action": "BLOCKED", "detected": true}
        ]});
    }
    let blocked = blocked_images > 0 || !words.is_empty();
    let outputs =
        if blocked { json!([{"text": "Sorry, the model cannot answer this question."}]) } else { json!([]) };
    let characters: usize = content.texts.iter().map(|text| text.chars().count()).sum();
    // A text unit is 1,000 characters.
    let units = characters.div_ceil(1000);
    json!({
        "usage": {
            "topicPolicyUnits": 0,
            "contentPolicyUnits": units,
            "contentPolicyImageUnits": guarded,
            "wordPolicyUnits": units,
            "sensitiveInformationPolicyUnits": 0,
            "sensitiveInformationPolicyFreeUnits": 0,
            "contextualGroundingPolicyUnits": 0,
        },
        "action": if blocked { "GUARDRAIL_INTERVENED" } else { "NONE" },
        "actionReason": if blocked { "Guardrail blocked." } else { "No action." },
        "outputs": outputs,
        "assessments": [assessment],
        "guardrailCoverage": {
            "textCharacters": {"guarded": characters, "total": characters},
            "images": {"guarded": guarded, "total": content.images.len()},
        },
    })
}
