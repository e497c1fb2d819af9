//! What an operator can set wrongly: the start stops with the variable, what was read and what is allowed.

use easel_emulator::discord::InteractionBuilder;

use crate::support::{Setup, World, in_time, png};

async fn world(variables: &[(&'static str, &str)]) -> World {
    let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    World::without_bot(Setup { variables, ..Setup::default() }).await
}

async fn refuses(world: &World, program: &str, needles: &[&str]) {
    let (code, out, err) = world.run(&[program]).await;
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert_eq!(err.lines().count(), needles.len(), "{err}");
    for needle in needles {
        assert!(
            err.lines().any(|line| line.starts_with("easel: ") && line.contains(needle)),
            "{needle} in {err}"
        );
    }
}

#[tokio::test]
async fn all_wrong_variables_are_told_together() {
    let world = world(&[
        ("DISCORD_TOKEN", "a token with spaces in it"),
        ("DISCORD_GUILD_ID", "my server"),
        ("EASEL_WORKERS", "many"),
        ("EASEL_ARCHIVE", "ftp://pictures"),
        ("EASEL_GUARDRAIL", "abc123"),
        ("EASEL_METRICS_ADDR", "127.0.0.1:9000"),
    ])
    .await;
    let problems = [
        "DISCORD_TOKEN: what was read is not allowed here; it must be the token of the Bot page",
        "DISCORD_GUILD_ID: `my server` is not allowed here; it must be a server's id, 15 to 20 digits",
        "EASEL_WORKERS: `many` is not allowed here; it must be a whole number from 1 to 4096",
        "EASEL_ARCHIVE: `ftp://pictures` is not allowed here; it must be file:DIR or s3://BUCKET/PREFIX",
        "EASEL_GUARDRAIL: `abc123` is not allowed here; it must be ID:VERSION or ARN:VERSION of a Bedrock guardrail",
        "EASEL_METRICS_ADDR: this version does not know it yet; remove it",
    ];
    for program in ["run", "check", "register", "models"] {
        refuses(&world, program, &problems).await;
    }
}

#[tokio::test]
async fn all_that_is_missing_is_told_together() {
    let world = world(&[("DISCORD_TOKEN", "")]).await;
    refuses(&world, "serve", &["DISCORD_TOKEN is not set", "DISCORD_PUBLIC_KEY is not set"]).await;
}

#[tokio::test]
async fn the_environment_wins_over_the_file_and_the_file_is_read() {
    let world = world(&[("EASEL_WORKERS", "0")]).await;
    world.write(".env", "EASEL_WORKERS=8\nEASEL_LOG_FORMAT=xml # for people\n");
    refuses(&world, "models", &["EASEL_WORKERS: `0`", "EASEL_LOG_FORMAT: `xml`"]).await;
}

#[tokio::test]
async fn the_example_file_works_as_it_is() {
    let world = world(&[]).await;
    world.write(".env", include_str!("../../.env.example"));
    let (code, out, err) = world.run_bare(&["models"]).await;
    assert!(code == 0 && out.contains("core (default)") && err.is_empty(), "{out}{err}");
    let (code, _, err) = world.run_bare(&["run"]).await;
    assert!(code == 1 && err.starts_with("easel: DISCORD_TOKEN is not set"), "{err}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_stops_every_program() {
    for broken in
        [&b"DISCORD_TOKEN=secret-canary of two words\n"[..], b"# fine\nno equals sign\n", b"A=\xff\xfe\n"]
    {
        let world = world(&[]).await;
        world.write(".env", broken);
        refuses(&world, "run", &["`.env` cannot be read"]).await;
        let (_, _, err) = world.run(&["check"]).await;
        assert!(!err.contains("secret-canary"), "{err}");
    }
    let world = world(&[]).await;
    std::fs::create_dir(world.path(".env")).unwrap();
    refuses(&world, "run", &["`.env` cannot be read"]).await;
}

#[tokio::test]
async fn the_bot_does_not_start_without_what_it_needs() {
    let own = "[[model]]\nid = 'x'\nname = 'two words'\nfamily = 'sdxl'\nprice_usd = 1\n";
    for (variable, value, needle) in [
        (
            "DISCORD_TOKEN",
            "",
            "DISCORD_TOKEN is not set: put the token of your application's Bot page into it",
        ),
        ("DISCORD_TOKEN", "this-is-not-the-bots-token", "Copy it again from the Bot page into DISCORD_TOKEN"),
        ("DISCORD_API_URL", "discord.example", "DISCORD_API_URL: `discord.example` is not allowed here"),
        (
            "EASEL_STORE",
            "sqlite:notes.txt",
            "EASEL_STORE: `notes.txt` cannot be used as a database; move it away",
        ),
        ("EASEL_STORE", "sqlite:.", "EASEL_STORE: "),
        ("EASEL_ARCHIVE", "file:notes.txt", "EASEL_ARCHIVE: the folder `notes.txt` cannot be made"),
        ("EASEL_MODEL", "sdxl", "EASEL_MODEL: `sdxl` reached its end of life"),
        ("EASEL_MODELS_FILE", "own.toml", "the name `two words` must have 1 to 60 characters and no spaces"),
        ("EASEL_MODELS_FILE", "missing.toml", "EASEL_MODELS_FILE: cannot read `missing.toml`"),
    ] {
        let world = world(&[(variable, value), ("EASEL_LOG", "error")]).await;
        world.write("notes.txt", "I am no database, and I am long enough to be read as one. ".repeat(50));
        world.write("own.toml", own);
        refuses(&world, "run", &[needle]).await;
    }
}

#[tokio::test]
async fn a_path_is_what_a_shell_would_make_of_it() {
    let world = world(&[
        ("EASEL_ENGINE", "sketch"),
        ("EASEL_ARCHIVE", "file://~/my pictures/"),
        ("EASEL_STORE", "sqlite:$HOME/deep/easel.db"),
    ])
    .await;
    let (code, out, err) = world.run(&["imagine", "a cat", "--out=~/cat.png"]).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with(&format!("{}/shell/", world.path("my pictures").display())), "{out}");
    for there in ["cat.png", "deep/easel.db", "deep/spool"] {
        assert!(world.path(there).exists(), "{there}");
    }
    assert!(!world.path("~").exists());
    let (code, out, err) = world.run(&["inspect", "~/cat.png"]).await;
    assert!(code == 0 && out.contains("prompt    a cat"), "{out}{err}");
}

#[tokio::test]
async fn a_path_that_cannot_be_meant_is_refused() {
    for (variable, value, needle) in [
        ("EASEL_ARCHIVE", "file:~bob/pictures", "EASEL_ARCHIVE: `~bob/pictures` is in another user's home"),
        ("EASEL_STORE", "sqlite:C:\\easel.db", "EASEL_STORE: `C:\\easel.db` is a path of Windows"),
        ("EASEL_STORE", "sqlite:data/", "EASEL_STORE: `data/` names a folder; name a file in it"),
        (
            "EASEL_MODELS_FILE",
            "$DATA/models.toml",
            "EASEL_MODELS_FILE: `$DATA/models.toml` has a variable in it",
        ),
        ("EASEL_API_KEYS_FILE", "~bob/keys.toml", "EASEL_API_KEYS_FILE: `~bob/keys.toml` is in another"),
    ] {
        refuses(&world(&[(variable, value)]).await, "models", &[needle]).await;
    }
    let world = world(&[]).await;
    let (code, _, err) = world.run(&["migrate", "--from", "sqlite:~bob/x", "--to", "dynamodb:easel"]).await;
    assert!(code == 1 && err.contains("--from: `~bob/x` is in another user's home"), "{err}");
    let (code, _, err) = world.run(&["imagine", "a cat", "--engine", "sketch", "--out=~bob/cat.png"]).await;
    assert!(code == 1 && err.contains("--out") && err.contains("another user's home"), "{err}");
}

#[tokio::test]
async fn check_prints_where_relative_paths_lead() {
    let world = world(&[]).await;
    world.run(&["register"]).await;
    let (_, out, _) = world.run(&["check"]).await;
    for place in ["data/archive", "data/easel.db", "data/spool"] {
        assert!(out.contains(&format!(" {}", world.path(place).display())), "{place} in {out}");
    }
}

#[tokio::test]
async fn the_chattiest_log_holds_no_secret_and_no_colour() {
    for format in ["text", "json"] {
        let mut world = world(&[("EASEL_LOG", "trace"), ("EASEL_LOG_FORMAT", format)]).await;
        world.start().await;
        let file = world.discord.upload("a.png", "image/png", png(640, 640));
        let order =
            InteractionBuilder::command("imagine").option("prompt", "winter").option("model", "sd3.5");
        let interaction = world.ask(order.attachment("image", &file)).await;
        in_time(interaction.picture()).await;
        world.settled().await;
        world.stop().await;
        let log = world.log();
        let (_, signature) = file.url.split_once("hm=").unwrap();
        for secret in [interaction.token(), signature] {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
        assert!(log.contains("connected to Discord") && !log.contains('\u{1b}'), "{log}");
        world.end().await;
    }
}
