//! Connections: directly or through a proxy, with TLS or without.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::http::uri::Scheme;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tower_service::Service;

use super::tls::Tls;

/// Opens connections to hosts.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    direct: Direct,
    proxies: Arc<Matcher>,
    time: Duration,
}

impl Connector {
    /// A connection has to be there within `time`.
    pub(super) fn new(tls: Tls, proxies: Arc<Matcher>, time: Duration) -> Connector {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(time));
        Connector { direct: Direct { tcp, tls }, proxies, time }
    }

    async fn connect(mut self, to: Uri) -> io::Result<TokioIo<Stream>> {
        let Some(proxy) = self.proxies.intercept(&to) else { return self.direct.call(to).await };
        if to.scheme() == Some(&Scheme::HTTPS) {
            let tunnel =
                tunnel(&proxy, self.direct.clone()).call(to.clone()).await.map_err(io::Error::other)?;
            return Ok(TokioIo::new(self.direct.encrypted(&to, tunnel.into_inner()).await?));
        }
        let stream = self.direct.call(proxy.uri().clone()).await?.into_inner();
        Ok(TokioIo::new(Stream { proxied: true, ..stream }))
    }
}

fn tunnel(proxy: &Intercept, direct: Direct) -> Tunnel<Direct> {
    let tunnel = Tunnel::new(proxy.uri().clone(), direct);
    match proxy.basic_auth() {
        Some(password) => tunnel.with_auth(password.clone()),
        None => tunnel,
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Opening {
        let connector = self.clone();
        Box::pin(async move {
            let time = connector.time;
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no connection in time");
            timeout(time, connector.connect(to)).await.map_err(late)?
        })
    }
}

/// A connection that is being opened.
type Opening = Pin<Box<dyn Future<Output = io::Result<TokioIo<Stream>>> + Send>>;

/// Opens connections to what can be reached without a proxy, and be it one.
#[derive(Debug, Clone)]
struct Direct {
    tcp: HttpConnector,
    tls: Tls,
}

impl Direct {
    async fn encrypted(&self, to: &Uri, stream: Stream) -> io::Result<Stream> {
        let host = to.host().ok_or_else(|| io::Error::other("an address without host"))?;
        Ok(Stream::new(self.tls.connect(host, stream).await?))
    }
}

impl Service<Uri> for Direct {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Opening {
        let mut direct = self.clone();
        Box::pin(async move {
            let tcp = direct.tcp.call(to.clone()).await.map_err(refused)?;
            let mut stream = Stream::new(tcp.into_inner());
            if to.scheme() == Some(&Scheme::HTTPS) {
                stream = direct.encrypted(&to, stream).await?;
            }
            Ok(TokioIo::new(stream))
        })
    }
}

/// Keeps the kind of the cause, which says whether it took too long.
fn refused(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<io::Error>());
    io::Error::new(cause.map_or(io::ErrorKind::Other, io::Error::kind), error)
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Io for S {}

/// An open connection.
pub(super) struct Stream {
    io: Box<dyn Io>,
    /// The other end is a proxy that reads requests itself.
    proxied: bool,
}

impl Stream {
    fn new(io: impl Io + 'static) -> Stream {
        Stream { io: Box::new(io), proxied: false }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.proxied)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
