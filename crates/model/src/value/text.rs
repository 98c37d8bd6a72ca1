//! Text and what has the shape of text: addresses of the web and of mail, telephone numbers.

/// Longest Markdown in characters.
const MAX_MARKDOWN: usize = 100_000;
/// Longest secret in characters: a private key in PEM form fits.
const MAX_SECRET: usize = 16_384;
/// Longest web address in characters.
const MAX_URL: usize = 2_000;
/// Longest mail address in characters (RFC 5321, 4.5.3.1.3, less the angle brackets).
const MAX_MAIL: usize = 254;

/// One line, trimmed.
pub(super) fn parse_line(text: &str, max_length: usize) -> Result<String, String> {
    let text = text.trim();
    if text.chars().any(is_line_breaking) {
        return Err("must be one line without control characters".into());
    }
    if text.chars().any(is_direction_override) {
        return Err("must not hold characters that turn the direction of writing".into());
    }
    at_most(text.to_owned(), max_length)
}

/// Text of many lines; ends of lines become `\n`.
pub(super) fn parse_markdown(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err("must not hold control characters other than tab and end of line".into());
    }
    if text.trim().is_empty() { Ok(String::new()) } else { at_most(text, MAX_MARKDOWN) }
}

/// Kept as given, ends of lines too: a key file must stay what it is.
pub(super) fn parse_secret(text: &str) -> Result<String, String> {
    if text.contains('\0') {
        return Err("must not hold the character NUL".into());
    }
    at_most(text.to_owned(), MAX_SECRET)
}

pub(super) fn parse_mail(text: &str) -> Result<String, String> {
    let text = parse_line(text, MAX_MAIL)?;
    if text.is_empty() || is_mail(&text) {
        Ok(text)
    } else {
        Err("must be a mail address such as anna@example.org".into())
    }
}

pub(super) fn parse_phone(text: &str) -> Result<String, String> {
    let text = parse_line(text, 40)?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let fits = text.chars().all(|c| c.is_ascii_digit() || " +-./()x".contains(c));
    if text.is_empty() || fits && digits >= 3 {
        Ok(text)
    } else {
        Err("must be a telephone number such as +49 30 1234567".into())
    }
}

/// `http` and `https` with a host and nothing that hides where it leads (SEC-055): no user name, no backslash.
pub(super) fn parse_url(text: &str) -> Result<String, String> {
    let text = parse_line(text, MAX_URL)?;
    if text.is_empty() {
        return Ok(text);
    }
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        text.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)).map(|_| &text[scheme.len()..])
    });
    let Some(rest) = rest else {
        return Err("must be a web address that begins with https:// or http://".into());
    };
    if text.chars().any(|c| c.is_whitespace() || "\\<>\"`{}|^".contains(c)) {
        return Err("must be a web address without blanks, quotes, brackets or backslashes".into());
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("must be a web address without a user name or password".into());
    }
    if is_host(authority) {
        Ok(text)
    } else {
        Err("must be a web address with a host such as https://example.org/".into())
    }
}

fn at_most(text: String, max_length: usize) -> Result<String, String> {
    match text.chars().count() {
        length if length > max_length => Err(format!("must be at most {max_length} characters, this has {length}")),
        _ => Ok(text),
    }
}

/// Controls, and the line and paragraph separators that editors break lines at.
fn is_line_breaking(c: char) -> bool {
    c.is_control() || c == '\u{2028}' || c == '\u{2029}'
}

/// Unicode's explicit directional embeddings, overrides and isolates: they make a line read as what it is not.
fn is_direction_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    !local.is_empty() && local.len() <= 64 && local.chars().all(is_local) && !dots && is_domain(domain)
}

fn is_domain(domain: &str) -> bool {
    domain.split('.').all(|label| {
        let ends = label.starts_with('-') || label.ends_with('-');
        !label.is_empty() && label.len() <= 63 && !ends && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    })
}

/// A name or address with an optional port.
fn is_host(authority: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    if let Some(rest) = authority.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        let port_fits = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return port_fits && address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    port.is_none_or(is_port) && is_domain_or_host(host)
}

/// Hosts of internal networks may hold underscores and end in a dot.
fn is_domain_or_host(host: &str) -> bool {
    is_domain(&host.strip_suffix('.').unwrap_or(host).replace('_', "-x"))
}
