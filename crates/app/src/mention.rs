//! People and teams that texts mention: whom a name means, and who can be named on a record.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use steward_model::access::{Action, Actor, rights};
use steward_model::event::Audience;
use steward_model::id::RecordId;
use steward_model::kind::Kind;
use steward_model::record::Record;

use crate::App;
use crate::boxed;
use crate::error::Error;
use crate::view::Label;

/// Kinds that can be mentioned.
const MENTIONED: [&str; 2] = ["person", "team"];
/// Candidates looked at for one answer.
const LOOKED_AT: usize = 25;
/// Candidates in one answer.
const OFFERED: usize = 8;

/// Somebody who can be mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What stands in the text to mention them, with its sign.
    pub written: String,
    /// Their name.
    pub label: String,
    /// Beside the name: job title, or that it is a team.
    pub detail: String,
}

impl App {
    /// The people and teams that names mean, by name, as far as the reader may see them: to be shown where they are
    /// mentioned.
    ///
    /// # Errors
    /// When the database is away.
    #[boxed]
    pub async fn mentioned(&self, actor: &Actor, names: &BTreeSet<String>) -> Result<HashMap<String, Label>, Error> {
        let found = self.find_mentioned(names).await?;
        let ids: BTreeSet<RecordId> = found.values().map(|(id, _)| *id).collect();
        let labels = self.labels(actor, ids, &BTreeSet::new()).await?;
        Ok(found.into_iter().filter_map(|(name, (id, _))| Some((name, labels.get(&id)?.clone()))).collect())
    }

    /// The people and teams that names mean, whoever asks, with the kind of each.
    pub(crate) async fn find_mentioned(
        &self,
        names: &BTreeSet<String>,
    ) -> Result<HashMap<String, (RecordId, String)>, Error> {
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = self.store().resolve(&texts).await?;
        let found = found.into_iter().filter(|found| {
            // An id is no name: text that happens to be a number must not mean somebody.
            MENTIONED.contains(&found.kind.as_str()) && found.text.parse::<i64>().is_err()
        });
        Ok(found.map(|found| (found.text, (found.id, found.kind))).collect())
    }

    /// People and teams whose names begin so and who may read what would be said on a record; with nothing typed, those
    /// who have to do with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who may not see the record, [`Error::Forbidden`] for who may say nothing there.
    #[boxed]
    pub async fn mention_candidates(
        &self,
        actor: &Actor,
        kind: &Kind,
        name: &str,
        (beginning, audience): (&str, Audience),
    ) -> Result<Vec<Candidate>, Error> {
        let record = self.find(actor, kind, name).await?.record;
        let own = rights(actor, kind, &record, self.now());
        if !(own.may(Action::Comment) || own.may(Action::Note)) {
            return Err(Error::Forbidden { action: Action::Comment });
        }
        let found = if beginning.trim().is_empty() {
            let mut ids: BTreeSet<RecordId> = record.watchers.iter().copied().collect();
            ids.extend(["assignee", "requester", "team"].into_iter().filter_map(|field| record.reference(field)));
            ids.remove(&actor.person);
            let ids: Vec<RecordId> = ids.into_iter().take(LOOKED_AT).collect();
            self.store().get_records(&ids).await?.into_iter().map(|loaded| loaded.record).collect()
        } else {
            let kinds = MENTIONED.map(str::to_owned);
            let hits = self.suggest(actor, &kinds, beginning, LOOKED_AT).await?;
            hits.into_iter().map(|hit| hit.record).collect::<Vec<Record>>()
        };
        let readable = self.labels(actor, found.iter().map(|record| record.id).collect(), &BTreeSet::new()).await?;
        let people: BTreeSet<RecordId> =
            found.iter().filter(|record| record.kind == "person").map(|record| record.id).collect();
        let actors = self.actors_of(people).await?;
        let may_read = |person: &RecordId| {
            actors.get(person).is_some_and(|other| {
                let rights = rights(other, kind, &record, self.now());
                rights.may(Action::Read) && (audience == Audience::Public || rights.may_read_internal())
            })
        };
        let typed = beginning.trim().to_lowercase();
        let begins = |one: &&Record| {
            [one.text("login"), one.text("name")].iter().any(|text| text.to_lowercase().starts_with(&typed))
        };
        // Who is called so before those in whose name it stands somewhere.
        let (first, rest): (Vec<&Record>, Vec<&Record>) = found.iter().partition(begins);
        let offered = first.into_iter().chain(rest).filter_map(|one| {
            let label = readable.get(&one.id)?;
            let (written, detail) = match one.kind.as_str() {
                "team" => (format!("@\"{}\"", label.label), "Team".to_owned()),
                _ if !may_read(&one.id) => return None,
                _ => (written(one.text("login"), &label.number), one.text("title").to_owned()),
            };
            Some(Candidate { written, label: label.label.clone(), detail })
        });
        Ok(offered.take(OFFERED).collect())
    }

    /// Actors that people are, those who may not act left out: with a few questions for all.
    pub(crate) async fn actors_of(&self, people: BTreeSet<RecordId>) -> Result<BTreeMap<RecordId, Actor>, Error> {
        let now = self.now();
        let mut actors = BTreeMap::new();
        let unknown = self.0.actors.get_many(people.into_iter().collect(), now, |id, actor| {
            actors.insert(*id, actor.clone());
        });
        let before = self.0.actors.before(now);
        let loaded = self.load_actors(&unknown).await?;
        self.0.actors.keep(before, loaded.iter().map(|actor| (actor.person, actor.clone())));
        actors.extend(loaded.into_iter().map(|actor| (actor.person, actor)));
        Ok(actors)
    }
}

/// How a person is mentioned: by login, or by number where there is none that reads as one word.
fn written(login: &str, number: &str) -> String {
    let mention = format!("@{login}");
    match steward_model::mention::mentioned(&mention).as_slice() {
        [name] if *name == login => mention,
        _ => format!("@{number}"),
    }
}
