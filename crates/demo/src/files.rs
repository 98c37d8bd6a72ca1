//! Files that people attach: short texts and pictures, made here.

use crate::chance::Chance;
use crate::script::Deed;

/// A file of a sort that stories name.
pub(crate) fn of(sort: &str, chance: &mut Chance) -> Deed {
    match sort {
        "bounce" => Deed::Attach("returned-mail.txt".to_owned(), bounce(chance).into_bytes()),
        "mail_header" => Deed::Attach("suspicious-mail.txt".to_owned(), header(chance).into_bytes()),
        "readings" => Deed::Attach("meters.csv".to_owned(), readings(chance).into_bytes()),
        _ => Deed::Attach("screen.png".to_owned(), picture(chance)),
    }
}

fn bounce(chance: &mut Chance) -> String {
    format!(
        "This is the mail system at host mx1.northwind.example.\n\nYour message could not be delivered to one or more \
         recipients.\n\n<office@partner-{n}.example>: host mx.partner-{n}.example[192.0.2.{n}] said: 550 5.7.1\n    \
         Message rejected for policy reasons (in reply to end of DATA command)\n\nReporting-MTA: dns; \
         mx1.northwind.example\nAction: failed\nStatus: 5.7.1\n",
        n = chance.between(11, 240)
    )
}

fn header(chance: &mut Chance) -> String {
    format!(
        "Received: from unknown (HELO mailer) (203.0.113.{})\nFrom: \"Human Resources\" <hr@northwind-hr.example>\n\
         Reply-To: <payroll{}@freemail.example>\nSubject: Your payslip is ready\nX-Spam-Score: {}.{}\n\
         Authentication-Results: mx1.northwind.example; spf=fail; dkim=none; dmarc=fail\n",
        chance.between(2, 250),
        chance.between(100, 999),
        chance.between(4, 9),
        chance.between(0, 9)
    )
}

fn readings(chance: &mut Chance) -> String {
    let mut out = String::from("meter;last_reading_kwh;days_missing\n");
    for _ in 0..chance.between(4, 14) {
        let number = chance.between(10_000_000, 99_999_999);
        out.push_str(&format!("1EMH00{number};{};{}\n", chance.between(800, 64_000), chance.between(1, 6)));
    }
    out
}

/// A small picture of a window with a message: a grey screen, a white box, a coloured bar.
fn picture(chance: &mut Chance) -> Vec<u8> {
    const WIDTH: u32 = 160;
    const HEIGHT: u32 = 90;
    let bar = [chance.between(60, 220), chance.between(60, 160), chance.between(60, 220)]
        .map(|part| u8::try_from(part).unwrap_or(128));
    let (left, top) = (20 + u32::try_from(chance.between(0, 20)).unwrap_or(0), 22);
    let mut pixels = Vec::new();
    for y in 0..HEIGHT {
        // Each row begins with its filter: none.
        pixels.push(0);
        for x in 0..WIDTH {
            let inside = (left..left + 100).contains(&x) && (top..top + 46).contains(&y);
            let line = inside && y > top + 16 && (y - top) % 8 == 0 && x > left + 8 && x < left + 80;
            let colour = match (inside, line) {
                (true, _) if y < top + 10 => bar,
                (true, true) => [150, 150, 150],
                (true, false) => [250, 250, 250],
                (false, _) => [200, 206, 214],
            };
            pixels.extend(colour);
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(WIDTH.to_be_bytes());
    header.extend(HEIGHT.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &stored(&pixels));
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, name: [u8; 4], content: &[u8]) {
    let mut named = name.to_vec();
    named.extend(content);
    png.extend(u32::try_from(content.len()).unwrap_or(0).to_be_bytes());
    png.extend(&named);
    png.extend(crc(&named).to_be_bytes());
}

/// A zlib stream (RFC 1950) of blocks that are not compressed (RFC 1951, 3.2.4).
fn stored(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = content.chunks(60_000);
    let last = blocks.len().saturating_sub(1);
    for (place, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(0);
        out.push(u8::from(place == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = content.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

/// CRC-32 as PNG asks for it (ISO 3309).
fn crc(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_picture_is_a_png() {
        let png = picture(&mut Chance::new(1, "picture"));
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert!(png.len() < 50_000);
    }
}
