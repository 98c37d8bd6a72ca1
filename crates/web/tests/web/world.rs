//! The fixture with a browser for each of its people.

use std::collections::BTreeMap;

use steward_testkit::browser::Browser;
use steward_testkit::client::Answer;
use steward_testkit::database::TestDatabase;
use steward_testkit::fixture::{ACTORS, Fixture};

/// A password that is good enough.
pub(crate) const PASSWORD: &str = "violet tram over gravel";

pub(crate) struct World {
    pub(crate) fixture: Fixture,
    browsers: BTreeMap<&'static str, Browser>,
}

impl World {
    pub(crate) async fn build(db: TestDatabase) -> Self {
        Self::of(Fixture::build(db).await).await
    }

    pub(crate) async fn of(fixture: Fixture) -> Self {
        let mut browsers = BTreeMap::new();
        for actor in ACTORS {
            browsers.insert(actor, fresh(&fixture, actor).await);
        }
        Self { fixture, browsers }
    }

    pub(crate) fn browser(&self, actor: &str) -> &Browser {
        &self.browsers[actor]
    }

    /// One more browser of somebody.
    pub(crate) async fn another(&self, actor: &str) -> Browser {
        fresh(&self.fixture, actor).await
    }

    pub(crate) fn ta(&self) -> String {
        format!("/incidents/{}", self.fixture.ta.record.number)
    }

    pub(crate) fn tb(&self) -> String {
        format!("/incidents/{}", self.fixture.tb.record.number)
    }

    /// The login of somebody who now has [`PASSWORD`].
    pub(crate) async fn with_password(&self, actor: &str) -> String {
        self.fixture.server.app.set_password(self.fixture.people[actor], PASSWORD).await.unwrap();
        self.fixture.canary(&format!("{actor}.login"))
    }

    /// All that must not change when something is refused.
    pub(crate) async fn state(&self) -> (Vec<i64>, String) {
        (self.fixture.server.rows().await, self.fixture.server.accounts().await)
    }
}

async fn fresh(fixture: &Fixture, actor: &str) -> Browser {
    match fixture.people.get(actor) {
        Some(person) => fixture.server.browser_of(*person).await,
        None => fixture.server.browser(),
    }
}

/// Where an answer leads.
pub(crate) fn location(answer: &Answer) -> &str {
    answer.header("location")
}

#[track_caller]
pub(crate) fn check_status(answer: &Answer, expected: u16, what: &str) {
    assert_eq!(answer.status.as_u16(), expected, "{what}: {}", answer.text());
}
