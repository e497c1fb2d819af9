//! Each action that the template of deploy/serverless allows a role is needed: something ends in a denial without it.

use std::collections::BTreeSet;
use std::time::Duration;

use easel::domain::limits::AdmissionLimits;
use easel::domain::session::{Plan, Session, SessionId};
use easel_emulator::bedrock::ModelFault;
use easel_emulator::discord::{InteractionBuilder, Message, TestInteraction};
use serde_json::json;

use crate::archive::server;
use crate::backends::orders::{Order, order};
use crate::support::stack::{Stack, stack_py};
use crate::support::{Setup, World, in_time, png};

/// What somebody does, and the actions without which it fails.
const NEEDED: &[(Probe, &[&str])] = &[
    (
        Probe::Order,
        &[
            "front dynamodb:BatchGetItem",
            "front dynamodb:PutItem",
            "front dynamodb:UpdateItem",
            "front sqs:SendMessage",
            "work dynamodb:GetItem",
            "work dynamodb:PutItem",
            "work dynamodb:UpdateItem",
            "work s3:PutObject",
        ],
    ),
    (Probe::Details, &["front dynamodb:GetItem"]),
    (Probe::KeepsTheOther, &["front dynamodb:DeleteItem", "front dynamodb:Query@Waiting"]),
    (Probe::Reference, &["front s3:PutObject", "work s3:GetObject"]),
    (Probe::History, &["front dynamodb:Query@Store", "front s3:GetObject"]),
    (Probe::Sweep, &["work dynamodb:Query@Due", "work sqs:SendMessage"]),
    (
        Probe::QuietSession,
        &["work dynamodb:BatchGetItem", "work dynamodb:DeleteItem", "work dynamodb:Query@Store"],
    ),
    (Probe::Delete, &["work s3:ListBucketVersions"]),
    (Probe::OutOfTime, &["work sqs:ChangeMessageVisibility"]),
];

/// A stack whose function may not poll its queue cannot be made, and one without its token does not start.
const NEEDED_AT_FIRST: &[(&str, &str)] = &[
    ("work sqs:ReceiveMessage@Jobs", "may not call sqs:ReceiveMessage"),
    ("work sqs:DeleteMessage@Jobs", "may not call sqs:DeleteMessage"),
    ("work sqs:GetQueueAttributes@Jobs", "may not call sqs:GetQueueAttributes"),
    ("work sqs:ReceiveMessage@DeadLetters", "may not call sqs:ReceiveMessage"),
    ("work sqs:DeleteMessage@DeadLetters", "may not call sqs:DeleteMessage"),
    ("work sqs:GetQueueAttributes@DeadLetters", "may not call sqs:GetQueueAttributes"),
    ("front secretsmanager:GetSecretValue", "is secretsmanager:GetSecretValue allowed?"),
    ("work secretsmanager:GetSecretValue", "is secretsmanager:GetSecretValue allowed?"),
];

/// Asked of the stand-in's own Bedrock, which looks at permissions but generates nothing.
const NEEDED_OF_BEDROCK: &[&str] =
    &["work bedrock:InvokeModel@Generate", "work bedrock:InvokeModel@GenerateMore"];

/// The stand-in grants these to everybody: it writes the logs of functions itself, and says 404 of a missing object where
/// AWS says 403 to those who may not list. It refuses `ApplyGuardrail` to whoever may not apply all guardrails, and knows
/// no inference profiles.
const NOT_SHOWN: &[&str] = &[
    "front logs:CreateLogStream",
    "front logs:PutLogEvents",
    "front s3:ListBucket",
    "work bedrock:ApplyGuardrail",
    "work bedrock:InvokeModel@Edit",
    "work bedrock:InvokeModel@EditWhereverTheProfileLeads",
    // Only where KeepDays is set.
    "work dynamodb:Scan",
    "work logs:CreateLogStream",
    "work logs:PutLogEvents",
    // Only where versions cannot be listed.
    "work s3:DeleteObject",
    // The stand-in does not miss it.
    "work s3:DeleteObjectVersion",
    "work s3:ListBucket",
];

/// Looks into the logs before a denial is not expected any more; each takes half a second.
const LOOKS: u32 = 40;

#[derive(Debug, Clone, Copy)]
enum Probe {
    Order,
    Details,
    KeepsTheOther,
    Reference,
    History,
    Sweep,
    QuietSession,
    Delete,
    OutOfTime,
}

/// A stack on which much is tried, each time by another member in a channel of their own.
struct Tried {
    stack: Stack,
    picture: Message,
    times: u64,
}

impl Tried {
    async fn new() -> Tried {
        let world = World::without_bot(Setup::default()).await;
        // What takes longer than four of these seven seconds is given back.
        let stack = Stack::deploy(world, &["--set=Work.Timeout=7"]).await;
        stack.goes_live().await;
        let picture = in_time(stack.world.imagine("a cat").await.picture()).await;
        Tried { stack, picture, times: 0 }
    }

    fn ask(&self, ask: InteractionBuilder) -> InteractionBuilder {
        let channel = 5_000 + self.times;
        self.stack.world.discord.add_channel(channel, 3, false);
        ask.by(100 + self.times).in_channel(channel)
    }

    async fn does(&mut self, ask: InteractionBuilder) {
        self.stack.world.ask(self.ask(ask)).await;
    }

    /// Does something that needs certain actions. What it brings does not matter.
    async fn tries(&mut self, probe: Probe) {
        self.times += 1;
        let begin = || InteractionBuilder::command("session start").option("title", "Owls");
        match probe {
            Probe::Order => self.does(InteractionBuilder::command("imagine").option("prompt", "a cat")).await,
            Probe::Details => {
                let ids = self.picture.custom_ids();
                let id = ids.iter().find(|id| id.starts_with("v1:details:")).unwrap();
                self.stack.world.ask(InteractionBuilder::click(&self.picture, id)).await;
            }
            Probe::KeepsTheOther => {
                let first = self.stack.world.ask(self.ask(begin())).await;
                in_time(first.answered()).await;
                let interaction = self.stack.world.ask(self.ask(begin())).await;
                let question = in_time(interaction.answered()).await;
                if let Some(id) = question.custom_ids().iter().find(|id| id.starts_with("v1:keep:")) {
                    self.stack.world.ask(self.ask(InteractionBuilder::click(&question, id))).await;
                }
            }
            Probe::Reference => {
                let file = self.stack.world.discord.upload("fox.png", "image/png", png(128, 128));
                let interaction =
                    self.stack.world.ask(self.ask(begin().attachment("reference", &file))).await;
                in_time(interaction.answered()).await;
                self.does(
                    InteractionBuilder::command("imagine").option("prompt", "a cat").option("model", "sd3.5"),
                )
                .await;
            }
            Probe::History => {
                in_time(self.stack.world.ask(self.ask(begin())).await.answered()).await;
                let order = InteractionBuilder::command("imagine").option("prompt", "a cat");
                in_time(self.stack.world.ask(self.ask(order)).await.picture()).await;
                self.does(InteractionBuilder::command("session history")).await;
            }
            Probe::Sweep => {
                self.does(begin()).await;
                self.forgotten_job().await;
                self.sweep().await;
            }
            Probe::QuietSession => {
                self.quiet_session().await;
                self.sweep().await;
            }
            Probe::Delete => {
                let order = InteractionBuilder::command("imagine").option("prompt", "a cat");
                let picture = in_time(self.stack.world.ask(self.ask(order)).await.picture()).await;
                let more = in_time(self.press(&picture, "more").await.answered()).await;
                let question = in_time(self.press(&more, "delete").await.answered()).await;
                // What somebody works on cannot be deleted yet.
                let store = self.stack.store();
                in_time(async { while store.totals().await.unwrap().open > 0 {} }).await;
                let deleted = self.press(&question, "delete-now").await;
                assert_eq!(in_time(deleted.acknowledged()).await.kind, 7, "{:?}", deleted.states());
            }
            Probe::OutOfTime => {
                self.stack.world.bedrock.fault(ModelFault::SlowFirstByte(Duration::from_secs(30)), 1);
                self.does(InteractionBuilder::command("imagine").option("prompt", "a cat")).await;
            }
        }
    }

    async fn press(&self, message: &Message, action: &str) -> TestInteraction {
        let start = format!("v1:{action}:");
        let id = message.custom_ids().into_iter().find(|id| id.starts_with(&start)).unwrap();
        self.stack.world.ask(self.ask(InteractionBuilder::click(message, &id))).await
    }

    /// Takes out of the line what nobody could work on, or later messages would lead to it.
    async fn nobody_waits(&self) {
        let store = self.stack.store();
        let now = easel::app::clock::Clock::System.now();
        for job in store.in_line(1_000).await.unwrap() {
            store.cancel(job, now).await.unwrap();
        }
    }

    async fn sweep(&self) {
        self.stack.work(&json!({ "sweep": true })).await;
    }

    /// A job of the images API of long ago that is in no queue.
    async fn forgotten_job(&self) {
        let at = easel::app::clock::Clock::System.now() - Duration::from_secs(600);
        let order = Order { key: Some("website"), at, ..order(self.times) };
        assert!(order.fits(&self.stack.store(), &AdmissionLimits::default()).await);
    }

    /// A session that should have ended hours ago.
    async fn quiet_session(&self) {
        let started = easel::app::clock::Clock::System.now() - Duration::from_secs(200 * 3_600);
        let session = Session {
            id: SessionId::new(started, u128::from(self.times)),
            guild: Some(3),
            channel: 5,
            by: 7,
            started,
            last: started,
            ended: None,
            plan: Plan { title: "Owls".into(), ..Plan::default() },
        };
        self.stack.store().start_session(session).await.unwrap();
    }

    /// Whether a function's log says within a while that an action is denied to it, more often than it did.
    async fn is_denied(&self, action: &str, before: usize) -> bool {
        for _ in 0..LOOKS {
            // What goes on behind an answer is written down with the next one.
            reqwest::get(format!("{}/healthz", self.stack.told("api"))).await.unwrap();
            if denials(&self.stack, action).await > before {
                return true;
            }
        }
        false
    }
}

/// How often the functions' logs say that an action, such as `work s3:PutObject`, is denied.
async fn denials(stack: &Stack, action: &str) -> usize {
    let (role, action) = named(action);
    let role = if role == "front" { "FrontRole" } else { "WorkRole" };
    let denial = format!("perform: {action} ");
    stack.logs().await.lines().filter(|line| line.contains(role) && line.contains(&denial)).count()
}

/// Role and action of a line of `stack.py actions`, without the statement that it stands in.
fn named(action: &str) -> (&str, &str) {
    let (role, action) = action.split_once(' ').unwrap();
    (role, action.split('@').next().unwrap())
}

/// How `stack.py` wants an action that it is to take away.
fn taken_away(action: &str) -> String {
    action.replacen(' ', ":", 1)
}

#[tokio::test]
async fn no_action_is_forgotten_here() {
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/serverless/template.yaml");
    let allowed = stack_py(&["actions", template]).await.unwrap();
    let allowed: BTreeSet<&str> = allowed.lines().collect();
    let needed = NEEDED.iter().flat_map(|(_, actions)| actions.iter());
    let at_first = NEEDED_AT_FIRST.iter().map(|(action, _)| action);
    let told: Vec<&str> = needed.chain(at_first).chain(NEEDED_OF_BEDROCK).chain(NOT_SHOWN).copied().collect();
    assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), allowed);
    assert_eq!(told.len(), allowed.len(), "each stands in one list");
}

#[tokio::test]
async fn with_all_actions_nothing_is_denied_and_without_one_something_is() {
    let mut tried = Tried::new().await;
    for (probe, _) in NEEDED {
        tried.tries(*probe).await;
    }
    reqwest::get(format!("{}/healthz", tried.stack.told("api"))).await.unwrap();
    let logs = tried.stack.logs().await;
    assert!(!logs.contains("not authorized"), "{logs}");
    for (probe, actions) in NEEDED {
        for action in *actions {
            let before = denials(&tried.stack, action).await;
            tried.stack.deny(&taken_away(action)).await;
            tried.tries(*probe).await;
            let is_denied = tried.is_denied(action, before).await;
            assert!(is_denied, "{probe:?} works without {action}: {}", tried.stack.logs().await);
            tried.stack.allow().await;
            tried.nobody_waits().await;
        }
    }
    tried.stack.delete().await;
}

#[tokio::test]
async fn a_stack_that_lacks_what_it_begins_with_says_so() {
    for (action, said) in NEEDED_AT_FIRST {
        let world = World::without_bot(Setup::default()).await;
        let without = format!("--without={}", taken_away(action));
        let stack = match Stack::try_deploy(world, &[&without]).await {
            Ok(stack) => stack,
            Err(why) => {
                assert!(why.contains(said), "{action}: {why}");
                continue;
            }
        };
        let told = match named(action).0 {
            "front" => {
                let answer = reqwest::get(format!("{}/healthz", stack.told("api"))).await.unwrap();
                answer.text().await.unwrap()
            }
            _ => stack.work(&json!({ "sweep": true })).await,
        };
        assert!(told.contains(said), "{action}: {told}");
        stack.delete().await;
    }
}

#[tokio::test]
async fn models_are_asked_only_as_far_as_the_role_goes() {
    const OWN: &str = "stability.of-our-own-v1:0";
    let bedrock = format!("--variable=AWS_ENDPOINT_URL_BEDROCK_RUNTIME={}", server("EASEL_TEST_STRICT"));
    for (action, model, more) in [
        ("work bedrock:InvokeModel@Generate", "core", vec![]),
        (
            "work bedrock:InvokeModel@GenerateMore",
            "own",
            vec![format!("--parameter=MoreModelArns=arn:aws:bedrock:us-west-2::foundation-model/{OWN}")],
        ),
    ] {
        let world = World::without_bot(Setup::default()).await;
        let own = format!("[[model]]\nid = \"{OWN}\"\nname = \"own\"\nfamily = \"sdxl\"\nprice_usd = 0.01\n");
        world.write("models.toml", own);
        let file = format!("--variable=EASEL_MODELS_FILE={}", world.path("models.toml").display());
        let more: Vec<_> = more.iter().map(String::as_str).chain([&*bedrock, &*file]).collect();
        let stack = Stack::deploy(world, &more).await;
        stack.goes_live().await;
        let order =
            || InteractionBuilder::command("imagine").option("prompt", "a cat").option("model", model);
        let told = async || in_time(stack.world.ask(order()).await.answered()).await.content;
        // The stand-in answers with words in place of a picture: that is far enough.
        told().await;
        assert_eq!(denials(&stack, action).await, 0, "{}", stack.logs().await);
        stack.deny(&taken_away(action)).await;
        told().await;
        in_time(async { while denials(&stack, action).await == 0 {} }).await;
        stack.delete().await;
    }
}
