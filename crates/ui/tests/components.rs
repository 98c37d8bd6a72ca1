//! What holds for every component, over the samples of the gallery.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use steward_ui::assets::{Asset, address};
use steward_ui::gallery;
use steward_ui::icon::Icon;

/// Start tags of a page's markup, whatever stands in quoted values.
fn tags(markup: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    let mut rest = markup;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let mut quote = false;
        let end = rest
            .char_indices()
            .find(|(_, sign)| {
                quote ^= *sign == '"';
                *sign == '>' && !quote
            })
            .map_or(rest.len(), |(at, _)| at + 1);
        tags.push(&rest[..end]);
        rest = &rest[end..];
    }
    tags
}

/// Names of a tag's attributes.
fn attributes(tag: &str) -> Vec<String> {
    let outside: String = tag.split('"').step_by(2).collect::<Vec<_>>().join("\"");
    outside.split_whitespace().skip(1).map(|part| part.trim_end_matches(['=', '"', '>']).to_ascii_lowercase()).collect()
}

#[test]
fn components_look_as_before() {
    for (name, part) in gallery::parts() {
        let file = name.to_lowercase().replace(' ', "_");
        // One tag a line: a difference shows where it is.
        let text = part.into_string().replace(address(Asset::Icons), "icons.svg").replace("><", ">\n<");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(file, text);
        });
    }
}

#[test]
fn no_component_carries_style_or_script() {
    for (name, part) in gallery::parts() {
        let text = part.into_string();
        for tag in tags(&text) {
            assert!(!tag.starts_with("<script") && !tag.starts_with("<style"), "{name}: {tag}");
            for attribute in attributes(tag) {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name}: {attribute} in {tag}");
            }
        }
    }
}

#[test]
fn hostile_text_stays_text() {
    let mut shown = 0;
    for (name, part) in gallery::parts() {
        let text = part.into_string();
        shown += text.matches("alert(1)").count();
        for tag in tags(&text) {
            assert!(!tag.starts_with("<img"), "{name}: {tag}");
            let link = tag.split("href=\"").nth(1).unwrap_or_default().to_ascii_lowercase();
            assert!(!link.starts_with("javascript:") && !link.starts_with("data:"), "{name}: {tag}");
        }
    }
    assert!(shown > 20, "hostile text is among the samples");
}

#[test]
fn ids_are_there_once_and_labels_find_them() {
    for (name, part) in gallery::parts() {
        let text = part.into_string();
        let tags = tags(&text);
        let value = |tag: &str, attribute: &str| {
            tag.split(&format!(" {attribute}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
        };
        let mut ids: HashMap<String, usize> = HashMap::new();
        for id in tags.iter().filter_map(|tag| value(tag, "id")) {
            *ids.entry(id).or_default() += 1;
        }
        for (id, times) in &ids {
            assert_eq!(*times, 1, "{name}: id {id}");
        }
        for tag in &tags {
            for attribute in ["for", "aria-describedby", "aria-labelledby"] {
                for id in value(tag, attribute).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains_key(id), "{name}: {attribute} {id} leads nowhere");
                }
            }
        }
    }
}

#[test]
fn icons_of_kinds_are_in_the_sprite() {
    let practices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../practices/practices");
    let mut seen = 0;
    let mut folders = vec![practices];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                for line in fs::read_to_string(&path).unwrap().lines() {
                    if let Some(name) = line.strip_prefix("icon = ") {
                        let name = name.trim().trim_matches('"');
                        assert_eq!(Icon::named(name).name(), name, "{}: add it to assets/icons.txt", path.display());
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 10, "kinds were found");
    assert_eq!(Icon::named("no-such-icon"), Icon::Circle);
}
