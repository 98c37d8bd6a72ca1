//! The portal: where people find answers, order things, report problems and follow what they asked for.
//!
//! Nothing here decides what somebody may see: the catalogue asks for the right to order, records and articles for the
//! right to read, as every other page.

mod answers;
mod articles;
mod catalogue;
mod editor;
mod home;
mod install;
mod item;
mod pictures;
mod preview;
mod questions;
mod record;
mod report;
pub(crate) mod requests;
mod words;

use std::sync::Arc;

use maud::Markup;
use steward_app::error::Error;
use steward_model::kind::Kind;
use steward_ui::icon::Icon;
use steward_ui::portal::portal_page;

use crate::Web;
use crate::frame::{Place, frame};
use crate::visitor::Visitor;

pub(crate) use answers::answers;
pub(crate) use articles::{article, articles, solved};
pub(crate) use catalogue::{catalogue, category};
pub(crate) use editor::{edit_form, editor_address, save_form};
pub(crate) use home::{home, show as show_home};
pub(crate) use install::{MANIFEST, OFFLINE, WORKER, manifest, offline, worker};
pub(crate) use item::{choices, item, order};
pub(crate) use preview::preview;
pub(crate) use record::{comment, record};
pub(crate) use report::{offered, report, send};
pub(crate) use requests::requests;

/// Addresses of the portal.
pub(crate) const HOME: &str = "/portal";
pub(crate) const CATALOGUE: &str = "/portal/catalogue";
pub(crate) const REPORT: &str = "/portal/report";
pub(crate) const REQUESTS: &str = "/portal/requests";
pub(crate) const ARTICLES: &str = "/portal/articles";
pub(crate) const ANSWERS: &str = "/portal/answers";

/// What the navigation of those who ask holds: words, address, picture.
pub(crate) const WAYS: [(&str, &str, Icon); 4] = [
    ("portal-order", CATALOGUE, Icon::ShoppingCart),
    ("portal-report", REPORT, Icon::AlertCircle),
    ("portal-requests", REQUESTS, Icon::ListCheck),
    ("portal-articles", ARTICLES, Icon::Book),
];

/// Kinds that people ask for and follow here.
const FOLLOWED: [&str; 2] = ["incident", "service_request"];

/// A page of the portal.
fn page(web: &Web, visitor: &Visitor, title: &str, current: &str, content: Markup) -> Markup {
    frame(web, visitor, Place { title, current, ..Place::default() }, portal_page(content))
}

/// The kind whose numbers look like this, among those that are followed here.
fn kind_of(web: &Web, number: &str) -> Result<Arc<Kind>, Error> {
    let kinds = FOLLOWED.iter().filter_map(|key| web.app().registry().kind(key));
    kinds.into_iter().find(|kind| kind.numbering.place(number).is_some()).cloned().ok_or(Error::NotFound)
}

/// Address of a record's page in the portal.
pub(crate) fn record_address(number: &str) -> String {
    format!("{REQUESTS}/{}", crate::address::part(number))
}

/// Address of an item's page.
fn item_address(number: &str) -> String {
    format!("/portal/items/{}", crate::address::part(number))
}

/// Address of an article in the portal, with the mark of the form that it is read from.
fn article_address(number: &str, mark: Option<&str>) -> String {
    let address = format!("{ARTICLES}/{}", crate::address::part(number));
    match mark {
        Some(mark) => format!("{address}?mark={}", crate::address::part(mark)),
        None => address,
    }
}
