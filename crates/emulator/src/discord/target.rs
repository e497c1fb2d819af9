//! Endpoints, read from the method and path of a request.

use axum::http::Method;

/// An endpoint, to arrange faults for it and to find its requests in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    Gateway,
    Application,
    User,
    Guild,
    Channel,
    Commands,
    Callback,
    EditOriginal,
    GetOriginal,
    DeleteOriginal,
    Followup,
    EditFollowup,
    GetFollowup,
    DeleteFollowup,
    CreateMessage,
    ListMessages,
    GetMessage,
    EditMessage,
    DeleteMessage,
    CreateDm,
    StartThread,
    Typing,
    Cdn,
    /// No endpoint of Discord.
    Unknown,
    /// Every route; only for arranging faults.
    Any,
}

impl Route {
    pub(super) fn matches(self, route: Self) -> bool {
        self == Self::Any || self == route
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Gateway,
    GatewayBot,
    Application,
    OauthApplication,
    CurrentUser,
    CurrentUserGuilds,
    Dms,
    Guild(u64),
    Channel(u64),
    Typing(u64),
    Threads(u64),
    Messages(u64),
    Message(u64, u64),
    Commands { application: u64, guild: Option<u64> },
    Callback { id: u64, token: String },
    Followups { application: u64, token: String },
    Original { application: u64, token: String },
    Followup { application: u64, token: String, id: u64 },
    Cdn,
    Unknown,
}

impl Target {
    /// Reads a path below `/api/v10`.
    pub(super) fn read(path: &str) -> Self {
        let steps: Vec<&str> = path.trim_matches('/').split('/').collect();
        Self::fixed(&steps).or_else(|| Self::with_ids(&steps)).unwrap_or(Self::Unknown)
    }

    fn fixed(steps: &[&str]) -> Option<Self> {
        Some(match steps {
            ["gateway"] => Self::Gateway,
            ["gateway", "bot"] => Self::GatewayBot,
            ["applications", "@me"] => Self::Application,
            ["oauth2", "applications", "@me"] => Self::OauthApplication,
            ["users", "@me"] => Self::CurrentUser,
            ["users", "@me", "guilds"] => Self::CurrentUserGuilds,
            ["users", "@me", "channels"] => Self::Dms,
            _ => return None,
        })
    }

    fn with_ids(steps: &[&str]) -> Option<Self> {
        let id = |text: &str| text.parse::<u64>().ok();
        Some(match *steps {
            ["guilds", guild] => Self::Guild(id(guild)?),
            ["channels", channel] => Self::Channel(id(channel)?),
            ["channels", channel, "typing"] => Self::Typing(id(channel)?),
            ["channels", channel, "threads"] => Self::Threads(id(channel)?),
            ["channels", channel, "messages"] => Self::Messages(id(channel)?),
            ["channels", channel, "messages", message] => Self::Message(id(channel)?, id(message)?),
            ["applications", application, "commands"] => {
                Self::Commands { application: id(application)?, guild: None }
            }
            ["applications", application, "guilds", guild, "commands"] => {
                Self::Commands { application: id(application)?, guild: Some(id(guild)?) }
            }
            ["interactions", interaction, token, "callback"] => {
                Self::Callback { id: id(interaction)?, token: token.to_owned() }
            }
            ["webhooks", application, token] => {
                Self::Followups { application: id(application)?, token: token.to_owned() }
            }
            ["webhooks", application, token, "messages", "@original"] => {
                Self::Original { application: id(application)?, token: token.to_owned() }
            }
            ["webhooks", application, token, "messages", message] => {
                Self::Followup { application: id(application)?, token: token.to_owned(), id: id(message)? }
            }
            _ => return None,
        })
    }

    pub(super) fn route(&self, method: &Method) -> Route {
        let (get, patch, delete) = (method == Method::GET, method == Method::PATCH, method == Method::DELETE);
        let post = method == Method::POST;
        match self {
            Self::Gateway | Self::GatewayBot if get => Route::Gateway,
            Self::Application | Self::OauthApplication if get => Route::Application,
            Self::CurrentUser | Self::CurrentUserGuilds if get => Route::User,
            Self::Guild(_) if get => Route::Guild,
            Self::Channel(_) if get => Route::Channel,
            Self::Dms if post => Route::CreateDm,
            Self::Typing(_) if post => Route::Typing,
            Self::Threads(_) if post => Route::StartThread,
            Self::Messages(_) if post => Route::CreateMessage,
            Self::Messages(_) if get => Route::ListMessages,
            Self::Message(..) if get => Route::GetMessage,
            Self::Message(..) if patch => Route::EditMessage,
            Self::Message(..) if delete => Route::DeleteMessage,
            Self::Commands { .. } if get || method == Method::PUT => Route::Commands,
            Self::Callback { .. } if post => Route::Callback,
            Self::Followups { .. } if post => Route::Followup,
            Self::Original { .. } if patch => Route::EditOriginal,
            Self::Original { .. } if get => Route::GetOriginal,
            Self::Original { .. } if delete => Route::DeleteOriginal,
            Self::Followup { .. } if patch => Route::EditFollowup,
            Self::Followup { .. } if get => Route::GetFollowup,
            Self::Followup { .. } if delete => Route::DeleteFollowup,
            Self::Cdn if get => Route::Cdn,
            _ => Route::Unknown,
        }
    }

    /// The interaction token in the path, which is a secret.
    pub(super) fn token(&self) -> Option<&str> {
        match self {
            Self::Callback { token, .. }
            | Self::Followups { token, .. }
            | Self::Original { token, .. }
            | Self::Followup { token, .. } => Some(token),
            _ => None,
        }
    }

    /// Whether the request has to carry the bot's own token.
    pub(super) fn needs_bot(&self) -> bool {
        self.token().is_none() && !matches!(self, Self::Gateway | Self::Cdn | Self::Unknown)
    }
}
