//! The table of AWS's errors.
//!
//! Codes and what they mean: "Troubleshooting Amazon Bedrock API Error Codes" and the page of common errors of each
//! service's API reference. Where one code stands for many things, words of the text tell them apart, as people quote
//! them from the service. Texts change without notice: a row that no longer fits leaves the error to its code alone.

/// Whose error it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// AWS does not accept the credentials.
    Credentials,
    /// The account may not use the model, or not as it is named.
    Access,
    /// The prompt is in a language that the model does not take.
    Language,
}

use Trouble::{Access, Credentials, Language};

struct Row {
    trouble: Trouble,
    codes: &'static [&'static str],
    /// All of them stand in the text, in small letters.
    words: &'static [&'static str],
    remedy: &'static str,
}

const DENIED: &[&str] = &["AccessDeniedException", "AccessDenied"];
const INVALID: &[&str] = &["ValidationException"];
const SIGNATURE: &[&str] = &[
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
];

const CLOCK: &str = "the clock of this machine is wrong, and AWS takes signatures of the last minutes only: have it set by NTP (`timedatectl set-ntp true`)";
const SUPPORT: &str =
    "AWS has not opened Bedrock for this account: open a case with AWS Support, for account and billing";
const ANOTHER_MODEL: &str = "Bedrock serves this model no longer: name another one in EASEL_MODEL, or in EASEL_MODELS_FILE with its new id; `easel models` lists them";

/// The first that fits.
const TABLE: &[Row] = &[
    row(Credentials, SIGNATURE, &["signature expired"], CLOCK),
    row(Credentials, SIGNATURE, &["signature not yet current"], CLOCK),
    row(Credentials, &["RequestExpired", "RequestTimeTooSkewed"], &[], CLOCK),
    row(
        Credentials,
        SIGNATURE,
        &[],
        "AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID, or is not whole: copy both again, without quotes and spaces",
    ),
    row(
        Credentials,
        &["ExpiredToken", "ExpiredTokenException"],
        &[],
        "the session token has expired: get new credentials and restart Easel; a role, or a profile in AWS_PROFILE, renews its own",
    ),
    row(
        Credentials,
        &["UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "InvalidToken"],
        &[],
        "AWS does not know this access key: see in IAM that it is active and copy it again; one that begins with ASIA needs its AWS_SESSION_TOKEN too, and a region that is off by default has to be enabled for the account",
    ),
    row(
        Credentials,
        &["MissingAuthenticationToken", "MissingAuthenticationTokenException"],
        &[],
        "the signature was lost on its way: does a proxy remove the header Authorization?",
    ),
    row(
        Credentials,
        DENIED,
        &["api key"],
        "AWS_BEARER_TOKEN_BEDROCK holds no valid key of Bedrock: make a new one, or remove it to use other credentials",
    ),
    row(
        Access,
        DENIED,
        &["invalid_payment_instrument"],
        "AWS Marketplace cannot charge this account: put a valid payment method into the account's Billing console (Payment preferences), and try again some minutes later",
    ),
    row(
        Access,
        DENIED,
        &["aws-marketplace:"],
        "nobody has subscribed this account to the model: somebody who may aws-marketplace:Subscribe and ViewSubscriptions opens it once in the playground of the Bedrock console",
    ),
    row(
        Access,
        &["MPAgreementBeingCreated"],
        &[],
        "the subscription with AWS Marketplace is on its way: try again in 15 minutes",
    ),
    row(
        Access,
        DENIED,
        &["marketplace"],
        "the subscription with AWS Marketplace has failed: open the model once in the playground of the Bedrock console, which says why",
    ),
    row(
        Access,
        DENIED,
        &["explicit deny"],
        "a policy forbids it, perhaps one of the organization (SCP) or a permissions boundary: it has to allow what AWS names here, in the model's region too",
    ),
    row(
        Access,
        DENIED,
        &["not authorized to perform"],
        "allow this user or role what AWS names here; deploy/iam-policy.json has all that Easel needs",
    ),
    row(
        Access,
        DENIED,
        &["don't have access to the model"],
        "the account has no access to this model yet: open it once in the playground of the Bedrock console, in the model's region",
    ),
    row(Access, DENIED, &["not authorized to invoke this api operation"], SUPPORT),
    row(Access, DENIED, &["not available for this account"], SUPPORT),
    row(Access, INVALID, &["operation not allowed"], SUPPORT),
    row(Access, INVALID, &["not allowed for this account"], SUPPORT),
    row(Access, &["OptInRequired"], &[], "the account has to enable this region, or this service, first"),
    row(
        Access,
        &["FTUFormNotFilled"],
        &[],
        "the provider wants to know what the model is for: fill in the use case form in the Bedrock console",
    ),
    row(
        Access,
        INVALID,
        &["model identifier is invalid"],
        "there is no model of this id in this region: give it the right `region` in EASEL_MODELS_FILE, or name another model in EASEL_MODEL",
    ),
    row(
        Access,
        INVALID,
        &["on-demand throughput"],
        "the model is called by an inference profile only: put the profile's id, such as us.…, or its ARN as `id` into EASEL_MODELS_FILE",
    ),
    row(
        Access,
        INVALID,
        &["'modelid' failed to satisfy"],
        "the model's id is not written as Bedrock writes ids: copy it again into EASEL_MODELS_FILE",
    ),
    row(Access, &["ResourceNotFoundException"], &["end of its life"], ANOTHER_MODEL),
    row(Access, &["ResourceNotFoundException"], &["provider as legacy"], ANOTHER_MODEL),
    row(
        Access,
        &["ServiceQuotaExceededException"],
        &[],
        "a quota of the account is used up: ask for more in the Service Quotas console, under Amazon Bedrock",
    ),
    row(
        Access,
        &["NotAuthorized"],
        &[],
        "allow this user or role bedrock:InvokeModel on the model; deploy/iam-policy.json has all that Easel needs",
    ),
    // Stability AI's API: 422 `invalid_language`, "English is the only supported language for this service."
    row(Language, INVALID, &["english", "language"], ""),
    row(Language, &["invalid_language"], &[], ""),
];

const fn row(
    trouble: Trouble,
    codes: &'static [&'static str],
    words: &'static [&'static str],
    remedy: &'static str,
) -> Row {
    Row { trouble, codes, words, remedy }
}

/// Whose error it is, and the remedy for the operator.
pub(crate) fn known(code: Option<&str>, text: Option<&str>) -> Option<(Trouble, &'static str)> {
    let text = text.unwrap_or_default().to_lowercase();
    let fits =
        |row: &&Row| row.codes.contains(&code?).then_some(row.words.iter().all(|word| text.contains(word)));
    TABLE.iter().find(|row| fits(row) == Some(true)).map(|row| (row.trouble, row.remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_that_fits_says_whose_error_it_is() {
        for (code, text, trouble, said) in [
            ("InvalidSignatureException", "Signature expired: 1 is now earlier than 2", Credentials, "clock"),
            ("SignatureDoesNotMatch", "The request signature we calculated", Credentials, "copy both again"),
            (
                "AccessDeniedException",
                "User: x is not authorized to perform: y with an explicit deny in a service control policy",
                Access,
                "SCP",
            ),
            (
                "AccessDeniedException",
                "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid",
                Access,
                "payment method",
            ),
            (
                "ValidationException",
                "… with on-demand throughput isn\u{2019}t supported. …",
                Access,
                "inference profile",
            ),
            (
                "ValidationException",
                "… with on-demand throughput isn't supported. …",
                Access,
                "inference profile",
            ),
            ("ValidationException", "Operation not allowed", Access, "AWS Support"),
        ] {
            let (whose, remedy) = known(Some(code), Some(text)).unwrap();
            assert!(whose == trouble && remedy.contains(said), "{code}: {remedy}");
        }
        for (code, text) in [
            (Some("ValidationException"), "{\"detail\":\"Invalid field 'mode' in request.\"}"),
            (Some("ThrottlingException"), "marketplace"),
            (None, "The provided model identifier is invalid."),
        ] {
            assert_eq!(known(code, Some(text)), None, "{text}");
        }
    }
}
