//! The playground as people start it, in a terminal.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use reqwest::StatusCode;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::support::in_time;

/// A program in a terminal, where `xdg-open` says what it was asked to open. When the program has ended, `ended` has.
struct InTerminal {
    terminal: Child,
    opened: PathBuf,
    ended: JoinSet<std::io::Result<Vec<u8>>>,
}

impl InTerminal {
    fn start(place: &Path) -> InTerminal {
        let (opened, ended) = (place.join("opened"), place.join("ended"));
        assert!(std::process::Command::new("mkfifo").args([&opened, &ended]).status().unwrap().success());
        let opener = place.join("xdg-open");
        std::fs::write(&opener, format!("#!/bin/sh\necho \"$1\" >{}\n", opened.display())).unwrap();
        std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
        let command = format!("exec {} demo 9>{}", env!("CARGO_BIN_EXE_easel"), ended.display());
        let terminal = Command::new("script")
            .args(["--quiet", "--flush", "--return", "--command", &command, "/dev/null"])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", place.display()))
            .env("DISPLAY", ":0")
            .env("TMPDIR", place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        InTerminal { terminal, opened, ended: JoinSet::from_iter([tokio::fs::read(ended)]) }
    }
}

#[tokio::test]
async fn in_a_terminal_the_page_is_opened_by_a_key_that_works_once() {
    let place = tempfile::tempdir().unwrap();
    let InTerminal { mut terminal, opened, mut ended } = InTerminal::start(place.path());
    let mut lines = BufReader::new(terminal.stdout.take().unwrap()).lines();
    let printed = in_time(lines.next_line()).await.unwrap().expect("an address");
    let (address, token) = printed.trim_end().split_once("/?token=").unwrap();
    let address = address.split_whitespace().last().unwrap();
    let entry = in_time(tokio::fs::read_to_string(opened)).await.unwrap();
    let entry = entry.trim();
    assert!(entry.starts_with(&format!("{address}/enter?key=")) && !entry.contains(token), "{entry}");
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let wrong = in_time(client.get(format!("{address}/enter?key=0")).send()).await.unwrap();
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    let entered = in_time(client.get(entry).send()).await.unwrap();
    assert_eq!(entered.status(), StatusCode::SEE_OTHER);
    assert_eq!(entered.headers()["location"], format!("/?token={token}"));
    assert_eq!(in_time(client.get(entry).send()).await.unwrap().status(), StatusCode::FORBIDDEN);
    // The terminal is closed.
    terminal.kill().await.unwrap();
    in_time(ended.join_next()).await.unwrap().unwrap().unwrap();
    let left = std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.filter(|name| name.to_string_lossy().starts_with("easel-demo")).count(), 0);
}
