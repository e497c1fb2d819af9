//! HTTPS to everybody, as it is outside of tests.

use easel_emulator::tls::Tls;

use crate::support::{Setup, World, in_time};

/// A world in which Discord's API and Bedrock are reached over TLS.
async fn encrypted() -> (World, Tls) {
    let mut world = World::without_bot(Setup::default()).await;
    let mut tls = Tls::new().unwrap();
    let authority = world.path("authority.pem");
    std::fs::write(&authority, tls.authority().unwrap()).unwrap();
    let discord = tls.before(&world.discord.base_url()).unwrap();
    let bedrock = tls.before(&world.bedrock.base_url()).unwrap();
    world.set("DISCORD_API_URL", discord);
    for name in ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL_STS"] {
        world.set(name, &*bedrock);
    }
    world.set("SSL_CERT_FILE", authority.to_str().unwrap());
    (world, tls)
}

#[tokio::test]
async fn a_picture_comes_over_tls_from_the_model_into_the_channel() {
    let (mut world, _tls) = encrypted().await;
    world.start().await;
    for prompt in ["a fox", "an owl"] {
        let message = in_time(world.imagine(prompt).await.picture()).await;
        let picture = world.bedrock.calls().pop().unwrap().picture().unwrap();
        assert!(message.attachments[0].bytes == picture, "another picture than the model's");
        world.settled().await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_trusts_gets_nothing_and_the_reason_is_said() {
    let (mut world, _tls) = encrypted().await;
    let stranger = world.path("stranger.pem");
    std::fs::write(&stranger, Tls::new().unwrap().authority().unwrap()).unwrap();
    world.set("SSL_CERT_FILE", stranger.to_str().unwrap());
    let (code, out, err) = world.run(&["check"]).await;
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let reason = "the certificate of 127.0.0.1 is not accepted: ";
    assert_eq!(out.matches(reason).count(), 2, "Discord and AWS: {out}");
    assert!(world.discord.requests().is_empty() && world.bedrock.calls().is_empty());
}

#[tokio::test]
async fn a_file_of_certificates_without_one_is_an_error_that_names_it() {
    let (mut world, _tls) = encrypted().await;
    let nothing = world.path("nothing.pem");
    std::fs::write(&nothing, "not a certificate\n").unwrap();
    world.set("SSL_CERT_FILE", nothing.to_str().unwrap());
    let (code, out, err) = world.run(&["check"]).await;
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let wanted = format!("no certificates in {}, as SSL_CERT_FILE should have", nothing.display());
    assert_eq!(out.matches(&wanted).count(), 2, "Discord and AWS: {out}");
}
