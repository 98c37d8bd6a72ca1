//! Articles and notes.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE};
use crate::badge::Category;
use crate::knowledge::{
    Figure, FitLine, Fits, Helpful, LanguageLink, Piece, PopUp, Reading, ReadingPart, comparison, figures, fit_search,
    fits, helpful, pop_up, reading,
};
use crate::reference::Reference;
use crate::tone::Tone;

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![
        ("Article", article()),
        (
            "Helpful",
            html! {
                (helpful(&Helpful { action: "/f", csrf_token: "token", said: None }))
            },
        ),
        ("Figures", counted()),
        ("Comparison", compared()),
        ("Articles for a record", offered()),
        ("Handling notes", noted()),
    ]
}

fn article() -> Markup {
    let languages = [
        LanguageLink { label: "English", key: "en", address: "/a", is_current: true, detail: "" },
        LanguageLink { label: "Deutsch", key: "de", address: "/b", is_current: false, detail: "older" },
    ];
    let facts = ["Version 3".to_owned(), "published 3 days ago by Ada Okafor".to_owned(), HOSTILE.to_owned()];
    let text = html! { p { "Do this." } ol { li { "First" } li { "Then" } } };
    let part = |key, label, is_internal| ReadingPart { key, label, text: text.clone(), is_internal };
    reading(&Reading {
        language: "en",
        summary: GERMAN,
        facts: &facts,
        languages: &languages,
        parts: vec![part("resolution", "Resolution", false), part("internal_notes", "Internal notes", true)],
    })
}

fn counted() -> Markup {
    figures(&[
        Figure { value: "12", label: "times used", address: "", tone: Tone::Neutral },
        Figure { value: "87 %", label: "found it helpful (13 of 15)", address: "", tone: Tone::Neutral },
        Figure { value: "2", label: "open flags", address: "/article-feedback", tone: Tone::Warning },
    ])
}

fn compared() -> Markup {
    html! {
        (comparison("Title", &[Piece::Same("Set up VPN")]))
        (comparison("Resolution", &[Piece::Same("Press the "), Piece::Removed("red"), Piece::Added(HOSTILE), Piece::Same(" button.")]))
    }
}

fn offered() -> Markup {
    let article = |label| Reference {
        number: "KB0000012",
        label,
        address: Some("/knowledge-articles/KB0000012"),
        icon: None,
        state: Some((Category::Active, "Published")),
    };
    let details = ["used 12 times".to_owned(), "87 % helpful".to_owned()];
    let lines = [
        FitLine {
            article: article("Set up VPN"),
            number: "KB0000012",
            details: &details,
            is_used: false,
            flag: "/flag",
            fix: "/fix",
        },
        FitLine { article: article(HOSTILE), number: "KB0000013", details: &[], is_used: true, flag: "/flag", fix: "" },
    ];
    let found = fits(&Fits { action: "/i/articles", csrf_token: "token", may_write: true, may_link: true }, &lines);
    fit_search("/i/articles", "vpn", Some(found))
}

fn noted() -> Markup {
    let note = |about, title| PopUp { about, title, text: html! { p { "More." } } };
    pop_up(&[note("Ada Okafor", "Call before noon"), note("ERP", HOSTILE)])
}
