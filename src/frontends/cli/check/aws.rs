//! The part of `easel check` that asks AWS.

use std::io::Cursor;

use anyhow::{Context, bail};
use aws_config::SdkConfig;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::types::FoundationModelLifecycleStatus;
use image::{ImageFormat, Rgb, RgbImage};
use time::Date;

use super::{Finding, Report};
use crate::backends::aws::{is_denied, remedy, unused_profile};
use crate::backends::causes::in_own_words;
use crate::backends::guardrail::{Guardrail, Verdict};
use crate::config::{AwsVariables, Config, EngineChoice, GuardrailId};
use crate::domain::catalogue::{Catalogue, Model};

/// The statement of `deploy/iam-policy.json` that only this program needs.
const CHECK_ONLY: &str = "needs `CheckOnly` of deploy/iam-policy.json; Easel runs without it";

/// Identity, then access to the default model and its life cycle.
pub(super) async fn check(
    report: &mut Report,
    config: &Config,
    aws: &SdkConfig,
    catalogue: &Catalogue,
    today: Date,
) {
    let identity = identity(aws).await;
    let known = identity.is_ok();
    report.line("aws", identity);
    if known && config.engine == EngineChoice::Bedrock {
        match catalogue.image_model(None, today) {
            Ok(model) if model.own => {
                report.line(
                    "model",
                    Ok(format!("{model} is your own ({}); not tested, to cost nothing", model.id)),
                );
            }
            Ok(model) => {
                let bedrock = control_plane(aws, model);
                report.line("model", access(&bedrock, model).await);
                report.line("life cycle", life_cycle(&bedrock, model).await);
            }
            Err(refusal) => report.line("model", Err(refusal.into())),
        }
        if let Some((_, model)) = catalogue.services(today).next() {
            report.line("services", Ok(services(&control_plane(aws, model), model).await));
        }
    }
    if let Some(id) = config.guardrail.as_ref().filter(|_| known) {
        report.line("guardrail", guardrail(aws, id).await);
    }
}

/// Whether the guardrail looks at words and at pictures, and lets harmless ones pass.
async fn guardrail(aws: &SdkConfig, id: &GuardrailId) -> Finding {
    let guardrail = Guardrail::new(aws, id);
    let remedy = "EASEL_GUARDRAIL cannot be applied; does it exist under this id, in this version and region, and is bedrock:ApplyGuardrail allowed?";
    let prompt = guardrail.check_prompt(&["a cat eating ice cream"], &[]).await.context(remedy)?;
    let mut picture = Cursor::new(Vec::new());
    RgbImage::from_pixel(256, 256, Rgb([96, 160, 192])).write_to(&mut picture, ImageFormat::Png)?;
    let picture = guardrail.check_picture(&picture.into_inner().into()).await.context("EASEL_GUARDRAIL")?;
    for (what, verdict) in [("prompt", prompt), ("picture", picture)] {
        if let Verdict::Blocked { categories } = verdict {
            bail!("it blocks a harmless {what} ({categories}): weaken its filters in the Bedrock console");
        }
    }
    Ok(format!("{}, version {}, looks at prompts and pictures", id.id, id.version))
}

async fn identity(aws: &SdkConfig) -> Finding {
    let variables = AwsVariables::from_environment();
    let identity = match aws_sdk_sts::Client::new(aws).get_caller_identity().send().await {
        Ok(identity) => identity,
        Err(error) => {
            let said = short(&in_own_words(&error));
            match remedy(&error) {
                Some(remedy) => bail!("no working AWS credentials: {remedy} ({said})"),
                None => bail!(
                    "AWS does not say whose credentials these are: check the network, and HTTPS_PROXY if there is one ({said})"
                ),
            }
        }
    };
    let who = identity.arn().unwrap_or("known");
    Ok(match unused_profile(&variables) {
        Some(problem) => format!("{who}, by other credentials than AWS_PROFILE says: {problem}"),
        None => who.to_owned(),
    })
}

async fn access(client: &Client, model: &Model) -> Finding {
    let region = model.own_region().unwrap_or("the region");
    let facts = format!("{model} ({}) in {region}, {} a picture", model.id, model.price);
    let asked = match client.get_foundation_model_availability().model_id(&model.id).send().await {
        Ok(asked) => asked,
        Err(error) if is_denied(&error) => {
            return Ok(format!("{facts}; could not look whether the account may use it ({CHECK_ONLY})"));
        }
        Err(error) => {
            let remedy = remedy(&error).map_or_else(String::new, |remedy| format!("{remedy} "));
            bail!("{model} in {region} cannot be asked for: {remedy}({})", short(&in_own_words(&error)));
        }
    };
    let answers = [
        (asked.authorization_status().as_str(), "AUTHORIZED", "allow bedrock:InvokeModel on the model's ARN"),
        (
            asked.entitlement_availability().as_str(),
            "AVAILABLE",
            "subscribe once in the Bedrock console, with a payment method",
        ),
        (
            asked.region_availability().as_str(),
            "AVAILABLE",
            "pick another model, this region does not have it",
        ),
    ];
    match answers.iter().find(|(answer, wanted, _)| answer != wanted) {
        Some((answer, _, remedy)) => bail!("{model} ({}) is {answer}: {remedy}", model.id),
        None => Ok(facts),
    }
}

/// Whether the account may use the image services: who has subscribed to one has all of them. Easel runs without.
async fn services(client: &Client, model: &Model) -> String {
    let plain = model.id.strip_prefix("us.").unwrap_or(&model.id).to_owned();
    match access(client, &Model { id: plain, ..model.clone() }).await {
        Ok(facts) => format!("{facts}, and the others"),
        Err(error) => format!("/edit and Upscale are refused until this is mended: {error:#}"),
    }
}

/// Whether Bedrock means to go on serving the model.
async fn life_cycle(client: &Client, model: &Model) -> Finding {
    let asked = match client.get_foundation_model().model_identifier(&model.id).send().await {
        Ok(asked) => asked,
        Err(error) if is_denied(&error) => return Ok(format!("could not look ({CHECK_ONLY})")),
        Err(error) => return Ok(format!("could not look ({})", short(&in_own_words(&error)))),
    };
    let Some(life) = asked.model_details().and_then(|details| details.model_lifecycle()) else {
        return Ok("not told by AWS".to_owned());
    };
    let end = life.end_of_life_time().map(|end| end.to_string());
    match (life.status(), end) {
        (FoundationModelLifecycleStatus::Active, None) => Ok("active, no end announced".to_owned()),
        (FoundationModelLifecycleStatus::Active, Some(end)) => Ok(format!("active until {end}")),
        (status, end) => Ok(format!(
            "{}, it ends {}: choose another model with EASEL_MODEL in time",
            status.as_str(),
            end.as_deref().unwrap_or("on a day that AWS does not tell")
        )),
    }
}

/// Bedrock's control plane where the model lives.
fn control_plane(aws: &SdkConfig, model: &Model) -> Client {
    let mut settings = aws_sdk_bedrock::config::Builder::from(aws);
    if let Some(region) = model.own_region() {
        settings = settings.region(aws_sdk_bedrock::config::Region::new(region.to_owned()));
    }
    Client::from_conf(settings.build())
}

/// The beginning of a long cause, without what the SDK puts before all of them.
fn short(cause: &str) -> String {
    cause.trim_start_matches("dispatch failure: other: ").chars().take(300).collect()
}
