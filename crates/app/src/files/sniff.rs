//! What a content is by its bytes; what was declared is not believed.

/// Most pixels of a picture that browsers are asked to draw: more take memory by the hundred megabytes.
const PIXELS_MAX: u64 = 50_000_000;

/// Media type by the first bytes, for types that browsers may show.
pub(crate) fn media_type(content: &[u8]) -> &'static str {
    const KNOWN: [(&[u8], &str); 5] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
    ];
    if content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    KNOWN
        .iter()
        .find(|(magic, _)| content.starts_with(magic))
        .map_or("application/octet-stream", |(_, media_type)| media_type)
}

/// Whether a browser may be asked to draw a picture: its size stands in its head and is within reason.
// By ourselves: `imagesize` 0.15 stumbles over the filling that JPEG allows before markers (T.81 B.1.1.2), and takes the bits
// by which VP8 scales for a part of the size.
pub(crate) fn is_drawable(media_type: &str, content: &[u8]) -> bool {
    let size = match media_type {
        "image/png" => png_size(content),
        "image/gif" => gif_size(content),
        "image/jpeg" => jpeg_size(content),
        "image/webp" => webp_size(content),
        _ => None,
    };
    size.is_some_and(|(width, height)| (1..=PIXELS_MAX).contains(&(width * height)))
}

fn number<const N: usize>(content: &[u8], place: usize) -> Option<[u8; N]> {
    content.get(place..place + N)?.try_into().ok()
}

fn png_size(content: &[u8]) -> Option<(u64, u64)> {
    let at = |place| number(content, place).map(|bytes| u64::from(u32::from_be_bytes(bytes)));
    (content.get(12..16) == Some(b"IHDR")).then_some(())?;
    Some((at(16)?, at(20)?))
}

fn gif_size(content: &[u8]) -> Option<(u64, u64)> {
    let at = |place| number(content, place).map(|bytes| u64::from(u16::from_le_bytes(bytes)));
    Some((at(6)?, at(8)?))
}

/// From the frame's head, which comes after segments that say how long they are.
fn jpeg_size(content: &[u8]) -> Option<(u64, u64)> {
    let at = |place| number(content, place).map(|bytes| u64::from(u16::from_be_bytes(bytes)));
    let mut place = 2;
    loop {
        if *content.get(place)? != 0xff {
            return None;
        }
        let marker = *content.get(place + 1)?;
        match marker {
            // Filling before a marker, and markers that stand alone.
            0xff => place += 1,
            0x01 | 0xd0..=0xd8 => place += 2,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => return Some((at(place + 7)?, at(place + 5)?)),
            _ => place += 2 + usize::try_from(at(place + 2)?).ok()?,
        }
    }
}

/// The three forms that a picture can have (RFC 9649).
fn webp_size(content: &[u8]) -> Option<(u64, u64)> {
    let byte = |place: usize| content.get(place).map(|byte| u64::from(*byte));
    let three = |place: usize| Some(byte(place)? | byte(place + 1)? << 8 | byte(place + 2)? << 16);
    match content.get(12..16)? {
        b"VP8X" => Some((three(24)? + 1, three(27)? + 1)),
        b"VP8 " => Some(((three(26)? & 0x3fff), (byte(28)? | byte(29)? << 8) & 0x3fff)),
        b"VP8L" => {
            let bits = three(21)? | byte(24)? << 24;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

/// A program for Windows (whose head leads to `PE`), Linux or macOS.
pub(crate) fn is_program(content: &[u8]) -> bool {
    let is_windows = || {
        let head = number(content, 0x3c).map(u32::from_le_bytes)?;
        let head = usize::try_from(head).ok()?;
        let magic = content.get(head..head + 2)?;
        Some(matches!(magic, b"PE" | b"NE" | b"LE" | b"LX"))
    };
    const OTHERS: [&[u8]; 5] =
        [b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"];
    (content.starts_with(b"MZ") && is_windows().unwrap_or(false))
        || OTHERS.iter().any(|magic| content.starts_with(magic))
}

/// The head and class of a Windows shortcut (MS-SHLLINK 2.1).
pub(crate) fn is_shortcut(content: &[u8]) -> bool {
    content.starts_with(b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46")
}

/// A document of the newer form names its macros among the files of its archive; one of the older form as a storage.
pub(crate) fn has_macros(content: &[u8]) -> bool {
    let holds = |needle: &[u8]| content.windows(needle.len()).any(|window| window == needle);
    let wide: Vec<u8> = "_VBA_PROJECT".encode_utf16().flat_map(u16::to_le_bytes).collect();
    (content.starts_with(b"PK\x03\x04") && holds(b"vbaProject.bin"))
        || (content.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") && holds(&wide))
}

/// A zip whose first file is encrypted, and 7-Zip or RAR archives whose list of files is.
pub(crate) fn is_encrypted_archive(content: &[u8]) -> bool {
    let zip = content.starts_with(b"PK\x03\x04") && content.get(6).is_some_and(|flags| flags & 1 == 1);
    // RAR 4: the flag of the main head. RAR 5: a head of encryption (type 4) comes first.
    let rar4 = content.starts_with(b"Rar!\x1a\x07\0") && content.get(10).is_some_and(|flags| flags & 0x80 != 0);
    let rar5 = content.starts_with(b"Rar!\x1a\x07\x01\0") && content.get(13) == Some(&4);
    zip || rar4 || rar5
}

/// Markup that a browser would take for a page or a picture with scripts.
pub(crate) fn is_html(content: &[u8]) -> bool {
    let head = &content[..content.len().min(1024)];
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    ["<!doctype html", "<html", "<head", "<body", "<script", "<svg", "<iframe"].iter().any(|tag| text.starts_with(tag))
        || (text.starts_with("<?xml") && text.contains("<svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        picture.extend(width.to_be_bytes());
        picture.extend(height.to_be_bytes());
        picture
    }

    #[test]
    fn sec_053_pictures_are_measured_by_their_heads() {
        assert!(is_drawable("image/png", &png(4000, 3000)));
        assert!(!is_drawable("image/png", &png(30_000, 30_000)));
        assert!(!is_drawable("image/png", &png(0, 10)));
        assert!(!is_drawable("image/png", b"\x89PNG\r\n\x1a\n"));
        assert!(is_drawable("image/gif", b"GIF89a\x10\0\x20\0"));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc0\0\x11\x08\x03\x00\x04\x00";
        assert_eq!(jpeg_size(jpeg), Some((1024, 768)));
        assert_eq!(jpeg_size(b"\xff\xd8\xff\xe0\xff\xff"), None);
        let mut webp = b"RIFF....WEBPVP8X\0\0\0\0\0\0\0\0".to_vec();
        webp.extend([0xff, 0x01, 0, 0xff, 0, 0]);
        assert_eq!(media_type(&webp), "image/webp");
        assert_eq!(webp_size(&webp), Some((512, 256)));
        assert!(!is_drawable("image/svg+xml", b"<svg>"));
    }

    #[test]
    fn kinds_of_files_are_told_apart() {
        assert!(is_encrypted_archive(b"PK\x03\x04\x14\0\x01\0"));
        assert!(!is_encrypted_archive(b"PK\x03\x04\x14\0\0\0"));
        assert!(is_shortcut(b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46...."));
        assert!(is_html(b"\xef\xbb\xbf <SVG onload=alert(1)>") && !is_html(b"a < b"));
        assert!(!is_program(b"MZ"));
    }
}
