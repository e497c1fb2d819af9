use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::PathBuf;

use time::OffsetDateTime;

use super::*;
use crate::backends::disk::Draft;
use crate::backends::image_buffer::BLOCK;
use crate::domain::digest::sha256_hex;

const PICTURE: &[u8] = b"\x89PNG canary";

fn job() -> JobId {
    JobId::new(OffsetDateTime::UNIX_EPOCH, 7)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn only_file(folder: &Path) -> PathBuf {
    let files = files(folder);
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

/// A picture of several blocks that is like no other.
fn picture(seed: u8) -> Vec<u8> {
    (0..3 * BLOCK + 17).map(|at| (at % 251) as u8 ^ seed).collect()
}

async fn try_to_keep(spool: &Spool, n: u32, picture: &[u8]) -> anyhow::Result<()> {
    let (bytes, kept) = spool.keep(job(), n, ImageBuffer::of(picture), &sha256_hex(picture)).await.unwrap();
    assert_eq!(bytes, picture, "it comes back, kept or not");
    kept
}

async fn keep(spool: &Spool, n: u32, picture: &[u8]) {
    try_to_keep(spool, n, picture).await.unwrap();
}

async fn load(spool: &Spool, n: u32) -> Option<Bytes> {
    spool.load(job(), n).await.unwrap()
}

/// A spool whose process died: what it thinks is free stays as it is.
fn killed(spool: Spool) {
    std::mem::forget(spool);
}

#[tokio::test]
async fn a_kept_picture_outlives_the_process_until_it_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("data/spool");
    keep(&Spool::open(&folder).unwrap(), 2, PICTURE).await;

    let spool = Spool::open(&folder).unwrap();
    assert_eq!(load(&spool, 2).await.unwrap(), PICTURE);
    assert_eq!(load(&spool, 1).await, None);
    assert_eq!(spool.kept().await.unwrap(), [(job(), 2)]);
    assert!(spool.holds(job(), 2).await.unwrap() && !spool.holds(job(), 1).await.unwrap());
    spool.forget(job(), 2).await.unwrap();
    spool.forget(job(), 2).await.unwrap();
    assert_eq!(load(&spool, 2).await, None);
    assert_eq!(files(&folder).len(), 0, "what another process made is not used again");
}

#[tokio::test]
async fn a_slot_is_used_again_and_then_holds_the_new_picture_only() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    keep(&spool, 0, &picture(1)).await;
    let slot = only_file(dir.path());
    for n in 1..20 {
        spool.forget(job(), n - 1).await.unwrap();
        // Shorter than the first, and longer.
        let next = if n % 2 == 0 { [picture(2), picture(3)].concat() } else { PICTURE.to_vec() };
        keep(&spool, n, &next).await;
        assert_eq!(only_file(dir.path()), slot);
        assert_eq!(load(&spool, n).await.unwrap(), next);
        assert_eq!(load(&spool, n - 1).await, None);
        assert_eq!(spool.kept().await.unwrap(), [(job(), n)]);
    }
}

#[tokio::test]
async fn a_picture_whose_slot_was_used_again_is_not_found_there_by_another_process() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    keep(&spool, 0, &picture(1)).await;
    let other = Spool::open(dir.path()).unwrap();
    spool.forget(job(), 0).await.unwrap();
    keep(&spool, 1, &picture(2)).await;
    assert_eq!(load(&other, 0).await, None);
    assert_eq!(load(&other, 1).await.unwrap(), picture(2));
}

#[tokio::test]
async fn no_more_than_a_handful_of_slots_stays_and_none_after_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    for n in 0..40 {
        keep(&spool, n, PICTURE).await;
    }
    assert_eq!(files(dir.path()).len(), 40);
    for n in 0..40 {
        spool.forget(job(), n).await.unwrap();
    }
    assert_eq!(files(dir.path()).len(), 16);
    keep(&spool, 0, PICTURE).await;
    assert_eq!(files(dir.path()).len(), 16);
    spool.tidy().await.unwrap();
    assert_eq!(files(dir.path()).len(), 1, "the one that is kept");
    spool.forget(job(), 0).await.unwrap();
    drop(spool);
    assert_eq!(files(dir.path()).len(), 0);
}

#[tokio::test]
async fn a_later_picture_takes_the_place_of_an_earlier_one_that_stays_until_then() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    keep(&spool, 0, &picture(1)).await;
    let slot = only_file(dir.path());
    keep(&spool, 0, PICTURE).await;
    assert_eq!(load(&spool, 0).await.unwrap(), PICTURE);
    let file = File::open(slot).unwrap();
    assert_eq!(slot::picture(&file).unwrap().unwrap().1, picture(1), "it was not overwritten");

    // A crash leaves both.
    killed(spool);
    let spool = Spool::open(dir.path()).unwrap();
    assert_eq!(load(&spool, 0).await.unwrap(), PICTURE);
    keep(&spool, 0, &picture(3)).await;
    assert_eq!(load(&spool, 0).await.unwrap(), picture(3));
    only_file(dir.path());
}

#[tokio::test]
async fn only_this_user_can_read_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("spool");
    fs::create_dir(&folder).unwrap();
    let spool = Spool::open(&folder).unwrap();
    keep(&spool, 0, PICTURE).await;
    assert_eq!((mode(&folder), mode(&only_file(&folder))), (0o700, 0o600));
}

/// Keeps a picture, dies, and has its slot torn.
async fn torn(folder: &Path, tear: impl FnOnce(&File)) -> PathBuf {
    let spool = Spool::open(folder).unwrap();
    keep(&spool, 0, &picture(1)).await;
    killed(spool);
    let slot = only_file(folder);
    tear(&File::options().read(true).write(true).open(&slot).unwrap());
    slot
}

fn flip(file: &File, at: usize) {
    let mut byte = [0];
    file.read_exact_at(&mut byte, at as u64).unwrap();
    file.write_all_at(&[byte[0] ^ 1], at as u64).unwrap();
}

#[tokio::test]
async fn a_slot_without_a_whole_header_or_too_short_for_it_goes_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let half = BLOCK + picture(1).len() / 2;
    for length in [0, 100, BLOCK, half, BLOCK + picture(1).len() - 1] {
        let slot = torn(dir.path(), |file| file.set_len(length as u64).unwrap()).await;
        let spool = Spool::open(dir.path()).unwrap();
        assert!(!slot.exists(), "{length}");
        assert_eq!(load(&spool, 0).await, None);
    }
    let slot = torn(dir.path(), |file| flip(file, 20)).await;
    drop(Spool::open(dir.path()).unwrap());
    assert!(!slot.exists());
}

#[tokio::test]
async fn a_slot_with_other_bytes_than_its_header_says_is_never_loaded_and_goes() {
    let dir = tempfile::tempdir().unwrap();
    let last = BLOCK + picture(1).len() - 1;
    let of_an_earlier_picture = picture(2)[BLOCK..].to_vec();
    for at in [BLOCK, BLOCK + 5_000, last] {
        let slot = torn(dir.path(), |file| flip(file, at)).await;
        assert_eq!(load(&Spool::open(dir.path()).unwrap(), 0).await, None, "{at}");
        assert!(!slot.exists(), "{at}");
    }
    let tear = |file: &File| file.write_all_at(&of_an_earlier_picture, 2 * BLOCK as u64).unwrap();
    let slot = torn(dir.path(), tear).await;
    let spool = Spool::open(dir.path()).unwrap();
    assert!(!spool.holds(job(), 0).await.unwrap());
    assert!(!slot.exists());
}

#[tokio::test]
async fn a_slot_that_is_being_written_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let torn = dir.path().join("other-1.slot");
    fs::write(&torn, b"easel").unwrap();
    let writer = File::open(&torn).unwrap();
    writer.try_lock().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    assert!(torn.exists());

    keep(&spool, 0, PICTURE).await;
    let other = Spool::open(dir.path()).unwrap();
    let whole = files(dir.path()).into_iter().find(|path| *path != torn).unwrap();
    let at_work = File::open(&whole).unwrap();
    at_work.try_lock().unwrap();
    assert_eq!(load(&other, 0).await.unwrap(), PICTURE);
    other.forget(job(), 0).await.unwrap();
    assert!(whole.exists());
    drop(at_work);
    assert_eq!(load(&other, 0).await.unwrap(), PICTURE);
    other.forget(job(), 0).await.unwrap();
    assert!(!whole.exists());
}

#[tokio::test]
async fn two_spools_on_one_folder_never_touch_each_others_slots() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (Spool::open(dir.path()).unwrap(), Spool::open(dir.path()).unwrap());
    keep(&one, 0, &picture(1)).await;
    one.forget(job(), 0).await.unwrap();
    let free = only_file(dir.path());
    for n in 0..4 {
        keep(&other, n, &picture(2)).await;
    }
    assert_eq!(files(dir.path()).len(), 5);
    keep(&one, 9, &picture(3)).await;
    assert_eq!(files(dir.path()).len(), 5);
    for n in 0..4 {
        assert_eq!(load(&one, n).await.unwrap(), picture(2));
    }
    assert_eq!(load(&other, 9).await.unwrap(), picture(3));

    // Cleaned away under the one that thinks it is free, it is made again.
    one.forget(job(), 9).await.unwrap();
    other.forget(job(), 9).await.unwrap();
    assert!(!free.exists());
    keep(&one, 8, &picture(4)).await;
    assert!(!free.exists());
    drop(one);
    assert_eq!(load(&other, 8).await.unwrap(), picture(4));
}

#[tokio::test]
async fn many_at_once_have_a_slot_each() {
    let dir = tempfile::tempdir().unwrap();
    let spools = [Spool::open(dir.path()).unwrap(), Spool::open(dir.path()).unwrap()];
    for _ in 0..3 {
        let all = (0..32_u8).map(|n| {
            let spool = &spools[usize::from(n % 2)];
            async move {
                keep(spool, n.into(), &picture(n)).await;
                assert_eq!(load(spool, n.into()).await.unwrap(), picture(n));
                spool.forget(job(), n.into()).await.unwrap();
            }
        });
        futures_util::future::join_all(all).await;
    }
    assert!(files(dir.path()).len() <= 32);
}

#[tokio::test]
async fn a_picture_of_an_earlier_version_is_taken_along() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    for n in 0..2 {
        // One process wrote it before this one started, the other while it runs.
        let old = dir.path().join(format!("{}-{n}.png", job()));
        fs::write(&old, picture(1)).unwrap();
        let spool = if n == 0 { Spool::open(dir.path()).unwrap() } else { spool.clone() };
        assert_eq!(spool.kept().await.unwrap(), [(job(), n)]);
        assert!(spool.holds(job(), n).await.unwrap());
        assert_eq!(load(&spool, n).await.unwrap(), picture(1));
        if n == 0 {
            spool.forget(job(), n).await.unwrap();
        } else {
            keep(&spool, n, PICTURE).await;
            assert_eq!(load(&spool, n).await.unwrap(), PICTURE);
        }
        assert!(!old.exists());
    }
}

#[tokio::test]
async fn what_is_no_picture_stays_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["notes.txt", "a-b.png", ".hidden"] {
        fs::write(dir.path().join(name), "notes").unwrap();
    }
    let spool = Spool::open(dir.path()).unwrap();
    assert_eq!(spool.kept().await.unwrap(), []);
    assert_eq!(files(dir.path()).len(), 3);
}

#[tokio::test]
async fn what_a_crashed_writer_left_unfinished_goes_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let torn = dir.path().join(format!(".{}-0.png.0{}", job(), disk::UNFINISHED));
    fs::write(&torn, b"\x89PN").unwrap();
    let busy = Draft::write(&dir.path().join("other.png"), b"being written", 0o600).unwrap();

    let spool = Spool::open(dir.path()).unwrap();
    assert!(!torn.exists());
    assert_eq!(load(&spool, 0).await, None);
    busy.publish(&dir.path().join("other.png")).unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn in_memory_it_works_the_same() {
    let dir = tempfile::tempdir_in("/dev/shm").unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    for n in 0..3 {
        keep(&spool, n, &picture(1)).await;
        spool.forget(job(), n).await.unwrap();
    }
    keep(&spool, 3, &picture(2)).await;
    killed(spool);
    assert_eq!(load(&Spool::open(dir.path()).unwrap(), 3).await.unwrap(), picture(2));
    only_file(dir.path());
}

#[tokio::test]
async fn a_disk_that_cannot_take_it_is_an_error_with_the_path_and_the_earlier_picture_stays() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    keep(&spool, 0, PICTURE).await;
    let next = only_file(dir.path()).to_string_lossy().replace("-1.slot", "-2.slot");
    fs::create_dir(&next).unwrap();
    let said = format!("{:#}", try_to_keep(&spool, 0, &picture(1)).await.unwrap_err());
    let path = dir.path().display().to_string();
    assert!(said.contains("cannot keep picture 0 of job") && said.contains(&path), "{said}");
    assert_eq!(load(&spool, 0).await.unwrap(), PICTURE);
    keep(&spool, 0, &picture(1)).await;
    assert_eq!(load(&spool, 0).await.unwrap(), picture(1));
}

#[tokio::test]
async fn beside_other_workers_nobody_finds_what_was_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open_beside_others(dir.path()).unwrap();
    let other = Spool::open_beside_others(dir.path()).unwrap();
    keep(&spool, 0, PICTURE).await;
    assert!(other.holds(job(), 0).await.unwrap());
    spool.forget(job(), 0).await.unwrap();
    assert!(!other.holds(job(), 0).await.unwrap());
    assert_eq!(files(dir.path()), Vec::<PathBuf>::new());
}
