//! `/easel` as it was typed.

use crate::domain::settings::Field;
use crate::frontends::discord::commands::options::Options;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Admin {
    SetDefaults {
        channel: Option<u64>,
        settings: Vec<(Field, String)>,
    },
    ShowDefaults {
        channel: Option<u64>,
    },
    ResetDefaults {
        channel: Option<u64>,
        field: Option<String>,
    },
    Lock {
        channel: Option<u64>,
        field: String,
        locked: bool,
    },
    AllowModel {
        model: String,
        only: bool,
    },
    /// Offers it no more.
    DenyModel {
        model: String,
    },
    ListModels,
    /// Lets a role or channel do something, or not.
    Access {
        what: String,
        model: Option<String>,
        role: Option<u64>,
        channel: Option<u64>,
        allowed: bool,
    },
    /// Shows who may do what.
    ShowAccess,
    /// Lets everybody do everything.
    ResetAccess,
    /// Sets limits of everybody or of a role.
    SetLimits {
        role: Option<u64>,
        burst: Option<i64>,
        per_minute: Option<i64>,
        in_flight: Option<i64>,
        daily: Option<i64>,
        variants: Option<i64>,
    },
    ShowLimits,
    ResetLimits {
        role: Option<u64>,
    },
    SetBudget {
        month: Option<String>,
        member_day: Option<String>,
        member_month: Option<String>,
        warn_in: Option<u64>,
    },
    ShowBudget,
    ResetBudget,
    AddWord {
        phrase: String,
        note: Option<String>,
        age_restricted_too: bool,
    },
    /// Allows it again.
    RemoveWord {
        phrase: String,
    },
    ListWords,
    Usage,
    Audit {
        before: Option<i64>,
    },
    Undo {
        number: i64,
    },
    Pause {
        reason: String,
    },
    Resume,
}

pub(crate) fn parse(path: &str, options: Options) -> Option<Admin> {
    let (role, channel) = (options.id("role"), options.id("channel"));
    let text = |name| options.text(name).unwrap_or_default();
    Some(match path {
        "defaults set" => Admin::SetDefaults { channel, settings: options.settings() },
        "defaults show" => Admin::ShowDefaults { channel },
        "defaults reset" => Admin::ResetDefaults { channel, field: options.text("field") },
        "defaults lock" => Admin::Lock { channel, field: text("field"), locked: true },
        "defaults unlock" => Admin::Lock { channel, field: text("field"), locked: false },
        "models allow" => {
            Admin::AllowModel { model: text("model"), only: options.flag("only").unwrap_or_default() }
        }
        "models deny" => Admin::DenyModel { model: text("model") },
        "models list" => Admin::ListModels,
        "access allow" | "access deny" => {
            let allowed = path == "access allow";
            Admin::Access { what: text("what"), model: options.text("model"), role, channel, allowed }
        }
        "access show" => Admin::ShowAccess,
        "access reset" => Admin::ResetAccess,
        "limits set" => Admin::SetLimits {
            role,
            burst: options.integer("burst"),
            per_minute: options.integer("per_minute"),
            in_flight: options.integer("in_flight"),
            daily: options.integer("daily"),
            variants: options.integer("variants"),
        },
        "limits show" => Admin::ShowLimits,
        "limits reset" => Admin::ResetLimits { role },
        "budget set" => Admin::SetBudget {
            month: options.text("month"),
            member_day: options.text("member_day"),
            member_month: options.text("member_month"),
            warn_in: options.id("warn_in"),
        },
        "budget show" => Admin::ShowBudget,
        "budget reset" => Admin::ResetBudget,
        "words add" => Admin::AddWord {
            phrase: text("phrase"),
            note: options.text("note"),
            age_restricted_too: options.flag("age_restricted_too").unwrap_or(true),
        },
        "words remove" => Admin::RemoveWord { phrase: text("phrase") },
        "words list" => Admin::ListWords,
        "usage" => Admin::Usage,
        "audit" => match options.integer("undo") {
            Some(number) => Admin::Undo { number },
            None => Admin::Audit { before: options.integer("before") },
        },
        "pause" => Admin::Pause { reason: text("reason") },
        "resume" => Admin::Resume,
        _ => return None,
    })
}
