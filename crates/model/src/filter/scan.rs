//! A look at the text before the CEL parser sees it: the parser recurses, so nesting and chains are bounded here, and
//! faults that it would report in its grammar's words get better ones.

use super::{FilterError, MAX_DEPTH, MAX_TEXT_BYTES};

/// Operators and selections that may stand open at once: each is a level in the parser's tree.
const MAX_CHAIN: usize = 128;

/// Refuses text that is too long, nested too deeply, or holds a broken string literal.
pub(super) fn check_text(text: &str) -> Result<(), FilterError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(FilterError::new(format!("a filter is at most {MAX_TEXT_BYTES} bytes long")));
    }
    if let Some(at) = text.find('\0') {
        return Err(FilterError::new("text must not hold the NUL character").at(at..at + 1));
    }
    let bytes = text.as_bytes();
    // For each open bracket (and the outside), how many operators stand since the last `&&`, `||` or comma.
    let mut chains = vec![0_usize];
    let mut index = 0;
    while index < bytes.len() {
        let start = index;
        index += 1;
        match bytes[start] {
            b'"' | b'\'' => index = check_string(text, start)?,
            b'/' if bytes.get(index) == Some(&b'/') => {
                index = text[start..].find('\n').map_or(bytes.len(), |length| start + length);
            }
            b'(' | b'[' | b'{' => {
                add_link(&mut chains, start)?;
                chains.push(0);
                if chains.len() > MAX_DEPTH {
                    let message = format!("brackets nest at most {MAX_DEPTH} levels");
                    return Err(FilterError::new(message).at(start..index));
                }
            }
            b')' | b']' | b'}' => {
                if chains.len() == 1 {
                    return Err(FilterError::new("this bracket closes nothing").at(start..index));
                }
                chains.pop();
            }
            b',' => reset(&mut chains),
            b'&' | b'|' if bytes.get(index) == Some(&bytes[start]) => {
                index += 1;
                reset(&mut chains);
            }
            b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'?' | b':' => {
                add_link(&mut chains, start)?;
            }
            b'i' if text[start..].starts_with("in") => add_link(&mut chains, start)?,
            _ => {}
        }
    }
    if chains.len() > 1 {
        return Err(FilterError::new("a bracket is not closed").at(bytes.len()..bytes.len()));
    }
    Ok(())
}

fn reset(chains: &mut [usize]) {
    if let Some(last) = chains.last_mut() {
        *last = 0;
    }
}

fn add_link(chains: &mut [usize], at: usize) -> Result<(), FilterError> {
    if let Some(last) = chains.last_mut() {
        *last += 1;
    }
    if chains.iter().sum::<usize>() > MAX_CHAIN {
        return Err(FilterError::new("too many operators in a row; group with `&&` and `||`").at(at..at + 1));
    }
    Ok(())
}

/// The end of the string literal whose quote stands at `start`. Follows the lexical rules of CEL, so that no text that
/// counts as string here is read as code there.
fn check_string(text: &str, start: usize) -> Result<usize, FilterError> {
    let bytes = text.as_bytes();
    let quote = bytes[start];
    let is_long = bytes.get(start + 1) == Some(&quote) && bytes.get(start + 2) == Some(&quote);
    let prefix = &bytes[start.saturating_sub(2)..start];
    let is_raw =
        prefix.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).any(|byte| matches!(byte, b'r' | b'R'));
    if is_long || is_raw {
        // Nobody needs these in a condition, and two readings of their ends would be a way around the limits.
        let message = "write strings in single quotation marks, as \"text\", with \\ for special characters";
        return Err(FilterError::new(message).at(start..start + 1));
    }
    let mut index = start + 1;
    while let Some(&byte) = bytes.get(index) {
        match byte {
            b'\n' | b'\r' => break,
            b'\\' => {
                let digits = match bytes.get(index + 1) {
                    Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'"' | b'\'' | b'`' | b'\\' | b'?') => 0,
                    Some(b'x' | b'X') => 2,
                    Some(b'u') => 4,
                    Some(b'U') => 8,
                    _ => return Err(FilterError::new("unknown escape in a string").at(index..index + 1)),
                };
                let digits = bytes.get(index + 2..index + 2 + digits).unwrap_or(b"?");
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(FilterError::new("an escape lacks hexadecimal digits").at(index..index + 1));
                }
                index += 2 + digits.len();
            }
            _ if byte == quote => return Ok(index + 1),
            _ => index += 1,
        }
    }
    Err(FilterError::new("a string is not closed").at(start..index))
}
