use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bytes::Bytes;
use easel_emulator::tls;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use openssl_probe::ProbeResult;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::*;
use crate::backends::causes::in_own_words;

const SOON: Duration = Duration::from_secs(5);

fn client(trusted: &ProbeResult, proxies: Matcher) -> Client {
    Client::new(Tls::trusting(trusted).unwrap(), proxies, SOON, SOON)
}

fn nobody() -> ProbeResult {
    ProbeResult { cert_file: None, cert_dir: Vec::new() }
}

fn no_proxy() -> Matcher {
    Matcher::builder().build()
}

/// The server at `plain` over TLS, its address, and a trust in its authority alone.
fn encrypted(plain: SocketAddr, folder: &TempDir) -> (tls::Tls, String, ProbeResult) {
    let mut tls = tls::Tls::new().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, tls.authority().unwrap()).unwrap();
    let address = tls.before(&format!("http://{plain}")).unwrap();
    (tls, address, ProbeResult { cert_file: Some(file), cert_dir: Vec::new() })
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A server that sends every body back, and tells each request with the address of the connection that it came by.
async fn echo(servers: &mut JoinSet<()>) -> (SocketAddr, mpsc::UnboundedReceiver<Request<()>>) {
    let (listener, address) = listen().await;
    let (told, requests) = mpsc::unbounded_channel();
    servers.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (stream, peer) = listener.accept().await.unwrap();
            let told = told.clone();
            let answer = move |request: Request<Incoming>| {
                let told = told.clone();
                async move {
                    let (mut head, body) = request.into_parts();
                    head.extensions.insert(peer);
                    told.send(Request::from_parts(head, ())).unwrap();
                    let body = body.collect().await.unwrap().to_bytes();
                    Ok::<_, Infallible>(Response::new(Full::new(body)))
                }
            };
            let server = hyper::server::conn::http1::Builder::new();
            connections.spawn(server.serve_connection(TokioIo::new(stream), service_fn(answer)));
        }
    });
    (address, requests)
}

/// A proxy for CONNECT; it tells the first lines of what it was asked.
async fn tunnels(servers: &mut JoinSet<()>) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let (listener, address) = listen().await;
    let (told, asked) = mpsc::unbounded_channel();
    servers.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let mut client = BufReader::new(listener.accept().await.unwrap().0);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                client.read_line(&mut head).await.unwrap();
            }
            let to = head.split(' ').nth(1).unwrap().to_owned();
            told.send(head).unwrap();
            let mut server = TcpStream::connect(to).await.unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            connections.spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    (address, asked)
}

async fn exchanged(client: &Client, to: &str, body: Bytes) -> Result<Bytes, HttpError> {
    let request = Request::post(to).body(Body::from(body)).unwrap();
    Ok(client.send(request).await?.into_body().collect().await.unwrap().to_bytes())
}

/// Bytes that compress badly and repeat late, so that nothing can be lost or moved unseen.
fn picture() -> Bytes {
    (0..2_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[tokio::test]
async fn a_picture_arrives_whole_with_and_without_tls_and_so_does_the_answer() {
    let mut servers = JoinSet::new();
    let (plain, _requests) = echo(&mut servers).await;
    let folder = TempDir::new().unwrap();
    let (_tls, encrypted, trusted) = encrypted(plain, &folder);
    let client = client(&trusted, no_proxy());
    for to in [format!("http://{plain}"), encrypted] {
        for _ in 0..2 {
            assert!(exchanged(&client, &to, picture()).await.unwrap() == picture(), "{to}");
        }
        assert_eq!(exchanged(&client, &to, Bytes::new()).await.unwrap(), "", "{to}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_prove_who_it_is_gets_nothing() {
    let mut servers = JoinSet::new();
    let (plain, mut requests) = echo(&mut servers).await;
    let folder = TempDir::new().unwrap();
    let (_tls, encrypted, trusted) = encrypted(plain, &folder);
    let stranger = client(&nobody(), no_proxy());
    let error = exchanged(&stranger, &encrypted, picture()).await.unwrap_err();
    assert!(error.is_connect() && !is_timeout(&error), "{error:?}");
    assert!(
        in_own_words(&error)
            .contains("the certificate of 127.0.0.1 is not accepted: unable to get local issuer certificate"),
        "{error:?}"
    );
    // Its certificate is for 127.0.0.1.
    let friend = client(&trusted, no_proxy());
    let elsewhere = encrypted.replace("127.0.0.1", "localhost");
    let error = exchanged(&friend, &elsewhere, picture()).await.unwrap_err();
    assert!(
        in_own_words(&error).contains("the certificate of localhost is not accepted: hostname mismatch"),
        "{error:?}"
    );
    assert!(requests.try_recv().is_err());
}

#[tokio::test]
async fn a_proxy_opens_a_tunnel_for_tls_and_reads_what_is_plain() {
    let mut servers = JoinSet::new();
    let (plain, mut requests) = echo(&mut servers).await;
    let folder = TempDir::new().unwrap();
    let (mut tls, encrypted, trusted) = encrypted(plain, &folder);
    let (proxy, mut asked) = tunnels(&mut servers).await;
    let proxy = format!("http://{proxy}");
    for proxy in [tls.before(&proxy).unwrap(), proxy] {
        let proxies = Matcher::builder().all(proxy.replace("://", "://me:secret@")).build();
        let client = client(&trusted, proxies);
        assert!(exchanged(&client, &encrypted, picture()).await.unwrap() == picture());
        let asked = asked.recv().await.unwrap().to_ascii_lowercase();
        let wanted = format!("connect {} http/1.1\r\n", encrypted.replace("https://", ""));
        assert!(asked.starts_with(&wanted), "{asked}");
        assert!(asked.contains("proxy-authorization: basic bwu6c2vjcmv0\r\n"), "{asked}");
        let request = requests.recv().await.unwrap();
        let password = request.headers().get(PROXY_AUTHORIZATION);
        assert_eq!((request.uri(), password), (&Uri::from_static("/"), None));
    }

    // The other server plays a proxy: it is asked for the whole address.
    let proxies = Matcher::builder().all(format!("http://me:secret@{plain}")).build();
    let client = client(&nobody(), proxies);
    assert_eq!(exchanged(&client, "http://bedrock.example/a", Bytes::from("b")).await.unwrap(), "b");
    let request = requests.recv().await.unwrap();
    assert_eq!(request.uri(), &Uri::from_static("http://bedrock.example/a"));
    assert_eq!(request.headers()[PROXY_AUTHORIZATION], "Basic bWU6c2VjcmV0");
}

#[tokio::test]
async fn a_server_that_does_not_greet_is_given_up_in_time() {
    let (_silent, address) = listen().await;
    let tls = Tls::trusting(&nobody()).unwrap();
    let client = Client::new(tls, no_proxy(), Duration::from_millis(50), SOON);
    let error = exchanged(&client, &format!("https://{address}"), picture()).await.unwrap_err();
    assert!(error.is_connect() && is_timeout(&error), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_an_sdk_gives_up_is_not_used_again() {
    let mut servers = JoinSet::new();
    let (plain, mut requests) = echo(&mut servers).await;
    let client = client(&nobody(), no_proxy());
    let mut peers = Vec::new();
    for gives_up in [false, true, false, false] {
        let capture = CaptureSmithyConnection::new();
        let request = Request::post(format!("http://{plain}")).body(Body::from("a")).unwrap();
        let mut request = HttpRequest::try_from(request).unwrap();
        request.add_extension(capture.clone());
        let response = client.send(to_request(request).unwrap()).await.unwrap();
        if gives_up {
            capture.get().unwrap().poison();
        }
        response.into_body().collect().await.unwrap();
        peers.push(requests.recv().await.unwrap().extensions().get::<SocketAddr>().copied().unwrap());
    }
    assert!(peers[0] == peers[1] && peers[1] != peers[2] && peers[2] == peers[3], "{peers:?}");
}
