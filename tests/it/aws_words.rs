//! What AWS says is wrong: the operator reads it with the remedy, people read what it means for them.

use axum::Router;
use axum::http::StatusCode;
use easel_emulator::bedrock::ModelFault;
use easel_emulator::discord::InteractionBuilder;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::support::{Setup, World, in_time};

/// By a member of their own, so that nobody is told to slow down.
fn order(member: u64) -> InteractionBuilder {
    InteractionBuilder::command("imagine").option("prompt", "a fox").by(member)
}

/// What each of these faults is told to members as, and what the log has on it.
async fn are_told(sentence: &str, faults: &[(ModelFault, &str, &str)]) {
    let world = World::new().await;
    for (member, (fault, own_words, remedy)) in (100..).zip(faults) {
        world.bedrock.fault(*fault, 1);
        let (calls, known) = (world.bedrock.calls().len(), world.log().len());
        let message = in_time(world.ask(order(member)).await.answered()).await;
        assert!(message.ephemeral && message.content.contains(sentence), "{fault:?}: {}", message.content);
        assert!(message.content.contains("Nothing was charged."), "{fault:?}: {}", message.content);
        assert!(!message.content.contains("AWS"), "{fault:?}: {}", message.content);
        world.settled().await;
        assert_eq!(world.bedrock.calls().len() - calls, 1, "{fault:?}");
        let log = &world.log()[known..];
        for words in [own_words, remedy] {
            assert!(log.contains(words), "{fault:?}: {words} in {log}");
        }
    }
    assert_eq!((world.sum("spent"), world.sum("reserved"), world.sum("delivered")), (0, 0, 0));
    world.end().await;
}

#[tokio::test]
async fn credentials_that_aws_does_not_accept_are_no_reason_to_pick_another_model() {
    use ModelFault::*;
    are_told(
        "Easel cannot reach its model at the moment, and whoever runs it has been told.",
        &[
            (
                ExpiredToken,
                "The security token included in the request is expired",
                "the session token has expired",
            ),
            (UnknownKey, "UnrecognizedClientException", "AWS does not know this access key"),
            (WrongSignature, "The request signature we calculated", "copy both again"),
            (WrongClock, "Signature expired: 20261127T080000Z", "the clock of this machine is wrong"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_only_the_operator_can_change_is_told_to_the_operator_in_awss_own_words() {
    use ModelFault::*;
    are_told(
        "`core` is not available to this Easel at the moment.",
        &[
            (AccessDenied, "You don't have access to the model", "playground of the Bedrock console"),
            (NoPolicy, "perform: bedrock:InvokeModel on resource: arn:aws", "deploy/iam-policy.json"),
            (NoPayment, "INVALID_PAYMENT_INSTRUMENT", "a valid payment method"),
            (NoSubscription, "aws-marketplace:ViewSubscriptions", "nobody has subscribed this account"),
            (AgreementPending, "MPAgreementBeingCreated", "try again in 15 minutes"),
            (AccountBlocked, "Error 002", "open a case with AWS Support"),
            (NotInRegion, "in us-west-2: HTTP 400", "give it the right `region` in EASEL_MODELS_FILE"),
            (OnDemand, "on-demand throughput", "put the profile's id"),
            (QuotaExceeded, "ServiceQuotaExceededException", "Service Quotas console"),
            (EndOfLife, "reached the end of its life", "name another one in EASEL_MODEL"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_prompt_in_another_language_is_refused_with_what_to_do() {
    let sentence = "`core` takes prompts in English only. Write the prompt in English and try again.";
    are_told(
        sentence,
        &[(ModelFault::NotEnglish, "English is the only supported language", "a call failed")],
    )
    .await;
}

#[tokio::test]
async fn without_credentials_members_are_not_told_to_pick_another_model() {
    let variables = vec![
        ("AWS_ACCESS_KEY_ID", String::new()),
        ("AWS_SECRET_ACCESS_KEY", String::new()),
        ("AWS_PROFILE", "work".to_owned()),
    ];
    let world = World::with(Setup { variables, ..Setup::default() }).await;
    let at_the_start = "AWS: AWS_PROFILE is `work`, and the files with profiles cannot be read:";
    assert!(world.log().contains(at_the_start), "{}", world.log());
    let message = in_time(world.imagine("a fox").await.answered()).await;
    assert!(message.content.contains("Easel cannot reach its model"), "{}", message.content);
    assert!(message.ephemeral && message.custom_ids().len() == 1, "Try again helps once it is mended");
    world.settled().await;
    assert!(
        world.log().contains("no picture until this is mended: AWS_PROFILE is `work`"),
        "{}",
        world.log()
    );
    assert!(world.bedrock.calls().is_empty());
    world.end().await;
}

/// The one line of `easel check` that is not in order, in a world with these variables and `~/.aws/config`.
async fn fault_of_check(variables: &[(&'static str, &str)], configuration: &str) -> String {
    let mut world = World::without_bot(Setup::default()).await;
    assert_eq!(world.run(&["register"]).await.0, 0);
    for (name, value) in [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")].iter().chain(variables) {
        world.set(name, *value);
    }
    std::fs::create_dir_all(world.path(".aws/sso/cache")).unwrap();
    if !configuration.is_empty() {
        world.write(".aws/config", configuration);
    }
    // Named by the SHA-1 of the session's name, `corp`.
    let token = r#"{"accessToken":"sso-canary","expiresAt":"2024-01-01T00:00:00Z","region":"us-west-2","startUrl":"https://corp.awsapps.com/start"}"#;
    world.write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", token);
    let (code, out, err) = world.run(&["check"]).await;
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    assert!(!out.contains("sso-canary"), "{out}");
    let failed: Vec<_> = out.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert_eq!(failed.len(), 1, "{out}");
    failed[0].to_owned()
}

#[tokio::test]
async fn check_says_why_there_are_no_credentials() {
    let login = "[profile work]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = easel\nregion = us-west-2\n[sso-session corp]\nsso_region = us-west-2\nsso_start_url = https://corp.awsapps.com/start\n";
    for (variables, configuration, said) in [
        (&[][..], "", "no working AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID and"),
        (
            &[("AWS_ACCESS_KEY_ID", "AKIATEST")],
            "",
            "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not: set both",
        ),
        (
            &[("AWS_SECRET_ACCESS_KEY", "aws-secret-canary")],
            "",
            "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not",
        ),
        (
            &[("AWS_PROFILE", "work")],
            "",
            "AWS_PROFILE is `work`, and the files with profiles cannot be read: `",
        ),
        (&[("AWS_PROFILE", "wrok")], login, "have no such profile; there is `work`"),
        (&[("AWS_PROFILE", "work")], login, "run `aws sso login --profile work` as the user that runs Easel"),
    ] {
        let line = fault_of_check(variables, configuration).await;
        assert!(line.starts_with("FAIL  aws ") && line.contains(said), "{said} in {line}");
    }
}

#[tokio::test]
async fn check_passes_on_what_aws_says_of_the_credentials() {
    for (fault, said) in [
        (ModelFault::ExpiredToken, "the session token has expired"),
        (ModelFault::WrongClock, "the clock of this machine is wrong"),
        (ModelFault::UnknownKey, "AWS does not know this access key"),
    ] {
        let world = World::without_bot(Setup::default()).await;
        world.bedrock.identity_fault(fault, usize::MAX);
        let (code, out, _) = world.run(&["check"]).await;
        let line = out.lines().find(|line| line.starts_with("FAIL  aws ")).unwrap_or_default();
        assert!(code == 1 && line.contains(said), "{out}");
    }
}

#[tokio::test]
async fn check_is_content_with_the_policy_that_is_enough_to_run() {
    let world = World::without_bot(Setup::default()).await;
    assert_eq!(world.run(&["register"]).await.0, 0);
    world.bedrock.deny("GetFoundationModelAvailability");
    world.bedrock.deny("GetFoundationModel");
    let (code, out, err) = world.run(&["check"]).await;
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for line in ["ok    model ", "ok    life cycle "] {
        let line = out.lines().find(|said| said.starts_with(line)).unwrap();
        assert!(line.contains("could not look") && line.contains("(needs `CheckOnly`"), "{line}");
    }
    world.end().await;
}

/// SQS, for somebody whom no policy allows anything. The form of the error is that of the service's API reference.
async fn forbidden_queue() -> (String, JoinSet<()>) {
    let denied = || async {
        let body = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"User: arn:aws:iam::123456789012:user/easel is not authorized to perform: sqs:getqueueattributes on resource: arn:aws:sqs:us-west-2:123456789012:easel because no identity-based policy allows the sqs:getqueueattributes action"}"#;
        (StatusCode::FORBIDDEN, [("content-type", "application/x-amz-json-1.0")], body)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, Router::new().fallback(denied)).await.unwrap() });
    (url, server)
}

#[tokio::test]
async fn check_does_not_want_what_only_check_asks_of_a_queue() {
    let (url, _server) = forbidden_queue().await;
    let mut world = World::without_bot(Setup::default()).await;
    assert_eq!(world.run(&["register"]).await.0, 0);
    world.set("AWS_ENDPOINT_URL_SQS", &url);
    world.set("EASEL_QUEUE", format!("sqs:{url}/123456789012/easel"));
    let (code, out, err) = world.run(&["check"]).await;
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("ok    queue        could not look (needs sqs:GetQueueAttributes)"), "{out}");
}
