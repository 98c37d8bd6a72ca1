//! Knowledge in use: what is counted of articles, their versions and languages, what readers say of them, and how they
//! come out of and go into the work on other records.

mod care;
mod feedback;
mod figures;
mod languages;
mod overview;
mod versions;
mod work;

use std::sync::Arc;

use steward_model::access::{Action, Actor};
use steward_model::kind::Kind;
use steward_model::record::Record;

use crate::App;
use crate::error::Error;
use crate::view::RecordView;

// Pages speak of articles in the words of their practice, which they do not know.
pub use steward_practices::knowledge::{ARTICLE, TEXTS, has_draft, is_live, version, working};

pub(crate) use care::ROUND as CARE;
pub use feedback::{Flag, FlagReason, Said};
pub use figures::Figures;
pub use languages::{Edition, Family, accepted};
pub use overview::{Gap, Measured, Order};
pub use versions::{Compared, Part, Version, compare};
pub use work::{Fit, Use, Written};

impl App {
    /// An article that somebody may read, by number or id.
    pub(crate) async fn article(&self, actor: &Actor, name: &str) -> Result<(Arc<Kind>, Record), Error> {
        let kind = self.kind(ARTICLE)?.clone();
        let record = self.find(actor, &kind, name).await?.record;
        Ok((kind, record))
    }

    /// Whether somebody works on articles as staff do, so that they see what is counted and what is being written.
    pub fn is_knowledge_staff(&self, actor: &Actor, view: &RecordView) -> bool {
        actor.is_staff() && view.rights.may_read_internal()
    }

    /// Whether somebody may write the next version of an article, which a move begins where it is published.
    pub fn may_write_article(&self, view: &RecordView) -> bool {
        let begins = || view.allowed_transitions.iter().any(|key| key == "revise");
        let at_work = view.record.state == "draft" && view.rights.may(Action::Update);
        at_work || view.rights.may(Action::Update) && begins()
    }
}
