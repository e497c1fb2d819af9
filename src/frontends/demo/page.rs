//! The page's files, which are part of the program.

use axum::body::Body;
use axum::http::{Response, StatusCode, Uri, header};

struct File {
    path: &'static str,
    kind: &'static str,
    content: &'static str,
}

/// A file of `page/`, served under its name there.
macro_rules! file {
    ($name:literal, $kind:ident) => {
        File { path: concat!("/", $name), kind: $kind, content: include_str!(concat!("page/", $name)) }
    };
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const FILES: &[File] = &[
    file!("actions.js", JS),
    file!("announcer.js", JS),
    file!("app.js", JS),
    file!("avatar.js", JS),
    file!("chat.css", CSS),
    file!("command_form.js", JS),
    file!("commands.js", JS),
    file!("components.js", JS),
    file!("composer.js", JS),
    file!("dialog.js", JS),
    file!("files.js", JS),
    file!("forms.css", CSS),
    file!("frames.js", JS),
    file!("icon.svg", SVG),
    file!("icons.js", JS),
    file!("index.html", HTML),
    file!("markdown.js", JS),
    file!("media.js", JS),
    file!("message.js", JS),
    file!("messages.js", JS),
    file!("modal.js", JS),
    file!("option_field.js", JS),
    file!("panel.css", CSS),
    file!("panel.js", JS),
    file!("panel_calls.js", JS),
    file!("panel_money.js", JS),
    file!("popup.js", JS),
    file!("select.js", JS),
    file!("sidebar.js", JS),
    file!("socket.js", JS),
    file!("state.js", JS),
    file!("style.css", CSS),
    file!("text.js", JS),
    file!("theme.js", JS),
    file!("time.js", JS),
    file!("tour.js", JS),
    file!("tour_steps.js", JS),
    file!("viewer.js", JS),
    file!("vendor/htm-preact.js", JS),
];

pub(super) async fn serve(uri: Uri) -> Response<Body> {
    let Some(file) = find(uri.path()) else {
        let mut missing = Response::new(Body::from("There is no such page."));
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let mut response = Response::new(Body::from(file.content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(file.kind));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

/// Whether a path needs no token.
pub(super) fn is_public(path: &str) -> bool {
    find(path).is_some()
}

fn find(path: &str) -> Option<&'static File> {
    let path = if path == "/" { "/index.html" } else { path };
    FILES.iter().find(|file| file.path == path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn names(folder: &str) -> Vec<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/frontends/demo/page").join(folder);
        let entries = std::fs::read_dir(path).unwrap().map(Result::unwrap);
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        files.map(|entry| format!("/{folder}{}", entry.file_name().into_string().unwrap())).collect()
    }

    #[test]
    fn every_file_of_the_page_is_served() {
        let all: Vec<_> = names("").into_iter().chain(names("vendor/")).collect();
        let missing: Vec<_> =
            all.iter().filter(|name| !name.contains("LICENSE") && find(name).is_none()).collect();
        assert!(missing.is_empty() && all.len() > 30, "{missing:?}");
    }
}
