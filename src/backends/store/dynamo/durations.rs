//! How long models take.

use super::Dynamo;
use super::item::{Key, from_json, json};
use super::write::Write;
use crate::domain::durations::Durations;
use crate::domain::job::Taken;

impl Dynamo {
    pub(crate) async fn durations(&self, model: &str) -> anyhow::Result<Durations> {
        let found = self.table.get(Key::durations(model)).await?;
        found.map_or_else(|| Ok(Durations::default()), |item| from_json(&item, "millis"))
    }

    /// Not in the job's transaction: every job of the model would wait for every other. Two at once may lose one of
    /// them, which leaves the median as good.
    pub(super) async fn add_durations(&self, Taken { model, millis }: &Taken) {
        let added = async {
            let durations = self.durations(model).await?.with(millis);
            self.table.write(vec![put(model, &durations)?]).await
        };
        if let Err(error) = added.await {
            tracing::debug!(error = format!("{error:#}"), "how long a model took was not written down");
        }
    }
}

pub(super) fn put(model: &str, durations: &Durations) -> anyhow::Result<Write> {
    Ok(Write::put(&Key::durations(model), [("millis", json(durations)?)]))
}
