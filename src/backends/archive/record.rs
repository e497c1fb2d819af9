//! What is written down beside a job's pictures: enough to say how each was made, and to make it again.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Url;

use super::picture_key;
use crate::domain::catalogue::{Family, Model};
use crate::domain::job::{Claim, Job, JobId, Origin, Outcome, Picture};
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;
use crate::domain::request::{ImageRequest, ImageSource};

/// A job's record. The same job gives the same bytes, so that writing it twice changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// 1; a reader that meets another number asks for a newer Easel.
    pub version: u32,
    pub job: JobId,
    /// The job that it varies, if any.
    pub parent: Option<JobId>,
    pub engine: GeneratedBy,
    pub model: RecordedModel,
    /// What for, every choice made. An attachment's address is without its query, which is a short-lived secret.
    pub request: ImageRequest,
    /// Who asked, from where.
    pub who: Who,
    pub times: Times,
    /// What it cost, in US dollars.
    pub price_usd: Prices,
    /// Calls made for all pictures together.
    pub attempts: u32,
    pub pictures: Vec<PictureRecord>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeneratedBy {
    Bedrock,
    /// The built-in engine: no model has seen the prompt.
    Sketch,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedModel {
    pub name: String,
    /// What `InvokeModel` got.
    pub id: String,
    pub family: Family,
    /// The AWS region that was called.
    pub region: Option<String>,
}

/// Who asked, from where. Ids are strings: they do not fit into the numbers of every JSON reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "via", rename_all = "snake_case")]
pub enum Who {
    /// A slash command; `guild` is missing in a private conversation.
    Discord {
        member: String,
        guild: Option<String>,
        channel: String,
        interaction: String,
    },
    /// `easel imagine` on the command line.
    Shell,
    Api {
        key: String,
    },
}

/// Moments, in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
}

/// Amounts, as decimal strings such as `0.04`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// One call.
    #[serde(with = "dollars")]
    pub each: Micros,
    /// What AWS may bill for the whole job.
    #[serde(with = "dollars")]
    pub attempted: Micros,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureRecord {
    /// Its number, from 0.
    pub n: u32,
    /// The seed that makes it again.
    pub seed: u32,
    #[serde(flatten)]
    pub ending: Ending,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Ending {
    #[serde(rename = "painted")]
    Generated {
        /// Its key in the archive, without the archive's prefix.
        key: String,
        /// SHA-256 of its bytes, lower-case hex.
        sha256: String,
        /// How many bytes.
        bytes: u64,
    },
    /// There is none.
    Refused {
        /// The sentence that the person got.
        reason: String,
    },
    /// It was not asked for to the end.
    Unfinished,
}

impl Record {
    /// The record of a job whose pictures ended as in `pictures`.
    ///
    /// `region` is the one that was called; `in_words` makes the sentence of a refusal.
    pub fn new(
        claim: &Claim,
        model: &Model,
        prices: Prices,
        in_words: &dyn Fn(&Refusal) -> String,
    ) -> Record {
        let Claim { job, pictures, .. } = claim;
        let sketch = model.family == Family::Sketch;
        Record {
            version: 1,
            job: job.id,
            parent: job.parent,
            engine: if sketch { GeneratedBy::Sketch } else { GeneratedBy::Bedrock },
            model: RecordedModel {
                name: model.name.clone(),
                id: model.id.clone(),
                family: model.family,
                region: claim.region().map(str::to_owned),
            },
            request: without_secrets(job.request.clone()),
            who: who(&job.origin),
            times: Times { created: job.created },
            price_usd: prices,
            attempts: pictures.iter().map(|picture| picture.calls).sum(),
            pictures: pictures.iter().map(|picture| picture_record(job, picture, in_words)).collect(),
        }
    }
}

fn who(origin: &Origin) -> Who {
    match origin {
        Origin::Discord(discord) => Who::Discord {
            member: discord.member.to_string(),
            guild: discord.guild.map(|guild| guild.to_string()),
            channel: discord.channel.to_string(),
            interaction: discord.interaction.to_string(),
        },
        Origin::Shell => Who::Shell,
        Origin::Api(origin) => Who::Api { key: origin.key.clone() },
    }
}

fn picture_record(job: &Job, picture: &Picture, in_words: &dyn Fn(&Refusal) -> String) -> PictureRecord {
    let ending = match &picture.outcome {
        Some(Outcome::Generated(generated)) => Ending::Generated {
            key: picture_key(job, picture.n, generated.format),
            sha256: generated.sha256.clone(),
            bytes: generated.bytes,
        },
        Some(Outcome::Refused { refusal }) => Ending::Refused { reason: in_words(refusal) },
        None => Ending::Unfinished,
    };
    let seed = picture.generated().map_or(picture.seed, |generated| generated.seed);
    PictureRecord { n: picture.n, seed, ending }
}

fn without_secrets(mut request: ImageRequest) -> ImageRequest {
    for source in request.sources_mut() {
        if let ImageSource::Attachment { url, .. } = source {
            *url = without_query(url);
        }
    }
    request
}

/// An address that cannot be read may be all secret: nothing of it is kept.
fn without_query(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return String::new() };
    url.set_query(None);
    url.set_fragment(None);
    // Only an address without a host has no place for these, and then none to clear.
    let _ = (url.set_username(""), url.set_password(None));
    url.into()
}

/// Dollars as text, for readers without exact decimals.
mod dollars {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::domain::money::Micros;

    pub(super) fn serialize<S: Serializer>(amount: &Micros, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&amount.to_string().replace('$', ""))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Micros, D::Error> {
        let text = String::deserialize(from)?;
        Micros::from_dollars(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` are not dollars such as 0.04")))
    }
}

#[cfg(test)]
pub(super) mod tests;
