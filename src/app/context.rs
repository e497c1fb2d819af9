//! What a place and a member have to say about a request.

use crate::app::App;
use crate::backends::store::Context;
use crate::domain::catalogue::Catalogue;
use crate::domain::policy::Asker;
use crate::domain::settings::{Defaults, Effective, Settings, Source};

impl App {
    /// The models that a member with these roles may use in this place.
    pub(crate) fn offered(&self, context: &Context, roles: &[u64]) -> Catalogue {
        let asker = Asker { roles, places: &context.places };
        let policy = &context.policy;
        self.catalogue.offering(|name| policy.models.allow(name) && policy.access.offers(asker, name))
    }

    pub(crate) fn layers(&self, context: &Context) -> Effective {
        let model = self.config.model.as_ref().map(|_| self.catalogue.default_name().to_owned());
        let deployment = Settings { model, ..Settings::default() };
        let session = context.session.as_ref().map(|session| session.plan.settings.clone());
        let channel = context.policy.channel_defaults(&context.places);
        Effective::built_in()
            .with(Source::Deployment, &deployment.into())
            .with(Source::Guild, &context.policy.defaults)
            .with(Source::Channel, channel.unwrap_or(&Defaults::default()))
            .with(Source::Session, &session.unwrap_or_default().into())
            .with(Source::Member, &context.preferences.clone().into())
    }
}
