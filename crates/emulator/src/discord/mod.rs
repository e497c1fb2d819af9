//! Discord, emulated: REST v10 and Gateway v10 on the loopback interface, as strict as the real one where a bot
//! could notice.
//!
//! The bot reaches it through a base URL only; a test holds the [`Discord`] handle, plays the people with an
//! [`InteractionBuilder`] and looks at what they see through a [`TestInteraction`]. Whatever the real Discord would
//! refuse is refused with the same status and code and noted in [`Discord::violations`].

mod api_error;
mod body;
mod buckets;
mod cdn;
mod channel;
mod channels;
mod commands;
mod components;
mod compose;
mod content;
mod directory;
mod endpoint;
mod entry_point;
mod events;
mod fault;
mod fault_response;
mod gateway;
mod interaction;
mod interaction_builder;
mod interactions;
mod localizations;
mod mentions;
mod message;
mod option_schema;
mod options;
mod payload;
mod rate_limit;
mod request;
mod request_log;
mod resolved;
mod response;
mod rest;
mod server;
mod sessions;
mod snowflake;
mod state;
mod target;
mod test_interaction;
#[cfg(test)]
mod tests;
mod threads;

pub use self::buckets::RateLimit;
pub use self::endpoint::EndpointResponse;
pub use self::events::Event;
pub use self::fault::{Fault, HeldRequest, When};
pub use self::interaction::Ack;
pub use self::interaction_builder::{InteractionBuilder, USUAL_PERMISSIONS};
pub use self::message::{Attachment, Message};
pub use self::options::{DeadToken, DiscordOptions};
pub use self::request_log::LoggedRequest;
pub use self::server::Discord;
pub use self::target::Route;
pub use self::test_interaction::TestInteraction;
