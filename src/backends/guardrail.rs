//! The operator's Bedrock guardrail. What it cannot look at has not passed.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use aws_config::SdkConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{Builder, Region};
use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailOutput;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    GuardrailAction, GuardrailAssessment, GuardrailContentBlock, GuardrailContentPolicyAction,
    GuardrailContentSource, GuardrailImageBlock, GuardrailImageFormat, GuardrailImageSource,
    GuardrailSensitiveInformationPolicyAction, GuardrailTextBlock, GuardrailTopicPolicyAction,
    GuardrailWordPolicyAction,
};
use bytes::Bytes;

use crate::config::GuardrailId;
use crate::domain::decode::dimensions;
use crate::domain::image_format::ImageFormat;
use crate::domain::shrink::shrink;

const CONNECT: Duration = Duration::from_secs(3);
/// A picture of 4 MB, in base64, at 3 Mbit/s.
const ATTEMPT: Duration = Duration::from_secs(15);
/// One attempt to its end and most of another: a person is waiting.
const OPERATION: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 3;

/// Bytes that a picture may have. AWS says 4 MB and not which; this is the smaller.
const BYTES_LIMIT: u64 = 4_000_000;
/// Pixels that its longer side may have.
const SIDE_LIMIT: u32 = 8_000;
/// Characters of all categories of one verdict together.
const CATEGORIES_LIMIT: usize = 100;

#[derive(Clone)]
pub struct Guardrail {
    client: Client,
    id: GuardrailId,
}

/// Leaves the client out.
impl fmt::Debug for Guardrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guardrail").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong with it.
    Passed,
    /// Nobody may see it.
    Blocked {
        /// Why, in the guardrail's own categories, such as `hate, violence`.
        categories: String,
    },
}

impl Guardrail {
    /// The guardrail `id`, in the region of its ARN or else in the configured one.
    pub fn new(aws: &SdkConfig, id: &GuardrailId) -> Guardrail {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();
        let mut config = Builder::from(aws)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts);
        if let Some(region) = id.id.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(2)) {
            config = config.region(Region::new(region.to_owned()));
        }
        Guardrail { client: Client::from_conf(config.build()), id: id.clone() }
    }

    /// Looks at the words for a model, and at the pictures that it is to start from.
    ///
    /// A guardrail may be set to look at words only on their way in: that is the operator's choice.
    ///
    /// # Errors
    /// It could not be asked: nothing is known.
    pub async fn check_prompt(&self, texts: &[&str], pictures: &[&Bytes]) -> anyhow::Result<Verdict> {
        let mut content = Vec::new();
        for text in texts.iter().filter(|text| !text.trim().is_empty()) {
            content.push(GuardrailContentBlock::Text(GuardrailTextBlock::builder().text(*text).build()?));
        }
        for bytes in pictures {
            content.push(picture(bytes).await?);
        }
        verdict(&self.ask(GuardrailContentSource::Input, content).await?)
    }

    /// Looks at a finished picture.
    ///
    /// # Errors
    /// It could not be asked, or looks at no pictures: nothing is known.
    pub async fn check_picture(&self, bytes: &Bytes) -> anyhow::Result<Verdict> {
        let answer = self.ask(GuardrailContentSource::Output, vec![picture(bytes).await?]).await?;
        let images = answer.guardrail_coverage().and_then(|coverage| coverage.images());
        let unseen = images.is_some_and(|images| images.guarded() < images.total());
        ensure!(
            !unseen,
            "the guardrail looks at no pictures: enable the image modality of its content filters"
        );
        verdict(&answer)
    }

    async fn ask(
        &self,
        source: GuardrailContentSource,
        content: Vec<GuardrailContentBlock>,
    ) -> anyhow::Result<ApplyGuardrailOutput> {
        self.client
            .apply_guardrail()
            .guardrail_identifier(&self.id.id)
            .guardrail_version(&self.id.version)
            .source(source)
            .set_content(Some(content))
            .send()
            .await
            .with_context(|| format!("ApplyGuardrail of `{}`, version {}", self.id.id, self.id.version))
    }
}

/// The picture as guardrails take it, away from the tasks that must stay quick.
async fn picture(bytes: &Bytes) -> anyhow::Result<GuardrailContentBlock> {
    let original = bytes.clone();
    let prepared = tokio::task::spawn_blocking(move || presentable(&original)).await?;
    let (format, bytes) = prepared.context("a picture cannot be made ready for the guardrail")?;
    let source = GuardrailImageSource::Bytes(Blob::new(bytes));
    Ok(GuardrailContentBlock::Image(GuardrailImageBlock::builder().format(format).source(source).build()?))
}

/// PNG and JPEG within the limits as they are, anything else as a JPEG that fits.
fn presentable(bytes: &Bytes) -> anyhow::Result<(GuardrailImageFormat, Bytes)> {
    let format = match ImageFormat::of(bytes) {
        Some(ImageFormat::Png) => Some(GuardrailImageFormat::Png),
        Some(ImageFormat::Jpeg) => Some(GuardrailImageFormat::Jpeg),
        Some(ImageFormat::Webp) | None => None,
    };
    let (width, height) = dimensions(bytes)?;
    let fits = bytes.len() as u64 <= BYTES_LIMIT && width.max(height) <= SIDE_LIMIT;
    match format.filter(|_| fits) {
        Some(format) => Ok((format, bytes.clone())),
        None => Ok((GuardrailImageFormat::Jpeg, shrink(bytes, BYTES_LIMIT, Some(SIDE_LIMIT))?)),
    }
}

fn verdict(answer: &ApplyGuardrailOutput) -> anyhow::Result<Verdict> {
    match answer.action() {
        GuardrailAction::None => Ok(Verdict::Passed),
        // To mask a part is no way to let a prompt or a picture pass.
        GuardrailAction::GuardrailIntervened => {
            Ok(Verdict::Blocked { categories: categories(answer.assessments()) })
        }
        other => bail!("the guardrail answered with the action `{other}`, which this version does not know"),
    }
}

/// What was acted upon, sorted, each once. What people wrote is not in it.
fn categories(assessments: &[GuardrailAssessment]) -> String {
    let names = assessments.iter().flat_map(acted_upon);
    let names: BTreeSet<String> = names.map(|name| name.to_lowercase().replace('_', " ")).collect();
    if names.is_empty() {
        return "other".to_owned();
    }
    let all = names.into_iter().collect::<Vec<_>>().join(", ");
    all.chars().take(CATEGORIES_LIMIT).collect()
}

fn acted_upon(assessment: &GuardrailAssessment) -> Vec<&str> {
    let mut names = Vec::new();
    if let Some(policy) = assessment.content_policy() {
        let blocked =
            policy.filters().iter().filter(|filter| filter.action == GuardrailContentPolicyAction::Blocked);
        names.extend(blocked.map(|filter| filter.r#type().as_str()));
    }
    if let Some(policy) = assessment.topic_policy() {
        let blocked =
            policy.topics().iter().filter(|topic| topic.action == GuardrailTopicPolicyAction::Blocked);
        names.extend(blocked.map(|topic| topic.name()));
    }
    if let Some(policy) = assessment.word_policy() {
        let custom = policy.custom_words().iter().map(|word| (&word.action, "blocked word"));
        let managed = policy.managed_word_lists().iter().map(|word| (&word.action, word.r#type().as_str()));
        let blocked =
            custom.chain(managed).filter(|(action, _)| **action == GuardrailWordPolicyAction::Blocked);
        names.extend(blocked.map(|(_, name)| name));
    }
    if let Some(policy) = assessment.sensitive_information_policy() {
        let kinds = policy.pii_entities().iter().map(|entity| (&entity.action, entity.r#type().as_str()));
        let patterns =
            policy.regexes().iter().map(|regex| (&regex.action, regex.name().unwrap_or("pattern")));
        let acted = kinds
            .chain(patterns)
            .filter(|(action, _)| **action != GuardrailSensitiveInformationPolicyAction::None);
        names.extend(acted.map(|(_, name)| name));
    }
    names
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use aws_sdk_bedrockruntime::types::{
        GuardrailContentFilter, GuardrailContentFilterConfidence, GuardrailContentFilterType,
        GuardrailContentPolicyAssessment, GuardrailCustomWord, GuardrailManagedWord,
        GuardrailManagedWordType, GuardrailPiiEntityFilter, GuardrailPiiEntityType, GuardrailRegexFilter,
        GuardrailSensitiveInformationPolicyAssessment, GuardrailTopic, GuardrailTopicPolicyAssessment,
        GuardrailTopicType, GuardrailWordPolicyAssessment,
    };
    use image::ImageFormat;

    use super::*;

    fn filters(
        filters: &[(GuardrailContentFilterType, GuardrailContentPolicyAction)],
    ) -> GuardrailAssessment {
        let filters = filters.iter().map(|(kind, action)| {
            GuardrailContentFilter::builder()
                .r#type(kind.clone())
                .confidence(GuardrailContentFilterConfidence::High)
                .action(action.clone())
                .build()
                .unwrap()
        });
        let policy = GuardrailContentPolicyAssessment::builder().set_filters(Some(filters.collect()));
        GuardrailAssessment::builder().content_policy(policy.build().unwrap()).build()
    }

    fn topic(name: &str, action: GuardrailTopicPolicyAction) -> GuardrailAssessment {
        let topic = GuardrailTopic::builder().name(name).r#type(GuardrailTopicType::Deny).action(action);
        let policy = GuardrailTopicPolicyAssessment::builder().topics(topic.build().unwrap());
        GuardrailAssessment::builder().topic_policy(policy.build().unwrap()).build()
    }

    fn words() -> GuardrailAssessment {
        let blocked = GuardrailWordPolicyAction::Blocked;
        let own =
            |word: &str, action| GuardrailCustomWord::builder().r#match(word).action(action).build().unwrap();
        let managed = GuardrailManagedWord::builder()
            .r#match("secret-canary")
            .r#type(GuardrailManagedWordType::Profanity)
            .action(blocked.clone());
        let policy = GuardrailWordPolicyAssessment::builder()
            .custom_words(own("secret-canary", blocked.clone()))
            .custom_words(own("another", blocked))
            .managed_word_lists(managed.build().unwrap());
        GuardrailAssessment::builder().word_policy(policy.build().unwrap()).build()
    }

    fn sensitive() -> GuardrailAssessment {
        let entity = |kind, action| {
            GuardrailPiiEntityFilter::builder()
                .r#match("secret-canary")
                .r#type(kind)
                .action(action)
                .build()
                .unwrap()
        };
        let masked = GuardrailSensitiveInformationPolicyAction::Anonymized;
        let regex = |name: Option<&str>| {
            let regex = GuardrailRegexFilter::builder().set_name(name.map(str::to_owned));
            regex.r#match("secret-canary").action(masked.clone()).build().unwrap()
        };
        let policy = GuardrailSensitiveInformationPolicyAssessment::builder()
            .pii_entities(entity(GuardrailPiiEntityType::CreditDebitCardNumber, masked.clone()))
            .pii_entities(entity(
                GuardrailPiiEntityType::Age,
                GuardrailSensitiveInformationPolicyAction::None,
            ))
            .regexes(regex(Some("Badge")))
            .regexes(regex(None));
        GuardrailAssessment::builder().sensitive_information_policy(policy.build().unwrap()).build()
    }

    #[test]
    fn categories_name_what_was_acted_upon_and_nothing_that_people_wrote() {
        use GuardrailContentFilterType::{Hate, PromptAttack, Sexual, Violence};
        use GuardrailContentPolicyAction::{Blocked, None};
        let seen = filters(&[(Violence, Blocked), (Hate, Blocked), (Sexual, None)]);
        for (assessments, expected) in [
            (vec![], "other"),
            (vec![filters(&[(Sexual, None)])], "other"),
            (vec![seen.clone()], "hate, violence"),
            (
                vec![seen.clone(), filters(&[(PromptAttack, Blocked), (Hate, Blocked)])],
                "hate, prompt attack, violence",
            ),
            (vec![topic("Real People", GuardrailTopicPolicyAction::Blocked)], "real people"),
            (vec![topic("Real People", GuardrailTopicPolicyAction::None)], "other"),
            (vec![words()], "blocked word, profanity"),
            (vec![sensitive()], "badge, credit debit card number, pattern"),
            (vec![words(), seen], "blocked word, hate, profanity, violence"),
        ] {
            assert_eq!(categories(&assessments), expected);
        }
        let long = topic(&"ä".repeat(400), GuardrailTopicPolicyAction::Blocked);
        assert_eq!(categories(&[long]).chars().count(), CATEGORIES_LIMIT);
    }

    #[test]
    fn masking_blocks_and_an_unknown_action_is_no_verdict() {
        let answer = |action: &str| {
            let answer = ApplyGuardrailOutput::builder().action(action.into());
            answer.set_outputs(Some(vec![])).set_assessments(Some(vec![])).build().unwrap()
        };
        assert_eq!(verdict(&answer("NONE")).unwrap(), Verdict::Passed);
        let blocked = Verdict::Blocked { categories: "other".to_owned() };
        assert_eq!(verdict(&answer("GUARDRAIL_INTERVENED")).unwrap(), blocked);
        assert!(verdict(&answer("ESCALATED")).is_err());
    }

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Bytes {
        let mut file = Cursor::new(Vec::new());
        image::RgbImage::new(width, height).write_to(&mut file, format).unwrap();
        file.into_inner().into()
    }

    #[test]
    fn pictures_that_fit_go_as_they_are_and_others_as_a_copy_that_fits() {
        for (format, sent) in
            [(ImageFormat::Png, GuardrailImageFormat::Png), (ImageFormat::Jpeg, GuardrailImageFormat::Jpeg)]
        {
            let file = encoded(64, 64, format);
            assert_eq!(presentable(&file).unwrap(), (sent, file));
        }
        for file in [encoded(64, 64, ImageFormat::WebP), encoded(8_001, 8, ImageFormat::Png)] {
            let (format, copy) = presentable(&file).unwrap();
            assert_eq!(format, GuardrailImageFormat::Jpeg);
            let copy = image::load_from_memory_with_format(&copy, ImageFormat::Jpeg).unwrap();
            assert!(copy.width() <= SIDE_LIMIT);
        }
        let padded = [encoded(64, 64, ImageFormat::Png).to_vec(), vec![0; 4_000_000]].concat();
        let (format, copy) = presentable(&padded.into()).unwrap();
        assert!(format == GuardrailImageFormat::Jpeg && copy.len() <= 4_000_000);
        assert!(presentable(&Bytes::from_static(b"no picture")).is_err());
    }
}
