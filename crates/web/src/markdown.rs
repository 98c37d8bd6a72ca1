//! Markdown to HTML, the one place where text becomes markup: comrak escapes raw HTML, ammonia lets through only what is known.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use ammonia::{Builder, UrlRelative};
use comrak::{Options, markdown_to_html};
use maud::{Markup, PreEscaped, html};

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
    finished(&SANITISER, &markdown_to_html(text, &options()))
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
    fn links_lead_out_without_telling_where_from() {
        let html = render("https://example.org and [x](/incidents)").into_string();
        assert!(
            html.contains("rel=\"noopener noreferrer nofollow\"") && html.contains("href=\"/incidents\""),
            "{html}"
        );
    }
}
