//! Archive, spool and store on file systems of every kind: they work, or say what to do.

use crate::programs::one_line_fails;
use crate::support::disk::{
    EACCES, EDQUOT, EINVAL, EIO, ENODEV, ENOLCK, ENOSPC, ENOSYS, EOPNOTSUPP, EPERM, EROFS,
};
use crate::support::{Setup, World, in_time};

#[tokio::test]
async fn without_hard_links_rights_and_synced_folders_pictures_are_archived_all_the_same() {
    for no_links in [EPERM, EOPNOTSUPP, ENOSYS] {
        let mut world = World::without_bot(Setup::default()).await;
        world.break_disk(&[
            ("link", no_links, "archive"),
            ("chmod", EPERM, "spool"),
            ("syncfolder", EINVAL, "data"),
        ]);
        world.start().await;
        let interaction = world.imagine("a fox").await;
        in_time(interaction.picture()).await;
        world.settled().await;
        world.delivered_equals_archived(&world.pictures_for(&interaction));
        let log = world.log();
        assert!(log.contains("is on a file system without rights: others on this machine may read"), "{log}");
        world.end().await;
    }
}

#[tokio::test]
async fn a_spool_that_can_only_be_written_through_the_cache_keeps_pictures_all_the_same() {
    for (call, number) in [("opendirect", EINVAL), ("writedirect", EINVAL), ("opendirect", EOPNOTSUPP)] {
        let mut world = World::without_bot(Setup::default()).await;
        world.break_disk(&[(call, number, ".slot"), ("write", ENOSPC, "archive")]);
        world.start().await;
        let interaction = world.imagine("a fox").await;
        in_time(interaction.picture()).await;
        in_time(world.until(|world| world.log().contains("the archive could not be reached"))).await;
        world.kill().await;
        world.mend_disk();
        world.start().await;
        world.settled().await;
        world.delivered_equals_archived(&world.pictures_for(&interaction));
        assert!(!world.log().contains("the spool cannot"), "{}", world.log());
        assert_eq!(world.bedrock.calls().len(), 1);
        world.end().await;
    }
}

#[tokio::test]
async fn a_spool_on_a_full_disk_costs_nobody_a_picture_and_is_not_made_fuller() {
    for fault in [("write", ENOSPC), ("sync", EIO), ("create", EDQUOT)] {
        let mut world = World::without_bot(Setup::default()).await;
        world.break_disk(&[(fault.0, fault.1, ".slot")]);
        world.start().await;
        let interaction = world.imagine("a fox").await;
        in_time(interaction.picture()).await;
        world.settled().await;
        world.is_tidy();
        world.delivered_equals_archived(&world.pictures_for(&interaction));
        let log = world.log();
        assert!(log.contains("the spool cannot be written; the picture is only in memory"), "{log}");
        assert!(log.contains("cannot keep picture 0 of job"), "{log}");
        world.end().await;
    }
}

#[tokio::test]
async fn check_says_what_a_disk_does_not_do_and_what_to_do_about_it() {
    for (fault, line, remedy) in [
        (("mkdir", EACCES, "data/archive"), "archive", "do not let this user write there; mend them"),
        (("mkdir", EROFS, "data/archive"), "archive", "is mounted read-only; mount it for writing"),
        (("write", ENOSPC, "data/archive"), "archive", "the disk is full; make room"),
        (("write", EDQUOT, "data/archive"), "archive", "this user's quota on the disk is used up"),
        (("sync", EIO, "data/archive"), "archive", "has a fault; see the kernel's log"),
        (("create", EROFS, "easel.db.lock"), "store", "is mounted read-only"),
        (("flock", ENOLCK, "easel.db.lock"), "store", "without locks, as network file systems often are"),
        (("lock", EOPNOTSUPP, "easel.db"), "store", "without locks, as network file systems often are"),
        (
            ("map", ENODEV, "easel.db-shm"),
            "store",
            "cannot share memory, as network file systems often cannot",
        ),
        (("write", ENOSPC, "data/easel.db"), "store", "easel.db` is full; make room"),
        (("write", ENOSPC, "data/spool"), "spool", "the disk is full; make room"),
        (("create", EACCES, "data/spool"), "spool", "do not let this user write there"),
    ] {
        let mut world = World::without_bot(Setup::default()).await;
        world.run(&["register"]).await;
        world.break_disk(&[fault]);
        one_line_fails(&world, line, remedy).await;
    }
}

#[tokio::test]
async fn a_store_without_locks_stops_the_start_and_names_the_way_out() {
    let mut world = World::without_bot(Setup::default()).await;
    world.break_disk(&[("flock", ENOLCK, "easel.db.lock")]);
    let (code, out, err) = world.run(&["run"]).await;
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with("easel: EASEL_STORE: `data/easel.db.lock` is on "), "{err}");
    assert!(err.contains("put it on a local disk"), "{err}");
}

#[tokio::test]
async fn a_name_too_long_and_a_file_in_the_way_are_named() {
    let long = format!("file:{}", "a".repeat(300));
    for (archive, remedy) in [
        (long.as_str(), "the path is longer than this file system takes"),
        ("file:notes.txt/pictures", "`notes.txt` is a file where a folder should be"),
    ] {
        let mut world = World::without_bot(Setup::default()).await;
        world.run(&["register"]).await;
        world.write("notes.txt", "notes");
        world.set("EASEL_ARCHIVE", archive);
        one_line_fails(&world, "archive", remedy).await;
    }
}

#[tokio::test]
async fn files_that_may_not_be_large_enough_for_a_picture_are_told() {
    let mut world = World::without_bot(Setup::default()).await;
    world.set("EASEL_ENGINE", "sketch");
    let mut command = world.command("sh");
    // One or two MB, in the blocks of this shell.
    command.args(["-c", "ulimit -f 2000; exec \"$0\" check", env!("CARGO_BIN_EXE_easel")]);
    let (code, out, err) = world.outcome(command).await;
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    for line in ["archive", "spool"] {
        let line = out.lines().find(|found| found.starts_with(&format!("FAIL  {line} "))).unwrap_or(&out);
        assert!(line.contains("files may not be that large here; raise the limit (ulimit -f)"), "{line}");
    }
}
