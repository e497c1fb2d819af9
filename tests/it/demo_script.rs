//! `easel demo --script`: a conversation from a file, as it is printed, and what is left behind.

use std::path::Path;
use std::process::{Output, Stdio};

use image::ImageFormat;
use tempfile::TempDir;
use tokio::process::Command;

use crate::support::in_time;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/conversation.txt");

/// Plays a script in an empty folder.
async fn play(place: &TempDir, arguments: &[&str]) -> Output {
    let played = Command::new(env!("CARGO_BIN_EXE_easel"))
        .arg("demo")
        .args(arguments)
        .current_dir(place.path())
        .env_clear()
        .env("TMPDIR", place.path())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    in_time(played).await.unwrap()
}

async fn printed(place: &TempDir, arguments: &[&str]) -> String {
    let output = play(place, arguments).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What the Markdown links to.
fn links(markdown: &str) -> Vec<&str> {
    markdown.split("](").skip(1).map(|link| link.split(')').next().unwrap()).collect()
}

#[tokio::test]
async fn a_conversation_is_printed_with_links_to_its_pictures() {
    let place = tempfile::tempdir().unwrap();
    let markdown = printed(&place, &["--script", EXAMPLE]).await;
    let mut rest = &*markdown;
    for expected in [
        "## #paintings",
        "**Ada** used `/easel limits set burst: 10`",
        "**Mira** said: Good morning.",
        "**Mira** used `/imagine a cat eating ice cream --n 2`",
        "> a cat eating ice cream",
        "![A picture made from the words: a cat eating ice cream](easel-conversation/picture-1.png)",
        "(easel-conversation/picture-2.png)",
        "`Vary subtle $0.08`",
        "**Mira** pressed `Vary subtle $0.08`",
        "**Easel** _(only Mira sees this)_",
        "Which of the pictures?",
        "**Mira** chose `Picture 2 ",
        "(easel-conversation/picture-3.png)",
        "The form **Remix** opens: `What the picture shows`",
        "**Mira** sent the form **Remix**:\n\n- What the picture shows: `a windmill`",
        "> a windmill",
        "(easel-conversation/picture-4.png)",
        "**Mira** used `Apps › Edit picture`",
        "**Easel** _(only Mira sees this)_",
        "**Ada** used `/easel defaults set style: anime`",
        "**Easel** _(only Ada sees this)_",
        "style anime",
        "**Mira** used `/imagine a fox private: true`",
        "**Easel** _(only Mira sees this)_",
        "· anime ·",
        "(easel-conversation/picture-5.png)",
    ] {
        rest = rest.split_once(expected).unwrap_or_else(|| panic!("{expected}\nis not in\n{rest}")).1;
    }
    let pictures = links(&markdown);
    assert_eq!(pictures.len(), 5);
    for picture in pictures {
        let file = std::fs::read(place.path().join(picture)).unwrap();
        assert_eq!(image::guess_format(&file).unwrap(), ImageFormat::Png, "{picture}");
    }
    assert_eq!(names(place.path()), ["easel-conversation"]);
}

#[tokio::test]
async fn the_pictures_stay_where_data_were_asked_for_and_the_data_go() {
    let place = tempfile::tempdir().unwrap();
    let script = place.path().join("a.txt");
    std::fs::write(&script, "as Sam\nin direct\n/imagine an owl\n").unwrap();
    let arguments = ["--script", "a.txt", "--data", "my pictures"];
    let markdown = printed(&place, &arguments).await;
    assert!(markdown.starts_with("## Direct message\n\n**Sam** used"), "{markdown}");
    assert_eq!(links(&markdown), ["my%20pictures/picture-1.png"]);
    assert_eq!(names(&place.path().join("my pictures")), ["picture-1.png"]);
    printed(&place, &[&arguments[..], &["--keep"]].concat()).await;
    assert_eq!(names(&place.path().join("my pictures")), ["data", "picture-1.png"]);
}

#[tokio::test]
async fn as_a_page_all_of_it_is_in_one_file() {
    let place = tempfile::tempdir().unwrap();
    let script = place.path().join("a.txt");
    std::fs::write(&script, "/imagine a <b>cat</b>\n/gallery mine\n").unwrap();
    let page = printed(&place, &["--script", "a.txt", "--html"]).await;
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert_eq!(page.matches("src=\"data:image/png;base64,").count(), 2);
    assert_eq!(page.matches("<img").count(), page.matches("src=").count());
    assert!(page.contains("a &lt;b&gt;cat") && !page.contains("<b>cat") && !page.contains("<script"));
    let without_links =
        page.split("<a href=\"").map(|part| part.split_once("</a>").map_or(part, |(_, rest)| rest));
    let without_links: String = without_links.collect();
    assert!(!without_links.contains("http:") && !without_links.contains("https:"));
    assert_eq!(names(place.path()), ["a.txt"]);
}

#[tokio::test]
async fn a_wrong_line_is_named_with_what_is_allowed_there() {
    let place = tempfile::tempdir().unwrap();
    for (script, said) in [
        ("# one\nwait", "wrong.txt, line 2: `wait`: a line is one of: in CHANNEL, as MEMBER, /COMMAND"),
        ("as Tom", "line 1: `as Tom`: there is no such member; there are: Mira, Ada, Jon, Noor, Sam"),
        ("in kitchen", "line 1: `in kitchen`: there is no such channel; there are: paintings, sketches"),
        ("as Sam\n/help", "line 2: `/help`: Sam does not see #paintings, only: direct"),
        ("/easel show", "line 1: `/easel show`: there is no such command; there are: /imagine, /edit"),
        (
            "/imagine style: anime",
            "line 1: `/imagine style: anime`: /imagine needs `prompt`; its options: prompt, negative",
        ),
        (
            "/help\npress Nothing",
            "line 2: `press Nothing`: Mira sees no such button in #paintings; there are: Try it",
        ),
        ("/help\nas Ada\npress Try", "line 3: `press Try`: Ada sees no button in #paintings"),
        ("apps Edit picture", "line 1: `apps Edit picture`: Mira sees no picture in #paintings"),
        (
            "apps Paint",
            "line 1: `apps Paint`: Mira sees no such command under Apps in #paintings; there are: Edit picture, Start",
        ),
        ("submit", "line 1: `submit`: no form is open"),
    ] {
        std::fs::write(place.path().join("wrong.txt"), script).unwrap();
        let output = play(&place, &["--script", "wrong.txt"]).await;
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{script}: {error}");
        assert!(error.contains(said), "{script}: {error}");
        assert_eq!((output.stdout, names(place.path())), (vec![], vec!["wrong.txt".to_owned()]));
    }
}
