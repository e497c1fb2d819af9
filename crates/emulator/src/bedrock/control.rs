//! The calls of the control plane and of STS that a readiness check makes.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::auth;
use super::catalog::{self, MODELS, Model, PROFILE_REGIONS, Reach};
use super::fault::ModelFault;
use super::rejection::Rejection;
use super::reply::Reply;
use super::shared::{Shared, request_id};
use crate::sync::lock;

/// `GET /foundation-models`. Filters are not emulated: the list is short.
pub(super) async fn list_models(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    respond(&shared, "ListFoundationModels", &headers, |region| {
        let offered = MODELS.iter().filter(|model| model.offered_in(region));
        Ok(json!({"modelSummaries": offered.map(|model| details(model, region)).collect::<Vec<_>>()}))
    })
}

/// `GET /foundation-models/{id}`.
pub(super) async fn get_model(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    respond(&shared, &format!("GetFoundationModel {id}"), &headers, |region| {
        let model = catalog::foundation_model(&id, region)?;
        if !model.offered_in(region) {
            return Err(Rejection::unknown_model());
        }
        Ok(json!({"modelDetails": details(model, region)}))
    })
}

/// `GET /foundation-model-availability/{id}`.
pub(super) async fn availability(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    respond(&shared, &format!("GetFoundationModelAvailability {id}"), &headers, |region| {
        let model = catalog::foundation_model(&id, region)?;
        let allowed = !shared.is_forbidden(model.id);
        let available = |yes: bool| if yes { "AVAILABLE" } else { "NOT_AVAILABLE" };
        Ok(json!({
            "modelId": model.id,
            "agreementAvailability": {"status": available(allowed)},
            "authorizationStatus": if allowed { "AUTHORIZED" } else { "NOT_AUTHORIZED" },
            "entitlementAvailability": available(allowed),
            "regionAvailability": available(model.offered_in(region)),
        }))
    })
}

/// `GET /inference-profiles/{id}`.
pub(super) async fn get_profile(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    respond(&shared, &format!("GetInferenceProfile {id}"), &headers, |region| {
        let account = &shared.options.account;
        let model = catalog::profile(&id, region, account).ok_or_else(|| {
            Rejection::new(
                404,
                "ResourceNotFoundException",
                "The specified inference profile does not exist.",
            )
        })?;
        let models: Vec<Value> =
            PROFILE_REGIONS.iter().map(|region| json!({"modelArn": model_arn(model, region)})).collect();
        Ok(json!({
            "inferenceProfileName": format!("US {}", model.name),
            "inferenceProfileId": format!("us.{}", model.id),
            "inferenceProfileArn": format!("arn:aws:bedrock:{region}:{account}:inference-profile/us.{}", model.id),
            "models": models,
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        }))
    })
}

/// `POST /` of STS: `GetCallerIdentity` of the query protocol.
pub(super) async fn sts(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let id = request_id();
    let called =
        url::form_urlencoded::parse(&body).any(|pair| pair == ("Action".into(), "GetCallerIdentity".into()));
    let checked = auth::region(&headers, "sts").and_then(|_| {
        if called {
            let (fault, _) = shared.identity_script().next();
            fault.and_then(ModelFault::rejection).map_or(Ok(()), Err)
        } else {
            Err(Rejection::new(400, "InvalidAction", "Could not find operation").into_violation())
        }
    });
    if let Err(rejection) = checked {
        shared.note("STS", &rejection);
        let xml = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>{}</Code><Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
            rejection.kind, rejection.message
        );
        let status = axum::http::StatusCode::from_u16(rejection.status).unwrap_or_default();
        return (status, [(header::CONTENT_TYPE, "text/xml")], xml).into_response();
    }
    let account = &shared.options.account;
    let xml = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{account}:user/easel</Arn><UserId>AIDAEXAMPLEEXAMPLE123</UserId>\
         <Account>{account}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    );
    ([(header::CONTENT_TYPE, "text/xml")], xml).into_response()
}

/// Everything else.
pub(super) async fn unknown(State(shared): State<Arc<Shared>>, method: Method, uri: Uri) -> Response {
    let rejection = Rejection::new(404, "UnknownOperationException", "Unknown operation").into_violation();
    shared.note(&format!("{method} {uri}"), &rejection);
    rejection.reply().respond(&request_id(), Instant::now(), None)
}

fn respond(
    shared: &Shared,
    operation: &str,
    headers: &HeaderMap,
    answer: impl FnOnce(&str) -> Result<Value, Rejection>,
) -> Response {
    let since = Instant::now();
    let region = auth::region(headers, "bedrock");
    let action = operation.split(' ').next().unwrap_or_default();
    let allowed = region.and_then(|region| {
        if lock(&shared.denied).contains(action) {
            Err(Rejection::not_authorized(action))
        } else {
            Ok(region)
        }
    });
    let answer = allowed.and_then(|region| answer(region.as_deref().unwrap_or(&shared.options.region)));
    let reply = match answer {
        Ok(answer) => Reply::json([Bytes::from(answer.to_string())]),
        Err(rejection) => {
            shared.note(operation, &rejection);
            rejection.reply()
        }
    };
    reply.respond(&request_id(), since, None)
}

fn details(model: &Model, region: &str) -> Value {
    let inputs = if model.takes_images { json!(["TEXT", "IMAGE"]) } else { json!(["TEXT"]) };
    json!({
        "modelArn": model_arn(model, region),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": "Stability AI",
        "inputModalities": inputs,
        "outputModalities": ["IMAGE"],
        "responseStreamingSupported": false,
        "customizationsSupported": [],
        "inferenceTypesSupported": [match model.reach {
            Reach::OnDemand => "ON_DEMAND",
            Reach::Profile => "INFERENCE_PROFILE",
        }],
        "modelLifecycle": {"status": "ACTIVE"},
    })
}

fn model_arn(model: &Model, region: &str) -> String {
    format!("arn:aws:bedrock:{region}::foundation-model/{}", model.id)
}
