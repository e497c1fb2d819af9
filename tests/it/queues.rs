//! What every queue promises: one list, stamped per back end, and what SQS promises beyond it. The stand-ins of SQS are
//! those of S3.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use easel::backends::queue::{BATCH, Delivery, Queue};
use easel::config::QueueUrl;
use easel::domain::job::JobId;
use serde_json::json;
use time::macros::datetime;
use tokio_util::sync::CancellationToken;

use crate::archive::{aws, server};
use crate::support::in_time;

/// An empty queue, as two processes see it; a local one is the same for both.
struct Place {
    queue: Queue,
    second: Option<Queue>,
    sqs: Option<Made>,
}

impl Place {
    fn second(&self) -> &Queue {
        self.second.as_ref().unwrap_or(&self.queue)
    }

    fn sqs(&self) -> &Made {
        self.sqs.as_ref().unwrap()
    }
}

/// A queue of SQS that nobody else uses, and its dead-letter queue.
pub(crate) struct Made {
    pub(crate) client: Client,
    pub(crate) url: String,
    pub(crate) dead_letters: String,
}

fn local() -> Place {
    Place { queue: Queue::open(&QueueUrl::Local, None).unwrap(), second: None, sqs: None }
}

async fn sqs(variable: &str) -> Place {
    let made = make_queue(&server(variable), 1).await;
    let (queue, second) = (made.open(), Some(made.open()));
    Place { queue, second, sqs: Some(made) }
}

/// Makes a queue with this visibility timeout in seconds, and a dead-letter queue for what came three times.
pub(crate) async fn make_queue(endpoint: &str, visibility: u32) -> Made {
    let client = Client::new(&aws(endpoint));
    let name = format!("easel-{}", ulid::Ulid::new());
    let dead = client.create_queue().queue_name(format!("{name}-dead")).send().await.unwrap();
    let dead_letters = dead.queue_url.unwrap();
    let arn = QueueAttributeName::QueueArn;
    let asked = client.get_queue_attributes().queue_url(&dead_letters).attribute_names(arn.clone());
    let target = asked.send().await.unwrap().attributes.unwrap().remove(&arn).unwrap();
    let redrive = json!({ "deadLetterTargetArn": target, "maxReceiveCount": 3 });
    let made = client
        .create_queue()
        .queue_name(name)
        .attributes(QueueAttributeName::VisibilityTimeout, visibility.to_string())
        .attributes(QueueAttributeName::RedrivePolicy, redrive.to_string());
    let url = made.send().await.unwrap().queue_url.unwrap();
    Made { client, url, dead_letters }
}

impl Made {
    /// The queue as one more process has it.
    pub(crate) fn open(&self) -> Queue {
        let aws = aws("http://127.0.0.1:9");
        Queue::open(&QueueUrl::Sqs(self.url.parse().unwrap()), Some(&aws)).unwrap()
    }

    /// Messages that wait, and those in somebody's hands.
    pub(crate) async fn messages(&self) -> [u32; 2] {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let asked = self.client.get_queue_attributes().queue_url(&self.url);
        let told = asked.set_attribute_names(Some(counts.to_vec())).send().await.unwrap();
        counts.map(|count| told.attributes().unwrap()[&count].parse().unwrap())
    }

    /// Waits until no message is in it, neither waiting nor in somebody's hands.
    pub(crate) async fn drained(&self) {
        in_time(async { while self.messages().await != [0, 0] {} }).await;
    }
}

fn job(n: u128) -> JobId {
    JobId::new(datetime!(2026-11-22 14:48:58 UTC), n)
}

/// The next deliveries, at least one.
async fn some(queue: &Queue) -> Vec<Delivery> {
    let wanted = async {
        loop {
            let deliveries = queue.next(BATCH).await.unwrap();
            if !deliveries.is_empty() {
                break deliveries;
            }
        }
    };
    in_time(wanted).await
}

/// The next delivery, and there is no other with it.
async fn one(queue: &Queue) -> Delivery {
    let mut deliveries = some(queue).await;
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    deliveries.remove(0)
}

async fn push(queue: &Queue, jobs: impl IntoIterator<Item = u128>) {
    for n in jobs {
        queue.push(job(n)).await.unwrap();
    }
}

/// So many deliveries, by their jobs.
async fn deliveries(queue: &Queue, count: usize) -> HashMap<JobId, Delivery> {
    let mut all = HashMap::new();
    while all.len() < count {
        all.extend(some(queue).await.into_iter().map(|delivery| (delivery.job, delivery)));
    }
    assert_eq!(all.len(), count);
    all
}

async fn what_is_pushed_comes_out_once_while_somebody_has_it(place: &Place) {
    push(&place.queue, [1]).await;
    let first = one(place.second()).await;
    push(&place.queue, [2]).await;
    let second = one(place.second()).await;
    assert_eq!((first.job, second.job), (job(1), job(2)));
}

async fn what_is_done_is_done(place: &Place) {
    push(&place.queue, [1]).await;
    place.queue.done(&one(&place.queue).await).await.unwrap();
    push(&place.queue, [2]).await;
    assert_eq!(one(&place.queue).await.job, job(2));
}

async fn what_is_given_back_comes_again_at_once(place: &Place) {
    push(&place.queue, [1]).await;
    place.queue.give_back(&one(&place.queue).await).await.unwrap();
    assert_eq!(one(place.second()).await.job, job(1));
}

async fn handed_in_again_and_again_it_waits_once(place: &Place) {
    push(&place.queue, [1, 2, 3]).await;
    for n in [1, 2, 1] {
        place.queue.push_again(job(n)).await.unwrap();
    }
    let mut came = Vec::new();
    while came.len() < 3 {
        came.extend(some(&place.queue).await.into_iter().map(|delivery| delivery.job));
    }
    came.sort();
    assert_eq!(came, [job(1), job(2), job(3)]);
}

async fn a_job_that_another_process_is_done_with_can_be_handed_in_again(place: &Place) {
    for _ in 0..2 {
        push(&place.queue, [1]).await;
        let delivery = one(place.second()).await;
        assert_eq!(delivery.job, job(1));
        place.queue.done(&delivery).await.unwrap();
    }
}

async fn a_job_that_was_seen_can_be_handed_in_again(place: &Place) {
    for _ in 0..2 {
        push(&place.queue, [1]).await;
        let delivery = one(&place.queue).await;
        assert_eq!(delivery.job, job(1));
        place.queue.done(&delivery).await.unwrap();
    }
}

async fn two_consumers_share_the_work(place: &Place) {
    push(&place.queue, 0..30).await;
    let (seen, all) = (Mutex::new(HashSet::new()), CancellationToken::new());
    let consume = async |queue: &Queue| {
        loop {
            for delivery in queue.next(3).await.unwrap() {
                queue.done(&delivery).await.unwrap();
                let mut seen = seen.lock().unwrap();
                seen.insert(delivery.job);
                if seen.len() == 30 {
                    all.cancel();
                }
            }
        }
    };
    let both = async { tokio::join!(consume(&place.queue), consume(place.second())) };
    in_time(all.run_until_cancelled(both)).await;
    assert_eq!(*seen.lock().unwrap(), (0..30).map(job).collect());
}

async fn what_is_not_done_comes_again_after_the_visibility_time(place: &Place) {
    push(&place.queue, [1, 2]).await;
    let first = deliveries(&place.queue, 2).await;
    place.queue.done(&first[&job(1)]).await.unwrap();
    assert_eq!(one(place.second()).await.job, job(2));
}

async fn what_is_extended_stays_hidden(place: &Place) {
    push(&place.queue, [1, 2]).await;
    let first = deliveries(&place.queue, 2).await;
    place.queue.extend(&first[&job(1)]).await.unwrap();
    assert_eq!(one(place.second()).await.job, job(2));
}

async fn a_batch_is_no_larger_than_asked_for(place: &Place) {
    push(&place.queue, 0..4).await;
    assert!(place.queue.next(2).await.unwrap().len() <= 2);
}

async fn handed_in_by_two_processes_it_may_come_twice_and_does_no_harm(place: &Place) {
    push(&place.queue, [1]).await;
    push(place.second(), [1]).await;
    for _ in 0..2 {
        let delivery = place.queue.next(1).await.unwrap().remove(0);
        assert_eq!(delivery.job, job(1));
        place.queue.done(&delivery).await.unwrap();
    }
    push(&place.queue, [2]).await;
    assert_eq!(one(&place.queue).await.job, job(2));
}

async fn a_foreign_message_goes_to_the_dead_letters_and_holds_nobody_up(place: &Place) {
    let Made { client, url, dead_letters } = place.sqs();
    client.send_message().queue_url(url).message_body("an order for pizza").send().await.unwrap();
    push(&place.queue, [1]).await;
    place.queue.done(&one(&place.queue).await).await.unwrap();
    let dead = async {
        loop {
            let asked = client.receive_message().queue_url(dead_letters).wait_time_seconds(1).send().await;
            if let [message, ..] = asked.unwrap().messages() {
                break message.body().unwrap().to_owned();
            }
        }
    };
    let consumed = async {
        loop {
            assert!(place.queue.next(BATCH).await.unwrap().is_empty());
        }
    };
    let body = async {
        tokio::select! { body = dead => body, () = consumed => unreachable!() }
    };
    assert_eq!(in_time(body).await, "an order for pizza");
}

macro_rules! conformance {
    ($($backend:ident: $open:expr, $list:tt);+ $(;)?) => { $(conformance!(@ $backend, $open, $list);)+ };
    (@ $backend:ident, $open:expr, { $($promise:ident)* }) => {
        mod $backend {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(&$open).await;
            })*
        }
    };
    (@ $backend:ident, $open:expr, [ $($promise:ident)* ]) => {
        conformance!(@ $backend, $open, {
            what_is_pushed_comes_out_once_while_somebody_has_it
            what_is_done_is_done
            what_is_given_back_comes_again_at_once
            handed_in_again_and_again_it_waits_once
            a_job_that_another_process_is_done_with_can_be_handed_in_again
            a_job_that_was_seen_can_be_handed_in_again
            two_consumers_share_the_work
            a_batch_is_no_larger_than_asked_for
            $($promise)*
        });
    };
    (@ $backend:ident, $open:expr, (sqs)) => {
        conformance!(@ $backend, $open, [
            what_is_not_done_comes_again_after_the_visibility_time
            what_is_extended_stays_hidden
            handed_in_by_two_processes_it_may_come_twice_and_does_no_harm
            a_foreign_message_goes_to_the_dead_letters_and_holds_nobody_up
        ]);
    };
}

conformance! {
    in_one_process: super::local(), [];
    on_moto: super::sqs("EASEL_TEST_S3_MOTO").await, (sqs);
    on_ministack: super::sqs("EASEL_TEST_S3_MINISTACK").await, (sqs);
}
