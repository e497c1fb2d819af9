//! Imports between the modules of the program go down its layers, and never in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From the bottom up; each may import those before it.
const LAYERS: [&str; 5] = ["domain", "config", "backends", "app", "frontends"];

/// One module uses another: file, and the two modules, such as `domain/job`.
type Arrow = (PathBuf, String, String);

#[test]
fn a_layer_imports_what_is_below_it_only() {
    let height =
        |module: &str| LAYERS.iter().position(|layer| module.split('/').next() == Some(layer)).unwrap();
    for (file, from, to) in arrows() {
        let file = file.display();
        assert!(height(&to) <= height(&from), "{file} imports upwards: {from} → {to}");
    }
}

#[test]
fn no_modules_of_a_layer_import_each_other_in_a_circle() {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, from, to) in arrows() {
        imports.entry(from).or_default().insert(to);
    }
    for start in imports.keys() {
        let mut path = vec![start.clone()];
        assert!(
            !leads_back(&imports, start, &mut path, &mut BTreeSet::new()),
            "a circle: {}",
            path.join(" → ")
        );
    }
}

/// Whether the imports of the path's last module lead to `start`.
fn leads_back(
    imports: &BTreeMap<String, BTreeSet<String>>,
    start: &str,
    path: &mut Vec<String>,
    seen: &mut BTreeSet<String>,
) -> bool {
    for next in imports.get(path.last().unwrap()).into_iter().flatten() {
        if next == start || seen.insert(next.clone()) {
            path.push(next.clone());
            if next == start || leads_back(imports, start, path, seen) {
                return true;
            }
            path.pop();
        }
    }
    false
}

/// Every use of one module by another outside of tests. A module is a file or a folder of a layer.
fn arrows() -> Vec<Arrow> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    let mut arrows = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap().with_extension("");
        let parts: Vec<_> = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        if !LAYERS.contains(&parts[0].as_str()) || parts.iter().any(|part| part == "tests") {
            continue;
        }
        let from = module(parts);
        let text = std::fs::read_to_string(&file).unwrap();
        let production = text.split("#[cfg(test)]").next().unwrap();
        for line in production.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for used in line.split("crate::").skip(1) {
                let end =
                    used.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(used.len());
                let parts: Vec<_> = used[..end].split("::").map(str::to_owned).collect();
                let is_of_easel = LAYERS.contains(&parts[0].as_str());
                assert!(is_of_easel || line.contains("pub(in"), "{}: {line}", file.display());
                let to = module(parts);
                if to != from && is_of_easel {
                    arrows.push((file.clone(), from.clone(), to));
                }
            }
        }
    }
    assert!(arrows.len() > 500, "the imports are read");
    arrows
}

/// The layer and the module in it; `app` itself and `config` are one module each.
fn module(parts: Vec<String>) -> String {
    let is_module = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_lowercase() || c == '_');
    let whole = parts[0] == "config" || (parts[0] == "app" && !has_folder_or_file(&parts));
    let named = parts.get(1).filter(|name| is_module(name) && *name != "mod" && !whole);
    named.map_or_else(|| parts[0].clone(), |name| format!("{}/{name}", parts[0]))
}

/// Whether the second part of an `app` path is one of its modules, not a function of `app` itself.
fn has_folder_or_file(parts: &[String]) -> bool {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&parts[0]);
    let Some(name) = parts.get(1) else { return false };
    let own = ["context", "place_order"].contains(&name.as_str());
    !own && (at.join(name).is_dir() || at.join(format!("{name}.rs")).is_file())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
