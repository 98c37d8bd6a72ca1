//! Values within a message.

/// A value within a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said<'a> {
    /// Text, as it is.
    Text(&'a str),
    /// A whole number, which a message may choose its form by; written with the reader's separators.
    Number(i64),
}

impl<'a> From<&'a str> for Said<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Said<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a std::borrow::Cow<'_, str>> for Said<'a> {
    fn from(text: &'a std::borrow::Cow<'_, str>) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Said<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<i64> for Said<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Said<'_> {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
