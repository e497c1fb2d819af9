//! `HTTPS_PROXY` and its like hold for everything that goes out.

use crate::support::proxy::Proxy;
use crate::support::{Setup, World, in_time};

fn host(url: &str) -> String {
    url.strip_prefix("http://").unwrap().to_owned()
}

const CANNOT: &str = "to Discord's Gateway cannot: it goes to gateway.discord.gg:443 directly";

#[tokio::test]
async fn what_easel_calls_over_plain_http_goes_through_the_proxy() {
    let proxy = Proxy::start().await;
    for (variable, no_proxy, is_used) in
        [("HTTP_PROXY", "", true), ("ALL_PROXY", "", true), ("HTTP_PROXY", "127.0.0.1", false)]
    {
        let before = proxy.seen();
        let variables = vec![(variable, proxy.url.clone()), ("NO_PROXY", no_proxy.to_owned())];
        let mut world = World::with(Setup { variables, ..Setup::default() }).await;
        in_time(world.discord.registered(None)).await;
        in_time(world.imagine("a fox").await.picture()).await;
        world.settled().await;
        let (code, out, err) = world.run(&["check"]).await;
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        let wanted = [world.discord.base_url(), world.bedrock.base_url()].map(|url| host(&url));
        let seen = proxy.seen();
        for host in wanted {
            assert_eq!(seen.contains(&host), is_used, "{variable}, NO_PROXY={no_proxy}: {host} in {seen:?}");
        }
        assert_eq!(seen == before, !is_used, "{seen:?}");
        assert_eq!(out.contains(CANNOT), is_used, "{out}");
        world.stop().await;
        assert_eq!(world.log().contains(CANNOT), is_used, "{}", world.log());
        assert!(!format!("{out}{}", world.log()).contains("proxy-canary"), "a password is no part of a log");
        world.end().await;
    }
}

#[tokio::test]
async fn everything_that_speaks_tls_asks_the_proxy_for_a_tunnel() {
    let proxy = Proxy::start().await;
    let world = World::without_bot(Setup::default()).await;
    let mut command = world.program(&["check"]);
    for name in ["BEDROCK", "BEDROCK_RUNTIME", "STS"] {
        command.env_remove(format!("AWS_ENDPOINT_URL_{name}"));
    }
    command
        .env("HTTPS_PROXY", &proxy.url)
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("DISCORD_API_URL", "https://discord.test")
        .env("EASEL_ARCHIVE", "s3://easel-pictures/easel")
        .env("EASEL_STORE", "dynamodb:easel")
        .env("EASEL_QUEUE", "sqs:https://sqs.us-west-2.amazonaws.com/123456789012/easel");
    let (code, out, err) = world.outcome(command).await;
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let seen = proxy.seen();
    for host in ["discord.test:443", "sts.", "easel-pictures.s3.", "dynamodb.", "sqs."] {
        assert!(seen.iter().any(|seen| seen.contains(host)), "{host} in {seen:?}\n{out}");
    }
    assert!(out.contains("check the network, and HTTPS_PROXY if there is one"), "{out}");
    assert!(!out.contains("proxy-canary"), "{out}");
}
