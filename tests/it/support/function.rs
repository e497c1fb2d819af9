//! A function of Lambda in AWS's own emulator of its runtime.

use std::fs::File;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::sync::Mutex;

use super::{EASEL, World, in_time};
use crate::archive::server;

/// One environment of a function. A killed one is started again by the next event, as Lambda does it.
pub(crate) struct Function {
    emulator: Child,
    url: String,
    scratch: TempDir,
    /// Lambda gives an environment one event at a time; the emulator leaves that to its caller.
    turn: Mutex<()>,
    client: reqwest::Client,
}

impl Function {
    /// The function with this handler and so many seconds for an event.
    pub(crate) async fn start(world: &World, handler: &str, seconds: u32) -> Function {
        let scratch = tempfile::tempdir().unwrap();
        let log = File::options().create(true).append(true).open(world.log_path()).unwrap();
        let [front, back] = two_ports().await;
        let mut command = world.command(server("EASEL_TEST_RIE"));
        let command = command
            .args(["--runtime-interface-emulator-address", &front, "--runtime-api-address", &back])
            .args([EASEL, handler])
            .env("AWS_LAMBDA_FUNCTION_TIMEOUT", seconds.to_string())
            .env("LAMBDA_TASK_ROOT", world.path("."))
            .env("TMPDIR", scratch.path());
        let said = log.try_clone().unwrap();
        let emulator = command.stdout(said).stderr(log).stdin(Stdio::null()).spawn().unwrap();
        let url = format!("http://{front}/2015-03-31/functions/function/invocations");
        let function =
            Function { emulator, url, scratch, turn: Mutex::default(), client: reqwest::Client::new() };
        in_time(async { while tokio::net::TcpStream::connect(&front).await.is_err() {} }).await;
        function
    }

    /// What the function says to an event; whatever else the emulator says when the function cannot.
    pub(crate) async fn invoke(&self, event: &Value) -> Value {
        let _turn = self.turn.lock().await;
        let answer = in_time(self.client.post(&self.url).body(event.to_string()).send()).await.unwrap();
        let said = in_time(answer.text()).await.unwrap();
        serde_json::from_str(&said).unwrap_or(Value::String(said))
    }

    /// `kill -9`, and everything that it had on its disk is gone.
    pub(crate) fn lose(&self) {
        self.signal("-KILL");
        std::fs::remove_dir_all(self.scratch.path().join("easel")).unwrap();
    }

    /// Sends this signal to the process, as `kill` spells it.
    pub(crate) fn signal(&self, signal: &str) {
        let process = children(self.emulator.id().unwrap());
        let sent = std::process::Command::new("kill").arg(signal).args(process).status().unwrap();
        assert!(sent.success());
    }
}

/// Ids of the processes that this one has started.
fn children(process: u32) -> Vec<String> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let of = |thread: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(thread.unwrap().path().join("children")).unwrap_or_default()
    };
    threads.map(of).flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Free ones: both are held until both are known.
async fn two_ports() -> [String; 2] {
    let [one, other] = [TcpListener::bind("127.0.0.1:0").await, TcpListener::bind("127.0.0.1:0").await];
    [one, other].map(|listener| listener.unwrap().local_addr().unwrap().to_string())
}
