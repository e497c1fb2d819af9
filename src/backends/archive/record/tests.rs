use serde_json::json;
use time::macros::datetime;

use super::*;
use crate::domain::catalogue::Catalogue;
use crate::domain::image_format::ImageFormat;
use crate::domain::job::{DiscordOrigin, GeneratedImage, MadeFrom, State};
use crate::domain::refusal::Refusal;
use crate::domain::request::{Aspect, StartImage};

pub(in crate::backends::archive) fn shell_job() -> Job {
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
        edit: None,
        cfg: None,
        steps: None,
        private: false,
        prefix: None,
        suffix: None,
        ignored_flags: Vec::new(),
        in_place_of: None,
        variants: Vec::new(),
        price: None,
        sources: std::collections::BTreeMap::new(),
    };
    Job { id: JobId::new(created, 1), origin: Origin::Shell, request, created, parent: None, is_offer: false }
}

pub(in crate::backends::archive) fn discord_job() -> Job {
    let discord = DiscordOrigin {
        interaction: 100_000_000_000_000_001,
        application: 1,
        token: "canary-token".into(),
        guild: Some(200_000_000_000_000_001),
        channel: 300_000_000_000_000_001,
        member: 400_000_000_000_000_001,
        private: false,
        session: None,
        file_limit: 1,
        locale: None,
        guild_locale: None,
        press: None,
    };
    Job { origin: Origin::Discord(discord), ..shell_job() }
}

fn picture(n: u32, outcome: Option<Outcome>) -> Picture {
    Picture { n, seed: 7 + n, outcome, paid_calls: 1, calls: 2, spent: Micros(40_000), archived: None }
}

fn pictures() -> Vec<Picture> {
    let generated = GeneratedImage {
        seed: 70,
        sha256: "ab".repeat(32),
        bytes: 1_587_327,
        format: ImageFormat::Png,
        region: Some("us-west-2".into()),
        took: None,
        made_from: MadeFrom::default(),
    };
    vec![
        picture(0, Some(Outcome::Generated(generated))),
        picture(1, Some(Outcome::Refused { refusal: Refusal::FilteredPrompt })),
        picture(2, None),
    ]
}

fn claim(job: &Job) -> Claim {
    Claim {
        job: job.clone(),
        state: State::Generated,
        fence: 1,
        pictures: pictures(),
        price: Micros(120_000),
        budget_used: None,
        posted: None,
        follow_ups: Vec::new(),
        stopping: false,
        copies: Vec::new(),
        is_erased: false,
    }
}

fn record(job: &Job) -> Record {
    let catalogue = Catalogue::bedrock();
    Record::new(
        &claim(job),
        catalogue.find("core").unwrap(),
        Prices { each: Micros(40_000), attempted: Micros(120_000) },
        &Refusal::why,
    )
}

#[test]
fn a_record_says_how_each_picture_was_made() {
    let shown = serde_json::to_value(record(&discord_job())).unwrap();
    let expected = json!({
        "version": 1,
        "job": "01M81VPMWG0000000000000001",
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
                "key": "200000000000000001/300000000000000001/2026/11/22/01M81VPMWG0000000000000001-0.png",
            },
            { "n": 1, "seed": 8, "outcome": "refused", "reason": "filtered_prompt" },
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
    let record = Record::new(
        &Claim { pictures: Vec::new(), ..claim(&shell_job()) },
        &catalogue.models()[0],
        Prices { each: Micros(0), attempted: Micros(0) },
        &Refusal::why,
    );
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
