//! Names in a text: `@ada` and `@"Service desk"` mention a person or a team, `#INC0000042` names a record.

/// Most mentions of one text that count.
pub const MENTIONS_MAX: usize = 20;
/// Longest name, in bytes.
const NAME_MAX: usize = 200;

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Words.
    Text(&'t str),
    /// A mention.
    Mention {
        /// As it stands in the text, with its sign.
        written: &'t str,
        /// Login, number or name.
        name: &'t str,
    },
    /// What looks like the number of a record.
    Record {
        /// As it stands in the text, with its sign.
        written: &'t str,
        /// The number.
        number: &'t str,
    },
}

/// A text in pieces, which together are the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut begun, mut place) = (Vec::new(), 0, 0);
    while let Some(found) = text.get(place..).and_then(|rest| rest.find(['@', '#'])) {
        let at = place + found;
        place = at + 1;
        // In the middle of a word it is part of a mail address or of a link.
        if text[..at].chars().next_back().is_some_and(|before| is_part(before) || "./@#&=?".contains(before)) {
            continue;
        }
        let rest = &text[at + 1..];
        let piece = if text[at..].starts_with('@') { mention(rest) } else { number(rest) };
        let Some((length, name)) = piece else { continue };
        if begun < at {
            pieces.push(Piece::Text(&text[begun..at]));
        }
        let end = at + 1 + length;
        let written = &text[at..end];
        pieces.push(if written.starts_with('@') {
            Piece::Mention { written, name }
        } else {
            Piece::Record { written, number: name }
        });
        (begun, place) = (end, end);
    }
    if begun < text.len() {
        pieces.push(Piece::Text(&text[begun..]));
    }
    pieces
}

/// The names that a text in Markdown mentions, each once, in the order of the text. What stands in code mentions nobody.
pub fn mentioned(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for part in outside_code(text) {
        for piece in pieces(part) {
            if let Piece::Mention { name, .. } = piece
                && names.len() < MENTIONS_MAX
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
    names
}

/// The parts of a text in Markdown that are not between runs of as many backticks.
fn outside_code(text: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(begin) = rest.find('`') {
        let length = rest[begin..].bytes().take_while(|byte| *byte == b'`').count();
        let after = &rest[begin + length..];
        parts.push(&rest[..begin]);
        rest = closing(after, length).map_or(after, |end| &after[end..]);
    }
    parts.push(rest);
    parts
}

/// The place behind the next run of exactly so many backticks.
fn closing(text: &str, length: usize) -> Option<usize> {
    let mut place = 0;
    while let Some(found) = text[place..].find('`') {
        let begin = place + found;
        let run = text[begin..].bytes().take_while(|byte| *byte == b'`').count();
        if run == length {
            return Some(begin + run);
        }
        place = begin + run;
    }
    None
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-')
}

/// The name that a text begins with and its length with quotes.
fn mention(text: &str) -> Option<(usize, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = quoted.find(['"', '\n'])?;
        let name = &quoted[..end];
        let is_name = !name.trim().is_empty() && name.len() <= NAME_MAX && quoted[end..].starts_with('"');
        return is_name.then_some((end + 2, name));
    }
    let end = text.find(|letter: char| !is_part(letter) && letter != '.').unwrap_or(text.len());
    // A mention may end a sentence.
    let name = text[..end].trim_end_matches(['.', '-']);
    let is_name = name.chars().next().is_some_and(char::is_alphanumeric) && name.len() <= NAME_MAX;
    is_name.then_some((name.len(), name))
}

/// The number that a text begins with: letters, then digits.
fn number(text: &str) -> Option<(usize, &str)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = text[letters..].bytes().take_while(u8::is_ascii_digit).count();
    let end = letters + digits;
    let ends = !text[end..].chars().next().is_some_and(is_part);
    ((1..=12).contains(&letters) && (1..=18).contains(&digits) && ends).then_some((end, &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, names: &[&str]) {
        assert_eq!(mentioned(text), names, "{text}");
        let whole: String = pieces(text)
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => *text,
                Piece::Mention { written, .. } | Piece::Record { written, .. } => written,
            })
            .collect();
        assert_eq!(whole, text);
    }

    #[test]
    fn people_and_teams_are_mentioned() {
        check("@ada please look", &["ada"]);
        check("Ask @mei.lin, @\"Service desk\" or (@PER0000012).", &["mei.lin", "Service desk", "PER0000012"]);
        check("@ada and @ada again", &["ada"]);
        check("bye @jörg.", &["jörg"]);
        check("@ada@ben", &["ada"]);
        for nobody in [
            "ada@example.org",
            "https://a.example/@ada",
            "@",
            "@ ada",
            "@\"no end",
            "@\"\"",
            "@\"a\nb\"",
            "@.x",
            "a_@x",
        ] {
            check(nobody, &[]);
        }
    }

    #[test]
    fn code_mentions_nobody() {
        check("run `@ada` or ``a ` @ben`` but @mei", &["mei"]);
        check("```\n@ada\n```\n@mei", &["mei"]);
        check("a lonely ` tick @mei", &["mei"]);
    }

    #[test]
    fn mentions_are_bounded() {
        let many: String = (0..100).map(|number| format!("@p{number} ")).collect();
        assert_eq!(mentioned(&many).len(), MENTIONS_MAX);
        check(&format!("@{}", "x".repeat(300)), &[]);
    }

    #[test]
    fn numbers_name_records() {
        let numbers = |text: &'static str| -> Vec<&str> {
            let number = |piece| match piece {
                Piece::Record { number, .. } => Some(number),
                _ => None,
            };
            pieces(text).into_iter().filter_map(number).collect()
        };
        assert_eq!(numbers("see #INC0000042 and (#ke1)."), ["INC0000042", "ke1"]);
        assert!(numbers("#1 # #INC #INC1x #12INC page#INC1 a/#INC1").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_the_sum_of_its_pieces(text in "[ -~äß@#\"`\n]{0,80}") {
            let whole: String = pieces(&text)
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => *text,
                    Piece::Mention { written, .. } | Piece::Record { written, .. } => written,
                })
                .collect();
            proptest::prop_assert_eq!(whole, text.clone());
            mentioned(&text);
        }
    }
}
