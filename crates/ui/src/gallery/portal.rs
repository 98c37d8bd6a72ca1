//! The portal: question, cards, what one follows, the way of a request.

use maud::{Markup, html};

use super::{GERMAN, HOSTILE, LONG_NAME};
use crate::badge::Category;
use crate::button::{Button, Look, link_button};
use crate::field::Field;
use crate::icon::Icon;
use crate::portal::{
    Card, Follow, Hero, Milestone, PortalHead, Way, answer_list, cards, choice_boxes, follow_list, hero, milestones,
    portal_facts, portal_head, portal_page, portal_section,
};

pub(super) fn parts() -> Vec<(&'static str, Markup)> {
    vec![("Portal", start()), ("Portal request", request())]
}

fn start() -> Markup {
    let card = |title, text, detail| Card {
        address: "/portal/items/CAT0000001",
        icon: Icon::DeviceLaptop,
        title,
        text,
        detail,
    };
    portal_page(html! {
        (hero(&Hero { question: "What do you need, Ada?", address: "/portal/answers", value: "", hint: "A question, a thing, a number" }, html! {}))
        (portal_section("Order something", Some(("The whole catalogue", "/portal/catalogue")), cards(&[
            card("Laptop", "A new or replacement laptop", "1240 EUR · 6 working days"),
            card(GERMAN, HOSTILE, ""),
            card("Monitor", "", "229 EUR"),
        ])))
        (portal_section("What you asked for", None, follow_list(&[
            Follow { address: "/portal/requests/REQ0000001", title: "Laptop", number: "REQ0000001", state: (Category::Active, "On its way"), next: "Taken from stock.", expected: "Expected by 4 Dec 2026", whose: "" },
            Follow { address: "/portal/requests/INC0000001", title: GERMAN, number: "INC0000001", state: (Category::Waiting, "Waiting for you"), next: "We need an answer from you.", expected: "", whose: LONG_NAME },
        ])))
    })
}

fn request() -> Markup {
    let step = |label, place, detail| Milestone { label, place, detail };
    let wrong = vec!["Is required".to_owned()];
    portal_page(html! {
        (portal_head(&PortalHead { back: Some(("My requests", "/portal/requests")), icon: Some(Icon::DeviceLaptop), title: "Laptop", text: "REQ0000001 · On its way" }, link_button(&Button { label: "Withdraw", look: Look::Plain, ..Button::default() }, "#")))
        (milestones(&[step("Received", Way::Passed, "3 d ago"), step("Approved", Way::Passed, ""), step("On its way", Way::Here, ""), step("Delivered", Way::Ahead, ""), step("Closed", Way::Ahead, "")]))
        (answer_list(&[("Which model?", "Large, 16 inch"), (GERMAN, HOSTILE)]))
        (portal_facts(&[("Number", html! { "REQ0000001" }), ("Who takes care of it", html! { (LONG_NAME) })]))
        (choice_boxes(&Field { name: "extras", label: "Anything with it?", help: "As many as you like", is_required: true, errors: &wrong, ..Field::default() }, &[("dock", "Docking station", true), ("bag", "Bag", false)]))
    })
}
