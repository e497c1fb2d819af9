//! The programs of the shell, each from an empty folder, as a user would type them.

use std::process::Stdio;

use easel_emulator::discord::DiscordOptions;

use crate::support::{Setup, World, in_time, png};

pub(crate) async fn world() -> World {
    World::without_bot(Setup::default()).await
}

pub(crate) async fn world_with(variables: &[(&'static str, &str)]) -> World {
    let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    World::without_bot(Setup { variables, ..Setup::default() }).await
}

/// The files that a program printed, as they are now.
pub(crate) fn printed(world: &World, out: &str) -> Vec<Vec<u8>> {
    out.lines()
        .map(|line| line.split("  seed").next().unwrap())
        .map(|path| std::fs::read(world.path(path)).unwrap_or_else(|error| panic!("{path}: {error}")))
        .collect()
}

#[tokio::test]
async fn help_is_a_page_and_nothing_is_left_behind() {
    let world = world().await;
    for (arguments, code) in [(&[][..], 1), (&["--help"], 0), (&["-h"], 0)] {
        let (got, out, err) = world.run_bare(arguments).await;
        assert_eq!(got, code, "{err}");
        for program in ["run", "imagine", "register", "check", "models", "inspect", "migrate"] {
            assert!(format!("{out}{err}").contains(&format!("\n  {program} ")), "{program} in {out}{err}");
        }
    }
    let (code, out, _) = world.run_bare(&["imagine", "--help"]).await;
    assert!(code == 0 && out.contains("--strength") && out.contains("16:9 1:1 21:9"), "{out}");
    let (code, out, _) = world.run_bare(&["--version"]).await;
    assert!(code == 0 && out.starts_with("easel "), "{out}");
    let (code, _, err) = world.run_bare(&["paint"]).await;
    assert!(code == 1 && err.contains("unrecognized subcommand 'paint'"), "{err}");
    assert_eq!(std::fs::read_dir(world.path("")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_first_picture_needs_no_token_no_account_and_no_network() {
    let world = world().await;
    let cat = ["imagine", "--engine", "sketch", "a cat eating ice cream", "--seed", "42"];
    let (code, out, err) = world.run_bare(&cat).await;
    assert_eq!((code, out.lines().count(), err.as_str()), (0, 1, ""), "{out}{err}");
    assert!(out.starts_with("data/archive/shell/local/") && out.ends_with("  seed 42\n"), "{out}");
    let first = printed(&world, &out);
    let picture = image::load_from_memory(&first[0]).unwrap();
    assert_eq!((picture.width(), picture.height()), (1024, 1024));
    let (_, out, _) = world.run_bare(&cat).await;
    assert!(printed(&world, &out) == first, "the same seed makes the same picture");
    let (_, out, _) = world.run_bare(&["imagine", "--engine", "sketch", "a cat", "--seed", "43"]).await;
    assert!(printed(&world, &out) != first, "another seed makes another");
    world.is_tidy();
}

#[tokio::test]
async fn the_store_may_lie_anywhere() {
    for store in ["easel.db", "./a b/ä.db", "deep/er/easel.db"] {
        let world =
            world_with(&[("EASEL_STORE", &format!("sqlite:{store}")), ("EASEL_ENGINE", "sketch")]).await;
        let (code, out, err) = world.run(&["imagine", "a cat"]).await;
        assert_eq!((code, printed(&world, &out).len()), (0, 1), "{err}");
        assert!(world.path(store).is_file() && world.path(store).with_file_name("spool").is_dir(), "{store}");
    }
}

#[tokio::test]
async fn every_option_of_the_shell_is_understood() {
    let world = world().await;
    let order = ["imagine", "--engine", "sketch", "a cat", "--model", "sketch", "--aspect", "16:9"];
    let more = ["--style", "anime", "--negative", "dogs", "--count", "2", "--seed", "7"];
    let (code, out, err) = world.run_bare(&[&order[..], &more].concat()).await;
    assert!(code == 0 && out.contains("seed 7\n") && out.contains("seed 8\n"), "{out}{err}");
    for file in printed(&world, &out) {
        assert_eq!(image::load_from_memory(&file).unwrap().width(), 1344);
    }
    let (code, out, err) =
        world.run_bare(&["imagine", "--engine", "sketch", "a cat --ar 9:16 --n 3 --seed 1"]).await;
    assert!(code == 0 && out.lines().count() == 3, "{out}{err}");
    world.is_tidy();
}

#[tokio::test]
async fn a_copy_goes_where_out_says() {
    let world = world().await;
    std::fs::create_dir(world.path("pictures")).unwrap();
    for (out, count, copies) in [
        ("cat.png", "1", &["cat.png"][..]),
        ("./cats.png", "2", &["cats-0.png", "cats-1.png"]),
        ("pictures", "2", &[]),
    ] {
        let order = ["imagine", "--engine", "sketch", "a cat", "--count", count, "--out", out];
        let (code, said, err) = world.run_bare(&order).await;
        assert_eq!(code, 0, "{err}");
        let files = printed(&world, &said);
        assert_eq!(files.len(), 2 * copies.len().max(count.parse().unwrap()), "{said}");
        for (at, copy) in copies.iter().enumerate() {
            assert!(std::fs::read(world.path(copy)).unwrap() == files[2 * at], "{said}");
        }
    }
    assert_eq!(std::fs::read_dir(world.path("pictures")).unwrap().count(), 2);
    world.is_tidy();
}

#[tokio::test]
async fn each_wrong_argument_is_one_sentence_and_exit_code_1() {
    let world = world().await;
    world.write("notes.txt", "I am no picture");
    let long = "x".repeat(4001);
    let table: &[(&[&str], &str)] = &[
        (&["--model", "dall-e"], "There is no model `dall-e` here. Available: `sketch`."),
        (&["--aspect", "7:3"], "`aspect` was `7:3`; allowed: 16:9,"),
        (&["--style", "gothic"], "`style` was `gothic`; allowed:"),
        (&["--seed", "-1"], "`seed` was `-1`; allowed: a whole number from 0"),
        (&["--seed", "4294967295"], "`seed` was `4294967295`"),
        (&["--count", "0"], "`count` was `0`; allowed: a whole number from 1 to 4."),
        (&["--count", "-5"], "`count` was `-5`"),
        (&["--strength", "0.5"], "add one with `image`"),
        (&["--strength", "-1"], "`strength` was `-1`; allowed: a number from 0"),
        (&["--strength", "nan"], "`strength` was `NaN`"),
        (&["--cfg", "7"], "`sketch` does not know `cfg`"),
        (&["--steps", "30"], "`sketch` does not know `steps`"),
        (&["--negative", &long], "The negative prompt has 4001 characters"),
        (&["--image", "missing.png"], "--image: cannot read `"),
        (&["--image", "."], "` is not a file"),
        (&["--image", "notes.txt"], "`sketch` does not know `image`"),
        (&["--out", "no/such/cat.png"], "--out: "),
        (&["--out", "notes.txt/cat.png"], "--out: "),
        // What clap says itself.
        (&["--engine", "dall-e"], "[possible values: bedrock, sketch]"),
        (&["--seed", "seven"], "invalid value 'seven' for '--seed <SEED>'"),
        (&["--out", ""], "a value is required for '--out <OUT>'"),
        (&["--color", "red"], "unexpected argument '--color'"),
        (&["--seed"], "a value is required for '--seed <SEED>'"),
    ];
    for (arguments, needle) in table {
        let order = ["imagine", "a cat"];
        let engine: &[&str] = if arguments[0] == "--engine" { &[] } else { &["--engine", "sketch"] };
        is_one_sentence(&world.run_bare(&[&order[..], engine, arguments].concat()).await, needle);
    }
    for (prompt, needle) in [
        ("", "no prompt"),
        (" ", "no prompt"),
        ("a cat --repeat 5", "`--repeat`"),
        (&long, "4001 characters"),
    ] {
        is_one_sentence(&world.run_bare(&["imagine", "--engine", "sketch", prompt]).await, needle);
    }
    is_one_sentence(&world.run_bare(&["imagine"]).await, "<PROMPT>");
    assert!(!world.path("data").exists(), "nothing was made");
}

pub(crate) fn is_one_sentence((code, out, err): &(i32, String, String), needle: &str) {
    assert_eq!((*code, out.as_str()), (1, ""), "{needle}: {err}");
    assert!(err.contains(needle), "{needle} in {err}");
    assert!(err.starts_with("error: ") || (err.starts_with("easel: ") && err.lines().count() == 1), "{err}");
}

#[tokio::test]
async fn a_picture_that_neither_archive_nor_spool_takes_is_not_said_to_wait() {
    let world = world_with(&[]).await;
    let held = world.bedrock.hold();
    let ran = world.run(&["imagine", "a cat"]);
    let full = async {
        in_time(held.reached()).await;
        for folder in ["data/spool", "data/archive"] {
            std::fs::remove_dir_all(world.path(folder)).unwrap();
            world.write(folder, "in the way");
        }
        held.release();
    };
    let ((code, out, err), ()) = tokio::join!(ran, full);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("picture 1 is lost: neither EASEL_ARCHIVE nor the spool"), "{err}");
    assert!(!err.contains("waits in the spool"), "{err}");
}

#[tokio::test]
async fn bedrock_generates_from_the_shell_on_the_bots_path() {
    let world = world_with(&[("EASEL_MONTHLY_BUDGET_USD", "0.20")]).await;
    let (code, out, err) = world.run(&["imagine", "a cat", "--seed", "5", "--aspect", "3:2"]).await;
    assert_eq!(code, 0, "{err}");
    let call = world.bedrock.calls().pop().unwrap();
    assert_eq!((call.seed, call.body["aspect_ratio"].as_str()), (Some(5), Some("3:2")));
    assert_eq!(printed(&world, &out), [call.picture().unwrap()]);
    world.write("start.png", png(640, 640));
    let winter = ["imagine", "winter --v 6", "--image", "start.png", "--strength", "0.3"];
    let (code, _, err) = world.run(&winter).await;
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("sd3.5 was used, since core cannot start from a picture; $0.08 a picture"), "{err}");
    assert!(err.contains("easel: ignored: --v 6"), "{err}");
    assert_eq!(world.bedrock.calls()[1].body["mode"], "image-to-image");
    is_one_sentence(
        &world.run(&["imagine", "a cat", "--model", "ultra"]).await,
        "budget of $0.20, of which $0.12 is spent or reserved",
    );
    let (code, out, err) = world.run(&["imagine", "a [[filter-prompt]]"]).await;
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("easel: The model's content filter refused the prompt."), "{err}");
    world.end().await;
}

#[tokio::test]
async fn a_picture_that_is_none_is_refused_before_a_model_is_asked() {
    let world = world().await;
    world.write("notes.png", "I am no picture");
    let (code, out, err) =
        world.run(&["imagine", "winter", "--model", "sd3.5", "--image", "notes.png"]).await;
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("it is not a picture, or it is damaged"), "{err}");
    assert!(world.bedrock.calls().is_empty());
    world.end().await;
}

#[tokio::test]
async fn models_are_listed_with_price_and_state() {
    let world = world().await;
    let (code, out, err) = world.run_bare(&["models"]).await;
    assert_eq!((code, err.as_str()), (0, ""));
    let row = |start: &str| {
        let found = out.lines().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("{start} in {out}")).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("NAME"), "NAME PRICE STATE DOES ID");
    assert_eq!(row("core (default)"), "core (default) $0.04 living paints stability.stable-image-core-v1:1");
    assert_eq!(
        row("sdxl-0.8 "),
        "sdxl-0.8 $0.072 ended 2024-04-30 paints, presets, cfg, steps stability.stable-diffusion-xl-v0"
    );
    assert!(row("upscale-fast").contains("edits"));
    let sketch = world_with(&[("EASEL_ENGINE", "sketch")]).await;
    let (_, out, _) = sketch.run(&["models"]).await;
    assert!(out.contains("sketch (default)  $0.00"), "{out}");
}

#[tokio::test]
async fn a_reader_that_goes_away_is_told_nothing() {
    let world = world().await;
    let mut command = world.program(&["models"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = in_time(child.wait_with_output()).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.as_str()), (Some(1), ""));
}

#[tokio::test]
async fn a_picture_tells_how_it_was_made() {
    let world = world().await;
    let order = ["imagine", "--engine", "sketch", "a cat", "--seed", "7", "--negative", "dogs"];
    let (_, out, _) =
        world.run_bare(&[&order[..], &["--style", "anime", "--out", "copy.png"]].concat()).await;
    let archived = out.split("  seed").next().unwrap().to_owned();
    let copy = world.path("copy.png").display().to_string();
    for file in [archived.as_str(), copy.as_str()] {
        let (code, said, err) = world.run_bare(&["inspect", file]).await;
        assert_eq!((code, err.as_str()), (0, ""));
        for needle in [
            "prompt    a cat\n",
            "without   dogs\n",
            "model     sketch ",
            "style     anime\n",
            "seed      7\n",
        ] {
            assert!(said.contains(needle), "{needle} in {said}");
        }
    }
    world.write("foreign.png", png(64, 64));
    for (file, needle) in [
        ("foreign.png", "no record knows a picture with SHA-256"),
        ("missing.png", "cannot read `missing.png`"),
        (".", "cannot read `.`"),
    ] {
        is_one_sentence(&world.run_bare(&["inspect", file]).await, needle);
    }
    std::fs::remove_file(world.path(&archived).with_file_name(record_name(&archived))).unwrap();
    is_one_sentence(&world.run_bare(&["inspect", &copy]).await, "is missing");
    world.is_tidy();
}

#[tokio::test]
async fn a_strangers_prompt_cannot_steer_the_operators_terminal() {
    let world = World::new().await;
    let prompt = "a \u{1b}[2Jcat\u{9b}2J \u{202e}gnp\nmodel     ultra";
    in_time(world.imagine(prompt).await.picture()).await;
    world.settled().await;
    world.write("picture.png", &world.archived("png")[0]);
    let (code, out, err) = world.run(&["inspect", "picture.png"]).await;
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{out:?}");
    assert_eq!(out.lines().filter(|line| line.starts_with("model ")).count(), 1, "{out}");
    let record: serde_json::Value = serde_json::from_str(&out[out.find('{').unwrap()..]).unwrap();
    assert_eq!(record["request"]["prompt"], prompt);
    world.end().await;
}

/// `…/JOB-0.png` belongs to `JOB.json`.
fn record_name(picture: &str) -> String {
    let (_, name) = picture.rsplit_once('/').unwrap();
    format!("{}.json", name.split('-').next().unwrap())
}

#[tokio::test]
async fn check_is_content_with_a_world_in_order() {
    let world = world_with(&[("EASEL_MONTHLY_BUDGET_USD", "25")]).await;
    assert_eq!(world.run(&["register"]).await.0, 0);
    let (code, out, err) = world.run(&["check"]).await;
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.lines().all(|line| line.starts_with("ok    ")), "{out}");
    for needle in [
        "token",
        "application",
        "permissions",
        "commands",
        "aws",
        "model",
        "life cycle",
        "budget",
        "archive",
        "store",
        "spool",
    ] {
        assert!(out.contains(&format!("ok    {needle} ")), "{needle} in {out}");
    }
    assert!(world.bedrock.calls().is_empty(), "a check costs nothing");
    world.end().await;
    let unlimited = world_with(&[]).await;
    unlimited.run(&["register"]).await;
    let (code, out, _) = unlimited.run(&["check"]).await;
    assert!(
        code == 0 && out.contains("budget       warning: nothing limits what this Easel may spend"),
        "{out}"
    );
    let bare = world_with(&[("EASEL_ENGINE", "sketch")]).await;
    bare.run(&["register"]).await;
    let (code, out, _) = bare.run(&["check"]).await;
    assert!(code == 0 && out.contains("aws          not needed"), "{out}");
}

#[tokio::test]
async fn check_names_each_fault_with_its_remedy() {
    let table: &[(&str, &str, &str, &str)] = &[
        (
            "DISCORD_TOKEN",
            "this-is-not-the-bots-token",
            "token",
            "reset the token on your application's Bot page",
        ),
        ("DISCORD_TOKEN", "", "token", "DISCORD_TOKEN is not set: put the token"),
        ("DISCORD_API_URL", "http://127.0.0.1:9", "token", "check the network and DISCORD_API_URL"),
        ("EASEL_ARCHIVE", "file:notes.txt/archive", "archive", "EASEL_ARCHIVE"),
        (
            "EASEL_STORE",
            "sqlite:notes.txt/easel.db",
            "store",
            "EASEL_STORE: cannot make the folder `notes.txt`",
        ),
        ("EASEL_STORE", "sqlite:notes.txt", "store", "EASEL_STORE: `notes.txt` cannot be used as a database"),
        ("EASEL_MODEL", "sdxl", "models", "EASEL_MODEL: `sdxl` reached its end of life on 2025-05-20"),
        (
            "EASEL_MODEL",
            "dall-e",
            "models",
            "EASEL_MODEL: There is no model `dall-e` here. Available: `core`",
        ),
        ("EASEL_MODELS_FILE", "missing.toml", "models", "EASEL_MODELS_FILE: cannot read `missing.toml`"),
    ];
    for (variable, value, line, remedy) in table {
        let mut world = world().await;
        world.run(&["register"]).await;
        world.write("notes.txt", "I am no database, and I am long enough to be read as one. ".repeat(50));
        world.set(variable, *value);
        one_line_fails(&world, line, remedy).await;
    }
    one_line_fails(&world().await, "commands", "run `easel register`").await;
    let world = world().await;
    world.run(&["register"]).await;
    world.bedrock.forbid("stability.stable-image-core-v1:1");
    one_line_fails(&world, "model", "allow bedrock:InvokeModel on the model's ARN").await;
}

#[tokio::test]
async fn check_compares_the_public_key_with_the_applications() {
    let mut world = world().await;
    world.run(&["register"]).await;
    // A key of another application: the base point of the curve will do.
    world.set("DISCORD_PUBLIC_KEY", format!("58{}", "66".repeat(31)));
    let key = world.discord.public_key();
    one_line_fails(&world, "public key", &format!("DISCORD_PUBLIC_KEY is not this application's, so `easel serve` would refuse all that Discord posts: set it to {key},")).await;
    world.set("DISCORD_PUBLIC_KEY", key);
    let (code, out, err) = world.run(&["check"]).await;
    assert!(code == 0 && out.contains("ok    public key   DISCORD_PUBLIC_KEY is"), "{out}{err}");
}

#[tokio::test]
async fn a_bot_in_no_server_is_shown_how_to_get_into_one() {
    let world = world().await;
    world.run(&["register"]).await;
    let application = DiscordOptions::default().application_id;
    // View Channels, Send Messages, Attach Files, Read Message History; Create Public Threads, Send Messages in Threads.
    let permissions: u64 = [10, 11, 15, 16, 35, 38].map(|bit| 1 << bit).iter().sum();
    let link = format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={permissions}"
    );
    let (code, out, _) = world.run(&["check"]).await;
    assert!(code == 0 && out.lines().any(|line| line.ends_with(&format!(" {link}"))), "{out}");
    world.discord.add_channel(5, 123_456_789_012_345_678, false);
    let (code, out, _) = world.run(&["check"]).await;
    assert!(code == 0 && !out.contains("oauth2") && out.contains("enough in 1 server(s)"), "{out}");
}

#[tokio::test]
async fn without_aws_credentials_that_is_what_is_said() {
    let world = world().await;
    world.run(&["register"]).await;
    let poor = |arguments: &[&str]| {
        let mut command = world.program(arguments);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        command
    };
    fails_in_one_line(
        world.outcome(poor(&["check"])).await,
        "aws",
        "no working AWS credentials: set AWS_PROFILE or",
    );
    let (code, out, err) = world.outcome(poor(&["imagine", "a cat"])).await;
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("run `easel check`") && !err.contains('\u{1b}'), "{err}");
    world.is_tidy();
}

pub(crate) async fn one_line_fails(world: &World, line: &str, remedy: &str) {
    fails_in_one_line(world.run(&["check"]).await, line, remedy);
}

fn fails_in_one_line((code, out, err): (i32, String, String), line: &str, remedy: &str) {
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let failed: Vec<_> = out.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert_eq!(failed.len(), 1, "{out}");
    assert!(failed[0].starts_with(&format!("FAIL  {line} ")) && failed[0].contains(remedy), "{out}");
}
