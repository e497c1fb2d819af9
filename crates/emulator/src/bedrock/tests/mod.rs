mod faults;
mod http;
mod models;
mod planes;

use std::time::Duration;

use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::invoke_model::InvokeModelError;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::{Client, Config};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Bedrock, BedrockOptions};

const CORE: &str = "stability.stable-image-core-v1:1";
const SD35: &str = "stability.sd3-5-large-v1:0";

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret", None, None, "test")
}

fn client(bedrock: &Bedrock, region: &'static str, attempts: u32) -> Client {
    let retries =
        RetryConfig::standard().with_max_attempts(attempts).with_initial_backoff(Duration::from_millis(1));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .endpoint_url(bedrock.base_url())
        .http_client(http::client())
        .credentials_provider(credentials())
        .retry_config(retries);
    Client::from_conf(config.build())
}

async fn invoke_at(client: &Client, model: &str, body: Value) -> Result<Value, SdkError<InvokeModelError>> {
    let request = client.invoke_model().model_id(model).content_type("application/json");
    let answer = request.body(Blob::new(body.to_string())).send().await?;
    Ok(serde_json::from_slice(answer.body().as_ref()).unwrap())
}

async fn invoke(bedrock: &Bedrock, model: &str, body: Value) -> Result<Value, SdkError<InvokeModelError>> {
    invoke_at(&client(bedrock, "us-west-2", 1), model, body).await
}

/// Status, type and message of a refusal.
async fn refusal(bedrock: &Bedrock, model: &str, body: Value) -> (u16, String, String) {
    describe(&invoke(bedrock, model, body).await.unwrap_err())
}

fn describe(error: &SdkError<InvokeModelError>) -> (u16, String, String) {
    let status = error.raw_response().unwrap().status().as_u16();
    (status, error.code().unwrap().to_owned(), error.message().unwrap().to_owned())
}

fn picture(answer: &Value) -> Vec<u8> {
    STANDARD.decode(answer["images"][0].as_str().unwrap()).unwrap()
}

fn sides(file: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(file).unwrap();
    (picture.width(), picture.height())
}

/// A PNG of noise as a client would send it.
fn png(width: u32, height: u32) -> String {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]))
        .write_to(&mut file, image::ImageFormat::Png)
        .unwrap();
    STANDARD.encode(file.into_inner())
}
