//! A response for the member alone, after everybody in the channel has seen "thinking …".

use crate::backends::discord_api::message::Message;
use crate::backends::discord_api::rest::{Fault, Rest};
use crate::backends::discord_api::retry::Retry;

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
        Retry::message().until_taken(|| self.follow_up(application, token, &message)).await.map(drop)
    }

    async fn delete_deferral(&self, application: u64, token: &str) -> Result<(), Fault> {
        match Retry::deletion().until_known(|| self.delete_original(application, token)).await {
            // A process that died has deleted it.
            Err(fault) if fault.is_unknown() => Ok(()),
            deleted => deleted,
        }
    }
}
