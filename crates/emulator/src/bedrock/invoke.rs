//! `InvokeModel`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::auth;
use super::call_log::Call;
use super::catalog;
use super::fault::ModelFault;
use super::input;
use super::picture::{Format, GeneratedImage, sides};
use super::rejection::Rejection;
use super::renderer::RenderRequest;
use super::reply::{MAX_ANSWER, Piece, Reply, Sent, pause};
use super::schema::{Dialect, Schema, Size};
use super::shared::{Shared, random, request_id};
use crate::socket::SocketHandle;

/// The largest body of a request, in bytes.
const MAX_REQUEST: usize = 25_000_000;
/// Beyond this the fake stops reading and hangs up.
const MAX_READ: usize = 64 << 20;

/// Prompts with one of these texts meet the filter.
const TRIGGERS: [(&str, Filter); 4] = [
    ("[[filter-prompt]]", Filter::Prompt),
    ("[[filter-output]]", Filter::Output),
    ("[[filter-input]]", Filter::Input),
    ("[[inference-error]]", Filter::Inference),
];

/// Why a 200 has no good picture.
#[derive(Clone, Copy)]
enum Filter {
    Prompt,
    Output,
    Input,
    Inference,
}

impl Filter {
    fn reason(self) -> &'static str {
        match self {
            Self::Prompt => "Filter reason: prompt",
            Self::Output => "Filter reason: output image",
            Self::Input => "Filter reason: input image",
            Self::Inference => "Inference error",
        }
    }
}

/// A request that passed all rules.
struct AcceptedRequest {
    dialect: Dialect,
    seed: u64,
    filter: Option<Filter>,
    generated: GeneratedImage,
    /// What somebody else is to draw, and in which format.
    to_render: Option<(RenderRequest, Format)>,
}

/// `POST /model/{id}/invoke`.
pub(super) async fn invoke(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(socket): ConnectInfo<SocketHandle>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let at = Instant::now();
    let id = request_id();
    let body = axum::body::to_bytes(body, MAX_READ).await.unwrap_or_else(|_| {
        socket.cut();
        Bytes::new()
    });
    let json: Option<Value> = serde_json::from_slice(&body).ok();
    let mut accepted = accept(&shared, &model, &headers, body.len(), json.as_ref());
    let (fault, hold) = if accepted.is_ok() { shared.script().next() } else { (None, None) };
    let is_refused = fault.is_some_and(|fault| fault.rejection().is_some());
    if let (Ok(accepted), false) = (&mut accepted, is_refused) {
        render(&shared, accepted).await;
    }
    let (accepted, answer) = match accepted {
        Ok(accepted) => {
            let answer = answer(&accepted, fault);
            (Some(accepted), answer)
        }
        Err(rejection) => (None, Err(rejection)),
    };
    if let Err(rejection) = &answer {
        shared.note(&format!("InvokeModel {model}"), rejection);
    }
    let reply = answer.unwrap_or_else(|rejection| rejection.reply());
    let dropped = fault == Some(ModelFault::Drop);
    let call = shared.log.add(Call {
        at,
        answered: None,
        region: auth::region(&headers, "bedrock").ok().flatten(),
        attempt: auth::text(&headers, "amz-sdk-request").map(str::to_owned),
        model,
        body: json.unwrap_or_default(),
        status: (!dropped).then_some(reply.status),
        seed: accepted.as_ref().map(|accepted| accepted.seed),
        request_id: id.clone(),
        generated: accepted.map(|accepted| accepted.generated),
    });
    let extra = if let Some(ModelFault::SlowFirstByte(extra)) = fault { extra } else { Duration::ZERO };
    let wait = async {
        if let Some(hold) = hold {
            hold.wait().await;
        }
        pause(shared.latency() + extra).await;
    };
    let stopped = shared.stop.run_until_cancelled(wait).await.is_none();
    if dropped || stopped {
        socket.cut();
    }
    let sent = Sent { socket, log: Arc::clone(&shared.log), call };
    reply.respond(&id, at, (!dropped).then_some(sent))
}

/// Has the picture drawn. One that cannot be drawn stays as it is.
async fn render(shared: &Shared, accepted: &mut AcceptedRequest) {
    let (Some(renderer), Some((request, format))) =
        (shared.options.renderer.clone(), accepted.to_render.take())
    else {
        return;
    };
    match tokio::task::spawn_blocking(move || renderer.render(&request, format)).await {
        Ok(Ok(file)) => accepted.generated = GeneratedImage::Rendered(file),
        Ok(Err(error)) => tracing::warn!(%error, "emulator: the renderer failed"),
        Err(error) => tracing::warn!(%error, "emulator: the renderer failed"),
    }
}

/// Rules 1 to 8.
fn accept(
    shared: &Shared,
    model: &str,
    headers: &HeaderMap,
    length: usize,
    body: Option<&Value>,
) -> Result<AcceptedRequest, Rejection> {
    let options = &shared.options;
    let region = auth::region(headers, "bedrock")?.unwrap_or_else(|| options.region.clone());
    let (schema, bare) = catalog::resolve(model, &region, &options.account, &options.known_endpoints)?;
    if shared.is_forbidden(model) || shared.is_forbidden(bare) {
        return Err(Rejection::no_access());
    }
    check_headers(headers)?;
    if length > MAX_REQUEST {
        return Err(Rejection::validation(format!(
            "Request body of {length} bytes exceeds the maximum of {MAX_REQUEST} bytes"
        )));
    }
    let body = schema.check(body.ok_or_else(|| Rejection::schema(&[]))?)?;
    accepted(shared, model, schema, body)
}

fn check_headers(headers: &HeaderMap) -> Result<(), Rejection> {
    let kind = auth::text(headers, "content-type").and_then(|value| value.split(';').next()).map(str::trim);
    if kind != Some("application/json") {
        return Err(Rejection::validation(format!(
            "The provided content type {} is invalid or not supported for this model.",
            kind.unwrap_or_default()
        )));
    }
    let accepts = auth::text(headers, "accept").unwrap_or("*/*");
    if !matches!(accepts, "" | "*/*" | "application/json") {
        return Err(Rejection::validation(format!("The provided accept type {accepts} is invalid.")));
    }
    // Silence would look like a picture that passed the guardrail.
    if headers.keys().any(|name| name.as_str().starts_with("x-amzn-bedrock-guardrail")) {
        return Err(Rejection::validation("The emulator knows guardrails by ApplyGuardrail only."));
    }
    Ok(())
}

fn accepted(
    shared: &Shared,
    model: &str,
    schema: &Schema,
    body: &Map<String, Value>,
) -> Result<AcceptedRequest, Rejection> {
    let seed = match body.get("seed").and_then(Value::as_u64) {
        None | Some(0) => random() % 4_294_967_294 + 1,
        Some(seed) => seed,
    };
    let prompts = body.get("text_prompts").and_then(Value::as_array).into_iter().flatten();
    let texts = prompts.filter_map(|prompt| prompt.get("text")).chain(body.get("prompt"));
    let filter = texts
        .filter_map(Value::as_str)
        .find_map(|text| TRIGGERS.iter().find(|(word, _)| text.contains(word)).map(|(_, filter)| *filter));
    let mut hash = Sha256::new();
    hash.update(model);
    for (name, value) in body.iter().filter(|(name, _)| *name != "seed") {
        hash.update(name);
        hash.update(value.to_string());
    }
    hash.update(seed.to_be_bytes());
    let mut mark = [0; 24];
    mark.copy_from_slice(&hash.finalize()[..24]);
    let format = Format::named(body.get("output_format").and_then(Value::as_str));
    let sides = wanted_sides(schema.size, body);
    let to_render = || (RenderRequest::read(model, body, seed, sides), format);
    let to_render = shared.options.renderer.is_some().then(to_render);
    let blurred = schema.dialect == Dialect::Sdxl && filter.is_some();
    let generated =
        GeneratedImage::new(shared.options.picture, format, sides, blurred, mark).map_err(|error| {
            Rejection::new(500, "InternalServerException", format!("cannot generate: {error}"))
        })?;
    Ok(AcceptedRequest { dialect: schema.dialect, seed, filter, generated, to_render })
}

/// The sides of the picture that comes of the body.
fn wanted_sides(size: Size, body: &Map<String, Value>) -> (u32, u32) {
    let side = |name: &str| body.get(name).and_then(Value::as_u64).and_then(|side| u32::try_from(side).ok());
    let (width, height) = asked_sides(body, side);
    match size {
        Size::Asked => (width, height),
        Size::Times(times) => (width * times, height * times),
        Size::Side(wanted) => {
            let scale = f64::from(wanted) / (f64::from(width) * f64::from(height)).sqrt();
            let scaled = |side: u32| (f64::from(side) * scale) as u32;
            (scaled(width), scaled(height))
        }
        Size::Grown => {
            let added = |sides: [&str; 2]| sides.into_iter().filter_map(side).sum::<u32>();
            (width + added(["left", "right"]), height + added(["up", "down"]))
        }
    }
}

/// The sides that the body asks for, or those of the picture that it brings.
fn asked_sides(body: &Map<String, Value>, side: impl Fn(&str) -> Option<u32>) -> (u32, u32) {
    if let (Some(width), Some(height)) = (side("width"), side("height")) {
        return (width, height);
    }
    if let Some(aspect) = body.get("aspect_ratio").and_then(Value::as_str) {
        return sides(aspect);
    }
    ["image", "init_image"]
        .iter()
        .find_map(|name| {
            let file = STANDARD.decode(body.get(*name)?.as_str()?).ok()?;
            input::sides(&file).map(|(_, width, height)| (width, height))
        })
        .unwrap_or_else(|| sides("1:1"))
}

/// Rules 9 to 11.
fn answer(accepted: &AcceptedRequest, fault: Option<ModelFault>) -> Result<Reply, Rejection> {
    if let Some(rejection) = fault.and_then(ModelFault::rejection) {
        return Err(rejection);
    }
    let text = |value: Value| Ok(Reply::json([Bytes::from(value.to_string())]));
    let stable = accepted.dialect == Dialect::Stable;
    let filter = match fault {
        Some(ModelFault::FilteredPrompt) => Some(Filter::Prompt),
        Some(ModelFault::FilteredOutput) => Some(Filter::Output),
        Some(ModelFault::InferenceError) => Some(Filter::Inference),
        _ => accepted.filter,
    };
    let artifact = |base64: &str, reason: &str| json!({"result": "success", "artifacts": [{"seed": accepted.seed, "base64": base64, "finishReason": reason}]});
    let broken = |base64: &str| {
        if stable {
            json!({"seeds": [accepted.seed], "finish_reasons": [null], "images": [base64]})
        } else {
            artifact(base64, "SUCCESS")
        }
    };
    match (fault, filter) {
        (Some(ModelFault::NoJson), _) => {
            let mut reply = Reply::json([Bytes::from_static(b"<html><body>Bad Gateway</body></html>")]);
            reply.content_type = "text/html";
            return Ok(reply);
        }
        (Some(ModelFault::BadBase64), _) => return text(broken("%%% this is not base64 %%%")),
        (Some(ModelFault::NotAPicture), _) => return text(broken(&STANDARD.encode("this is no picture"))),
        (Some(ModelFault::EmptyImages), _) if stable => {
            return text(json!({"seeds": [], "finish_reasons": [null], "images": []}));
        }
        (Some(ModelFault::EmptyImages), _) => return text(json!({"result": "success", "artifacts": []})),
        (_, Some(filter)) if stable => return text(json!({"finish_reasons": [filter.reason()]})),
        (_, Some(Filter::Inference)) => return text(artifact("", "ERROR")),
        _ => {}
    }
    let mut reply = picture(accepted, filter.is_some());
    if reply.len() > MAX_ANSWER {
        return Err(Rejection::too_large(reply.len(), MAX_ANSWER));
    }
    match fault {
        Some(ModelFault::StallMidBody(length)) => reply.interrupt(Piece::Pause(length)),
        Some(ModelFault::CutBody) => reply.interrupt(Piece::Cut),
        _ => {}
    }
    Ok(reply)
}

/// A 200 with a picture, which SDXL also gives if its filter blurred it.
fn picture(accepted: &AcceptedRequest, filtered: bool) -> Reply {
    let seed = accepted.seed;
    let reason = if filtered { "CONTENT_FILTERED" } else { "SUCCESS" };
    let (head, tail) = match accepted.dialect {
        Dialect::Stable => {
            (format!(r#"{{"seeds":[{seed}],"finish_reasons":[null],"images":[""#), r#""]}"#.to_owned())
        }
        Dialect::Sdxl => (
            format!(r#"{{"result":"success","artifacts":[{{"seed":{seed},"base64":""#),
            format!(r#"","finishReason":"{reason}"}}]}}"#),
        ),
    };
    let [before, stamp, after] = accepted.generated.base64();
    Reply::json([Bytes::from(head), before, stamp, after, Bytes::from(tail)])
}
