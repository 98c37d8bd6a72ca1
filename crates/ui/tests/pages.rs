//! What holds for whole pages.

use maud::html;
use steward_ui::icon::Icon;
use steward_ui::page::{Density, Page, Theme};
use steward_ui::sheet::{Sheet, sheet};
use steward_ui::shell::{
    Account, Create, InboxLink, NavigationGroup, NavigationLink, RunningTimer, Search, Shell, shell,
};

const HOSTILE: &str = "\"><script>alert(1)</script><b onclick='alert(2)'>";

fn page() -> Page<'static> {
    Page {
        keys: Default::default(),
        title: HOSTILE,
        theme: Theme::Dark,
        density: Density::Compact,
        csrf_token: Some(HOSTILE),
        live: Some("/live"),
        viewer: Some(HOSTILE),
    }
}

#[test]
fn whole_pages_carry_one_script_and_no_hostile_tag() {
    let link = NavigationLink {
        label: HOSTILE,
        address: HOSTILE,
        icon: Icon::Inbox,
        count: Some(HOSTILE),
        counted_as: Some(HOSTILE),
        is_current: true,
    };
    let links = [link];
    let account = Account {
        name: HOSTILE,
        detail: HOSTILE,
        links: &links,
        sign_out: HOSTILE,
        theme: Some(HOSTILE),
        csrf_token: HOSTILE,
    };
    let frame = Shell {
        viewing: None,
        name: HOSTILE,
        home: HOSTILE,
        search: Search { address: HOSTILE, value: HOSTILE, source: Some(HOSTILE) },
        create: Some(Create { label: HOSTILE, address: HOSTILE }),
        inbox: Some(InboxLink { address: HOSTILE, unread: HOSTILE, source: HOSTILE, is_current: true }),
        links: &links,
        groups: &[NavigationGroup { label: HOSTILE, links: &links }],
        counts: Some(HOSTILE),
        foot: &links,
        person: Some(account),
        timer: Some(RunningTimer { number: HOSTILE, title: HOSTILE, address: HOSTILE, since: HOSTILE, stop: HOSTILE }),
    };
    for text in [
        shell(&page(), &frame, html! {}).into_string(),
        sheet(&page(), &Sheet { name: HOSTILE, title: HOSTILE, lead: HOSTILE }, html! {}, html! {}).into_string(),
    ] {
        assert_eq!(text.matches("<script").count(), 1, "only the module");
        assert!(!text.contains("<b ") && !text.contains("<style"));
        assert!(
            text.starts_with(r#"<!DOCTYPE html><html lang="en" dir="ltr" data-theme="dark" data-density="compact">"#)
        );
        assert!(text.contains(r#"data-live="/live""#));
    }
}
