//! A proxy as in a company's network. It forwards plain HTTP, and refuses every tunnel: nothing leaves this machine.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub(crate) struct Proxy {
    pub(crate) url: String,
    seen: Arc<Mutex<BTreeSet<String>>>,
    _server: JoinSet<()>,
}

impl Proxy {
    pub(crate) async fn start() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://member:proxy-canary@{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let (log, mut server) = (seen.clone(), JoinSet::new());
        server.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(serve(client, log.clone()));
            }
        });
        Proxy { url, seen, _server: server }
    }

    /// Hosts and ports that somebody wanted to go to.
    pub(crate) fn seen(&self) -> BTreeSet<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut client: TcpStream, log: Arc<Mutex<BTreeSet<String>>>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if client.read_buf(&mut head).await.unwrap_or_default() == 0 {
            return;
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let [method, target, ..] = text.split(' ').collect::<Vec<_>>()[..] else { panic!("{text}") };
    let authority = target.strip_prefix("http://").unwrap_or(target).split('/').next().unwrap();
    log.lock().unwrap().insert(authority.to_owned());
    if method == "CONNECT" {
        let refused = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        return drop(client.write_all(refused.as_bytes()).await);
    }
    assert!(authority.starts_with("127.0.0.1:"), "{text}");
    let mut server = TcpStream::connect(authority).await.unwrap();
    server.write_all(&head).await.unwrap();
    drop(copy_bidirectional(&mut client, &mut server).await);
}
