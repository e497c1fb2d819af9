//! README and the other pages name only what there is: variables, programs with their options, commands, benches.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::programs::world;
use crate::support::World;

/// Addresses of `easel serve`, which look like commands.
const ADDRESSES: [&str; 4] = ["healthz", "readyz", "interactions", "openapi.json"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

struct Page {
    path: PathBuf,
    text: String,
}

fn pages() -> Vec<Page> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        docs.filter(|path| path.extension().is_some_and(|ending| ending == "md")).collect();
    paths.extend(["README.md", "deploy/README.md"].map(|path| root().join(path)));
    assert!(paths.len() > 5, "{paths:?}");
    paths.into_iter().map(|path| Page { text: std::fs::read_to_string(&path).unwrap(), path }).collect()
}

impl Page {
    /// What stands between backticks in a line, and the lines of blocks.
    fn code(&self) -> Vec<&str> {
        let mut in_block = false;
        let mut code = Vec::new();
        for line in self.text.lines() {
            if line.trim_start().starts_with("```") {
                in_block = !in_block;
            } else if in_block {
                code.push(line);
            } else {
                code.extend(line.split('`').skip(1).step_by(2));
            }
        }
        code
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
}

/// Words such as `EASEL_STORE`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let words = text.split(move |letter| !is_part(letter));
    words.filter(|word| {
        ["EASEL_", "DISCORD_"].iter().any(|start| word.len() > start.len() && word.starts_with(start))
    })
}

#[test]
fn every_variable_that_a_page_names_exists() {
    let pages = pages();
    let readme =
        pages.iter().find(|page| page.path.ends_with("README.md") && page.path.parent() == Some(root()));
    // A unit test holds this table against the one that the program reads.
    let rows = readme.unwrap().text.lines().filter_map(|line| line.strip_prefix("| `"));
    let known: BTreeSet<&str> = rows.filter_map(|row| variables(row.split('`').next()?).next()).collect();
    assert!(known.contains("EASEL_STORE") && known.len() > 15, "{known:?}");
    for page in &pages {
        for name in variables(&page.text) {
            assert!(known.contains(name), "{}: there is no {name}", page.path.display());
        }
    }
}

/// The program of `easel …` in a piece of code, and the options that stand behind it.
fn call(code: &str) -> Option<(&str, Vec<&str>)> {
    let mut words = code.split_whitespace().skip_while(|word| *word != "easel").skip(1);
    let program = words.next().filter(|word| is_name(word))?;
    let own = words.take_while(|word| !matches!(*word, "#" | "|" | "&&" | ";"));
    Some((program, own.filter(|word| word.starts_with("--") && word.len() > 2).collect()))
}

#[tokio::test]
async fn every_program_and_option_that_a_page_names_exists() {
    let world = world().await;
    let mut calls = 0;
    for page in pages() {
        for (program, options) in page.code().into_iter().filter_map(call) {
            let (code, help, err) = world.run_bare(&[program, "--help"]).await;
            assert_eq!(code, 0, "{}: easel {program}: {err}", page.path.display());
            for option in options {
                let name = option.split('=').next().unwrap();
                assert!(help.contains(name), "{}: easel {program} has no {name}", page.path.display());
            }
            calls += 1;
        }
    }
    assert!(calls > 20, "{calls} calls");
}

/// What is wrong with a command such as `/session start budget:`.
fn check_command(commands: &[Value], code: &str) -> Result<(), String> {
    let mut words = code.split_whitespace();
    let name = words.next().unwrap_or_default();
    let slash = |command: &&Value| command["name"] == name[1..] && command["type"] == 1;
    let mut node = commands.iter().find(slash).ok_or_else(|| format!("there is no {name}"))?;
    for word in words {
        let option = word.split_once(':').map(|(option, _)| option);
        let options = node["options"].as_array().map(Vec::as_slice).unwrap_or_default();
        let named = |name: &str| options.iter().find(|option| option["name"] == name);
        match (option, named(option.unwrap_or(word))) {
            (None, Some(deeper)) if matches!(deeper["type"].as_u64(), Some(1 | 2)) => node = deeper,
            (Some(_), Some(_)) => {}
            (Some(option), None) if is_name(option) => return Err(format!("`{code}`: there is no {option}")),
            (None, None) if options.iter().any(|option| matches!(option["type"].as_u64(), Some(1 | 2))) => {
                return Err(format!("`{code}`: there is no {word}"));
            }
            // Part of an option's value.
            _ => {}
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_command_that_a_page_names_is_declared() {
    let world = World::registered().await;
    let commands = world.discord.commands();
    let mut found = 0;
    for page in pages() {
        let is_command = |code: &&str| {
            let first = code.split_whitespace().next().unwrap_or_default();
            first
                .strip_prefix('/')
                .is_some_and(|name| !name.contains('/') && !name.is_empty() && !ADDRESSES.contains(&name))
        };
        for code in page.code().into_iter().filter(is_command) {
            if let Err(wrong) = check_command(&commands, code) {
                panic!("{}: {wrong}", page.path.display());
            }
            found += 1;
        }
    }
    assert!(found > 20, "{found} commands");
    assert!(check_command(&commands, "/paint").is_err());
    assert!(check_command(&commands, "/easel budget lose").is_err());
    assert!(check_command(&commands, "/session start bucket: 3").is_err());
    world.end().await;
}

#[test]
fn every_bench_that_a_page_names_exists() {
    for page in pages() {
        for name in page.text.split("--bench ").skip(1) {
            let name: String =
                name.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
            let path = root().join(format!("benches/{name}.rs"));
            assert!(path.exists(), "{}: there is no bench {name}", page.path.display());
        }
    }
}
