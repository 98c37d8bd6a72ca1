//! Contents of files: kept once, checked on reading, never half there.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::stream;
use steward_store::blob::{BlobError, Blobs};

/// SHA-256 of `abc`, from FIPS 180-4.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn open() -> (tempfile::TempDir, Blobs) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&folder.path().join("blobs")).unwrap();
    (folder, blobs)
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

fn parts(parts: &[&'static str]) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Unpin + Send {
    let parts: Vec<_> = parts.iter().map(|part| Ok(Bytes::from_static(part.as_bytes()))).collect();
    stream::iter(parts)
}

#[tokio::test]
async fn a_content_is_kept_once_under_its_hash() {
    let (_folder, blobs) = open();
    let stored = blobs.put_stream(parts(&["a", "bc"]), 3).await.unwrap();
    assert_eq!((stored.sha256.as_str(), stored.size), (ABC, 3));
    assert_eq!(blobs.put(Bytes::from_static(b"abc")).await.unwrap(), ABC);
    assert_eq!(blobs.get(ABC).await.unwrap(), "abc");
    let files = files_under(blobs.folder());
    assert_eq!(files, [blobs.folder().join("ba/78").join(ABC)]);
    let empty = blobs.put(Bytes::new()).await.unwrap();
    assert_eq!(blobs.get(&empty).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_content_that_is_too_long_or_breaks_off_leaves_nothing() {
    let (_folder, blobs) = open();
    let long = blobs.put_stream(parts(&["ab", "cd"]), 3).await;
    assert!(matches!(long, Err(BlobError::TooLarge { limit: 3 })), "{long:?}");
    let broken = stream::iter([Ok(Bytes::from_static(b"ab")), Err(std::io::Error::other("gone"))]);
    let broken = blobs.put_stream(broken, 9).await;
    assert!(matches!(broken, Err(BlobError::BrokenOff(_))), "{broken:?}");
    assert_eq!(files_under(blobs.folder()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_damaged_content_is_not_served_and_can_be_mended() {
    let (_folder, blobs) = open();
    blobs.put(Bytes::from_static(b"abc")).await.unwrap();
    std::fs::write(&files_under(blobs.folder())[0], "abd").unwrap();
    assert!(matches!(blobs.get(ABC).await, Err(BlobError::Damaged(_))));
    assert!(matches!(blobs.check(ABC).await, Err(BlobError::Damaged(_))));
    blobs.put(Bytes::from_static(b"abc")).await.unwrap();
    assert_eq!(blobs.get(ABC).await.unwrap(), "abc");
}

#[tokio::test]
async fn only_hashes_name_contents() {
    let (_folder, blobs) = open();
    for name in ["", "../../etc/passwd", &ABC.to_uppercase(), &ABC[1..]] {
        assert!(matches!(blobs.get(name).await, Err(BlobError::NoHash(_))), "{name:?}");
    }
    assert!(matches!(blobs.get(&"0".repeat(64)).await, Err(BlobError::Missing(_))));
}
