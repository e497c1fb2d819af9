//! The part of `easel check` that asks AWS.

use std::io::Cursor;

use anyhow::{Context, anyhow, bail};
use aws_config::SdkConfig;
use aws_sdk_bedrock::Client;
use aws_sdk_bedrock::error::DisplayErrorContext;
use aws_sdk_bedrock::types::FoundationModelLifecycleStatus;
use image::{ImageFormat, Rgb, RgbImage};
use time::Date;

use super::{Finding, Report};
use crate::backends::guardrail::{Guardrail, Verdict};
use crate::config::{Config, EngineChoice, GuardrailId};
use crate::domain::catalogue::{Catalogue, Model};

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
    }
    if let Some(id) = config.guardrail.as_ref().filter(|_| known) {
        report.line("guardrail", guardrail(aws, id).await);
    }
}

/// Whether the guardrail looks at words and at pictures, and lets harmless ones pass.
async fn guardrail(aws: &SdkConfig, id: &GuardrailId) -> Finding {
    let guardrail = Guardrail::new(aws, id);
    let remedy = "EASEL_GUARDRAIL cannot be applied; does it exist under this id, in this version and region, and is bedrock:ApplyGuardrail allowed?";
    let prompt = guardrail.check_prompt(&["a cat eating ice cream"], None).await.context(remedy)?;
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
    let identity = aws_sdk_sts::Client::new(aws).get_caller_identity().send().await.map_err(|error| {
        let cause = aws_sdk_sts::error::DisplayErrorContext(&error).to_string();
        anyhow!("no working AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role ({})", short(&cause))
    })?;
    Ok(identity.arn().unwrap_or("known").to_owned())
}

async fn access(client: &Client, model: &Model) -> Finding {
    let asked =
        client.get_foundation_model_availability().model_id(&model.id).send().await.map_err(|error| {
            let cause = DisplayErrorContext(&error).to_string();
            anyhow!(
                "{model}: access cannot be asked for; allow bedrock:GetFoundationModelAvailability ({})",
                short(&cause)
            )
        })?;
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
        None => Ok(format!(
            "{model} ({}) in {}, {} a picture",
            model.id,
            model.own_region().unwrap_or("the region"),
            model.price
        )),
    }
}

/// Whether Bedrock means to go on serving the model.
async fn life_cycle(client: &Client, model: &Model) -> Finding {
    let asked = match client.get_foundation_model().model_identifier(&model.id).send().await {
        Ok(asked) => asked,
        Err(error) => {
            let cause = DisplayErrorContext(&error).to_string();
            return Ok(format!("unknown; allow bedrock:GetFoundationModel to see it ({})", short(&cause)));
        }
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

/// The beginning of a long cause.
fn short(cause: &str) -> String {
    cause.chars().take(200).collect()
}
