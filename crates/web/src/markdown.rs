//! Markdown to HTML, the one place where text becomes markup: comrak escapes raw HTML, ammonia lets through only what is known.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use ammonia::{Builder, UrlRelative};
use comrak::nodes::{AstNode, NodeLink, NodeValue};
use comrak::{Arena, Options, format_html, markdown_to_html, parse_document};
use maud::{Markup, PreEscaped, html};
use steward_app::view::Label;
use steward_model::kind::Registry;
use steward_model::mention::{Piece, mentioned, pieces};

use crate::address;

/// What may stand in a text of a person.
static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(sanitiser);

/// What may stand in a page of the guide: its headings have addresses, too.
static GUIDE_SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = sanitiser();
    for heading in ["h1", "h2", "h3", "h4", "h5", "h6"] {
        builder.add_tag_attributes(heading, ["id"]);
    }
    builder.add_tag_attributes("a", ["aria-label", "class"]);
    builder
});

/// No picture (a reader's browser must not call elsewhere), no form, no style.
fn sanitiser() -> Builder<'static> {
    let tags: HashSet<&str> = [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "input",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
    .into();
    let mut builder = Builder::default();
    builder
        .tags(tags)
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("input", HashSet::from(["type", "checked", "disabled"])),
            ("ol", HashSet::from(["start"])),
            ("td", HashSet::from(["align"])),
            ("th", HashSet::from(["align"])),
        ]))
        .tag_attribute_values(HashMap::from([("input", HashMap::from([("type", HashSet::from(["checkbox"]))]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
}

/// Text of a person as markup.
pub(crate) fn render(text: &str) -> Markup {
    if is_plain(text) {
        return paragraphs(text);
    }
    if text.contains("![") {
        let (arena, options) = (Arena::new(), options());
        let root = parse_document(&arena, text, &options);
        pictures_as_links(&arena, root);
        let mut html = String::new();
        return match format_html(root, &options, &mut html) {
            Ok(()) => finished(&SANITISER, &html),
            Err(_) => html! { p { (text) } },
        };
    }
    finished(&SANITISER, &markdown_to_html(text, &options()))
}

/// What the names in a text lead to: people and teams that the reader may see, and records by their numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) registry: &'a Registry,
    /// By name as it stands in texts.
    pub(crate) mentioned: &'a HashMap<String, Label>,
}

impl Names<'_> {
    /// Where a piece of text leads, and what stands there instead.
    fn target(&self, piece: &Piece<'_>) -> Option<(String, String)> {
        match piece {
            Piece::Text(_) => None,
            Piece::Mention { name, .. } => {
                let label = self.mentioned.get(*name)?;
                let kind = self.registry.kind(&label.kind)?;
                Some((address::record(kind, &label.number), format!("@{}", label.label)))
            }
            // Whether there is such a record, and whether the reader may see it, shows where it leads.
            Piece::Record { number, written } => {
                let number = number.to_uppercase();
                let kind = self.registry.kinds().iter().find(|kind| kind.numbering.place(&number).is_some())?;
                Some((address::record(kind, &number), (*written).to_owned()))
            }
        }
    }
}

/// The names that texts mention.
pub(crate) fn names_in<'t>(texts: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    texts.into_iter().filter(|text| text.contains('@')).flat_map(mentioned).map(str::to_owned).collect()
}

/// As [`render`], with names in the text as links.
pub(crate) fn render_with(text: &str, names: &Names<'_>) -> Markup {
    if !text.contains(['@', '#']) {
        return render(text);
    }
    let (arena, options) = (Arena::new(), options());
    let root = parse_document(&arena, text, &options);
    pictures_as_links(&arena, root);
    let texts: Vec<_> = root.descendants().filter(|node| may_name(node)).collect();
    for node in texts {
        let NodeValue::Text(text) = node.data.borrow().value.clone() else { continue };
        let pieces = pieces(&text);
        if pieces.iter().all(|piece| names.target(piece).is_none()) {
            continue;
        }
        for piece in &pieces {
            let words = |text: &str| arena.alloc(NodeValue::Text(text.to_owned().into()).into());
            match (names.target(piece), piece) {
                (Some((url, shown)), _) => {
                    let link = NodeLink { url, title: String::new() };
                    let link = arena.alloc(NodeValue::Link(Box::new(link)).into());
                    link.append(words(&shown));
                    node.insert_before(link);
                }
                (
                    None,
                    Piece::Text(text) | Piece::Mention { written: text, .. } | Piece::Record { written: text, .. },
                ) => {
                    node.insert_before(words(text));
                }
            }
        }
        node.detach();
    }
    let mut html = String::new();
    match format_html(root, &options, &mut html) {
        Ok(()) => finished(&SANITISER, &html),
        Err(_) => render(text),
    }
}

/// Turns pictures into links to them: looking at a text must ask nothing of anybody, and change nothing here, before its
/// reader wants to see the picture.
fn pictures_as_links<'a>(arena: &'a Arena<'a>, root: &'a AstNode<'a>) {
    let pictures: Vec<_> =
        root.descendants().filter(|node| matches!(node.data.borrow().value, NodeValue::Image(_))).collect();
    for node in pictures {
        let NodeValue::Image(picture) = node.data.borrow().value.clone() else { continue };
        let words = |text: String| arena.alloc(NodeValue::Text(text.into()).into());
        if node.first_child().is_none() {
            node.append(words(picture.url.clone()));
        }
        node.append(words(" (picture)".to_owned()));
        // A picture within a link is words of that link.
        let is_linked = node.ancestors().skip(1).any(|above| matches!(above.data.borrow().value, NodeValue::Link(_)));
        // A scheme of which nothing is linked leads nowhere.
        let scheme = picture.url.split(['/', '?', '#']).next().and_then(|start| start.split_once(':'));
        let leads = scheme.is_none_or(|(scheme, _)| ["http", "https"].contains(&scheme.to_lowercase().as_str()));
        node.data.borrow_mut().value = if is_linked || !leads { NodeValue::Emph } else { NodeValue::Link(picture) };
    }
}

/// Whether a node holds words outside links.
fn may_name<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data.borrow().value, NodeValue::Text(_))
        && !node.ancestors().any(|above| matches!(above.data.borrow().value, NodeValue::Link(_)))
}

/// Whether a text holds nothing that Markdown could take for more than words in paragraphs. Most of what people write to
/// each other is so, and a page shows a hundred of them.
fn is_plain(text: &str) -> bool {
    let starts_plainly = |line: &str| {
        let first = line.chars().next();
        first.is_none_or(|first| first.is_alphabetic() || matches!(first, '"' | '“' | '„' | '«' | '¿' | '¡' | '('))
    };
    let is_word = |letter: char| match letter {
        letter if letter.is_ascii_alphanumeric() => true,
        ' ' | '\n' | '.' | ',' | '?' | '!' | ';' | ':' | '\'' | '"' | '-' | '/' | '%' | '(' | ')' | '+' | '=' | '$' => {
            true
        }
        // Spaces of other scripts are trimmed by some and not by others.
        letter => !letter.is_ascii() && !letter.is_whitespace() && !letter.is_control(),
    };
    let is_link = || text.contains("www.") || text.contains("://");
    text.chars().all(is_word) && text.lines().all(starts_plainly) && !is_link()
}

/// A plain text as paragraphs, its line breaks kept.
fn paragraphs(text: &str) -> Markup {
    html! {
        @for (place, paragraph) in text.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.is_empty()).enumerate() {
            @if place > 0 { "\n" }
            p { @for (line, words) in paragraph.lines().enumerate() { @if line > 0 { br; "\n" } (words.trim_end()) } }
        }
    }
}

/// A page of the guide as markup: its headings can be linked to, its links to other pages of the guide are turned into
/// addresses of ours.
pub(crate) fn render_guide(
    text: &str,
    address: impl Fn(&str) -> String + Send + Sync + std::panic::RefUnwindSafe + 'static,
) -> Markup {
    let mut options = options();
    options.extension.link_url_rewriter = Some(Arc::new(move |url: &str| address(url)));
    options.extension.header_id_prefix = Some(String::new());
    finished(&GUIDE_SANITISER, &markdown_to_html(text, &options))
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.render.hardbreaks = true;
    // What looks like markup is somebody's text, a piece of a file or of a log, and shows as it was typed.
    options.render.escape = true;
    options
}

fn finished(sanitiser: &Builder<'_>, html: &str) -> Markup {
    PreEscaped(sanitiser.clean(html).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_markup() {
        let html = render("**Bold** and `code`\nnext\n\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |").into_string();
        for part in ["<strong>Bold</strong>", "<code>code</code>", "<br>", "checkbox", "<td>1</td>"] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn markup_in_a_text_shows_as_it_was_typed() {
        for text in ["the value of <host> is wrong", "<config>\n  <port>1</port>\n</config>"] {
            let html = render(text).into_string();
            assert!(html.contains("&lt;") && !html.contains("<host") && !html.contains("<config"), "{html}");
        }
    }

    #[test]
    fn a_plain_text_is_shown_as_markdown_shows_it() {
        for text in [
            "Good morning Pedro,\n\nthanks for the details, that helps. I am on it.",
            "One line",
            "Two lines\nof one paragraph, it's \"quoted\"",
            "Größe 50/50 – naïve… really?!\n\n\nThird, after two empty lines\n",
            "Yes; no - perhaps 100%",
            "Ask at 9:30 (room 3.14), costs $5 + tax = €6 → 25 °C",
            "(As said before: no.)\nVersion 2.0",
        ] {
            assert!(is_plain(text), "{text}");
            let whole = finished(&SANITISER, &markdown_to_html(text, &options())).into_string();
            // Quotes need no escape between tags; maud writes one all the same.
            let plain = paragraphs(text).into_string().replace("&quot;", "\"");
            assert_eq!(plain.trim(), whole.trim(), "{text}");
        }
        for text in [
            "- item",
            "1. item",
            "a *b*",
            "a_b_",
            "see https://a.example",
            "www.a.example",
            "    code",
            "a\n---",
            "# Title",
            "a <b>",
            "a & b",
            "mail@a.example",
            "a\n=",
            "`x`",
            "[x](y)",
            "~x~",
            "a|b",
            "\\",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn sec_052_nothing_in_a_text_runs_or_loads() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:x)",
            "![x](https://tracker.example/p.gif \"t\" onerror=alert(1))",
            "[a]: javascript:alert(1)\n[a]",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<svg onload=alert(1)>",
            "<iframe src=https://evil.example></iframe>",
            "<style>*{display:none}</style>",
            "<math><mtext></p><style><img src onerror=alert(1)>",
            "<form action=/sign-out method=post><input name=x>",
            "`<script>`\n\n<https://a.example/\"onmouseover=alert(1)>",
        ] {
            let html = render(hostile).into_string();
            for element in steward_testkit::markup::Page::parse(&html).elements() {
                let known = ["a", "p", "br", "code", "pre", "em", "h2", "input", "li", "ul"];
                assert!(known.contains(&element.name.as_str()), "{} of {hostile} in {html}", element.name);
                for (name, value) in &element.attributes {
                    assert!(
                        ["href", "rel", "type", "checked", "disabled"].contains(&name.as_str()),
                        "{name} of {hostile} in {html}"
                    );
                    let value = value.to_lowercase();
                    for scheme in ["javascript:", "data:", "vbscript:"] {
                        assert!(!value.starts_with(scheme), "{value} of {hostile} in {html}");
                    }
                }
            }
        }
    }

    #[test]
    fn sec_047_048_a_picture_is_a_link_to_it() {
        for (text, wanted) in [
            ("![A plan](https://tracker.example/p.gif)", ">A plan (picture)</a>"),
            ("![](/sign-out)", ">/sign-out (picture)</a>"),
            ("@x ![a](https://t.example/a.png)", ">a (picture)</a>"),
            ("[![b](https://t.example/b.png)](https://x.example)", "<em>b (picture)</em></a>"),
            ("![r][1]\n\n[1]: https://t.example/r.png", ">r (picture)</a>"),
        ] {
            let registry =
                Registry::load(&steward_practices::sources()).unwrap_or_else(|_| panic!("the shipped kinds"));
            let names = Names { registry: &registry, mentioned: &HashMap::new() };
            for html in [render(text).into_string(), render_with(text, &names).into_string()] {
                assert!(html.contains(wanted) && !html.contains("<img"), "{html}");
            }
        }
        assert!(!render("![x](javascript:alert(1))").into_string().contains("href"));
    }

    #[test]
    fn names_become_links_outside_code_and_links() {
        let registry = Registry::load(&steward_practices::sources()).unwrap_or_else(|_| panic!("the shipped kinds"));
        let label = |kind: &str, number: &str, label: &str| Label {
            kind: kind.to_owned(),
            number: number.to_owned(),
            label: label.to_owned(),
        };
        let mentioned = HashMap::from([
            ("ada".to_owned(), label("person", "PER0000001", "Ada <b> Okafor")),
            ("Service desk".to_owned(), label("team", "TEAM0000001", "Service desk")),
        ]);
        let names = Names { registry: &registry, mentioned: &mentioned };
        let check = |text: &str, wanted: &str| {
            let html = render_with(text, &names).into_string();
            assert!(html.contains(wanted), "{wanted} in {html}");
            html
        };
        check(
            "@ada look",
            "<a href=\"/people/PER0000001\" rel=\"noopener noreferrer nofollow\">@Ada &lt;b&gt; Okafor</a> look",
        );
        check("**ask @\"Service desk\"**", "href=\"/teams/TEAM0000001\"");
        check(
            "see #inc0000042.",
            "<a href=\"/incidents/INC0000042\" rel=\"noopener noreferrer nofollow\">#inc0000042</a>.",
        );
        for (text, wanted) in [
            ("@nobody is here", "@nobody is here"),
            ("`@ada` in code", "<code>@ada</code>"),
            ("#XYZ1 is nothing", "#XYZ1 is nothing"),
            ("ada@example.org", "mailto:ada@example.org"),
        ] {
            assert!(!check(text, wanted).contains("PER0000001"), "{text}");
        }
        assert!(!check("[@ada](https://a.example)", "https://a.example").contains("PER0000001"));
        assert_eq!(names_in(["@ada `@ben`", "no one", "@mei"]), ["ada".to_owned(), "mei".to_owned()].into());
    }

    #[test]
    fn links_lead_out_without_telling_where_from() {
        let html = render("https://example.org and [x](/incidents)").into_string();
        assert!(
            html.contains("rel=\"noopener noreferrer nofollow\"") && html.contains("href=\"/incidents\""),
            "{html}"
        );
    }
}
