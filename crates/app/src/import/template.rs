//! Text made of columns: `{category} / {subcategory}`.

use serde::{Deserialize, Deserializer};

/// Text with names of columns in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Column(String),
}

impl Template {
    /// `{value}`: the cell itself.
    pub(crate) fn value() -> Self {
        Self(vec![Part::Column("value".to_owned())])
    }

    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (name, later) = after.split_once('}').ok_or_else(|| format!("a brace is not closed in `{text}`"))?;
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(Part::Column(name.to_owned()));
            rest = later;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The columns that it names.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Column(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The text, when every column has a value.
    pub(crate) fn fill<'v>(&self, value_of: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
        let mut text = String::new();
        for part in &self.0 {
            text.push_str(match part {
                Part::Literal(literal) => literal,
                Part::Column(name) => value_of(name)?,
            });
        }
        Some(text).filter(|text| !text.is_empty())
    }

    /// The text, when every column has a value; else that of the columns that have one, with literals only between two
    /// of these.
    pub(crate) fn fill_some<'v>(&self, value_of: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
        if let Some(whole) = self.fill(&value_of) {
            return Some(whole);
        }
        let mut text = String::new();
        let mut between = "";
        for part in &self.0 {
            match part {
                Part::Literal(literal) => between = literal,
                Part::Column(name) => {
                    if let Some(value) = value_of(name) {
                        if !text.is_empty() {
                            text.push_str(between);
                        }
                        text.push_str(value);
                    }
                    between = "";
                }
            }
        }
        Some(text).filter(|text| !text.is_empty())
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Template;

    fn check(template: &str, whole: Option<&str>, some: Option<&str>) {
        let template = Template::parse(template).unwrap();
        let value_of = |name: &str| (name != "gone").then_some("here");
        assert_eq!(template.fill(value_of).as_deref(), whole);
        assert_eq!(template.fill_some(value_of).as_deref(), some);
    }

    #[test]
    fn a_missing_column_takes_the_text_or_only_its_own_part() {
        check("{a}, {b}", Some("here, here"), Some("here, here"));
        check("{gone}, {b}", None, Some("here"));
        check("{a}, {gone}", None, Some("here"));
        check("{gone}", None, None);
        check("plain", Some("plain"), Some("plain"));
        check("No. {a}", Some("No. here"), Some("No. here"));
        check("{a}, {gone}, {c}", None, Some("here, here"));
    }

    #[test]
    fn an_open_brace_is_refused() {
        assert!(Template::parse("{a").is_err());
    }
}
