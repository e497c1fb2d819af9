//! Libraries that stand between the program and the C library.

use std::path::PathBuf;
use std::process::Command;

/// What `LD_PRELOAD` wants for the file `NAME.c` beside this one. Each process of the tests makes its own.
pub(crate) fn library(name: &str) -> String {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/support/{name}.c"));
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.so"));
    let draft = library.with_extension(format!("{}.so", std::process::id()));
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-fno-builtin", "-o"])
        .arg(&draft)
        .arg(source)
        .arg("-ldl")
        .status();
    assert!(made.expect("a C compiler, as for building Easel").success());
    std::fs::rename(&draft, &library).unwrap();
    library.display().to_string()
}
