//! Reading a log file, packed or not.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// First bytes of an xz file (The .xz File Format 1.2.1, section 2.1.1.1).
const XZ: [u8; 6] = [0xFD, b'7', b'z', b'X', b'Z', 0];
/// First bytes of a gzip file (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// What Excel and others put before UTF-8 text.
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Opens a file; what its first bytes say decides how it is unpacked, not its name.
pub(crate) fn open(path: &Path) -> std::io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    file.by_ref().take(6).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    let unpacked: Box<dyn Read + Send> = if start.starts_with(&XZ) {
        Box::new(liblzma::read::XzDecoder::new_multi_decoder(BufReader::new(file)))
    } else if start.starts_with(&GZIP) {
        Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file)))
    } else {
        Box::new(file)
    };
    without_mark(unpacked)
}

fn without_mark(mut text: Box<dyn Read + Send>) -> std::io::Result<Box<dyn Read + Send>> {
    let mut start = Vec::new();
    text.by_ref().take(3).read_to_end(&mut start)?;
    if start == BYTE_ORDER_MARK {
        return Ok(text);
    }
    Ok(Box::new(std::io::Cursor::new(start).chain(text)))
}
