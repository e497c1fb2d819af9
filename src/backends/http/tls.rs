//! TLS by OpenSSL.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use anyhow::Context;
use openssl::ssl::{Ssl, SslConnector, SslMethod, SslVersion};
use openssl::x509::X509VerifyResult;
use openssl_probe::ProbeResult;
use tokio::io::{AsyncRead, AsyncWrite, BufReader, BufWriter, ReadBuf};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tokio_openssl::SslStream;

/// Of encrypted bytes between OpenSSL, which wants or gives 16 KB of them at a time, and the socket.
const BUFFER: usize = 64 * 1024;
/// The shorter key first, as AWS and Discord's own servers have it: it is as safe as the TLS library's first choice, and
/// takes a third less time for a picture.
const CIPHERS: &str = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
/// As ALPN has it: each name after its length.
const HTTP_1_1: &[u8] = b"\x08http/1.1";

/// Which servers are trusted, and how they are spoken to. That is found out when it is first needed: to read the
/// certificates of a hundred authorities takes a good part of a start.
#[derive(Debug, Clone, Default)]
pub(super) struct Tls(Arc<OnceCell<SslConnector>>);

impl Tls {
    #[cfg(test)]
    pub(super) fn trusting(certificates: &ProbeResult) -> anyhow::Result<Tls> {
        Ok(Tls(Arc::new(OnceCell::new_with(Some(connector(certificates)?)))))
    }

    async fn connector(&self) -> io::Result<&SslConnector> {
        let read = async || {
            let read = spawn_blocking(|| connector(&openssl_probe::probe())).await;
            read.map_err(anyhow::Error::from).flatten().context("cannot set up TLS").map_err(io::Error::other)
        };
        self.0.get_or_try_init(read).await
    }

    /// Greets the server at the other end of `stream`, which has to prove that it is `host`.
    pub(super) async fn connect<S>(&self, host: &str, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        // IPv6 addresses stand in brackets in an URL.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let session: Ssl = self.connector().await?.configure()?.into_ssl(host)?;
        let stream = BufReader::with_capacity(BUFFER, BufWriter::with_capacity(BUFFER, stream));
        let mut stream = SslStream::new(session, stream)?;
        if let Err(error) = Pin::new(&mut stream).connect().await {
            return Err(match stream.ssl().verify_result() {
                X509VerifyResult::OK => io::Error::other(error),
                doubt => io::Error::other(format!("the certificate of {host} is not accepted: {doubt}")),
            });
        }
        Ok(TlsStream(stream))
    }
}

/// Trusts these certificates: the machine's, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`.
fn connector(certificates: &ProbeResult) -> anyhow::Result<SslConnector> {
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    if let Some(file) = &certificates.cert_file {
        let loaded = builder.load_verify_locations(Some(file), None);
        loaded.with_context(|| {
            format!("no certificates in {}, as SSL_CERT_FILE should have", file.display())
        })?;
    }
    for folder in &certificates.cert_dir {
        builder.load_verify_locations(None, Some(folder))?;
    }
    builder.set_min_proto_version(Some(SslVersion::TLS1_2))?;
    builder.set_ciphersuites(CIPHERS)?;
    builder.set_alpn_protos(HTTP_1_1)?;
    Ok(builder.build())
}

/// An encrypted connection. What is written is sent with a flush, or when the other side has to answer first.
#[derive(Debug)]
pub(super) struct TlsStream<S>(SslStream<BufReader<BufWriter<S>>>);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.0).poll_read(cx, buffer) {
            // Not everybody flushes what they wait to be answered: a tunnel through a proxy does not.
            Poll::Pending => match self.poll_flush(cx) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                _ => Poll::Pending,
            },
            read => read,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    /// The first of them: each is encrypted by itself anyway.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match pieces.iter().find(|piece| !piece.is_empty()) {
            Some(piece) => self.poll_write(cx, piece),
            None => Poll::Ready(Ok(0)),
        }
    }

    /// Else hyper would copy a picture into one buffer with what stands before it.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
