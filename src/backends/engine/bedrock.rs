//! Pictures from Amazon Bedrock: one `InvokeModel` for each.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, anyhow};
use aws_config::SdkConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{Builder, Region, StalledStreamProtectionConfig};
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::RequestId;
use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelError;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector, http_client_fn};

use super::connector::{Connector, Progress, followed};
use super::receiver::Decoded;
use super::start::Start;
use super::{Class, Failure, Inputs, ModelOutput, PictureLimiter, answer, sdxl, service, stability};
use crate::backends::aws::{self, Trouble};
use crate::backends::http::Http;
use crate::domain::catalogue::{Family, Model};
use crate::domain::request::ImageRequest;

/// How long a model may take to begin its answer; AWS advises five minutes.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Amazon Bedrock, in every region that the models are in.
#[derive(Clone)]
pub struct Bedrock(Arc<Inner>);

struct Inner {
    shared: SdkConfig,
    http: SharedHttpClient,
    clients: Mutex<HashMap<Option<String>, Client>>,
}

/// Leaves the configuration out.
impl fmt::Debug for Bedrock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bedrock").finish_non_exhaustive()
    }
}

impl Bedrock {
    /// Bedrock as `shared` is configured to reach it. `limiter` bounds how many pictures are in memory at once.
    pub fn new(shared: &SdkConfig, http: &Http, limiter: PictureLimiter) -> Bedrock {
        Bedrock::with_timeout(shared, http, limiter, TIMEOUT)
    }

    fn with_timeout(shared: &SdkConfig, http: &Http, limiter: PictureLimiter, timeout: Duration) -> Bedrock {
        let connector = SharedHttpConnector::new(Connector::new(http.for_paid_calls(), limiter, timeout));
        let http = http_client_fn(move |_, _| connector.clone());
        Bedrock(Arc::new(Inner { shared: shared.clone(), http, clients: Mutex::default() }))
    }

    /// [`super::Engine::generate`].
    pub(super) async fn generate(
        &self,
        model: &Model,
        request: &ImageRequest,
        seed: u32,
        inputs: Option<&Inputs>,
    ) -> Result<ModelOutput, Failure> {
        let body =
            body(model, request, seed, inputs).map_err(|cause| Failure { class: Class::Rejected, cause })?;
        let region = model.own_region();
        let call = self
            .client(region)
            .invoke_model()
            .model_id(&model.id)
            .content_type("application/json")
            .accept("application/json")
            .body(Blob::new(body));
        let (result, progress) = followed(call.send()).await;
        let (received, permit) = match (progress, result) {
            (Progress::Answered(received, permit), _) => (received, permit),
            (progress, Err(error)) => {
                let region = self.region_of(model);
                return Err(failure(model, region.as_deref(), &progress, error));
            }
            (_, Ok(_)) => {
                let cause = anyhow!("an answer from `{}` was lost on its way", model.id);
                return Err(Failure { class: Class::Broken, cause });
            }
        };
        let picture = match model.family {
            Family::Sdxl => answer::sdxl(received),
            Family::Stability | Family::Sketch => answer::stability(received),
        }?;
        let answer::Picture { decoded: Decoded { file, sha256 }, format, seed: reported } = picture;
        let seed = reported.unwrap_or(seed);
        Ok(ModelOutput { file, sha256, format, seed, region: self.region_of(model), permit })
    }

    /// [`super::Engine::region_of`].
    pub(super) fn region_of(&self, model: &Model) -> Option<String> {
        let configured = || self.0.shared.region().map(Region::as_ref);
        model.own_region().or_else(configured).map(str::to_owned)
    }

    fn client(&self, region: Option<&str>) -> Client {
        let mut clients = self.0.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.map(str::to_owned)).or_insert_with(|| {
            let mut config = Builder::from(&self.0.shared)
                .http_client(self.0.http.clone())
                // Each call may be paid, so each is the caller's decision.
                .retry_config(RetryConfig::disabled())
                // The connector knows better than the SDK what it is waiting for.
                .timeout_config(TimeoutConfig::disabled())
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
            if let Some(region) = region {
                config = config.region(Region::new(region.to_owned()));
            }
            Client::from_conf(config.build())
        });
        client.clone()
    }
}

fn body(
    model: &Model,
    request: &ImageRequest,
    seed: u32,
    inputs: Option<&Inputs>,
) -> anyhow::Result<Vec<u8>> {
    if let Some(edit) = &request.edit {
        let inputs = inputs.context("a picture to edit was not given")?;
        return service::body(request, edit, seed, inputs);
    }
    let start = match (inputs, &request.image) {
        (Some(inputs), Some(image)) => Some(Start { bytes: &inputs.image, strength: image.strength }),
        (None, None) => None,
        _ => anyhow::bail!("a picture to start from was asked for and not given, or the other way round"),
    };
    let room = start.map_or(0, |start| start.bytes.len() / 3 * 4) + 2 * request.prompt.len() + 4096;
    let mut body = Vec::with_capacity(room);
    match model.family {
        Family::Stability => {
            serde_json::to_writer(&mut body, &stability::Body::new(model, request, seed, start))
        }
        Family::Sdxl => {
            let prompt = request.prompt_for_model();
            serde_json::to_writer(&mut body, &sdxl::Body::new(&prompt, request, seed, start))
        }
        Family::Sketch => anyhow::bail!("`{}` is not one of Bedrock's models", model.id),
    }
    .context("cannot write the request")?;
    Ok(body)
}

type InvokeError = SdkError<InvokeModelError, HttpResponse>;

fn failure(model: &Model, region: Option<&str>, progress: &Progress, error: InvokeError) -> Failure {
    let class = class(progress, &error);
    let status = error.raw_response().map_or_else(String::new, |response| {
        let request = response.request_id().unwrap_or("without an id");
        format!(": HTTP {}, request {request}", response.status().as_u16())
    });
    let place = region.unwrap_or("no region");
    let cause =
        anyhow::Error::new(error).context(format!("InvokeModel of `{}` in {place}{status}", model.id));
    Failure { class, cause }
}

fn class(progress: &Progress, error: &InvokeError) -> Class {
    let Some(response) = error.raw_response() else {
        return match progress {
            Progress::Unsigned => Class::Unsigned,
            Progress::Unconnected => Class::NotSent,
            Progress::TimedOut => Class::TimedOut,
            Progress::Sent | Progress::Answered(..) => Class::Broken,
        };
    };
    let trouble = aws::known(error.code(), error.message()).map(|(trouble, _)| trouble);
    match response.status().as_u16() {
        429 | 503 => Class::Busy { after: after(response) },
        400..=499 if trouble == Some(Trouble::Credentials) => Class::Unauthenticated,
        400..=499 if trouble == Some(Trouble::Access) => Class::Unavailable,
        400..=499 if trouble == Some(Trouble::Language) => Class::NotEnglish,
        300..=399 | 401 | 403 | 404 | 407 => Class::Unavailable,
        408 | 424 => Class::Broken,
        402..=499 | 400 => Class::Rejected,
        _ => Class::Broken,
    }
}

fn after(response: &HttpResponse) -> Option<Duration> {
    let number = |name| response.headers().get(name).and_then(|value| value.trim().parse().ok());
    number("x-amz-retry-after")
        .map(Duration::from_millis)
        .or_else(|| number("retry-after").map(Duration::from_secs))
}

#[cfg(test)]
mod tests;
