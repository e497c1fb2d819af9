//! Asking a model: each call is in the ledger before it is made, and none is made that could be paid a third time.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use super::{Loaded, Stale, Work};
use crate::app::Step;
use crate::backends::archive::picture_key;
use crate::backends::aws;
use crate::backends::engine::{Class, Failure, Filter, Inputs, ModelOutput, Permit};
use crate::domain::digest::sha256_hex;
use crate::domain::image_format::ImageFormat;
use crate::domain::job::{Attempt, CallId, Settled, Settlement};
use crate::domain::job::{Bill, GeneratedImage, JobId, MadeFrom, Outcome, Picture};
use crate::domain::money::Micros;
use crate::domain::refusal::Refusal;

/// Calls that a busy model may turn away for one picture: half a minute of pauses, forty seconds at most.
const BUSY_TRIES: u32 = 9;
/// The first pause before asking a busy model again; it doubles, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How long pictures that are finished wait for those that they were made from to be kept.
const KEEPING_TIME: Duration = Duration::from_secs(1);

/// What a call left for the picture: bytes, or the reason why there are none.
struct CallEnd {
    outcome: Outcome,
    image: Option<GeneratedBytes>,
}

struct GeneratedBytes {
    bytes: Bytes,
    permit: Permit,
    /// It is on disk too.
    spooled: bool,
}

impl Work<'_> {
    /// Gets every picture its answer. The bytes come back in memory only for a job of one picture: several would
    /// wait for each other with one permit of the picture limiter each, and block it.
    pub(super) async fn generate(&self) -> anyhow::Result<(Loaded, Vec<Picture>)> {
        let fetched = match self.inputs().await {
            Ok(fetched) => fetched,
            Err(refusal) => return self.refuse_all(&refusal).await,
        };
        if let Some(refusal) = self.prompt_refusal(fetched.inputs.as_ref()).await {
            return self.refuse_all(&refusal).await;
        }
        let single = self.claim.pictures.len() == 1;
        let pictures = self.claim.pictures.iter();
        let asked = pictures.map(|picture| self.picture(picture.clone(), fetched.inputs.as_ref(), single));
        let answers = beside(self.keep_passing(&fetched), join_all(asked)).await;
        let mut loaded = Vec::new();
        let mut permit = None;
        let mut pictures = Vec::new();
        for answer in answers {
            let (picture, kept) = answer?;
            if let Some(kept) = kept {
                loaded.push((picture.n, kept.bytes));
                permit = single.then_some(kept.permit);
            }
            pictures.push(picture);
        }
        Ok((Loaded::new(loaded, permit), pictures))
    }

    async fn picture(
        &self,
        mut picture: Picture,
        inputs: Option<&Inputs>,
        keep: bool,
    ) -> anyhow::Result<(Picture, Option<GeneratedBytes>)> {
        if picture.outcome.is_some() {
            self.status.add_known(&picture);
            return Ok((picture, None));
        }
        let id = self.claim.job.id;
        // Only a picture that waits for its verdict stays in memory.
        let place = match &self.app.guardrail {
            Some(_) if picture.calls > 0 => Some(self.app.picture_limiter.enter().await),
            _ => None,
        };
        if let Some(bytes) = self.found(&picture).await? {
            let format = ImageFormat::of(&bytes).unwrap_or_default();
            // The model's answer is lost: its seed and region are taken to be those that were asked for.
            let region = self.model_of(picture.n).and_then(|model| self.app.engine.region_of(model));
            let generated = generated(picture.seed, format, region, bytes.clone()).await?;
            self.finish(&mut picture, None, generated, &bytes, true).await?;
            self.status.add_known(&picture);
            return Ok((picture, None));
        }
        drop(place);
        let answered = self.ask(&mut picture, inputs).await?;
        self.app.tell(id, Step::Answered(picture.n));
        picture.outcome = Some(answered.outcome);
        if !keep {
            self.status.add_answered(&picture);
        }
        Ok((picture, answered.image.filter(|kept| keep || !kept.spooled)))
    }

    /// Calls the model until there is an answer or no call is left.
    async fn ask(&self, picture: &mut Picture, inputs: Option<&Inputs>) -> anyhow::Result<CallEnd> {
        let job = &self.claim.job;
        let request = job.request.of(picture.n);
        let Some(model) = self.model_of(picture.n) else {
            let unavailable = Refusal::ModelUnavailable { model: request.model.clone() };
            return self.refused(picture, None, Bill::NoCall, unavailable).await;
        };
        let inputs = inputs.filter(|_| request.source().is_some());
        let mut turned_away = 0;
        loop {
            let call = match self.attempt(picture.n, model.price).await? {
                Attempt::Go(call) => call,
                Attempt::Stale => return Err(Stale.into()),
                Attempt::Stopped => {
                    return self.refused(picture, None, Bill::NoCall, Refusal::Cancelled).await;
                }
                Attempt::Exhausted => {
                    return self.refused(picture, None, Bill::NoCall, Refusal::ModelFailed).await;
                }
                Attempt::Refused(refusal) => return self.refused(picture, None, Bill::NoCall, refusal).await,
            };
            picture.calls += 1;
            self.app.tell(job.id, Step::Asked(picture.n));
            self.status.set_at_work();
            let asked = Instant::now();
            let failure = match self.app.engine.generate(model, request, picture.seed, inputs).await {
                Ok(output) => {
                    let took = u32::try_from(asked.elapsed().as_millis()).ok();
                    let made_from = inputs.map(|inputs| inputs.made_from.clone()).unwrap_or_default();
                    return self.keep(picture, call, output, made_from, took).await;
                }
                Err(failure) => failure,
            };
            log(job.id, picture.n, &failure);
            let bill = failure.class.bill();
            if bill == Bill::NoCall {
                picture.calls -= 1;
            }
            match failure.class {
                Class::Broken => {
                    self.settle(picture, Some(call), bill, None).await?;
                }
                Class::Busy { .. } | Class::NotSent if turned_away + 1 < BUSY_TRIES => {
                    if self.settle(picture, Some(call), bill, None).await? == Settled::Stored {
                        self.wait(turned_away, failure.class).await;
                    }
                    turned_away += 1;
                }
                _ => {
                    let reason = self.reason(&failure, &request.model);
                    return self.refused(picture, Some(call), bill, reason).await;
                }
            }
        }
    }

    /// Puts a call into the ledger, unless that came with the admission.
    async fn attempt(&self, n: u32, price: Micros) -> anyhow::Result<Attempt> {
        match self.take_prepared(n) {
            Some(call) => Ok(Attempt::Go(call)),
            None => {
                let job = self.claim.job.id;
                self.app.store.attempt(job, self.claim.fence, n, price, self.app.now()).await
            }
        }
    }

    /// The bytes are safe and in the ledger before anybody is told.
    async fn keep(
        &self,
        picture: &mut Picture,
        call: CallId,
        output: ModelOutput,
        made_from: MadeFrom,
        took: Option<u32>,
    ) -> anyhow::Result<CallEnd> {
        let ModelOutput { file, sha256, format, seed, region, permit } = output;
        let bytes = file.file().len() as u64;
        let generated = GeneratedImage { seed, sha256, bytes, format, region, took, made_from };
        let id = self.claim.job.id;
        let (bytes, kept) = self.app.spool.keep(id, picture.n, file, &generated.sha256).await?;
        if let Err(error) = &kept {
            tracing::error!(job = %id, error = format!("{error:#}"), "the spool cannot be written; the picture is only in memory");
        }
        let spooled = kept.is_ok();
        let outcome = self.finish(picture, Some(call), generated, &bytes, spooled).await?;
        let image =
            matches!(outcome, Outcome::Generated(_)).then_some(GeneratedBytes { bytes, permit, spooled });
        Ok(CallEnd { outcome, image })
    }

    /// Another worker does not see this one's spool: what the store calls generated has to be where it can be found.
    async fn share(&self, n: u32, bytes: &Bytes, generated: &GeneratedImage) {
        if self.app.queue.is_local() {
            return;
        }
        let key = picture_key(&self.claim.job, n, generated.format);
        if let Err(error) =
            self.app.archive.put_image(&key, bytes.clone(), generated.format, &generated.sha256).await
        {
            tracing::warn!(job = %self.claim.job.id, error = format!("{error:#}"), "the archive could not be reached; only this worker has the picture");
        }
    }

    /// A picture that is paid and safe, although the store does not know it: a crash came between.
    async fn found(&self, picture: &Picture) -> anyhow::Result<Option<Bytes>> {
        if picture.calls == 0 {
            // Nothing can be there, and looking for it means to look through the whole spool.
            return Ok(None);
        }
        if self.app.queue.is_local() {
            return self.app.spool.load(self.claim.job.id, picture.n).await;
        }
        self.app.picture(&self.claim, picture.n).await
    }

    /// Gives a picture whose bytes are safe its outcome. What the guardrail holds back leaves the spool: only then,
    /// since without an outcome it would be generated again.
    async fn finish(
        &self,
        picture: &mut Picture,
        call: Option<CallId>,
        generated: GeneratedImage,
        bytes: &Bytes,
        spooled: bool,
    ) -> anyhow::Result<Outcome> {
        let outcome = match self.picture_refusal(bytes, spooled).await? {
            None => {
                self.share(picture.n, bytes, &generated).await;
                Outcome::Generated(generated)
            }
            Some(refusal) => Outcome::Refused { refusal },
        };
        let outcome = self.settle_with(picture, call, Bill::Due, outcome).await?;
        if matches!(outcome, Outcome::Refused { .. })
            && let Err(error) = self.app.spool.forget(self.claim.job.id, picture.n).await
        {
            tracing::error!(job = %self.claim.job.id, error = format!("{error:#}"), "a picture that nobody gets leaves the spool with the next start");
        }
        Ok(outcome)
    }

    async fn refused(
        &self,
        picture: &mut Picture,
        call: Option<CallId>,
        bill: Bill,
        refusal: Refusal,
    ) -> anyhow::Result<CallEnd> {
        let outcome = self.settle_with(picture, call, bill, Outcome::Refused { refusal }).await?;
        Ok(CallEnd { outcome, image: None })
    }

    /// Gives a picture its outcome: this one, unless the job was cancelled.
    async fn settle_with(
        &self,
        picture: &mut Picture,
        call: Option<CallId>,
        bill: Bill,
        outcome: Outcome,
    ) -> anyhow::Result<Outcome> {
        let settled = self.settle(picture, call, bill, Some(outcome.clone())).await?;
        let outcome = match settled {
            Settled::Stopped => Outcome::Refused { refusal: Refusal::Cancelled },
            Settled::Stored | Settled::Stale => outcome,
        };
        picture.outcome = Some(outcome.clone());
        Ok(outcome)
    }

    async fn settle(
        &self,
        picture: &mut Picture,
        call: Option<CallId>,
        bill: Bill,
        outcome: Option<Outcome>,
    ) -> anyhow::Result<Settled> {
        if call.is_some() && bill == Bill::Due {
            picture.paid_calls += 1;
            let price = self.model_of(picture.n).map_or(Micros(0), |model| model.price);
            picture.spent = picture.spent + price;
        }
        let settlement = Settlement { n: picture.n, call, bill, outcome };
        match self.app.store.settle(self.claim.job.id, self.claim.fence, settlement).await? {
            Settled::Stale => Err(Stale.into()),
            settled => Ok(settled),
        }
    }

    fn reason(&self, failure: &Failure, model: &str) -> Refusal {
        let job = self.claim.job.id;
        match failure.class {
            Class::Busy { .. } => Refusal::ModelBusy,
            Class::NotSent | Class::Unsigned | Class::Unauthenticated => Refusal::ModelUnreachable,
            Class::Broken | Class::TimedOut => Refusal::ModelFailed,
            Class::Filtered(Filter::Prompt) => Refusal::FilteredPrompt,
            Class::Filtered(Filter::Output) => Refusal::FilteredOutput,
            Class::Filtered(Filter::Input) => Refusal::FilteredInput,
            Class::Rejected => Refusal::ModelRejected { job },
            Class::NotEnglish => Refusal::NotEnglish { model: model.to_owned() },
            Class::Unavailable => Refusal::ModelUnavailable { model: model.to_owned() },
        }
    }

    /// Tells the person once, then waits as long as the model wants, or longer each time, at random within a
    /// range so that those who wait do not come back together.
    async fn wait(&self, turned_away: u32, class: Class) {
        if turned_away == 0 {
            self.app.tell(self.claim.job.id, Step::Waiting);
            self.status.set_busy();
        }
        let longest = FIRST_PAUSE.saturating_mul(1 << turned_away.min(10)).min(LONGEST_PAUSE);
        let after = if let Class::Busy { after: Some(after) } = class { after } else { Duration::ZERO };
        let pause = after.min(LONGEST_PAUSE).max(longest.mul_f64(rand::random_range(0.5..1.0)));
        #[expect(clippy::disallowed_methods, reason = "a retry")]
        tokio::time::sleep(pause).await;
    }

    async fn refuse_all(&self, refusal: &Refusal) -> anyhow::Result<(Loaded, Vec<Picture>)> {
        let mut pictures = self.claim.pictures.clone();
        for picture in pictures.iter_mut().filter(|picture| picture.outcome.is_none()) {
            self.refused(picture, None, Bill::NoCall, refusal.clone()).await?;
        }
        Ok((Loaded::default(), pictures))
    }
}

/// What is awaited, with something done beside it that does not hold it up for long: an archive that is away does not keep
/// the pictures from their member.
async fn beside<T>(done: impl Future<Output = ()>, awaited: impl Future<Output = T>) -> T {
    tokio::pin!(done, awaited);
    tokio::select! {
        answer = &mut awaited => {
            drop(timeout(KEEPING_TIME, done).await);
            answer
        }
        () = &mut done => awaited.await,
    }
}

/// What AWS says is for the operator, with the remedy.
fn log(job: JobId, n: u32, failure: &Failure) {
    let (class, cause) = (failure.class, format!("{:#}", failure.cause));
    match aws::remedy(failure.cause.as_ref()) {
        Some(remedy) => tracing::error!(%job, n, ?class, cause, "no picture until this is mended: {remedy}"),
        None if class == Class::NotSent => {
            tracing::warn!(%job, n, ?class, cause, "AWS cannot be reached: check the network, and HTTPS_PROXY if there is one");
        }
        None => tracing::warn!(%job, n, ?class, cause, "a call failed"),
    }
}

/// Hashes a picture, away from the tasks that must stay quick.
async fn generated(
    seed: u32,
    format: ImageFormat,
    region: Option<String>,
    bytes: Bytes,
) -> anyhow::Result<GeneratedImage> {
    let hash = move || {
        let sha256 = sha256_hex(&bytes);
        GeneratedImage {
            seed,
            sha256,
            bytes: bytes.len() as u64,
            format,
            region,
            took: None,
            made_from: MadeFrom::default(),
        }
    };
    Ok(tokio::task::spawn_blocking(hash).await?)
}
