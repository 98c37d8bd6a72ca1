//! A page as a browser's tokeniser reads it: its elements, and what its forms would send.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// A start tag, an end tag, or text between tags.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Start(Element),
    End(String),
    Text(String),
}

/// An element with its attributes, in the order of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its attributes, decoded.
    pub attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// A page, read.
#[derive(Debug, Clone)]
pub struct Page(Vec<Piece>);

/// A form of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageForm {
    /// Where it goes.
    pub action: String,
    /// What a browser would send if nobody touched it, the token included.
    pub values: Vec<(String, String)>,
}

#[derive(Default)]
struct Sink(RefCell<Vec<Piece>>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut pieces = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                let name = tag.name.to_string();
                if tag.kind == TagKind::EndTag {
                    pieces.push(Piece::End(name));
                    return TokenSinkResult::Continue;
                }
                let raw = match name.as_str() {
                    "title" | "textarea" => Some(RawKind::Rcdata),
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
                    "script" => Some(RawKind::ScriptData),
                    "plaintext" => return TokenSinkResult::Plaintext,
                    _ => None,
                };
                let attributes =
                    tag.attrs.iter().map(|attr| (attr.name.local.to_string(), attr.value.to_string())).collect();
                pieces.push(Piece::Start(Element { name, attributes }));
                raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
            }
            Token::CharacterTokens(text) => {
                match pieces.last_mut() {
                    Some(Piece::Text(before)) => before.push_str(&text),
                    _ => pieces.push(Piece::Text(text.to_string())),
                }
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Page {
    /// Reads a page.
    pub fn parse(html: &str) -> Self {
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(html));
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        Self(tokenizer.sink.0.into_inner())
    }

    /// All elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Start(element) => Some(element),
            _ => None,
        })
    }

    /// All text, without that of scripts.
    pub fn text(&self) -> String {
        let texts = self.0.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join(" ")
    }

    /// The token that scripts of the page send.
    pub fn csrf_token(&self) -> Option<&str> {
        let inputs = self.elements().filter(|element| element.get("name") == Some("csrf_token"));
        inputs.filter_map(|element| element.get("value")).next()
    }

    /// The form that goes to an address.
    pub fn form(&self, action: &str) -> Option<PageForm> {
        self.forms().into_iter().find(|form| form.action == action)
    }

    /// All forms with what they would send: of radio buttons and boxes those that are ticked, of lists what is chosen.
    pub fn forms(&self) -> Vec<PageForm> {
        let mut forms = Vec::new();
        let mut form: Option<PageForm> = None;
        let mut select: Option<(String, Vec<(String, bool)>)> = None;
        let mut templates = 0_usize;
        for (place, piece) in self.0.iter().enumerate() {
            match piece {
                Piece::Start(element) if element.name == "template" => templates += 1,
                Piece::End(name) if name == "template" => templates = templates.saturating_sub(1),
                _ if templates > 0 => {}
                Piece::Start(element) if element.name == "form" => {
                    let action = element.get("action").unwrap_or_default().to_owned();
                    form = Some(PageForm { action, values: Vec::new() });
                }
                Piece::End(name) if name == "form" => forms.extend(form.take()),
                Piece::End(name) if name == "select" => {
                    if let (Some(form), Some((name, options))) = (&mut form, select.take()) {
                        let chosen = options.iter().find(|(_, selected)| *selected).or_else(|| options.first());
                        form.values.extend(chosen.map(|(value, _)| (name, value.clone())));
                    }
                }
                Piece::Start(element) => {
                    let Some(form) = &mut form else { continue };
                    if element.has("disabled") {
                        continue;
                    }
                    let name = element.get("name").filter(|name| !name.is_empty());
                    match (element.name.as_str(), name) {
                        ("select", Some(name)) => select = Some((name.to_owned(), Vec::new())),
                        ("option", _) => {
                            if let Some((_, options)) = &mut select {
                                let value = element.get("value").unwrap_or_default().to_owned();
                                options.push((value, element.has("selected")));
                            }
                        }
                        ("textarea", Some(name)) => {
                            let text = match self.0.get(place + 1) {
                                Some(Piece::Text(text)) => text.as_str(),
                                _ => "",
                            };
                            // The first line break is the page's; browsers send the others as CR LF.
                            let text = text.strip_prefix('\n').unwrap_or(text).replace('\n', "\r\n");
                            form.values.push((name.to_owned(), text));
                        }
                        ("input", Some(name)) => {
                            let value = match element.get("type").unwrap_or("text") {
                                "checkbox" | "radio" if !element.has("checked") => None,
                                "checkbox" | "radio" => Some(element.get("value").unwrap_or("on")),
                                "file" | "submit" | "button" | "image" | "reset" => None,
                                _ => Some(element.get("value").unwrap_or_default()),
                            };
                            form.values.extend(value.map(|value| (name.to_owned(), value.to_owned())));
                        }
                        _ => {}
                    }
                }
                Piece::End(_) | Piece::Text(_) => {}
            }
        }
        forms
    }
}

impl PageForm {
    /// The form with another value in a field, which it must have.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let slot = self.values.iter_mut().rfind(|(given, _)| given == name);
        slot.unwrap_or_else(|| panic!("the form has no {name}")).1 = value.to_owned();
        self
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().rfind(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sends_what_a_browser_would() {
        let page = Page::parse(
            "<form action='/x'><input name=a value='1&amp;2'><input type=checkbox name=b value=t><input type=checkbox \
             name=c checked value=t><select name=d><option value=1><option value=2 selected></select><textarea name=e>\n\
             a\nb</textarea><template><input name=f></template><input type=file name=g></form>",
        );
        let form = page.form("/x").unwrap();
        let values: Vec<(&str, &str)> =
            form.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(values, [("a", "1&2"), ("c", "t"), ("d", "2"), ("e", "a\r\nb")]);
    }

    #[test]
    fn what_is_escaped_is_no_element() {
        let names = |html: &str| Page::parse(html).elements().map(|element| element.name.clone()).collect::<Vec<_>>();
        assert_eq!(names("<p>&lt;script&gt;</p>"), ["p"]);
        assert_eq!(names("<textarea><b></textarea><b>"), ["textarea", "b"]);
        assert_eq!(names("<textarea></textarea><script>x</script>"), ["textarea", "script"]);
    }
}
