//! The template of deploy/serverless, deployed to the stand-in that runs functions and asks for permissions.

use std::path::{Path, PathBuf};

use aws_config::{Region, SdkConfig};
use easel::backends::store::Store;
use serde_json::Value;
use tokio::process::Command;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::cloud::{idle, nothing_is_reserved};
use super::{EASEL, World, in_time};
use crate::archive::{aws, server};

/// A deployment with the program in both functions, and the world around it.
pub(crate) struct Stack {
    pub(crate) world: World,
    pub(crate) aws: SdkConfig,
    name: String,
    told: Value,
}

impl Stack {
    /// Deploys the template to a world; `more` goes to `stack.py deploy`.
    pub(crate) async fn deploy(world: World, more: &[&str]) -> Stack {
        Stack::try_deploy(world, more).await.unwrap()
    }

    /// As [`Stack::deploy`]; the error is why there is no stack.
    pub(crate) async fn try_deploy(mut world: World, more: &[&str]) -> Result<Stack, String> {
        let (endpoint, name) = (server("EASEL_TEST_STRICT"), format!("easel-{}", ulid::Ulid::new()));
        let zip = zipped_program();
        let scratch = world.path("functions");
        std::fs::create_dir(&scratch).unwrap();
        let variables = [
            ("DISCORD_API_URL", world.discord.base_url()),
            ("AWS_ENDPOINT_URL", endpoint.clone()),
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", world.bedrock.base_url()),
            ("TMPDIR", scratch.display().to_string()),
        ];
        let variables = variables.map(|(name, value)| format!("--variable={name}={value}"));
        let key = format!("--parameter=DiscordPublicKey={}", world.discord.public_key());
        let (token, zip) = (format!("--token={}", world.discord.token()), format!("--zip={}", zip.display()));
        let mut arguments = vec!["deploy", "--endpoint", &endpoint, "--name", &name, &key, &token, &zip];
        arguments.extend(variables.iter().map(String::as_str).chain(more.iter().copied()));
        let told: Value = serde_json::from_str(&stack_py(&arguments).await?).unwrap();
        let aws = aws(&endpoint).into_builder().region(Region::from_static("us-west-2")).build();
        // What an operator's own machine needs for `easel check` and `easel register`.
        world.set("AWS_ENDPOINT_URL_DYNAMODB", &endpoint);
        world.set("AWS_ENDPOINT_URL_S3", endpoint.replace("127.0.0.1", "localhost"));
        world.set("EASEL_STORE", format!("dynamodb:{}", told["table"].as_str().unwrap()));
        world.set("EASEL_QUEUE", format!("sqs:{}", told["queue"].as_str().unwrap()));
        world.set("EASEL_ARCHIVE", format!("s3://{}/easel", told["bucket"].as_str().unwrap()));
        world.set("DISCORD_PUBLIC_KEY", world.discord.public_key());
        Ok(Stack { world, aws, name, told })
    }

    /// Declares the commands, and has Discord post interactions to the API.
    pub(crate) async fn goes_live(&self) {
        let (code, _, err) = self.world.run(&["register"]).await;
        assert_eq!(code, 0, "{err}");
        let endpoint = format!("{}/interactions", self.told("api"));
        in_time(self.world.discord.set_endpoint(&endpoint)).await.unwrap();
    }

    /// What `stack.py deploy` told, by its name.
    pub(crate) fn told(&self, what: &str) -> &str {
        self.told[what].as_str().unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        Store::dynamo(&self.aws, self.told("table"))
    }

    /// After a story: so many calls were made and pictures delivered; nothing is open or reserved; the accounts are the
    /// jobs'.
    pub(crate) async fn ended(&self, calls: usize, delivered: u32) {
        let totals = in_time(idle(&self.store())).await;
        assert_eq!((self.world.bedrock.calls().len(), totals.delivered), (calls, delivered));
        nothing_is_reserved(&self.aws, self.told("table")).await;
        assert_eq!(self.world.discord.violations(), Vec::<String>::new());
        assert_eq!(self.world.bedrock.violations(), Vec::<String>::new());
        self.delete().await;
    }

    pub(crate) async fn delete(&self) {
        self.stack("delete", &[]).await;
    }

    /// Takes an action, such as `work:s3:PutObject`, from a role until [`Stack::allow`].
    pub(crate) async fn deny(&self, action: &str) {
        self.stack("deny", &["--action", action]).await;
    }

    pub(crate) async fn allow(&self) {
        self.stack("allow", &[]).await;
    }

    /// What both functions have written so far.
    pub(crate) async fn logs(&self) -> String {
        self.stack("logs", &[]).await
    }

    /// Starts the function `work` with this event; what it says.
    pub(crate) async fn work(&self, event: &Value) -> String {
        let arguments =
            ["invoke", "--endpoint", &server("EASEL_TEST_STRICT"), "--function", self.told("work")];
        stack_py(&[&arguments[..], &["--payload", &event.to_string()]].concat())
            .await
            .unwrap_or_else(|said| said)
    }

    async fn stack(&self, what: &str, more: &[&str]) -> String {
        let arguments = [what, "--endpoint", &server("EASEL_TEST_STRICT"), "--name", &self.name];
        stack_py(&[&arguments[..], more].concat()).await.unwrap()
    }
}

/// What `stack.py` prints; the error is that, and what it complains of.
pub(crate) async fn stack_py(arguments: &[&str]) -> Result<String, String> {
    let program = server("EASEL_TEST_STACK");
    let (python, script) = program.split_once(' ').unwrap();
    let ran = in_time(Command::new(python).arg(script).args(arguments).output()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(ran.stdout), text(ran.stderr));
    if ran.status.success() { Ok(out) } else { Err(out + &err) }
}

/// The zip that Lambda gets, made once for each build. Tests that make it at once make the same.
fn zipped_program() -> PathBuf {
    let program = Path::new(EASEL);
    let zip = program.with_file_name("bootstrap.zip");
    let made = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    if made(&zip) > made(program) {
        return zip;
    }
    let folder = tempfile::tempdir_in(program.parent().unwrap()).unwrap();
    let (stripped, new) = (folder.path().join("bootstrap"), folder.path().join("bootstrap.zip"));
    let strip = std::process::Command::new("strip").arg("-o").arg(&stripped).arg(program).status();
    assert!(strip.unwrap().success(), "the linker's neighbour `strip` is missing");
    let mut writer = ZipWriter::new(std::fs::File::create(&new).unwrap());
    // Of the same program the same zip: the stand-in unpacks it once.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o755);
    writer.start_file("bootstrap", options).unwrap();
    std::io::copy(&mut std::fs::File::open(&stripped).unwrap(), &mut writer).unwrap();
    writer.finish().unwrap();
    std::fs::rename(&new, &zip).unwrap();
    zip
}
