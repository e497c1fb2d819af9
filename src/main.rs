//! The `easel` program: a table of contents.

#[cfg(feature = "demo")]
use std::collections::HashMap;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use easel::config::{self, Config};
use easel::frontends::cli::{self, Signals};
use easel::frontends::lambda;
use tokio::signal::unix::{SignalKind, signal};

/// `SIGXFSZ`, on Linux and on macOS.
const FILE_TOO_LARGE: i32 = 25;

/// A Discord bot that generates images with Amazon Bedrock.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    program: Program,
}

#[derive(Subcommand)]
enum Program {
    /// Run the bot: connect to Discord and serve /imagine
    Run(cli::run::Arguments),
    /// Run the bot behind HTTP: serve the interactions that Discord posts
    Serve,
    /// Run the jobs of the bot in a process of its own
    Worker,
    /// Try all of it in a browser, without an account
    #[cfg(feature = "demo")]
    Demo(cli::demo::Arguments),
    /// Generate one picture from the shell, without Discord
    Imagine(Box<cli::imagine::Arguments>),
    /// Edit a picture from the shell, without Discord
    Edit(Box<cli::edit::Arguments>),
    /// Declare the commands to Discord
    Register,
    /// Test everything the bot needs; one line each, with the remedy
    Check,
    /// List the models with price and state
    Models,
    /// Make a key for the images API of `easel serve`
    ApiKey(cli::api_key::Arguments),
    /// Tell how a picture was made
    Inspect(cli::inspect::Arguments),
    /// Remove all that is held of a member, but what it cost
    Forget(cli::forget::Arguments),
    /// Move from a SQLite file to a table of DynamoDB
    Migrate(cli::migrate::Arguments),
    /// AWS Lambda started the process, without a word
    #[command(skip)]
    Lambda,
}

fn main() -> ExitCode {
    let program = match asked_for() {
        Ok(program) => program,
        Err(error) => {
            // A wrong word is fault 1 like any other; asking for help is none.
            let printed = error.print().context("cannot write to stdout").inspect_err(cli::complain);
            return if printed.is_ok() && !error.use_stderr() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
    };
    match start(program) {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn asked_for() -> Result<Program, clap::Error> {
    if config::in_lambda() {
        return Ok(Program::Lambda);
    }
    Arguments::try_parse().map(|arguments| arguments.program)
}

fn start(program: Program) -> anyhow::Result<ExitCode> {
    let config = match program {
        // It is the same for everybody, whatever their environment is like.
        #[cfg(feature = "demo")]
        Program::Demo(_) => Config::read(HashMap::new(), None)?,
        _ => Config::from_environment()?,
    };
    let watchdog = cli::log_to_stderr(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(async {
        // Caught, it lets a write fail that exceeds `ulimit -f`; else it would end the process.
        drop(signal(SignalKind::from_raw(FILE_TOO_LARGE))?);
        // Lambda's runtime ends its processes itself.
        if let Program::Lambda = program {
            return lambda::run(config).await;
        }
        let signals = Signals::listen()?;
        match program {
            Program::Run(arguments) => cli::run::run(config, &arguments, watchdog, signals).await,
            #[cfg(feature = "demo")]
            Program::Demo(arguments) => cli::demo::run(arguments, signals).await,
            Program::Serve => cli::run::serve(config, signals).await,
            Program::Worker => cli::run::work(config, signals).await,
            Program::Imagine(arguments) => cli::imagine::run(config, *arguments, signals).await,
            Program::Edit(arguments) => cli::edit::run(config, *arguments, signals).await,
            Program::Register => signals.run(move || cli::register::run(config)).await,
            Program::Check => signals.run(move || cli::check::run(config)).await,
            Program::Models => signals.run(move || async move { cli::models::run(&config) }).await,
            Program::ApiKey(arguments) => {
                signals.run(move || async move { cli::api_key::run(&arguments) }).await
            }
            Program::Inspect(arguments) => signals.run(move || cli::inspect::run(config, arguments)).await,
            Program::Forget(arguments) => signals.run(move || cli::forget::run(config, arguments)).await,
            Program::Migrate(arguments) => signals.run(move || cli::migrate::run(arguments)).await,
            Program::Lambda => lambda::run(config).await,
        }
    });
    // What still runs has been given its time.
    runtime.shutdown_background();
    code
}
