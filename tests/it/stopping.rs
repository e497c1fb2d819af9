//! Programs that are told to stop, and programs whose output goes nowhere. As process 1 of a container they hear only
//! the signals that they ask for: those they end by, with a sentence.

use std::fs::File;
use std::process::Stdio;

use easel_emulator::bedrock::ModelFault;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::support::{Setup, World, in_time};

/// Starts a program and waits until it asks a server that never answers.
async fn waiting(world: &World, arguments: &[&str], variables: &[&str]) -> (Child, TcpStream) {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut command = world.program(arguments);
    command.envs(variables.iter().map(|name| (name, &url))).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let (connection, _) = in_time(silent.accept()).await.unwrap();
    (child, connection)
}

fn signal(child: &Child, name: &str) {
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
}

/// Exit code, which a process that a signal killed does not have, and stderr.
async fn ended(child: Child) -> (Option<i32>, String) {
    let output = in_time(child.wait_with_output()).await.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn every_program_that_waits_for_somebody_hears_that_it_is_to_stop() {
    let world = World::without_bot(Setup::default()).await;
    world.run_bare(&["imagine", "--engine", "sketch", "a cat", "--out", "cat.png"]).await;
    let migrate = ["migrate", "--from", "sqlite:data/easel.db", "--to", "dynamodb:easel"];
    for (arguments, silent) in [
        (&["check"][..], "DISCORD_API_URL"),
        (&["register"], "DISCORD_API_URL"),
        (&migrate, "AWS_ENDPOINT_URL_DYNAMODB"),
    ] {
        for name in ["TERM", "INT"] {
            let (child, _silent) = waiting(&world, arguments, &[silent]).await;
            signal(&child, name);
            let (code, err) = ended(child).await;
            assert_eq!(code, Some(1), "{arguments:?}, {name}: {err}");
            assert_eq!(err, "easel: stopped before it was done; run it again\n");
        }
    }
}

#[tokio::test]
async fn a_bot_that_is_stopped_before_it_is_ready_ends_well() {
    let mut world = World::without_bot(Setup::default()).await;
    world.set("DISCORD_PUBLIC_KEY", world.discord.public_key());
    world.set("EASEL_HTTP_ADDR", "127.0.0.1:0");
    for (program, name) in [("run", "TERM"), ("run", "INT"), ("serve", "TERM")] {
        let (child, _silent) = waiting(&world, &[program], &["DISCORD_API_URL"]).await;
        signal(&child, name);
        assert_eq!(ended(child).await.0, Some(0), "{program}, {name}");
    }
    world.set("DISCORD_TOKEN", "arn:aws:secretsmanager:us-west-2:123456789012:secret:easel-abc123");
    for program in ["run", "serve"] {
        let (child, _silent) = waiting(&world, &[program], &["AWS_ENDPOINT_URL_SECRETS_MANAGER"]).await;
        signal(&child, "TERM");
        assert_eq!(ended(child).await.0, Some(0), "{program}, while it is opened");
    }
}

fn imagine(world: &World) -> Command {
    let mut command = world.program(&["imagine", "a cat"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Waits until a program has said this on stderr; what it has said.
async fn said(child: &mut Child, words: &str) -> String {
    let stderr = child.stderr.as_mut().unwrap();
    let mut text = String::new();
    while !text.contains(words) {
        let mut chunk = [0; 1024];
        let read = in_time(stderr.read(&mut chunk)).await.unwrap();
        assert!(read > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&chunk[..read]));
    }
    text
}

#[tokio::test]
async fn a_picture_that_may_be_paid_is_waited_for_when_the_shell_is_interrupted() {
    for name in ["TERM", "INT"] {
        let world = World::without_bot(Setup::default()).await;
        let held = world.bedrock.hold();
        let mut child = imagine(&world).spawn().unwrap();
        in_time(held.reached()).await;
        signal(&child, name);
        said(&mut child, "once more, and Easel stops at once").await;
        held.release();
        let output = in_time(child.wait_with_output()).await.unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{out}");
        let file = std::fs::read(world.path(out.split("  seed").next().unwrap())).unwrap();
        assert_eq!(file, world.bedrock.calls()[0].picture().unwrap());
        world.end().await;
    }
}

#[tokio::test]
async fn a_shell_that_is_interrupted_twice_leaves_the_rest_to_the_next_run() {
    let mut world = World::without_bot(Setup::default()).await;
    let held = world.bedrock.hold();
    let mut child = imagine(&world).spawn().unwrap();
    in_time(held.reached()).await;
    signal(&child, "INT");
    said(&mut child, "once more").await;
    signal(&child, "INT");
    let (code, err) = ended(child).await;
    assert_eq!(code, Some(1), "{err}");
    assert!(
        err.contains("easel: stopped; the next `easel run` goes on, and what was paid for is kept"),
        "{err}"
    );
    held.release();
    world.start().await;
    world.settled().await;
    assert_eq!(world.archived("png").len(), 1);
    assert_eq!(world.bedrock.calls().len(), 2, "one call more, and never a third");
    world.end().await;
}

/// Runs a program with this stdout: exit code and stderr.
async fn with_stdout(world: &World, arguments: &[&str], stdout: impl Into<Stdio>) -> (Option<i32>, String) {
    let mut command = world.program(arguments);
    command.env("EASEL_ENGINE", "sketch").stdout(stdout).stderr(Stdio::piped());
    ended(command.spawn().unwrap()).await
}

fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[tokio::test]
async fn output_that_cannot_be_written_is_a_fault_of_every_program() {
    let world = World::without_bot(Setup::default()).await;
    world.run_bare(&["imagine", "--engine", "sketch", "a cat", "--out", "cat.png"]).await;
    for arguments in [
        &["models"][..],
        &["register"],
        &["check"],
        &["inspect", "cat.png"],
        &["imagine", "a dog", "--out", "dog.png"],
        &["api-key", "web"],
        &["--help"],
        &["--version"],
    ] {
        let (code, err) = with_stdout(&world, arguments, full()).await;
        assert_eq!(code, Some(1), "{arguments:?}: {err}");
        assert!(err.contains("cannot write to stdout: No space left on device"), "{arguments:?}: {err}");
        let (code, err) = with_stdout(&world, arguments, Stdio::null()).await;
        assert_eq!(code, Some(if arguments[0] == "api-key" { 1 } else { 0 }), "{arguments:?}: {err}");
    }
    assert!(world.path("dog.png").exists(), "the picture and its copy are there");
    let (_, err) = with_stdout(&world, &["api-key", "web"], full()).await;
    assert!(err.starts_with("easel: no key was made, since nobody could read it: "), "{err}");
}

#[tokio::test]
async fn a_closed_stdout_is_not_taken_for_a_reader() {
    let world = World::without_bot(Setup::default()).await;
    for arguments in ["models", "api-key web"] {
        let mut shell = Command::new("sh");
        let line = format!("exec {} {arguments} >&-", env!("CARGO_BIN_EXE_easel"));
        shell.args(["-c", &line]).current_dir(world.path("")).stderr(Stdio::piped());
        let (code, err) = ended(shell.spawn().unwrap()).await;
        assert!(code == Some(1) && err.starts_with("easel: "), "{arguments}: {err}");
    }
}

#[tokio::test]
async fn nobody_panics_over_a_stderr_that_cannot_be_written() {
    let world = World::without_bot(Setup::default()).await;
    // What the log says of this goes to stderr too.
    world.bedrock.fault(ModelFault::NoPolicy, 1);
    for (arguments, code) in [(&["imagine", "a cat"][..], 1), (&["imagine", ""], 1), (&["paint"], 1)] {
        let mut command = world.program(arguments);
        command.stderr(full()).stdout(Stdio::piped());
        let output = in_time(command.spawn().unwrap().wait_with_output()).await.unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
    assert_eq!(world.bedrock.calls().len(), 1);
}
