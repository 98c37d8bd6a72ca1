//! Languages and settings: what a person chose is how their pages are, on every page and for nobody else.

use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::World;

/// English words that a page in another language must not have.
const ENGLISH: [&str; 26] = [
    "Search",
    "Save",
    "Cancel",
    "Inbox",
    "My work",
    "Help",
    "Sign out",
    "State",
    "Priority",
    "Requester",
    "Assignee",
    "Updated",
    "Number",
    "Title",
    "Columns",
    "Group",
    "Views",
    "Open",
    "Unassigned",
    "Edit",
    "Reply",
    "Internal note",
    "Attach",
    "What happened",
    "Fields",
    "Related",
];

impl World {
    async fn words(&self, actor: &str, path: &str) -> String {
        let text = self.browser(actor).get(path).await.text();
        let text = Page::parse(&text).text();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Whether a text has words standing alone.
fn has(text: &str, words: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(words)
        .any(|(at, _)| !letter(text[..at].chars().next_back()) && !letter(text[at + words.len()..].chars().next()))
}

on_both! {
    async fn a_person_reads_in_the_language_of_their_choice(db: TestDatabase) {
        let world = World::build(db).await;
        let ta = world.ta();
        assert!(has(&world.words("g1", &ta).await, "Assignee"));
        world.browser("g1").post("/settings", &[("language", "de"), ("zone", "Europe/Berlin")]).await.expect(303);
        let pages = ["/", "/incidents", ta.as_str(), "/incidents/new", "/inbox", "/search", "/account", "/settings", "/incidents/board"];
        for path in pages.into_iter().chain([format!("{ta}/edit").as_str(), format!("{ta}/transitions/resolve").as_str()]) {
            let text = world.words("g1", path).await;
            let english: Vec<&str> = ENGLISH.into_iter().filter(|words| has(&text, words)).collect();
            assert!(english.is_empty(), "{path}: {english:?} in {text}");
        }
        let record = world.browser("g1").get(&ta).await.text();
        assert!(record.contains("<html lang=\"de\" dir=\"ltr\""), "{}", &record[..200]);
        let text = world.words("g1", &ta).await;
        for words in ["Störung", "Zugewiesen an", "Anfragende Person", "Interne Notiz"] {
            assert!(text.contains(words), "{words} in {text}");
        }
        let list = world.words("g1", "/incidents").await;
        assert!(has(&list, "Störungen") && has(&list, "Nicht zugewiesen"), "{list}");
        // Nobody else's pages changed, and programs are answered as ever.
        assert!(has(&world.words("a1", &ta).await, "Requester"));
        // Back again.
        world.browser("g1").post("/settings", &[("language", "auto")]).await.expect(303);
        assert!(has(&world.words("g1", &ta).await, "Assignee"));
    }

    async fn what_is_wrong_is_told_in_the_language_of_the_page(db: TestDatabase) {
        let world = World::build(db).await;
        world.browser("g1").post("/settings", &[("language", "fr")]).await.expect(303);
        let answer = world.browser("g1").post("/incidents", &[("title", "")]).await.expect(422);
        let text = Page::parse(&answer.text()).text();
        assert!(text.contains("Titre") && text.contains("est obligatoire"), "{text}");
        let missing = world.browser("g1").get("/incidents/INC9999999").await.expect(404).text();
        assert!(missing.contains("Introuvable"), "{missing}");
        let answer = world.browser("g1").post("/settings", &[("zone", "Mars/Base")]).await.expect(422);
        assert!(Page::parse(&answer.text()).text().contains("n’est pas un fuseau connu"), "{}", answer.text());
    }

    async fn before_one_is_known_the_browser_is_asked(db: TestDatabase) {
        let world = World::build(db).await;
        // Somebody has a password, so that it is no longer the page of an installation that is not set up.
        world.with_password("g1").await;
        let stranger = world.fixture.server.browser();
        let page = stranger.send(stranger.call("GET", "/sign-in").header("accept-language", "fr-CH, en;q=0.5")).await;
        assert!(page.text().contains("Se connecter") && page.text().contains("lang=\"fr\""), "{}", page.text());
        assert!(stranger.get("/sign-in").await.text().contains("Sign in"));
    }

    async fn formats_keys_and_looks_are_kept_on_the_server(db: TestDatabase) {
        let world = World::build(db).await;
        let sent = [
            ("zone", "America/New_York"), ("clock", "12"), ("date", "month_first"), ("theme", "contrast"),
            ("density", "compact"), ("keys_on", "true"), ("key.create", "g"),
        ];
        world.browser("g1").post("/settings", &sent).await.expect(303);
        let page = world.browser("g1").get(&world.ta()).await.text();
        assert!(page.contains("data-theme=\"contrast\" data-density=\"compact\""), "{}", &page[..300]);
        assert!(page.contains("name=\"keys\"") && page.contains("&quot;g&quot;:&quot;c&quot;"), "the key is told to scripts");
        let moment = |page: &str| page.split("title=\"").find(|part| part.contains(" EST\"") || part.contains(" EDT\"")).map(str::to_owned);
        let moment = moment(&page).unwrap();
        assert!(moment.contains(" am ") || moment.contains(" pm "), "{moment}");
        let clash = world.browser("g1").post("/settings", &[("key.reply", "n")]).await.expect(422).text();
        assert!(clash.contains("is used for"), "{clash}");
        world.browser("g1").post("/settings", &[("keys_on", "false")]).await.expect(303);
        assert!(world.browser("g1").get("/").await.text().contains("name=\"keys\" content=\"{}\""));
        world.browser("g1").post("/settings", &[("theme", "neon")]).await.expect(422);
    }

    async fn who_wants_no_word_of_something_gets_none(db: TestDatabase) {
        let world = World::quiet(db).await;
        world.browser("g2").post("/settings", &[("tell.mention", "false")]).await.expect(303);
        for actor in ["g2", "root"] {
            let login = world.fixture.canary(&format!("{actor}.login"));
            let body = format!("@{login} look");
            world.browser("g1").post(&format!("{}/comments", world.ta()), &[("body", body.as_str()), ("audience", "internal")]).await.expect(303);
        }
        world.told().await;
        for (actor, unread) in [("root", "1"), ("g2", "0")] {
            assert_eq!(world.browser(actor).get("/inbox/count").await.text(), unread, "{actor}");
        }
    }
}
