//! Everything one process has, and the owner of every task.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use aws_config::{BehaviorVersion, SdkConfig};
use bytes::Bytes;
use time::{Date, OffsetDateTime};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::clock::Clock;
use crate::app::messages::help::CommandIds;
use crate::backends::archive::{Archive, picture_key};
use crate::backends::aws::unused_profile;
use crate::backends::discord_api::age_restriction::AgeRestrictionCache;
use crate::backends::discord_api::attachment;
use crate::backends::discord_api::edit_rate::EditRate;
use crate::backends::discord_api::permissions::Reader;
use crate::backends::discord_api::pictures::pictures_of;
use crate::backends::discord_api::rest::{Fault, Rest};
use crate::backends::discord_api::retry::Retry;
use crate::backends::engine::{Bedrock, Engine, PictureLimiter};
use crate::backends::guardrail::Guardrail;
use crate::backends::http::Http;
use crate::backends::queue::Queue;
use crate::backends::rate_limit::RateLimiter;
use crate::backends::secrets;
use crate::backends::spool::Spool;
use crate::backends::store::Store;
use crate::config::{ArchiveUrl, AwsVariables, Config, EngineChoice, QueueUrl, StoreUrl, Token};
use crate::domain::catalogue::Catalogue;
use crate::domain::job::{Claim, JobId, Picture};
use crate::domain::refusal::Refusal;
use crate::domain::request::IMAGE_BYTES_LIMIT;

pub mod clock;
pub mod components;
mod contact_sheet;
mod context;
pub(crate) mod export;
pub(crate) mod family;
pub mod forget;
pub(crate) mod gallery;
pub mod messages;
mod place_order;
pub(crate) mod publish;
pub mod reports;
pub mod retention;
pub mod sessions;
mod stored_picture;
pub mod worker;

pub(crate) use place_order::{
    Customer, KeyHolder, Member, Offer, Order, Placed, StartPicture, offer, offer_first, place_order,
};
pub(crate) use stored_picture::StoredPicture;
use worker::Line;
pub(crate) use worker::Start;

/// Jobs that hold a picture's bytes at a time. Waiting for a model costs a few kilobytes, a picture costs megabytes.
const PICTURES_AT_ONCE: usize = 8;
/// The region of Bedrock's text-to-image models.
const DEFAULT_REGION: &str = "us-west-2";

/// One process.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    clock: Clock,
    pub catalogue: Catalogue,
    pub discord: Rest,
    pub engine: Engine,
    /// What every prompt and picture has to pass, if anything.
    pub guardrail: Option<Guardrail>,
    pub store: Store,
    pub queue: Queue,
    pub archive: Archive,
    /// Where pictures are until they are in the archive.
    pub spool: Spool,
    /// How many jobs hold a picture at a time.
    pub picture_limiter: PictureLimiter,
    /// Workers that have no job.
    pub(crate) workers: Arc<Semaphore>,
    /// How often messages say how far their jobs are.
    pub(crate) edits: EditRate,
    pub(crate) line: Line,
    /// How often a member may ask.
    pub limiter: RateLimiter,
    pub age_restrictions: AgeRestrictionCache,
    /// Once Discord has told them.
    pub(crate) command_ids: OnceLock<CommandIds>,
    /// Cancelled: take nothing new.
    pub stopping: CancellationToken,
    /// Cancelled: give back what is not finished.
    pub abandoned: CancellationToken,
    /// This process, as the owner of leases.
    pub owner: String,
    steps: broadcast::Sender<(JobId, Step)>,
    tasks: TaskTracker,
    runtime: Handle,
}

/// What happens to a job, for those who watch it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A model is being asked for picture `n`.
    Asked(u32),
    Waiting,
    /// Picture `n` has its answer.
    Answered(u32),
}

impl App {
    /// Opens everything that `config` names.
    ///
    /// # Errors
    /// A sentence with the variable at fault and the remedy.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Arc<App>> {
        let catalogue = catalogue(&config, clock.now().date())?;
        let http = Http::default();
        let aws = if needs_aws(&config) { Some(aws_config(&http).await) } else { None };
        if aws.is_some()
            && let Some(problem) = unused_profile(&AwsVariables::from_environment())
        {
            tracing::warn!("AWS: {problem}");
        }
        let picture_limiter = PictureLimiter::new(PICTURES_AT_ONCE);
        let engine = match (config.engine, &aws) {
            (EngineChoice::Bedrock, Some(aws)) => {
                Engine::Bedrock(Bedrock::new(aws, &http, picture_limiter.clone()))
            }
            _ => Engine::Sketch(picture_limiter.clone()),
        };
        let guardrail = config.guardrail.as_ref().zip(aws.as_ref());
        let store = Store::at(&config.store, aws.as_ref())?;
        let ready = async { store.ready().await.context("EASEL_STORE") };
        let (token, ()) = tokio::try_join!(secrets::reveal(config.token.as_ref(), aws.as_ref()), ready)?;
        Ok(Arc::new(App {
            catalogue,
            discord: Rest::new(&config.discord_url, token, &http),
            engine,
            guardrail: guardrail.map(|(id, aws)| Guardrail::new(aws, id)),
            limiter: RateLimiter::beside(&store),
            store,
            queue: Queue::open(&config.queue, aws.as_ref())?,
            archive: Archive::open(&config.archive, aws.as_ref())?,
            spool: spool(&config)?,
            picture_limiter,
            workers: Arc::new(Semaphore::new(config.workers)),
            edits: EditRate::default(),
            line: Line::default(),
            age_restrictions: AgeRestrictionCache::default(),
            command_ids: OnceLock::new(),
            stopping: CancellationToken::new(),
            abandoned: CancellationToken::new(),
            owner: format!("{}-{:08x}", std::process::id(), rand::random::<u32>()),
            steps: broadcast::channel(64).0,
            tasks: TaskTracker::new(),
            runtime: Handle::current(),
            config,
            clock,
        }))
    }

    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Runs `task` until it ends by itself, on the runtime that opened this, not the caller's; [`App::finish`] waits for it.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn_on(task, &self.runtime);
    }

    /// Waits until no task is left: only where no spawned task lasts as long as the process.
    pub async fn idle(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Takes nothing new, gives what is under way `grace`, then has the rest given back.
    pub async fn finish(&self, grace: Duration) {
        self.stopping.cancel();
        self.tasks.close();
        if tokio::time::timeout(grace, self.tasks.wait()).await.is_err() {
            tracing::warn!("not everything was finished in time; the rest goes on at the next start");
            self.abandoned.cancel();
            drop(tokio::time::timeout(Duration::from_secs(5), self.tasks.wait()).await);
        }
        if let Err(error) = self.spool.tidy().await {
            tracing::warn!(error = format!("{error:#}"), "the spool could not be tidied up");
        }
    }

    /// A finished picture: from the spool while it waits there, else from the archive; `None` if it is in neither.
    pub async fn picture(&self, claim: &Claim, n: u32) -> anyhow::Result<Option<Bytes>> {
        self.kept(&picture_key(&claim.job, n, claim.format(n)), Some((claim.job.id, n))).await
    }

    /// Whether every process that has this store finds a picture: the spool is one machine's.
    pub(crate) async fn is_within_reach(&self, job: JobId, picture: &Picture) -> bool {
        if picture.archived.is_some() || self.store.is_shared() {
            return picture.archived.is_some();
        }
        self.spool.holds(job, picture.n).await.unwrap_or_else(|error| {
            tracing::warn!(%job, error = format!("{error:#}"), "the spool cannot be read");
            false
        })
    }

    /// What is kept under this key of the archive; a `picture` may still wait in the spool.
    pub(crate) async fn kept(
        &self,
        key: &str,
        picture: Option<(JobId, u32)>,
    ) -> anyhow::Result<Option<Bytes>> {
        if let Some((job, n)) = picture
            && let Some(bytes) = self.spool.load(job, n).await?
        {
            return Ok(Some(bytes));
        }
        self.archive.get(key).await
    }

    /// A picture that somebody attached, from Discord's servers.
    ///
    /// # Errors
    /// It lies elsewhere, is too large, or is gone.
    pub async fn attached(&self, url: &str) -> Result<Bytes, Refusal> {
        let elsewhere = self.config.discord_is_elsewhere.then_some(&self.config.discord_url);
        attachment::check_host(url, elsewhere)?;
        match Retry::file().until_taken(|| self.discord.file(url, IMAGE_BYTES_LIMIT)).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(attachment::too_large()),
            Err(Fault::Refused { .. }) => Err(attachment::gone()),
            Err(fault) => {
                tracing::warn!(%fault, "an attachment could not be fetched");
                Err(attachment::gone())
            }
        }
    }

    /// The first picture of a message, which the caller may show to whoever asks.
    ///
    /// # Errors
    /// There is no such message, or it has no picture that can be used.
    pub(crate) async fn in_message(&self, channel: u64, message: u64) -> Result<Bytes, Refusal> {
        let asked = Retry::file().until_taken(|| self.discord.message(channel, message)).await;
        let message = asked.map_err(|fault| {
            tracing::debug!(%fault, "a message with a picture could not be read");
            Refusal::UnknownMessage
        })?;
        let found = pictures_of(&message).into_iter().next().ok_or(Refusal::NoPictureInMessage)?;
        let elsewhere = self.config.discord_is_elsewhere.then_some(&self.config.discord_url);
        attachment::check_description(&found, elsewhere)?;
        self.attached(&found.url).await
    }

    /// Whether a member of a server can read a channel of it, or for a thread the one above it. Private threads nobody
    /// reads from elsewhere.
    pub(crate) async fn is_readable(&self, channel: u64, reader: Reader<'_>) -> Result<bool, Fault> {
        let ask = async |path: [String; 2]| {
            let path = [path[0].as_str(), path[1].as_str()];
            Retry::file().until_taken(|| self.discord.get(&path)).await
        };
        let mut found = ask(["channels".into(), channel.to_string()]).await?;
        match (found["type"].as_u64(), found["parent_id"].as_str().map(str::to_owned)) {
            (Some(12), _) => return Ok(false),
            (Some(10 | 11), Some(parent)) => found = ask(["channels".into(), parent]).await?,
            _ => {}
        }
        let guild = ask(["guilds".into(), reader.guild.to_string()]).await?;
        Ok(reader.can_read(&guild, &found))
    }

    /// Hands an admitted job to the workers; if the queue is out of reach, the sweeper does that later.
    pub async fn enqueue(&self, job: JobId) {
        if let Err(error) = self.queue.push(job).await {
            tracing::error!(%job, error = format!("{error:#}"), "the queue is out of reach; the sweeper enqueues the job later");
        }
    }

    /// Cancels a job whose `admit` is no longer awaited; `begun` if a worker was there for it.
    pub fn take_back(&self, job: JobId, begun: bool, now: OffsetDateTime) {
        let taken_back = self.store.cancel_soon(job, begun, now);
        self.spawn(async move {
            if let Err(error) = taken_back.await {
                tracing::error!(%job, error = format!("{error:#}"), "an order may not have been taken back");
            }
        });
    }

    /// Reports a step of a job to its watchers, if there are any.
    pub fn tell(&self, job: JobId, step: Step) {
        drop(self.steps.send((job, step)));
    }

    /// What happens to jobs from here on.
    pub fn watch(&self) -> broadcast::Receiver<(JobId, Step)> {
        self.steps.subscribe()
    }
}

/// What the store says until `deadline`.
pub(crate) async fn before<T>(
    deadline: Instant,
    asked: impl Future<Output = anyhow::Result<T>>,
) -> Result<T, Refusal> {
    match tokio::time::timeout_at(deadline, asked).await {
        Ok(Ok(said)) => Ok(said),
        Ok(Err(error)) => {
            tracing::error!(error = format!("{error:#}"), "the store could not be asked");
            Err(Refusal::StoreSlow)
        }
        Err(_) => Err(Refusal::StoreSlow),
    }
}

/// The folder of pictures on their way, beside the store.
///
/// # Errors
/// A sentence with the variable and the remedy.
pub fn spool(config: &Config) -> anyhow::Result<Spool> {
    let path = config.data_dir().join("spool");
    let is_alone = config.queue == QueueUrl::Local;
    let spool = if is_alone { Spool::open(&path) } else { Spool::open_beside_others(&path) };
    spool.context("EASEL_STORE: the folder `spool` beside it")
}

/// The models that `config` allows.
///
/// # Errors
/// A sentence with `EASEL_MODELS_FILE` or `EASEL_MODEL`.
pub fn catalogue(config: &Config, today: Date) -> anyhow::Result<Catalogue> {
    let catalogue = match config.engine {
        EngineChoice::Sketch => return Ok(Catalogue::sketch()),
        EngineChoice::Bedrock => Catalogue::bedrock(),
    };
    let catalogue = match &config.models_file {
        Some(path) => catalogue.with_file(path)?,
        None => catalogue,
    };
    match &config.model {
        Some(model) => catalogue.with_default(model, today).context("EASEL_MODEL"),
        None => Ok(catalogue),
    }
}

pub async fn aws_config(http: &Http) -> SdkConfig {
    // A chain of regions that is made apart wants an HTTP client of the SDK's, which this program is built without.
    let defaults = || aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http.for_sdks());
    let found = defaults().load().await;
    if found.region().is_some() {
        return found;
    }
    defaults().region(DEFAULT_REGION).load().await
}

/// Whether anything that `config` names is in AWS, or in a server that speaks its language.
pub fn needs_aws(config: &Config) -> bool {
    matches!(config.archive, ArchiveUrl::S3 { .. }) || needs_amazon(config)
}

/// Whether anything is in AWS that nobody else has.
pub fn needs_amazon(config: &Config) -> bool {
    config.engine == EngineChoice::Bedrock
        || config.guardrail.is_some()
        || matches!(config.queue, QueueUrl::Sqs(_))
        || matches!(config.store, StoreUrl::Dynamo(_))
        || matches!(config.token, Some(Token::InSecret(_)))
}
