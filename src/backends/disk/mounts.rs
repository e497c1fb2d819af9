//! Which file system a path is on.

use std::fs;
use std::path::{Path, PathBuf};

/// The kind of its file system, such as `ext4` or `nfs4`; `None` where the kernel does not tell.
pub(crate) fn file_system(path: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let path = std::path::absolute(path).ok()?;
    let there = path.ancestors().find_map(|part| fs::canonicalize(part).ok())?;
    kind_in(&mounts, &there)
}

/// Whether several machines may have files of this kind of file system open.
pub(crate) fn is_shared(kind: &str) -> bool {
    [
        "nfs",
        "cifs",
        "smb",
        "9p",
        "afs",
        "ceph",
        "lustre",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.glusterfs",
        "fuse.s3fs",
    ]
    .iter()
    .any(|shared| kind.starts_with(shared))
}

/// Of lines such as `server:/export /srv/a\040b nfs4 rw 0 0`, the one that is mounted deepest, the last of equals.
fn kind_in(mounts: &str, path: &Path) -> Option<String> {
    let mount = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        Some((PathBuf::from(unescaped(fields.next()?)), fields.next()?.to_owned()))
    };
    let above = mounts.lines().filter_map(mount).filter(|(point, _)| path.starts_with(point));
    above.max_by_key(|(point, _)| point.components().count()).map(|(_, kind)| kind)
}

fn unescaped(field: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(field.to_owned(), |text, (code, sign)| text.replace(code, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "/dev/sda1 / ext4 rw 0 0\nnone /srv tmpfs rw 0 0\nnas:/a /srv/my\\040pictures nfs4 rw 0 0\n\
                          //nas/b /srv cifs rw 0 0\n";

    #[test]
    fn the_deepest_and_latest_mount_counts() {
        for (path, kind) in [
            ("/home/easel", "ext4"),
            ("/srv", "cifs"),
            ("/srv/my", "cifs"),
            ("/srv/my pictures/archive", "nfs4"),
        ] {
            assert_eq!(kind_in(MOUNTS, Path::new(path)).as_deref(), Some(kind), "{path}");
        }
        assert!(is_shared("nfs4") && is_shared("smb3") && is_shared("cifs") && !is_shared("ext4"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_path_that_is_not_there_yet_is_on_the_file_system_of_what_is() {
        let kind = file_system(Path::new("."));
        assert!(kind.is_some() && kind == file_system(Path::new("no/such/folder")));
    }
}
