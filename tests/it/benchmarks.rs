//! `benches/compare`: what it says of two files of a benchmark. It is a program in Python 3, which `tests/run` needs too.

use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// Files as benchmarks write them.
fn folder(files: &[(&str, Value)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content.to_string()).unwrap();
    }
    folder
}

fn report(cpu: &str, rows: &Value) -> Value {
    let machine = json!({ "cores": 2, "cpu": cpu, "kernel": "6.1", "commit": "abc" });
    json!({ "bench": "pictures", "machine": machine, "rows": rows })
}

/// Its exit code, and all that it printed.
fn compare(folder: &TempDir, files: &[&str]) -> (i32, String) {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/compare");
    let mut command = Command::new(program);
    let ran = command.args(files).current_dir(folder).env("CARGO_TARGET_DIR", folder.path()).output();
    let ran = ran.expect("python3 is missing: benches/compare is written in it");
    let said = [ran.stdout, ran.stderr].concat();
    (ran.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn two_runs_are_compared_figure_by_figure() {
    let before = json!([
        { "name": "s3 8", "figures": { "CPU ms": 5.0, "peak MB": 100.0, "emul. ms": 1.0, "pictures/s": 100.0, "refused": 0 } },
        { "name": "s3 64", "figures": { "CPU ms": 5.0, "added p50": null } },
    ]);
    let now = json!([
        { "name": "s3 8", "figures": { "CPU ms": 5.6, "peak MB": 80.0, "emul. ms": 9.0, "pictures/s": 89.0, "refused": 2 } },
        { "name": "s3 512", "figures": { "CPU ms": 5.0 } },
    ]);
    let folder = folder(&[("before.json", report("a", &before)), ("now.json", report("b", &now))]);
    let (code, said) = compare(&folder, &["before.json", "now.json"]);
    insta::assert_snapshot!(said);
    assert_eq!(code, 2);
}

#[test]
fn what_moved_little_or_for_the_better_is_fine() {
    let row = |cpu: f64, per_second: f64| {
        let figures = json!({ "CPU ms": cpu, "pictures/s": per_second });
        report("a", &json!([{ "name": "s3 8", "figures": figures }]))
    };
    let folder = folder(&[
        ("before.json", row(5.0, 100.0)),
        ("now.json", row(4.0, 120.0)),
        ("same.json", row(5.5, 91.0)),
    ]);
    let (code, said) = compare(&folder, &["before.json", "now.json"]);
    assert!(code == 0 && said.matches("better").count() == 2, "{said}");
    let same = (0, "pictures: 0 figures moved by more than 10 %, 2 did not\n".to_owned());
    assert_eq!(compare(&folder, &["before.json", "same.json"]), same);
    std::fs::create_dir(folder.path().join("bench")).unwrap();
    std::fs::rename(folder.path().join("same.json"), folder.path().join("bench/pictures.json")).unwrap();
    assert_eq!(compare(&folder, &["before.json"]), same, "the latest run of the same benchmark");
}

#[test]
fn what_cannot_be_compared_is_said_in_a_sentence() {
    let rows = json!([{ "name": "s3 8", "figures": { "CPU ms": 5.0 } }]);
    let other = json!({ "bench": "store", "machine": {}, "rows": rows });
    let folder =
        folder(&[("a.json", report("a", &rows)), ("b.json", other), ("c.json", json!({ "rows": [1] }))]);
    std::fs::write(folder.path().join("d.json"), "{").unwrap();
    for (files, words) in [
        (&["a.json", "b.json"][..], "a.json is of the benchmark `pictures`, b.json of `store`"),
        (&["c.json", "a.json"], "c.json is no file of a benchmark"),
        (&["d.json", "a.json"], "d.json is no JSON"),
        (&["absent.json", "a.json"], "cannot read absent.json: No such file or directory"),
        (&["a.json"], "bench/pictures.json: No such file or directory"),
        (&[], "one or two files"),
    ] {
        let (code, said) = compare(&folder, files);
        assert!(
            code == 1 && said.starts_with("benches/compare: ") && said.contains(words),
            "{files:?}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
