//! Requests that change a part of the page instead of leaving it.

/// What a link, button or form asks for when scripts run; without them it navigates or posts as usual.
///
/// The parts become `hx-` attributes. Leave [`Partial::NONE`] for plain navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Partial<'a> {
    /// Address to get.
    pub get: Option<&'a str>,
    /// Address to post to.
    pub post: Option<&'a str>,
    /// Selector of the element that the answer changes, such as `#dialog`, `closest .side-field` or `this`.
    pub target: Option<&'a str>,
    /// How it changes it: `innerHTML`, `outerHTML`, `outerMorph`, `none`.
    pub swap: Option<&'a str>,
}

impl<'a> Partial<'a> {
    /// Plain navigation.
    pub const NONE: Self = Self { get: None, post: None, target: None, swap: None };

    /// Shows the answer of `address` in the page's dialog.
    pub fn dialog(address: &'a str) -> Self {
        Self { get: Some(address), post: None, target: Some("#dialog"), swap: Some("innerHTML") }
    }

    /// Replaces the element at `target` with the answer of `address`.
    pub fn replace(address: &'a str, target: &'a str) -> Self {
        Self { get: Some(address), post: None, target: Some(target), swap: Some("outerHTML") }
    }

    /// Posts to `address` and replaces the element at `target` with the answer.
    pub fn post(address: &'a str, target: &'a str) -> Self {
        Self { get: None, post: Some(address), target: Some(target), swap: Some("outerHTML") }
    }
}
