//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. The clients of HTTP read them themselves, by the same rules as here.

use hyper_util::client::proxy::matcher::Matcher;

/// The proxy through which a client of HTTP goes to `url`, without its password; of a WebSocket, the address that its
/// first request has. `None` where it goes directly.
pub fn proxy_for(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = match scheme {
        "wss" => "https",
        "ws" => "http",
        scheme => scheme,
    };
    let intercepted = Matcher::from_env().intercept(&format!("{scheme}://{rest}").parse().ok()?)?;
    let proxy = intercepted.uri();
    Some(format!("{}://{}", proxy.scheme_str()?, proxy.authority()?.as_str().rsplit('@').next()?))
}
