//! HTTP out. Discord, Bedrock, S3 and all else in AWS are reached through clients of one kind, with one TLS library and one
//! set of trusted certificates, which are read once, when one of them first needs them.

mod connect;
mod sdk;
#[cfg(test)]
mod tests;
mod tls;

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::header::PROXY_AUTHORIZATION;
use hyper::http::uri::Scheme;
use hyper::{Request, Response};
use hyper_util::client::legacy;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use self::connect::Connector;
use self::tls::Tls;
use crate::backends::causes::causes;

pub(crate) use self::sdk::{connector_error, head, to_request};

/// Until a connection is there, where nobody asks for less: as the AWS SDKs have it.
const CONNECT_TIME: Duration = Duration::from_millis(3_100);
/// For how long a connection rests before it is closed: who is asked again within that time is answered without a
/// handshake before it.
const IDLE_TIME: Duration = Duration::from_secs(90);
/// The same where calls are paid: one on a connection that AWS is just closing looks like one that was lost after that.
const PAID_IDLE_TIME: Duration = Duration::from_secs(15);
/// Resting connections to one host.
const IDLE_CONNECTIONS: usize = 64;
/// What a connection reads at a time at most: it fits into the processor's cache, and what rests keeps little memory.
const READ_SIZE: usize = 128 * 1024;

/// The body of a request: bytes, or a stream of them.
pub(crate) type Body = SdkBody;
pub(crate) type HttpError = legacy::Error;

/// The clients, to be shared.
#[derive(Debug, Clone, Default)]
pub struct Http(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    tls: Tls,
    /// By the time in which they connect, since some of the SDK's own calls are impatient.
    clients: Mutex<HashMap<Duration, Client>>,
}

impl Http {
    /// HTTP/1.1 only: in HTTP/2 all answers share one connection and its window. Pictures that wait for their turn would
    /// fill it, and those that have it would wait for them.
    pub fn client(&self) -> Client {
        self.connecting_within(CONNECT_TIME)
    }

    /// A client for calls that are paid, with connections of its own.
    pub fn for_paid_calls(&self) -> Client {
        self.build(CONNECT_TIME, PAID_IDLE_TIME)
    }

    /// What the AWS SDKs send their requests through.
    pub fn for_sdks(&self) -> SharedHttpClient {
        sdk::client(self)
    }

    fn connecting_within(&self, time: Duration) -> Client {
        let mut clients = self.0.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(time).or_insert_with(|| self.build(time, IDLE_TIME)).clone()
    }

    fn build(&self, connect: Duration, idle: Duration) -> Client {
        Client::new(self.0.tls.clone(), Matcher::from_env(), connect, idle)
    }
}

/// Sends requests, over connections that it keeps for a while. It follows no redirect: AWS and Discord have none, and an
/// attachment's host was checked, which a redirect could leave.
#[derive(Debug, Clone)]
pub struct Client {
    client: legacy::Client<Connector, Body>,
    proxies: Arc<Matcher>,
}

impl Client {
    /// Connects within one time, and closes a connection that has rested for the other.
    fn new(tls: Tls, proxies: Matcher, connect: Duration, idle: Duration) -> Client {
        let proxies = Arc::new(proxies);
        let client = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(idle)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .http1_max_buf_size(READ_SIZE)
            .build(Connector::new(tls, Arc::clone(&proxies), connect));
        Client { client, proxies }
    }

    /// The answer's head, as soon as it is there.
    ///
    /// # Errors
    /// There is no connection, or it was lost. Dropped before its end, a call ends with its connection.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Result<Response<Incoming>, HttpError> {
        if request.uri().scheme() == Some(&Scheme::HTTP)
            && let Some(proxy) = self.proxies.intercept(request.uri())
            && let Some(password) = proxy.basic_auth()
        {
            request.headers_mut().insert(PROXY_AUTHORIZATION, password.clone());
        }
        self.client.request(request).await
    }
}

/// Hands on a body as it comes. `false`: it has more than `limit` bytes, of which the last were not read.
pub(crate) async fn each_piece(
    mut body: Incoming,
    limit: u64,
    mut take: impl FnMut(&[u8]),
) -> Result<bool, hyper::Error> {
    let mut length = 0;
    while body.size_hint().lower() <= limit - length {
        let Some(frame) = body.frame().await else { return Ok(true) };
        let Ok(piece) = frame?.into_data() else { continue };
        length += piece.len() as u64;
        if length > limit {
            break;
        }
        take(&piece);
    }
    Ok(false)
}

/// Whether an error says that something took too long.
pub(crate) fn is_timeout(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|error| {
        error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
    })
}
