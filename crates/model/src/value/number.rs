//! Numbers, amounts and lengths of time.

use serde_json::{Value as Json, json};

/// Millionths in one: decimals are stored as whole millionths.
const ONE: i64 = 1_000_000;
/// Longest duration in seconds: a hundred years of 365.25 days.
const MAX_SECONDS: i64 = 3_155_760_000;

pub(super) fn parse_integer(input: &Json, min: Option<i64>, max: Option<i64>) -> Result<i64, String> {
    let number = input.as_i64().ok_or("must be a whole number")?;
    match (min, max) {
        (Some(min), Some(max)) if number < min || number > max => Err(format!("must be from {min} to {max}")),
        (Some(min), None) if number < min => Err(format!("must be at least {min}")),
        (None, Some(max)) if number > max => Err(format!("must be at most {max}")),
        _ => Ok(number),
    }
}

/// Millionths, from a number or text such as `"12.50"`.
pub(super) fn parse_decimal(input: &Json) -> Result<i64, String> {
    const RULE: &str = "must be a decimal number such as 12.50";
    let text = match input {
        Json::String(text) => text.trim().to_owned(),
        // The shortest text that gives the same floating-point number is what the sender wrote.
        Json::Number(number) => {
            number.as_f64().filter(|_| number.is_f64()).map_or(number.to_string(), |f| f.to_string())
        }
        _ => return Err(RULE.into()),
    };
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(RULE.into());
    }
    if fraction.trim_end_matches('0').len() > 6 {
        return Err("has at most six digits after the point".into());
    }
    let millionths = format!("{:0<6}", fraction.trim_end_matches('0')).parse::<i64>().map_err(|_| RULE)?;
    whole
        .parse::<i64>()
        .ok()
        .and_then(|whole| whole.checked_mul(ONE)?.checked_add(millionths))
        .map(|value| if negative { -value } else { value })
        .ok_or_else(|| "is beyond the largest number that can be kept, 9223372036854".into())
}

pub(super) fn render_decimal(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, fraction) = (millionths.unsigned_abs() / ONE as u64, millionths.unsigned_abs() % ONE as u64);
    let fraction = format!("{fraction:06}");
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

pub(super) fn parse_money(input: &Json) -> Result<Json, String> {
    const RULE: &str = r#"must be an amount with its currency such as {"amount": "12.50", "currency": "EUR"}"#;
    let money = input.as_object().ok_or(RULE)?;
    if money.keys().any(|key| key != "amount" && key != "currency") {
        return Err(RULE.into());
    }
    let amount = parse_decimal(money.get("amount").ok_or(RULE)?).map_err(|message| format!("amount {message}"))?;
    let currency = money.get("currency").and_then(Json::as_str).ok_or(RULE)?;
    // ISO 4217: three upper-case letters. The list of them changes too often to be built in.
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err("currency must be a code of three capital letters such as EUR".into());
    }
    Ok(json!({"amount": amount, "currency": currency}))
}

/// An amount as text with two digits after the point at least: `12.50`.
pub(super) fn render_amount(millionths: i64) -> String {
    let text = render_decimal(millionths);
    match text.split_once('.') {
        None => format!("{text}.00"),
        Some((_, fraction)) if fraction.len() == 1 => format!("{text}0"),
        Some(_) => text,
    }
}

/// Whole seconds, from a number of seconds, ISO 8601 (`PT1H30M`) or short words (`1h 30m`). Days have 24 hours.
pub(super) fn parse_duration(input: &Json) -> Result<i64, String> {
    const RULE: &str = "must be a length of time such as PT1H30M, 1h30m or 5400 (seconds)";
    let seconds = match input {
        Json::Number(number) => number.as_i64().ok_or(RULE)?,
        Json::String(text) => parse_span(text.trim()).ok_or(RULE)?,
        _ => return Err(RULE.into()),
    };
    match seconds {
        ..0 => Err("must not be negative".into()),
        0..=MAX_SECONDS => Ok(seconds),
        _ => Err("must be a hundred years at most".into()),
    }
}

fn parse_span(text: &str) -> Option<i64> {
    let span = text.parse::<jiff::Span>().ok()?;
    // Months and years have no fixed length, so a span that holds them converts to nothing.
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    (duration.subsec_nanos() == 0).then(|| duration.as_secs())
}

/// ISO 8601 in hours, minutes and seconds: `PT1H30M`.
pub(super) fn render_duration(seconds: i64) -> String {
    jiff::SignedDuration::from_secs(seconds).to_string()
}

/// For people: `1h 30m`.
pub(super) fn display_duration(seconds: i64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count != 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if parts.is_empty() { "0s".into() } else { parts.join(" ") }
}
