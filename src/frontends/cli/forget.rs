//! `easel forget MEMBER`: removes all that is held of a member but what it cost.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use tokio_util::sync::CancellationToken;

use crate::app::clock::Clock;
use crate::app::{App, forget, messages};
use crate::config::{Config, EngineChoice, Need};
use crate::frontends::cli::say;

/// How often it is looked at how far it is.
const BEAT: Duration = Duration::from_secs(1);

/// Who.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The Discord id of a user: a number
    #[arg(value_parser = member)]
    member: u64,
    /// Remove it; without this it is only counted
    #[arg(long)]
    yes: bool,
}

fn member(text: &str) -> Result<u64, String> {
    let id = text.parse().ok().filter(|id| *id > 0);
    id.ok_or_else(|| {
        "it must be the id of a Discord user, a number of about 18 digits: in Discord, switch on Settings → Advanced → \
         Developer Mode, then right-click the user and choose Copy User ID"
            .to_owned()
    })
}

/// Prints what is held of the member, removes it if that is wanted, and waits until all of it is gone. Ended earlier, the
/// bot goes on with it.
///
/// # Errors
/// The store or the archive cannot be used, or something could not be removed.
pub async fn run(mut config: Config, arguments: Arguments) -> anyhow::Result<ExitCode> {
    config.require(&[Need::Token])?;
    // Nothing is generated here.
    config.engine = EngineChoice::Sketch;
    let app = App::open(config, Clock::System).await?;
    let member = arguments.member;
    let held = forget::held(&app, member).await?;
    say(format_args!("{}", messages::forget::lines(&held)))?;
    if !arguments.yes {
        say(format_args!(
            "\nNothing was removed. `easel forget {member} --yes` removes all of it for good."
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    forget::ask(&app, member, None).await?;
    let (stop, mut left) = (CancellationToken::new(), held.orders);
    while app.store.is_to_be_forgotten(member).await? {
        forget::go_on(&app, &stop).await?;
        let now = forget::held(&app, member).await?.orders;
        if now != left && now > 0 {
            say(format_args!("{} to go", messages::count(now, "order")))?;
        }
        left = now;
        #[expect(clippy::disallowed_methods, reason = "another process may have it")]
        tokio::time::sleep(BEAT).await;
    }
    app.store.wipe().await?;
    if left > 0 {
        bail!("{} came meanwhile; run it again", messages::count(left, "order"));
    }
    say(format_args!("\nAll of it is removed; what stays is what was spent."))?;
    Ok(ExitCode::SUCCESS)
}
