//! A response for the member alone, after everybody in the channel has seen "thinking …".

use crate::backends::discord_api::message::Message;
use crate::backends::discord_api::rest::{Fault, Rest};
use crate::backends::discord_api::retry::{Retry, wait};

impl Rest {
    /// Deletes the deferral of a response and sends the message to the member alone.
    pub(crate) async fn respond_privately(
        &self,
        application: u64,
        token: &str,
        message: Message,
    ) -> Result<(), Fault> {
        self.delete_deferral(application, token).await?;
        self.follow_up_privately(application, token, message).await
    }

    /// Sends the message to the member alone, beside the response. Repeated, it may come twice, which harms nobody.
    pub(crate) async fn follow_up_privately(
        &self,
        application: u64,
        token: &str,
        message: Message,
    ) -> Result<(), Fault> {
        let message = Message { private: true, ..message };
        Retry::message().until_taken(|| self.follow_up(application, token, &message)).await
    }

    async fn delete_deferral(&self, application: u64, token: &str) -> Result<(), Fault> {
        let mut retry = Retry::deletion();
        loop {
            let Err(fault) = self.delete_original(application, token).await else { return Ok(()) };
            // Discord may not know the deferral yet, or a process that died has deleted it.
            let next = if fault.is_unknown() { retry.next_pause() } else { retry.after(&fault) };
            match next {
                Some(pause) => wait(pause).await,
                None if fault.is_unknown() => return Ok(()),
                None => return Err(fault),
            }
        }
    }
}
