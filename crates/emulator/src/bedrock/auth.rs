//! The form of a signature. The signature itself is not computed: the fake knows no secret.

use axum::http::HeaderMap;

use super::rejection::Rejection;

/// Returns the region that the request is signed for, `None` for a bearer token.
pub(super) fn region(headers: &HeaderMap, service: &str) -> Result<Option<String>, Rejection> {
    let missing = || refuse("MissingAuthenticationTokenException", "Missing Authentication Token");
    let authorization = text(headers, "authorization").ok_or_else(missing)?;
    if let Some(token) = authorization.strip_prefix("Bearer ") {
        return if token.is_empty() { Err(missing()) } else { Ok(None) };
    }
    let parts = authorization
        .strip_prefix("AWS4-HMAC-SHA256 ")
        .ok_or_else(|| incomplete("the scheme is neither AWS4-HMAC-SHA256 nor Bearer"))?;
    let (mut credential, mut signed, mut signature) = (None, None, None);
    for part in parts.split(',') {
        match part.trim().split_once('=') {
            Some(("Credential", value)) => credential = Some(value),
            Some(("SignedHeaders", value)) => signed = Some(value),
            Some(("Signature", value)) => signature = Some(value),
            _ => return Err(incomplete("Authorization has a part that is not known")),
        }
    }
    let hex =
        |value: &str| value.len() == 64 && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !signature.is_some_and(hex) {
        return Err(incomplete("Authorization header requires 'Signature' parameter"));
    }
    let signed =
        signed.ok_or_else(|| incomplete("Authorization header requires 'SignedHeaders' parameter"))?;
    if !["host", "x-amz-date"].iter().all(|name| signed.split(';').any(|header| header == *name)) {
        return Err(incomplete("'host' and 'x-amz-date' must be signed"));
    }
    let credential =
        credential.ok_or_else(|| incomplete("Authorization header requires 'Credential' parameter"))?;
    scope(credential, headers, service).map(Some)
}

/// The region of `KEY/20261122/us-west-2/bedrock/aws4_request`.
fn scope(credential: &str, headers: &HeaderMap, service: &str) -> Result<String, Rejection> {
    let parts: Vec<&str> = credential.split('/').collect();
    let [key, day, region, scoped, "aws4_request"] = parts[..] else {
        return Err(incomplete("Credential is not key/date/region/service/aws4_request"));
    };
    if key.is_empty() || region.is_empty() {
        return Err(incomplete("Credential has an empty part"));
    }
    let instant = text(headers, "x-amz-date").ok_or_else(|| incomplete("'X-Amz-Date' is missing"))?;
    let digits = |value: &str, n: usize| value.len() == n && value.bytes().all(|b| b.is_ascii_digit());
    let good = instant
        .strip_suffix('Z')
        .and_then(|instant| instant.split_once('T'))
        .is_some_and(|(date, time)| date == day && digits(date, 8) && digits(time, 6));
    if !good {
        return Err(incomplete("'X-Amz-Date' is not an ISO 8601 instant of the day in Credential"));
    }
    if scoped != service {
        let text = format!("Credential should be scoped to correct service: '{service}'.");
        return Err(refuse("InvalidSignatureException", &text));
    }
    Ok(region.to_owned())
}

/// The header as a text, `None` if it is absent or not ASCII.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn incomplete(text: &str) -> Rejection {
    refuse("IncompleteSignatureException", text)
}

fn refuse(kind: &'static str, text: &str) -> Rejection {
    Rejection::new(403, kind, text).into_violation()
}
