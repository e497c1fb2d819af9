use aws_sdk_bedrockruntime::types::{
    GuardrailAction, GuardrailContentBlock, GuardrailContentSource, GuardrailImageBlock,
    GuardrailImageFormat, GuardrailImageSource, GuardrailTextBlock,
};

use super::super::{Guardrail, ModelFault};
use super::*;

const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKID/20261122/us-west-2/bedrock/aws4_request, \
                      SignedHeaders=content-type;host;x-amz-date, \
                      Signature=0000000000000000000000000000000000000000000000000000000000000000";

async fn post(bedrock: &Bedrock, headers: &[(&str, &str)], body: Vec<u8>) -> (u16, String, Value) {
    let url = format!("{}/model/stability.stable-image-core-v1%3A1/invoke", bedrock.base_url());
    let mut request = reqwest::Client::new().post(url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let kind = answer.headers().get("x-amzn-errortype").map(|kind| kind.to_str().unwrap().to_owned());
    let latency = answer.headers().get("x-amzn-bedrock-invocation-latency").is_some();
    assert_eq!(latency, kind.is_none());
    (answer.status().as_u16(), kind.unwrap_or_default(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_form_of_a_request_is_checked() {
    let bedrock = Bedrock::start().await.unwrap();
    let json = ("content-type", "application/json");
    let date = ("x-amz-date", "20261122T120000Z");
    let body = || br#"{"prompt":"a fox"}"#.to_vec();
    let other_service = SIGNED.replace("/bedrock/", "/s3/");
    let unsigned_date = SIGNED.replace(";x-amz-date", "");
    let cases = [
        (403, vec![json, date], body()),
        (403, vec![json, date, ("authorization", "Basic abc")], body()),
        (403, vec![json, ("authorization", SIGNED)], body()),
        (403, vec![json, ("x-amz-date", "20261121T120000Z"), ("authorization", SIGNED)], body()),
        (403, vec![json, date, ("authorization", &other_service)], body()),
        (403, vec![json, date, ("authorization", &unsigned_date)], body()),
        (400, vec![date, ("authorization", SIGNED)], body()),
        (400, vec![("content-type", "application/octet-stream"), date, ("authorization", SIGNED)], body()),
        (400, vec![json, date, ("authorization", SIGNED)], b"{".to_vec()),
        (400, vec![json, date, ("authorization", SIGNED)], vec![b' '; 25_000_001]),
    ];
    for (n, (status, headers, body)) in cases.into_iter().enumerate() {
        let (got, kind, answer) = post(&bedrock, &headers, body).await;
        assert_eq!(got, status, "{headers:?}: {answer}");
        assert!(kind.ends_with(":http://internal.amazon.com/coral/com.amazon.bedrock/"), "{kind}");
        assert_eq!(bedrock.violations().len(), n + 1);
    }
    for authorization in [SIGNED, "Bearer token"] {
        let (status, ..) = post(&bedrock, &[json, date, ("authorization", authorization)], body()).await;
        assert_eq!(status, 200);
    }
    assert_eq!(bedrock.calls().len(), 12);
}

#[tokio::test]
async fn guardrails_block_words_and_pictures() {
    let bedrock = Bedrock::start().await.unwrap();
    bedrock.guardrail(Guardrail {
        id: "abc123".to_owned(),
        version: "1".to_owned(),
        blocked_words: vec!["Weapon".to_owned()],
        blocked_images: 1,
        texts_only: false,
    });
    let client = client(&bedrock, "us-west-2", 1);
    let apply = |version: &str, block: GuardrailContentBlock| {
        let request = client.apply_guardrail().guardrail_identifier("abc123").guardrail_version(version);
        request.source(GuardrailContentSource::Output).content(block).send()
    };
    let text =
        |text: &str| GuardrailContentBlock::Text(GuardrailTextBlock::builder().text(text).build().unwrap());
    let image = |file: Vec<u8>| {
        let source = GuardrailImageSource::Bytes(Blob::new(file));
        let image = GuardrailImageBlock::builder().format(GuardrailImageFormat::Png).source(source);
        GuardrailContentBlock::Image(image.build().unwrap())
    };
    let harmless = apply("1", text("a fox")).await.unwrap();
    assert_eq!(harmless.action(), &GuardrailAction::None);
    let word = apply("1", text("a WEAPON")).await.unwrap();
    assert_eq!(word.action(), &GuardrailAction::GuardrailIntervened);
    let file = STANDARD.decode(png(64, 64)).unwrap();
    let picture = apply("1", image(file.clone())).await.unwrap();
    assert_eq!(picture.action(), &GuardrailAction::GuardrailIntervened);
    assert_eq!(picture.assessments()[0].content_policy().unwrap().filters().len(), 1);
    let next = apply("1", image(file.clone())).await.unwrap();
    assert_eq!(next.action(), &GuardrailAction::None);
    let images = next.guardrail_coverage().unwrap().images().unwrap();
    assert_eq!((images.guarded(), images.total()), (Some(1), Some(1)));
    bedrock.guardrail_fault(ModelFault::Unavailable, 1);
    let down = apply("1", text("a fox")).await.unwrap_err();
    assert_eq!(down.code(), Some("ServiceUnavailableException"));
    let checks = bedrock.checks();
    let seen: Vec<_> =
        checks.iter().map(|check| (check.status, check.intervened, check.images.len())).collect();
    assert_eq!(seen, [(200, false, 0), (200, true, 0), (200, true, 1), (200, false, 1), (503, false, 0)]);
    assert_eq!((checks[1].source.as_str(), checks[1].texts[0].as_str()), ("OUTPUT", "a WEAPON"));

    let absent = apply("2", text("a fox")).await.unwrap_err();
    assert_eq!(absent.code(), Some("ResourceNotFoundException"));
    assert!(bedrock.violations().is_empty());
    let huge = apply("1", image([file, vec![0; 4_000_000]].concat())).await.unwrap_err();
    assert_eq!(huge.code(), Some("ValidationException"));
    assert_eq!(bedrock.violations().len(), 1);
}

#[tokio::test]
async fn the_control_plane_knows_the_models() {
    let bedrock = Bedrock::start().await.unwrap();
    let config = aws_sdk_bedrock::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-west-2"))
        .endpoint_url(bedrock.base_url())
        .http_client(http::client())
        .credentials_provider(credentials());
    let control = aws_sdk_bedrock::Client::from_conf(config.build());
    let list = control.list_foundation_models().send().await.unwrap();
    assert_eq!(list.model_summaries().len(), 16);
    let model = control.get_foundation_model().model_identifier(CORE).send().await.unwrap();
    let status = model.model_details().unwrap().model_lifecycle().unwrap().status().as_str();
    assert_eq!(status, "ACTIVE");
    let dead = control.get_foundation_model().model_identifier("amazon.nova-canvas-v1:0").send().await;
    assert_eq!(dead.unwrap_err().code(), Some("ResourceNotFoundException"));
    let profile = "us.stability.stable-outpaint-v1:0";
    let profile = control.get_inference_profile().inference_profile_identifier(profile).send().await.unwrap();
    assert_eq!(profile.models().len(), 3);

    let availability = || control.get_foundation_model_availability().model_id(CORE).send();
    assert_eq!(availability().await.unwrap().authorization_status().as_str(), "AUTHORIZED");
    bedrock.forbid(CORE);
    assert_eq!(availability().await.unwrap().authorization_status().as_str(), "NOT_AUTHORIZED");
    let denied = refusal(&bedrock, CORE, json!({"prompt": "a fox"})).await;
    assert_eq!((denied.0, denied.1.as_str()), (403, "AccessDeniedException"));
    assert!(bedrock.violations().is_empty());
}

#[tokio::test]
async fn sts_knows_the_caller() {
    let bedrock = Bedrock::start().await.unwrap();
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
        .region(aws_sdk_sts::config::Region::new("us-west-2"))
        .endpoint_url(bedrock.base_url())
        .http_client(http::client())
        .credentials_provider(credentials());
    let identity = aws_sdk_sts::Client::from_conf(config.build()).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some("123456789012"));
    assert_eq!(identity.arn(), Some("arn:aws:iam::123456789012:user/easel"));
    let stray = reqwest::get(format!("{}/nothing", bedrock.base_url())).await.unwrap();
    assert_eq!(stray.status(), 404);
    assert_eq!(bedrock.violations(), ["GET /nothing: Unknown operation"]);
}
