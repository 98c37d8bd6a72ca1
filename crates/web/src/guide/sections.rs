//! Finding a place in the guide: its pages cut at their headings, and the words in each.

use std::sync::LazyLock;

use comrak::Anchorizer;

use super::{PAGES, titled};

/// A part of a page, from one heading to the next.
pub(super) struct Section {
    /// Address of the page below `/help`.
    pub(super) page: &'static str,
    /// Title of the page.
    pub(super) title: &'static str,
    /// The heading, as it reads; empty before the first one.
    pub(super) heading: String,
    /// Where the page has it; empty at its beginning.
    pub(super) anchor: String,
    /// Lines of text without their marks.
    lines: Vec<String>,
    /// Everything in lower case, to be searched.
    folded: String,
}

/// A section that was found.
pub(super) struct FoundSection {
    pub(super) section: &'static Section,
    /// The line that holds most of the words; empty when only the heading does.
    pub(super) line: &'static str,
    score: usize,
}

static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    let cut = |page: &'static super::Text| {
        let (title, text) = titled(page.text);
        sections(page.path, title, text)
    };
    PAGES.iter().flat_map(cut).collect()
});

/// The sections in which all words stand, best first, at most `most`.
pub(super) fn find(text: &str, most: usize) -> Vec<FoundSection> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<FoundSection> = SECTIONS.iter().filter_map(|section| look(section, &words)).collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.score));
    found.truncate(most);
    found
}

fn look(section: &'static Section, words: &[String]) -> Option<FoundSection> {
    let (title, heading) = (section.title.to_lowercase(), section.heading.to_lowercase());
    let mut score = 0;
    for word in words {
        let (in_title, in_heading) = (title.contains(word), heading.contains(word));
        let in_text = section.folded.matches(word.as_str()).take(5).count();
        if !in_title && !in_heading && in_text == 0 {
            return None;
        }
        // A page about it is found by its beginning, not by each of its sections.
        let is_beginning = section.heading.is_empty();
        score += in_text + 10 * usize::from(in_heading) + 12 * usize::from(in_title && is_beginning);
    }
    let hits = |line: &&String| {
        let line = line.to_lowercase();
        words.iter().filter(|word| line.contains(*word)).count()
    };
    let best = section.lines.iter().rev().max_by_key(hits).filter(|line| hits(line) > 0);
    // Words of the title alone are no reason to list a section of the page.
    (score > 0).then_some(FoundSection { section, line: best.map_or("", String::as_str), score })
}

fn sections(page: &'static str, title: &'static str, text: &str) -> Vec<Section> {
    let mut anchorizer = Anchorizer::new();
    let new = |heading: String, anchor: String| Section {
        page,
        title,
        heading,
        anchor,
        lines: Vec::new(),
        folded: String::new(),
    };
    let mut sections = vec![new(String::new(), String::new())];
    let mut is_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
            continue;
        }
        if !is_code && line.starts_with('#') {
            let heading = plain(line.trim_start_matches('#').trim());
            let anchor = anchorizer.anchorize(&heading);
            sections.push(new(heading, anchor));
        } else if let Some(section) = sections.last_mut() {
            let line = if is_code { line.trim().to_owned() } else { plain(line) };
            if line.chars().any(char::is_alphanumeric) {
                section.lines.push(line);
            }
        }
    }
    for section in &mut sections {
        section.folded = section.lines.join("\n").to_lowercase();
    }
    sections
}

/// A line as one reads it: links by their words, no marks of Markdown, cells of tables side by side.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.trim().trim_start_matches(['-', '>', '|', ' ']).trim_end_matches(['|', ' ']);
    while let Some((before, after)) = rest.split_once("](") {
        text.push_str(before);
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    text.replace(" | ", " · ").replace(['[', '*', '`'], "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;

    #[test]
    fn lines_read_without_marks() {
        assert_eq!(plain("- **Bold** and `code`, see [the guide](a.md#b)."), "Bold and code, see the guide.");
        assert_eq!(plain("| Mine | open, assigned to you |"), "Mine · open, assigned to you");
    }

    #[test]
    fn every_section_is_where_its_address_says() {
        for page in PAGES {
            let html = markdown::render_guide(titled(page.text).1, str::to_owned).into_string();
            for section in SECTIONS.iter().filter(|section| section.page == page.path && !section.anchor.is_empty()) {
                let id = format!(" id=\"{}\"", section.anchor);
                assert!(html.contains(&id), "{}#{}", page.path, section.anchor);
            }
        }
    }

    #[test]
    fn words_find_their_section() {
        let found = find("priority matrix", 5);
        let first = &found[0].section;
        assert_eq!((first.page, first.anchor.as_str()), ("first-hour", "the-priority-matrix"));
        assert!(find("priority nowhere-to-be-found", 5).is_empty());
        assert!(find("  ", 5).is_empty());
        assert!(find("e", 3).len() == 3, "no more than asked for");
    }
}
