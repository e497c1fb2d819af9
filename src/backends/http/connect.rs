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
    tcp: HttpConnector,
    tls: Tls,
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
        Connector { tcp, tls, proxies, time }
    }

    async fn connect(mut self, to: Uri) -> io::Result<Stream> {
        let encrypted = to.scheme() == Some(&Scheme::HTTPS);
        let mut stream = match self.proxies.intercept(&to) {
            None => Stream::new(self.tcp.call(to.clone()).await.map_err(io::Error::other)?.into_inner()),
            Some(proxy) if encrypted => {
                let tunnel = self.tunnel(&proxy).call(to.clone()).await;
                tunnel.map_err(io::Error::other)?.into_inner()
            }
            Some(proxy) => {
                let stream = self.without_proxies().call(proxy.uri().clone()).await?.into_inner();
                Stream { proxied: true, ..stream }
            }
        };
        if encrypted {
            let host = to.host().ok_or_else(|| io::Error::other("an address without host"))?;
            stream = Stream::new(self.tls.connect(host, stream).await?);
        }
        Ok(stream)
    }

    fn tunnel(&self, proxy: &Intercept) -> Tunnel<Connector> {
        let tunnel = Tunnel::new(proxy.uri().clone(), self.without_proxies());
        match proxy.basic_auth() {
            Some(password) => tunnel.with_auth(password.clone()),
            None => tunnel,
        }
    }

    /// For the way to a proxy.
    fn without_proxies(&self) -> Connector {
        Connector { proxies: Arc::new(Matcher::builder().build()), ..self.clone() }
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<Stream>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no connection in time");
            let stream = timeout(connector.time, connector.connect(to)).await.map_err(late)??;
            Ok(TokioIo::new(stream))
        })
    }
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
