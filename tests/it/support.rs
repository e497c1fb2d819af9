//! The one harness: emulators on free ports, the real program as a process of its own, and people who speak to it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use easel_emulator::bedrock::{Bedrock, BedrockOptions};
use easel_emulator::discord::{Discord, DiscordOptions, InteractionBuilder, Message, TestInteraction};
use image::ImageFormat;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub(crate) mod api_gateway;
pub(crate) mod cloud;
#[cfg(target_os = "linux")]
pub(crate) mod counts;
#[cfg(target_os = "linux")]
pub(crate) mod disk;
pub(crate) mod function;
pub(crate) mod inside;
pub(crate) mod ledger;
#[cfg(target_os = "linux")]
pub(crate) mod preload;
pub(crate) mod proxy;
pub(crate) mod sandbox;
pub(crate) mod seed;
pub(crate) mod stack;

/// Longer than anything in a story takes; what is not there by then never comes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The program.
const EASEL: &str = env!("CARGO_BIN_EXE_easel");

/// The permission of admins.
pub(crate) const MANAGE_GUILD: u64 = 1 << 5;

/// A credential that must appear in no log.
const SECRET_KEY: &str = "aws-secret-canary";

/// A world with one bot in it.
pub(crate) struct World {
    pub(crate) discord: Discord,
    pub(crate) bedrock: Bedrock,
    folder: TempDir,
    variables: Vec<(String, String)>,
    bot: Option<Child>,
    workers: Vec<Child>,
    /// Discord posts interactions to the bot, instead of sending them through the Gateway.
    over_http: bool,
    address: String,
    killed_at_random: bool,
    /// Calls in the ledger that a process was killed before it made.
    unmade_calls: usize,
}

/// What is special about a world.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) discord: DiscordOptions,
    pub(crate) bedrock: BedrockOptions,
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl World {
    /// A world with a bot that is connected.
    pub(crate) async fn new() -> World {
        World::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> World {
        let mut world = World::without_bot(setup).await;
        world.start().await;
        world
    }

    /// A world with a bot whose commands Discord knows.
    pub(crate) async fn registered() -> World {
        let world = World::new().await;
        in_time(world.discord.registered(None)).await;
        world
    }

    pub(crate) async fn without_bot(setup: Setup) -> World {
        let variables = setup.variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        World {
            discord: Discord::start_with(setup.discord).await.unwrap(),
            bedrock: Bedrock::start_with(setup.bedrock).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
            variables,
            bot: None,
            workers: Vec::new(),
            over_http: false,
            address: String::new(),
            killed_at_random: false,
            unmade_calls: 0,
        }
    }

    /// Any program of Easel in this world.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(EASEL);
        command.args(arguments);
        command
    }

    /// Any program, with what this world sets.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("DISCORD_TOKEN", self.discord.token())
            .env("DISCORD_API_URL", self.discord.base_url())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_REGION", "us-west-2")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", self.bedrock.base_url())
            .env("AWS_ENDPOINT_URL_BEDROCK", self.bedrock.base_url())
            .env("AWS_ENDPOINT_URL_STS", self.bedrock.base_url())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Runs a program to its end: exit code, stdout, stderr. No secret is in them, and nothing panicked.
    pub(crate) async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.outcome(self.program(arguments)).await
    }

    /// As [`World::run`], for somebody who has set nothing at all.
    pub(crate) async fn run_bare(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = self.program(arguments);
        command.env_clear().env("HOME", self.folder.path());
        self.outcome(command).await
    }

    pub(crate) async fn outcome(&self, mut command: Command) -> (i32, String, String) {
        let output = in_time(command.output()).await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (code, out, err) = (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr));
        self.is_presentable(&format!("{out}{err}"));
        (code, out, err)
    }

    /// Neither a secret nor a panic is in a text.
    fn is_presentable(&self, text: &str) {
        assert!(!text.contains("panicked"), "{text}");
        let own =
            self.variables.iter().filter(|(name, _)| name == "DISCORD_TOKEN").map(|(_, token)| &**token);
        // Where a token is kept is no secret.
        let own = own.filter(|token| !token.starts_with("arn:"));
        for secret in [self.discord.token(), SECRET_KEY].into_iter().chain(own).filter(|s| !s.is_empty()) {
            assert!(!text.contains(secret), "a secret in the output:\n{text}");
        }
    }

    /// Starts the bot and waits until it is connected.
    pub(crate) async fn start(&mut self) {
        if self.over_http {
            return self.start_serving().await;
        }
        self.spawn();
        in_time(self.discord.connected()).await;
    }

    pub(crate) fn spawn(&mut self) {
        self.spawn_program("run");
    }

    fn spawn_program(&mut self, program: &str) {
        assert!(self.bot.is_none(), "one bot at a time");
        self.bot = Some(self.launch(program));
    }

    fn launch(&self, program: &str) -> Child {
        let log = std::fs::File::options().create(true).append(true).open(self.log_path()).unwrap();
        self.program(&[program]).stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// Starts a worker beside the bot, and waits until it takes jobs.
    pub(crate) async fn start_worker(&mut self) {
        let known = self.log().len();
        self.workers.push(self.launch("worker"));
        in_time(self.until(|world| world.log()[known..].contains("waiting for jobs"))).await;
    }

    /// `kill -9` for the worker that has a job; its lease runs out at once.
    pub(crate) async fn kill_busy_worker(&mut self) {
        let owned = "SELECT owner FROM jobs WHERE owner IS NOT NULL";
        let owner: String = self.db().query_row(owned, [], |row| row.get(0)).unwrap();
        let id = owner.split_once('-').unwrap().0.parse().unwrap();
        let busy = self.workers.iter().position(|worker| worker.id() == Some(id)).unwrap();
        self.workers.remove(busy).kill().await.unwrap();
        let db = Connection::open(self.path("data/easel.db")).unwrap();
        db.busy_timeout(TIMEOUT).unwrap();
        let end = "UPDATE jobs SET doc = json_set(doc, '$.lease_until', 0), due = 0 WHERE owner = ?1";
        db.execute(end, [owner]).unwrap();
    }

    /// `kill -9` for a worker that is one of these processes.
    pub(crate) async fn kill_one_of(&mut self, processes: &[u32]) -> u32 {
        let is_one = |worker: &Child| worker.id().is_some_and(|id| processes.contains(&id));
        let mut busy = self.workers.remove(self.workers.iter().position(is_one).expect("a busy worker"));
        let dead = busy.id().unwrap();
        busy.kill().await.unwrap();
        dead
    }

    /// SIGTERM for each worker.
    pub(crate) fn ask_workers_to_stop(&self) {
        self.workers.iter().for_each(terminate);
    }

    /// Waits until every worker has ended well.
    pub(crate) async fn workers_ended(&mut self) {
        for mut worker in std::mem::take(&mut self.workers) {
            assert_eq!(in_time(worker.wait()).await.unwrap().code(), Some(0), "{}", self.log());
        }
    }

    /// A world whose bot serves the interactions that Discord posts, and whose commands Discord knows.
    pub(crate) async fn serving(setup: Setup) -> World {
        let mut world = World::without_bot(setup).await;
        world.over_http = true;
        world.set("EASEL_HTTP_ADDR", "127.0.0.1:0");
        world.set("DISCORD_PUBLIC_KEY", world.discord.public_key());
        world.start().await;
        in_time(world.discord.registered(None)).await;
        world
    }

    /// The same on each frontend of Discord: the Gateway, and HTTP. Discord knows the commands of both.
    pub(crate) async fn on_both_frontends(setup: impl Fn() -> Setup) -> [World; 2] {
        let gateway = World::with(setup()).await;
        in_time(gateway.discord.registered(None)).await;
        [gateway, World::serving(setup()).await]
    }

    async fn start_serving(&mut self) {
        let known = self.log().len();
        self.spawn_program("serve");
        let address = async {
            loop {
                let log = self.log();
                if let Some((_, rest)) = log[known..].split_once("listening on ")
                    && let Some((address, _)) = rest.split_once('\n')
                {
                    break address.to_owned();
                }
                self.wait_for_a_write().await;
            }
        };
        self.address = in_time(address).await;
        let key = self.variables.iter().rfind(|(name, _)| name == "DISCORD_PUBLIC_KEY");
        if key.is_some_and(|(_, key)| !key.is_empty()) {
            self.discord.set_endpoint(&format!("{}/interactions", self.address)).await.unwrap();
        }
    }

    /// A world whose bot knows nothing of Discord, and serves programs.
    pub(crate) async fn serving_programs(setup: Setup) -> World {
        let mut world = World::without_bot(setup).await;
        world.over_http = true;
        world.set("EASEL_HTTP_ADDR", "127.0.0.1:0");
        world.forget_discord();
        world.start().await;
        world
    }

    pub(crate) fn forget_discord(&mut self) {
        self.set("DISCORD_TOKEN", "");
        self.set("DISCORD_PUBLIC_KEY", "");
    }

    pub(crate) fn remember_discord(&mut self) {
        let (token, key) = (self.discord.token().to_owned(), self.discord.public_key());
        self.set("DISCORD_TOKEN", token);
        self.set("DISCORD_PUBLIC_KEY", key);
    }

    /// Where the bot listens, such as `http://127.0.0.1:4711`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// `kill -9`.
    pub(crate) async fn kill(&mut self) {
        let mut bot = self.bot.take().expect("a bot to kill");
        bot.kill().await.unwrap();
        in_time(self.discord.disconnected()).await;
    }

    pub(crate) async fn kill_and_restart(&mut self) {
        self.kill().await;
        self.start().await;
    }

    /// SIGTERM.
    pub(crate) fn ask_to_stop(&self) {
        terminate(self.bot.as_ref().expect("a running bot"));
    }

    /// Waits until the bot's process ends; its exit code.
    pub(crate) async fn ended(&mut self) -> i32 {
        let mut bot = self.bot.take().expect("a running bot");
        let ended = tokio::time::timeout(TIMEOUT, bot.wait()).await;
        let status = ended.unwrap_or_else(|_| panic!("the bot did not end:\n{}", self.log()));
        status.unwrap().code().unwrap_or(-1)
    }

    pub(crate) async fn imagine(&self, prompt: &str) -> TestInteraction {
        self.ask(InteractionBuilder::command("imagine").option("prompt", prompt)).await
    }

    pub(crate) async fn ask(&self, ask: InteractionBuilder) -> TestInteraction {
        in_time(self.discord.interact(ask)).await
    }

    /// Asks for what is refused at once; the sentence that only the person sees.
    pub(crate) async fn refused(&self, ask: InteractionBuilder) -> String {
        let ack = in_time(self.ask(ask).await.acknowledged()).await;
        assert_eq!((ack.kind, ack.ephemeral), (4, true), "{}", ack.data);
        assert_eq!(ack.data["allowed_mentions"], json!({ "parse": [] }));
        ack.data["content"].as_str().unwrap().to_owned()
    }

    /// All words of a private answer that comes at once.
    pub(crate) async fn said(&self, ask: InteractionBuilder) -> String {
        let ack = in_time(self.ask(ask).await.acknowledged()).await;
        assert_eq!((ack.kind, ack.ephemeral), (4, true), "{}", ack.data);
        assert_eq!(ack.data["allowed_mentions"], json!({ "parse": [] }));
        words(&ack.data)
    }

    /// Waits until nobody works on a job any more and all is archived.
    pub(crate) async fn settled(&self) {
        let settled = async {
            while self.sum("open") > 0 {
                tokio::task::yield_now().await;
                self.wait_for_a_write().await;
            }
        };
        in_time(settled).await;
    }

    /// Waits until `wanted` is true of what is written down.
    pub(crate) async fn until(&self, wanted: impl Fn(&World) -> bool) {
        while !wanted(self) {
            self.wait_for_a_write().await;
        }
    }

    /// Waits until `wanted` is true of what somebody is told.
    pub(crate) async fn until_said(&self, wanted: impl AsyncFn() -> bool) {
        while !wanted().await {
            self.wait_for_a_write().await;
        }
    }

    /// The store has no way to call us: look again a little later.
    async fn wait_for_a_write(&self) {
        tokio::time::interval_at(tokio::time::Instant::now() + Duration::from_millis(20), TIMEOUT)
            .tick()
            .await;
    }

    pub(crate) fn db(&self) -> Connection {
        let path = self.folder.path().join("data/easel.db");
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    /// The sum of a column over all jobs; `spent` is what their calls may have cost.
    pub(crate) fn sum(&self, column: &str) -> usize {
        let (column, of) = match column {
            "spent" => ("micros", "charges WHERE paid"),
            column => (column, "jobs"),
        };
        self.db()
            .query_row(&format!("SELECT coalesce(sum({column}), 0) FROM {of}"), [], |row| {
                row.get::<_, u32>(0)
            })
            .unwrap() as usize
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Puts a file into the world's folder.
    pub(crate) fn write(&self, below: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(below), content).unwrap();
    }

    pub(crate) fn log_path(&self) -> PathBuf {
        self.path("bot.log")
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Every message with a picture that answers this interaction, wherever it is: at most one, or a person got it twice.
    pub(crate) fn pictures_for(&self, interaction: &TestInteraction) -> Vec<Message> {
        let snowflake = |value: &serde_json::Value| value.as_str().and_then(|id| id.parse().ok());
        let payload = interaction.payload();
        let channel = snowflake(&payload["channel_id"]).unwrap();
        let user = snowflake(&payload["member"]["user"]["id"]).unwrap();
        let nonce = Some(interaction.id.to_string());
        let places = [Some(channel), self.discord.dm_channel(user)];
        let all = places.into_iter().flatten().flat_map(|place| self.discord.channel_messages(place));
        let answers =
            |message: &Message| message.interaction == Some(interaction.id) || message.nonce == nonce;
        all.filter(|message| answers(message) && !message.attachments.is_empty()).collect()
    }

    /// How each job ended, oldest first.
    pub(crate) fn states(&self) -> Vec<String> {
        let db = self.db();
        let mut states = db.prepare("SELECT state FROM jobs ORDER BY created_at, id").unwrap();
        states.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Archived files with this ending, in a folder archive.
    pub(crate) fn archived(&self, ending: &str) -> Vec<Vec<u8>> {
        let mut files = Vec::new();
        collect(&self.path("data/archive"), ending, &mut files);
        files
    }

    /// SIGTERM, and the bot has ended.
    pub(crate) async fn stop(&mut self) {
        self.ask_to_stop();
        assert_eq!(self.ended().await, 0, "{}", self.log());
        in_time(self.discord.disconnected()).await;
    }

    /// Pictures that the model has finished, as the ledger knows it.
    pub(crate) fn generated(&self) -> u32 {
        let count = "SELECT count(*) FROM pictures WHERE sha256 IS NOT NULL";
        self.db().query_row(count, [], |row| row.get(0)).unwrap()
    }

    /// Where the store says that pictures lie in the archive.
    pub(crate) fn archive_keys(&self) -> Vec<String> {
        let db = self.db();
        let mut keys = db.prepare("SELECT archived FROM pictures WHERE archived IS NOT NULL").unwrap();
        keys.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Keeps every writer out of the database until it is dropped.
    pub(crate) fn lock_database(&self) -> Connection {
        let connection = Connection::open(self.path("data/easel.db")).unwrap();
        connection.busy_timeout(TIMEOUT).unwrap();
        connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
        connection
    }

    /// A kill between the ledger's line and the call leaves a line without a call; the other way round never.
    pub(crate) fn may_count_calls_that_were_not_made(&mut self) {
        self.killed_at_random = true;
    }

    /// `kill -9` of a process that has admitted a job and not yet begun with it: its call counts all the same.
    pub(crate) async fn kill_before_a_call(&mut self) {
        self.kill().await;
        self.unmade_calls += 1;
    }

    /// SIGTERM, then everything that must be true after any story.
    pub(crate) async fn end(mut self) {
        self.settled().await;
        self.ask_workers_to_stop();
        self.workers_ended().await;
        if self.bot.is_some() {
            self.ask_to_stop();
            assert_eq!(self.ended().await, 0, "{}", self.log());
        }
        self.ledger_balances();
        assert_eq!(self.discord.violations(), Vec::<String>::new());
        assert_eq!(self.bedrock.violations(), Vec::<String>::new());
        self.is_presentable(&self.log());
        self.is_tidy();
    }

    /// No job is open, and nothing lies in the spool.
    pub(crate) fn is_tidy(&self) {
        assert_eq!(self.sum("open"), 0, "open jobs");
        let spool: Vec<_> = std::fs::read_dir(self.path("data/spool")).into_iter().flatten().collect();
        assert!(spool.is_empty(), "left in the spool: {spool:?}");
    }

    /// What people got is what was delivered and what is archived, byte for byte.
    pub(crate) fn delivered_equals_archived(&self, messages: &[Message]) {
        let hashes = |files: Vec<Vec<u8>>| {
            let mut hashes: Vec<_> = files.iter().map(|bytes| Sha256::digest(bytes).to_vec()).collect();
            hashes.sort();
            hashes
        };
        let seen: Vec<_> = messages
            .iter()
            .flat_map(|message| &message.attachments)
            .map(|file| file.bytes.to_vec())
            .collect();
        assert_eq!(self.sum("delivered"), seen.len(), "pictures delivered");
        assert_eq!(hashes(self.archived("png")), hashes(seen), "archive and channel");
    }
}

/// The words of a message, or of the texts of a panel.
pub(crate) fn words(message: &serde_json::Value) -> String {
    let mut words = Vec::new();
    words.extend(message["content"].as_str().map(str::to_owned));
    let mut add = |component: &serde_json::Value| {
        let parts = component["components"].as_array().cloned().unwrap_or_default();
        let texts = parts.iter().filter(|part| part["type"] == 10);
        words.extend(texts.filter_map(|part| part["content"].as_str().map(str::to_owned)));
    };
    message["components"].as_array().into_iter().flatten().for_each(&mut add);
    words.join("\n")
}

pub(crate) fn terminate(process: &Child) {
    let id = process.id().expect("a running process");
    let told = std::process::Command::new("kill").args(["-TERM", &id.to_string()]).status().unwrap();
    assert!(told.success());
}

/// A subcommand of `/easel`, by somebody who may manage the server.
pub(crate) fn admin(path: &str) -> InteractionBuilder {
    InteractionBuilder::command(&format!("easel {path}"))
        .by(1)
        .permissions(MANAGE_GUILD | 0x8000_0000 | 0x400)
}

/// A picture that somebody has at hand.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A story that waits longer than this has failed.
pub(crate) async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIMEOUT, awaited).await.expect("this did not happen in time")
}

/// The same for what comes back into a queue only when SQS hides it no more, a minute after a worker took it.
pub(crate) async fn in_time_for_sqs<T>(awaited: impl Future<Output = T>) -> T {
    let awaited = tokio::time::timeout(TIMEOUT + Duration::from_secs(60), awaited);
    awaited.await.expect("this did not happen in time")
}

fn collect(folder: &Path, ending: &str, files: &mut Vec<Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, ending, files);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            files.push(std::fs::read(path).unwrap());
        }
    }
}
