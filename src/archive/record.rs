//! What is written down beside a job's pictures: enough to say how each was made, and to make it again.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Url;

use super::picture_key;
use crate::engine::catalogue::{Family, Model};
use crate::job::{Job, JobId, Origin, Outcome, Picture};
use crate::money::Micros;
use crate::request::{ImageRequest, ImageSource};

/// A job's record. The same job gives the same bytes, so that writing it twice changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// 1; a reader that meets another number asks for a newer Easel.
    pub version: u32,
    /// The job.
    pub job: JobId,
    /// The job that it varies, if any.
    pub parent: Option<JobId>,
    /// What painted.
    pub engine: PaintedBy,
    /// The model.
    pub model: RecordedModel,
    /// What for, every choice made. An attachment's address is without its query, which is a short-lived secret.
    pub request: ImageRequest,
    /// Who asked, from where.
    pub who: Who,
    /// When.
    pub times: Times,
    /// What it cost, in US dollars.
    pub price_usd: Prices,
    /// Calls made for all pictures together.
    pub attempts: u32,
    /// The pictures, by number.
    pub pictures: Vec<PictureRecord>,
}

/// What painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaintedBy {
    /// A model on Amazon Bedrock.
    Bedrock,
    /// The built-in engine: no model has seen the prompt.
    Sketch,
}

/// The model as it was when it painted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedModel {
    /// What people type.
    pub name: String,
    /// What `InvokeModel` got.
    pub id: String,
    /// Its request and answer.
    pub family: Family,
    /// The AWS region that was called.
    pub region: Option<String>,
}

/// Who asked, from where. Ids are strings: they do not fit into the numbers of every JSON reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "via", rename_all = "snake_case")]
pub enum Who {
    /// A slash command; `guild` is missing in a private conversation.
    Discord { member: String, guild: Option<String>, channel: String, interaction: String },
    /// `easel imagine` on the command line.
    Shell,
}

/// Moments, in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// When the job was admitted.
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

/// One picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureRecord {
    /// Its number, from 0.
    pub n: u32,
    /// The seed that makes it again.
    pub seed: u32,
    /// How its asking ended.
    #[serde(flatten)]
    pub ending: Ending,
}

/// How a picture's asking ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Ending {
    /// There is a picture.
    Painted {
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
    /// `region` is the one that was called, `attempted` what AWS may bill.
    pub fn new(
        job: &Job,
        model: &Model,
        region: Option<&str>,
        pictures: &[Picture],
        attempted: Micros,
    ) -> Record {
        let sketch = model.family == Family::Sketch;
        Record {
            version: 1,
            job: job.id,
            parent: job.parent,
            engine: if sketch { PaintedBy::Sketch } else { PaintedBy::Bedrock },
            model: RecordedModel {
                name: model.name.clone(),
                id: model.id.clone(),
                family: model.family,
                region: region.map(str::to_owned),
            },
            request: without_secrets(job.request.clone()),
            who: who(&job.origin),
            times: Times { created: job.created },
            price_usd: Prices { each: model.price, attempted },
            attempts: pictures.iter().map(|picture| picture.calls).sum(),
            pictures: pictures.iter().map(|picture| picture_record(job, picture)).collect(),
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
    }
}

fn picture_record(job: &Job, picture: &Picture) -> PictureRecord {
    let ending = match &picture.outcome {
        Some(Outcome::Painted(painted)) => Ending::Painted {
            key: picture_key(job, picture.n),
            sha256: painted.sha256.clone(),
            bytes: painted.bytes,
        },
        Some(Outcome::Refused { refusal }) => Ending::Refused { reason: refusal.to_string() },
        None => Ending::Unfinished,
    };
    let seed = picture.painted().map_or(picture.seed, |painted| painted.seed);
    PictureRecord { n: picture.n, seed, ending }
}

fn without_secrets(mut request: ImageRequest) -> ImageRequest {
    if let Some(image) = &mut request.image
        && let ImageSource::Attachment { url, .. } = &mut image.source
    {
        *url = without_query(url);
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

    use crate::money::Micros;

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
pub(super) mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;
    use crate::engine::catalogue::Catalogue;
    use crate::error::Refusal;
    use crate::job::{DiscordOrigin, Painted};
    use crate::request::{Aspect, StartImage};

    pub(in crate::archive) fn shell_job() -> Job {
        let created = datetime!(2026-11-22 14:48:58 UTC);
        let request = ImageRequest {
            prompt: "a lighthouse".into(),
            negative: None,
            model: "core".into(),
            aspect: Aspect::Landscape16x9,
            style: None,
            style_as_words: false,
            seeds: vec![7, 8, 9],
            image: None,
            cfg: None,
            steps: None,
            private: false,
        };
        Job { id: JobId::new(created, 1), origin: Origin::Shell, request, created, parent: None }
    }

    pub(in crate::archive) fn discord_job() -> Job {
        let discord = DiscordOrigin {
            interaction: 100_000_000_000_000_001,
            application: 1,
            token: "canary-token".into(),
            guild: Some(200_000_000_000_000_001),
            channel: 300_000_000_000_000_001,
            member: 400_000_000_000_000_001,
            private: false,
            file_limit: 1,
        };
        Job { origin: Origin::Discord(discord), ..shell_job() }
    }

    fn picture(n: u32, outcome: Option<Outcome>) -> Picture {
        Picture { n, seed: 7 + n, outcome, paid_calls: 1, calls: 2, archived: None }
    }

    fn pictures() -> Vec<Picture> {
        let painted = Painted { seed: 70, sha256: "ab".repeat(32), bytes: 1_587_327 };
        vec![
            picture(0, Some(Outcome::Painted(painted))),
            picture(1, Some(Outcome::Refused { refusal: Refusal::FilteredPrompt })),
            picture(2, None),
        ]
    }

    fn record(job: &Job) -> Record {
        let catalogue = Catalogue::bedrock();
        Record::new(job, catalogue.find("core").unwrap(), Some("us-west-2"), &pictures(), Micros(120_000))
    }

    #[test]
    fn a_record_says_how_each_picture_was_made() {
        let shown = serde_json::to_value(record(&discord_job())).unwrap();
        let expected = json!({
            "version": 1,
            "job": "01KAPADEXG0000000000000001",
            "parent": null,
            "engine": "bedrock",
            "model": {
                "name": "core", "id": "stability.stable-image-core-v1:1", "family": "stability", "region": "us-west-2",
            },
            "request": {
                "prompt": "a lighthouse", "negative": null, "model": "core", "aspect": "16:9", "style": null,
                "style_as_words": false, "seeds": [7, 8, 9], "image": null, "cfg": null, "steps": null,
                "private": false,
            },
            "who": {
                "via": "discord", "member": "400000000000000001", "guild": "200000000000000001",
                "channel": "300000000000000001", "interaction": "100000000000000001",
            },
            "times": { "created": "2026-11-22T14:48:58Z" },
            "price_usd": { "each": "0.04", "attempted": "0.12" },
            "attempts": 6,
            "pictures": [
                {
                    "n": 0, "seed": 70, "outcome": "painted", "sha256": "ab".repeat(32), "bytes": 1_587_327,
                    "key": "200000000000000001/300000000000000001/2026/11/22/01KAPADEXG0000000000000001-0.png",
                },
                { "n": 1, "seed": 8, "outcome": "refused", "reason": Refusal::FilteredPrompt.to_string() },
                { "n": 2, "seed": 9, "outcome": "unfinished" },
            ],
        });
        assert_eq!(shown, expected, "{shown:#}");
    }

    #[test]
    fn a_record_is_read_back_as_it_was_written() {
        for job in [discord_job(), shell_job()] {
            let written = record(&job);
            let read: Record = serde_json::from_slice(&serde_json::to_vec(&written).unwrap()).unwrap();
            assert_eq!(read, written);
        }
    }

    #[test]
    fn a_sketch_is_marked_as_one() {
        let catalogue = Catalogue::sketch();
        let record = Record::new(&shell_job(), &catalogue.models()[0], None, &[], Micros(0));
        let shown = serde_json::to_value(record).unwrap();
        assert_eq!((&shown["engine"], &shown["price_usd"]["each"]), (&json!("sketch"), &json!("0.00")));
        assert_eq!(shown["who"], json!({ "via": "shell" }));
    }

    #[test]
    fn no_secret_is_ever_in_it() {
        for (address, kept) in [
            (
                "https://u:canary@cdn.discordapp.com/attachments/1/2/a.png?ex=1&hm=canary#canary",
                "https://cdn.discordapp.com/attachments/1/2/a.png",
            ),
            ("not an address?hm=canary", ""),
        ] {
            let mut job = discord_job();
            let source = ImageSource::Attachment { url: address.into(), filename: "a.png".into() };
            job.request.image = Some(StartImage { source: source.clone(), strength: 0.5 });
            let shown = serde_json::to_value(record(&job)).unwrap();
            assert!(!shown.to_string().contains("canary"), "{shown:#}");
            assert_eq!(shown["request"]["image"]["source"]["url"], kept);
        }
    }
}
