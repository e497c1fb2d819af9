//! An HTTP server that slow and silent clients cannot hold up.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a request's head may take to arrive, and how long a connection may be idle between two.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// Bytes of one request's head.
const HEAD_LIMIT: usize = 64 * 1024;
/// Connections at a time; others wait in the listener's queue.
const CONNECTIONS: usize = 4_096;
/// How long requests that are under way may take once the process is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves `router` until `stopping` is cancelled and what was under way then is answered.
pub async fn serve(listener: TcpListener, router: Router, stopping: CancellationToken) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = GracefulShutdown::new();
    let tasks = TaskTracker::new();
    let accept = async {
        while let Ok(place) = places.clone().acquire_owned().await {
            let socket = match listener.accept().await {
                Ok((socket, _)) => socket,
                Err(error) => {
                    // A client that has gone, or no file descriptor free: the next may fare better.
                    tracing::warn!(%error, "a connection could not be accepted");
                    #[expect(clippy::disallowed_methods, reason = "a retry")]
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let mut http = http1::Builder::new();
            // Without a timer, hyper leaves the limit on the head's time out.
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_LIMIT);
            let service = TowerToHyperService::new(router.clone());
            let connection = connections.watch(http.serve_connection(TokioIo::new(socket), service));
            tasks.spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
                drop(place);
            });
        }
    };
    stopping.run_until_cancelled(accept).await;
    drop(tokio::time::timeout(GRACE, connections.shutdown()).await);
}
