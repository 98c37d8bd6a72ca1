//! What a rule would look at today: the records on which its condition holds, as far as the reader may see them.

use steward_model::access::Actor;
use steward_model::filter::{Filter, SortKey};
use steward_rule::RULE;
use steward_rule::action::Action;

use super::book::condition_of;
use super::threshold::Group;
use super::turns::within;
use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::list::COUNT_MAX;
use crate::view::RecordView;

/// Records shown as examples.
const SHOWN: usize = 10;

/// Records on which the condition of a rule holds now.
#[derive(Debug, Clone)]
pub struct Preview {
    /// How many; one more than [`COUNT_MAX`] stands for more than that.
    pub count: usize,
    /// Those that changed last.
    pub records: Vec<RecordView>,
    /// On how many related records it would act for each of these; empty for rules that act on none.
    pub related: Vec<usize>,
    /// Of rules that count records, where there were so many within the last day.
    pub groups: Vec<Group>,
}

impl App {
    /// The records on which the condition of a rule holds now and that the actor may see.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may not see the rule; why the condition cannot be used.
    #[boxed]
    pub async fn preview_rule(&self, actor: &Actor, name: &str) -> Result<Preview, Error> {
        let rules = self.kind(RULE)?.clone();
        let record = self.find(actor, &rules, name).await?.record;
        let kind = self.kind(record.text("for_kind"))?.clone();
        let condition = self.filter_of(actor, &kind, &condition_of(&record)).await?;
        let reach = within(&self.organisations_below(record.organisation).await?);
        let filter = Filter::all([condition, reach]);
        let sort = SortKey::parse("-updated_at", &kind)?;
        let count = self.count(actor, &kind, &filter, &[], COUNT_MAX + 1).await?;
        let records = self.first_of(actor, &kind, &filter, &sort, SHOWN).await?;
        // What it does is of no use where it cannot be read; the page says so.
        let rule = self.compile_rule_for(actor, &record).await.ok();
        let (mut related, mut groups) = (Vec::new(), Vec::new());
        if let Some(rule) = &rule {
            groups = self.groups_of_the_day(actor, rule, &kind).await?;
            for view in &records {
                let mut count = None;
                for action in &rule.actions {
                    if let Action::ForEach(each) = action {
                        let found = self.count_related(actor, rule, each, &view.record).await?;
                        count = Some(count.unwrap_or(0) + found);
                    }
                }
                related.extend(count);
            }
        }
        Ok(Preview { count, records, related, groups })
    }
}
