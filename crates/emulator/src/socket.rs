//! The listening side of a connection, which can be cut in the middle of anything and knows when an answer has left
//! the process.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::sync::lock;

/// Bytes that the system keeps of what was sent and not yet read. Left to itself it takes a whole picture, and nobody would
/// know when the other side has read it.
const SEND_BUFFER: u32 = 64 * 1024;
/// Connections that wait to be accepted, as tokio has it.
const BACKLOG: u32 = 1024;

/// Listens on a free port of this machine.
pub(crate) fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    socket.listen(BACKLOG)
}

/// Accepts connections of which each request gets a [`SocketHandle`].
pub(crate) struct SocketListener(pub(crate) TcpListener);

impl Listener for SocketListener {
    type Io = Socket;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Socket, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        // With Nagle's algorithm an answer of several pieces waits 40 ms for the client's acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "emulator: no TCP_NODELAY");
        }
        (Socket { stream, handle: SocketHandle::default() }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// What a request can do to the connection that it came by.
#[derive(Clone, Default)]
pub(crate) struct SocketHandle(Arc<SocketState>);

#[derive(Default)]
struct SocketState {
    cut: AtomicBool,
    on_flush: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl SocketHandle {
    /// Makes every later read and write fail, so that the server closes the connection without an answer.
    pub(crate) fn cut(&self) {
        self.0.cut.store(true, Ordering::Release);
    }

    /// Calls `hook` once the socket has taken all that is in the write buffer.
    pub(crate) fn on_flush(&self, hook: impl FnOnce() + Send + 'static) {
        *lock(&self.0.on_flush) = Some(Box::new(hook));
    }

    fn check(&self) -> io::Result<()> {
        if self.0.cut.load(Ordering::Acquire) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }

    fn flushed(&self) {
        let hook = lock(&self.0.on_flush).take();
        if let Some(hook) = hook {
            hook();
        }
    }
}

impl Connected<IncomingStream<'_, SocketListener>> for SocketHandle {
    fn connect_info(stream: IncomingStream<'_, SocketListener>) -> Self {
        stream.io().handle.clone()
    }
}

pub(crate) struct Socket {
    stream: TcpStream,
    handle: SocketHandle,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.handle.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.handle.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.handle.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.handle.check()?;
        // The HTTP layer flushes only after its own buffer is empty.
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if let Poll::Ready(Ok(())) = flushed {
            self.handle.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
