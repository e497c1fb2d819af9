use std::time::Instant;

use super::super::ModelFault;
use super::*;

fn fox() -> Value {
    json!({"prompt": "a fox", "seed": 1})
}

#[tokio::test]
async fn the_client_retries_a_throttled_call() {
    let bedrock = Bedrock::start().await.unwrap();
    bedrock.fault(ModelFault::Throttled, 2);
    invoke_at(&client(&bedrock, "us-west-2", 3), CORE, fox()).await.unwrap();
    let calls = bedrock.calls();
    let statuses: Vec<_> = calls.iter().map(|call| call.status).collect();
    assert_eq!(statuses, [Some(429), Some(429), Some(200)]);
    assert_eq!(calls[2].attempt.as_deref(), Some("attempt=3; max=3"));
    assert!(bedrock.violations().is_empty());
}

#[tokio::test]
async fn errors_have_their_status_and_type() {
    let bedrock = Bedrock::start().await.unwrap();
    for (fault, status, kind) in [
        (ModelFault::Throttled, 429, "ThrottlingException"),
        (ModelFault::NotReady, 429, "ModelNotReadyException"),
        (ModelFault::Internal, 500, "InternalServerException"),
        (ModelFault::Unavailable, 503, "ServiceUnavailableException"),
        (ModelFault::ModelTimeout, 408, "ModelTimeoutException"),
        (ModelFault::ModelError, 424, "ModelErrorException"),
        (ModelFault::Overloaded, 529, "overloaded_error"),
        (ModelFault::AccessDenied, 403, "AccessDeniedException"),
        (ModelFault::EndOfLife, 404, "ResourceNotFoundException"),
        (ModelFault::TooLarge, 400, "ValidationException"),
        (ModelFault::NoPayment, 403, "AccessDeniedException"),
        (ModelFault::AgreementPending, 403, "MPAgreementBeingCreated"),
        (ModelFault::OnDemand, 400, "ValidationException"),
        (ModelFault::NotEnglish, 400, "ValidationException"),
        (ModelFault::ExpiredToken, 403, "ExpiredTokenException"),
        (ModelFault::WrongClock, 403, "InvalidSignatureException"),
    ] {
        bedrock.fault(fault, 1);
        let error = invoke(&bedrock, CORE, fox()).await.unwrap_err();
        let (got, code, _) = describe(&error);
        assert_eq!((got, code.as_str()), (status, kind), "{fault:?}");
        let headers = error.raw_response().unwrap().headers();
        assert_eq!(headers.get("retry-after").is_some(), fault == ModelFault::Overloaded);
        assert!(headers.get("x-amzn-requestid").is_some());
    }
    assert!(bedrock.violations().is_empty());
}

#[tokio::test]
async fn a_cut_connection_leaves_no_answer() {
    let bedrock = Bedrock::start().await.unwrap();
    bedrock.fault(ModelFault::Drop, 1);
    bedrock.fault(ModelFault::CutBody, 1);
    let dropped = invoke(&bedrock, CORE, fox()).await.unwrap_err();
    assert!(matches!(dropped, SdkError::DispatchFailure(_)), "{dropped:?}");
    let cut = invoke(&bedrock, CORE, fox()).await.unwrap_err();
    assert!(matches!(cut, SdkError::ResponseError(_)), "{cut:?}");
    let calls = bedrock.calls();
    assert_eq!((calls[0].status, calls[0].answered), (None, None));
    assert_eq!((calls[1].status, calls[1].answered), (Some(200), None));
    invoke(&bedrock, CORE, fox()).await.unwrap();
}

#[tokio::test]
async fn slow_answers_arrive_whole() {
    let bedrock = Bedrock::start().await.unwrap();
    let wait = Duration::from_millis(30);
    let whole = invoke(&bedrock, CORE, fox()).await.unwrap();
    for fault in [ModelFault::SlowFirstByte(wait), ModelFault::StallMidBody(wait)] {
        bedrock.fault(fault, 1);
        let start = Instant::now();
        assert_eq!(invoke(&bedrock, CORE, fox()).await.unwrap(), whole);
        assert!(start.elapsed() >= wait);
    }
}

#[tokio::test]
async fn good_statuses_can_carry_no_picture() {
    let bedrock = Bedrock::start().await.unwrap();
    bedrock.fault(ModelFault::BadBase64, 1);
    bedrock.fault(ModelFault::NotAPicture, 1);
    bedrock.fault(ModelFault::EmptyImages, 1);
    bedrock.fault(ModelFault::FilteredPrompt, 1);
    bedrock.fault(ModelFault::FilteredOutput, 1);
    bedrock.fault(ModelFault::InferenceError, 1);
    let bad = invoke(&bedrock, CORE, fox()).await.unwrap();
    assert!(STANDARD.decode(bad["images"][0].as_str().unwrap()).is_err());
    let text = invoke(&bedrock, CORE, fox()).await.unwrap();
    assert!(image::load_from_memory(&picture(&text)).is_err());
    let empty = invoke(&bedrock, CORE, fox()).await.unwrap();
    assert_eq!(empty, json!({"seeds": [], "finish_reasons": [null], "images": []}));
    for reason in ["Filter reason: prompt", "Filter reason: output image", "Inference error"] {
        let answer = invoke(&bedrock, CORE, fox()).await.unwrap();
        assert_eq!(answer, json!({"finish_reasons": [reason]}));
    }
    bedrock.fault(ModelFault::NoJson, 1);
    let request = client(&bedrock, "us-west-2", 1).invoke_model().model_id(CORE);
    let request = request.content_type("application/json").body(Blob::new(fox().to_string()));
    let page = request.send().await.unwrap();
    assert!(page.body().as_ref().starts_with(b"<html>"));
}

#[tokio::test]
async fn a_held_call_waits_for_its_release() {
    let bedrock = Bedrock::start().await.unwrap();
    let held = bedrock.hold();
    let client = client(&bedrock, "us-west-2", 1);
    let call = invoke_at(&client, CORE, fox());
    tokio::pin!(call);
    tokio::select! {
        _ = &mut call => panic!("answered while held"),
        () = held.reached() => {}
    }
    bedrock.called(1).await;
    assert_eq!(bedrock.calls()[0].answered, None);
    held.release();
    call.await.unwrap();
    assert!(bedrock.calls()[0].answered.is_some());
}

#[tokio::test]
async fn many_calls_at_once_get_their_own_pictures() {
    let options =
        BedrockOptions { picture: super::super::Picture::Sized(1_500_000), ..BedrockOptions::default() };
    let bedrock = Bedrock::start_with(options).await.unwrap();
    let client = client(&bedrock, "us-west-2", 1);
    let bodies = (1..=24).map(|seed| invoke_at(&client, CORE, json!({"prompt": "a fox", "seed": seed})));
    let answers = futures_util::future::join_all(bodies).await;
    for (seed, answer) in (1..=24).zip(answers) {
        let answer = answer.unwrap();
        assert_eq!(answer["seeds"][0], seed);
        let call = bedrock.calls().into_iter().find(|call| call.seed == Some(seed)).unwrap();
        assert_eq!(call.picture().unwrap(), picture(&answer));
    }
}

#[tokio::test]
async fn the_last_handle_stops_the_server() {
    let bedrock = Bedrock::start().await.unwrap();
    let held = bedrock.hold();
    let client = client(&bedrock, "us-west-2", 1);
    let call = invoke_at(&client, CORE, fox());
    tokio::pin!(call);
    tokio::select! {
        _ = &mut call => panic!("answered while held"),
        () = held.reached() => {}
    }
    drop(bedrock);
    assert!(matches!(call.await, Err(SdkError::DispatchFailure(_))));
}
