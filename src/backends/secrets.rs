//! The bot's token, wherever it is kept.

use std::time::Duration;

use anyhow::Context;
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{Builder, Region};
use secrecy::SecretString;

use crate::config::{Token, bot_token, secret_region};

const CONNECT: Duration = Duration::from_secs(2);
const ATTEMPT: Duration = Duration::from_secs(3);
const ATTEMPTS: u32 = 3;

/// The bot's token; a secret of AWS is asked for it once.
///
/// # Errors
/// A sentence with the variable, the secret's ARN and the remedy; never what is in it.
pub async fn reveal(token: Option<&Token>, aws: Option<&SdkConfig>) -> anyhow::Result<Option<SecretString>> {
    let arn = match token {
        Some(Token::InSecret(arn)) => arn,
        Some(Token::Here(token)) => return Ok(Some(token.clone())),
        None => return Ok(None),
    };
    let aws = aws.context("DISCORD_TOKEN: a secret needs AWS credentials")?;
    let told = client(aws, arn).get_secret_value().secret_id(arn).send().await;
    let told = told.with_context(|| {
        format!("DISCORD_TOKEN: the secret `{arn}` cannot be read; does it exist, and is secretsmanager:GetSecretValue allowed?")
    })?;
    let token = told.secret_string().and_then(|text| bot_token(text.trim()));
    token.map(Some).with_context(|| {
        format!(
            "DISCORD_TOKEN: the text of the secret `{arn}` must be the token of the Bot page and nothing else"
        )
    })
}

fn client(aws: &SdkConfig, arn: &str) -> Client {
    let timeouts =
        TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
    let config = Builder::from(aws)
        .region(secret_region(arn).map(|region| Region::new(region.to_owned())))
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts);
    Client::from_conf(config.build())
}
