//! The fields of the index.

use steward_model::kind::Level;
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};

/// Rises when the index holds other things than before, so that older ones are made anew.
pub(crate) const VERSION: u32 = 1;

/// Name of the analyzer in the schema.
pub(crate) const ANALYZER: &str = "words";

/// The levels, lowest first; a level's place is its number in the index.
pub(crate) const LEVELS: [Level; 3] = [Level::Requester, Level::Agent, Level::Owner];

/// The place of a level in [`LEVELS`].
pub(crate) fn place(level: Level) -> usize {
    match level {
        Level::Requester => 0,
        Level::Agent => 1,
        Level::Owner => 2,
    }
}

/// Names of the columns that conditions look at.
pub(crate) mod column {
    pub(crate) const ID: &str = "id";
    pub(crate) const KIND: &str = "kind";
    pub(crate) const STATE: &str = "state";
    pub(crate) const CATEGORY: &str = "category";
    pub(crate) const ORGANISATION: &str = "organisation";
    pub(crate) const CREATED_BY: &str = "created_by";
    pub(crate) const REQUESTER: &str = "requester";
    pub(crate) const ASSIGNEE: &str = "assignee";
    pub(crate) const TEAM: &str = "team";
    pub(crate) const WATCHERS: &str = "watchers";
    pub(crate) const FACTS: &str = "facts";
    pub(crate) const TOP: &str = "top";
    pub(crate) const UPDATED_AT: &str = "updated_at";
}

/// The fields.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    pub(crate) number: Field,
    /// What names a record, by level; each holds what the levels below it hold.
    pub(crate) names: [Field; 3],
    /// All text, by level; each holds what the levels below it hold.
    pub(crate) texts: [Field; 3],
    pub(crate) kind: Field,
    pub(crate) state: Field,
    pub(crate) category: Field,
    pub(crate) organisation: Field,
    pub(crate) created_by: Field,
    pub(crate) requester: Field,
    pub(crate) assignee: Field,
    pub(crate) team: Field,
    pub(crate) watchers: Field,
    pub(crate) facts: Field,
    /// The highest level that has text of its own; the record stands in the fields of the levels up to it only.
    pub(crate) top: Field,
    pub(crate) updated_at: Field,
}

/// The schema, with its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = |norms| {
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(ANALYZER)
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(norms);
        TextOptions::default().set_indexing_options(indexing)
    };
    let text = words(true);
    let fields = Fields {
        id: builder.add_i64_field(column::ID, INDEXED | FAST),
        number: builder.add_text_field("number", words(false)),
        names: ["name_requester", "name_agent", "name_owner"].map(|name| builder.add_text_field(name, text.clone())),
        texts: ["text_requester", "text_agent", "text_owner"].map(|name| builder.add_text_field(name, text.clone())),
        kind: builder.add_u64_field(column::KIND, FAST),
        state: builder.add_u64_field(column::STATE, FAST),
        category: builder.add_u64_field(column::CATEGORY, FAST),
        organisation: builder.add_i64_field(column::ORGANISATION, FAST),
        created_by: builder.add_i64_field(column::CREATED_BY, FAST),
        requester: builder.add_i64_field(column::REQUESTER, FAST),
        assignee: builder.add_i64_field(column::ASSIGNEE, FAST),
        team: builder.add_i64_field(column::TEAM, FAST),
        watchers: builder.add_i64_field(column::WATCHERS, FAST),
        facts: builder.add_u64_field(column::FACTS, FAST),
        top: builder.add_u64_field(column::TOP, FAST),
        updated_at: builder.add_i64_field(column::UPDATED_AT, FAST),
    };
    (builder.build(), fields)
}
