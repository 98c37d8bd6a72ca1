//! Every route of the interface, in one list.

use axum::routing::{MethodRouter, delete, get, patch, post};

use crate::{
    Api, bulk_edits, calibration, catalogue, clocks, configuration, difference, events, inspector, intervals, meta,
    notifications, openapi, outbox, overlays, plans, records, rules, search, timeline, views, withheld, worklogs,
};

/// The method of a route, as far as the interface uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads; changes nothing.
    Get,
    /// Makes or does something.
    Post,
    /// Changes part of something.
    Patch,
    /// Ends something.
    Delete,
}

impl Method {
    /// The word in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One address and method.
pub struct Route {
    /// Method.
    pub method: Method,
    /// Address, with parameters in braces.
    pub path: &'static str,
    /// What it does, one line, for the OpenAPI document.
    pub summary: &'static str,
    /// Whether anybody may call it without credentials.
    pub open: bool,
    /// What answers.
    pub(crate) handler: MethodRouter<Api>,
}

/// All routes.
pub fn routes() -> Vec<Route> {
    use Method::{Delete, Get, Patch, Post};
    let route = |method, path, summary, handler| Route { method, path, summary, open: false, handler };
    let open = |method, path, summary, handler| Route { method, path, summary, open: true, handler };
    vec![
        open(Get, "/healthz", "Whether the process is alive", get(meta::healthz)),
        open(Get, "/readyz", "Whether requests can be answered", get(meta::readyz)),
        route(Get, "/metrics", "Figures for Prometheus", get(meta::metrics)),
        route(Get, "/api/v1/me", "The caller and what roles it holds", get(meta::me)),
        route(Get, "/api/v1/time", "Time booked in a period, by entry or in groups", get(worklogs::report)),
        route(Get, "/api/v1/timer", "One's clock, if it runs", get(worklogs::timer)),
        route(Delete, "/api/v1/timer", "Stop one's clock", delete(worklogs::stop_timer)),
        route(Get, "/api/v1/kinds", "The kinds of records there are", get(meta::kinds)),
        route(Get, "/api/v1/openapi.json", "This interface as OpenAPI document", get(openapi::document)),
        route(Get, "/api/v1/events", "The journal as a stream of server-sent events", get(events::stream)),
        route(Get, "/api/v1/search", "Search for words in all that the caller may read", get(search::search)),
        route(Get, "/api/v1/notifications", "What the caller was told", get(notifications::list)),
        route(Post, "/api/v1/notifications/read", "Mark as read what the caller was told", post(notifications::read)),
        route(
            Get,
            "/api/v1/outbox",
            "Outgoing mail to the caller, and to those whose mail it may see",
            get(outbox::list),
        ),
        route(
            Get,
            "/api/v1/outbox/{message}",
            "An outgoing message, as its receiver would get it now",
            get(outbox::read),
        ),
        route(Get, "/api/v1/withheld-files", "Files that the malware scanner did not let through", get(withheld::list)),
        route(
            Post,
            "/api/v1/withheld-files/{sha256}/scan",
            "Have the malware scanner look at a file again",
            post(withheld::scan),
        ),
        route(Post, "/api/v1/bulk", "Several changes in one request, each for itself", post(records::bulk)),
        route(Get, "/api/v1/views", "Saved views that the caller sees", get(views::list)),
        route(Post, "/api/v1/views", "Save a view", post(views::create)),
        route(Get, "/api/v1/views/{view}", "Read a saved view", get(views::read)),
        route(Patch, "/api/v1/views/{view}", "Change, share or pin a saved view", patch(views::update)),
        route(Delete, "/api/v1/views/{view}", "Remove a saved view", delete(views::remove)),
        route(
            Post,
            "/api/v1/{kinds}/bulk-edits",
            "Change many records by a job, or say what would come of it",
            post(bulk_edits::create),
        ),
        route(
            Get,
            "/api/v1/bulk-edits/{edit}",
            "How far a bulk edit is, and what became of each record",
            get(bulk_edits::read),
        ),
        route(Post, "/api/v1/bulk-edits/{edit}/undo", "Set back what a bulk edit changed", post(bulk_edits::undo)),
        route(
            Get,
            "/api/v1/catalogue-items/{item}/form",
            "What is asked when a catalogue item is ordered",
            get(catalogue::form),
        ),
        route(
            Post,
            "/api/v1/catalogue-items/{item}/order",
            "Order a catalogue item; makes a service request",
            post(catalogue::order),
        ),
        route(
            Post,
            "/api/v1/service-level-targets/{record}/simulate",
            "Replay the last days under a target with other values",
            post(clocks::simulate),
        ),
        route(
            Post,
            "/api/v1/overlays/{record}/prospect",
            "What a definition of kinds and fields would do",
            post(overlays::prospect),
        ),
        route(Get, "/api/v1/intervals", "What overlaps with a span of time", get(intervals::list)),
        route(
            Get,
            "/api/v1/changes/{record}/conflicts",
            "What stands in the way of a change where it is planned",
            get(intervals::conflicts),
        ),
        route(
            Post,
            "/api/v1/calendars/{record}/holidays",
            "Take an iCalendar file as the holidays of a calendar",
            post(intervals::holidays),
        ),
        route(
            Get,
            "/api/v1/calendars/{record}/feed",
            "How fetching the outside calendar that a calendar names went",
            get(intervals::holiday_feed),
        ),
        route(
            Post,
            "/api/v1/calendars/{record}/feed",
            "Fetch the outside calendar that a calendar names now",
            post(intervals::fetch_holiday_feed),
        ),
        route(Get, "/api/v1/calendar-feeds", "The caller's links for calendar programs", get(intervals::feeds)),
        route(
            Post,
            "/api/v1/calendar-feeds",
            "Make a link for calendar programs; its address is told this once",
            post(intervals::add_feed),
        ),
        route(
            Delete,
            "/api/v1/calendar-feeds/{feed}",
            "End a link for calendar programs",
            delete(intervals::revoke_feed),
        ),
        route(
            Get,
            "/api/v1/rules/{record}/matches",
            "The records that the condition of a rule holds on now",
            get(rules::matches),
        ),
        route(Get, "/api/v1/rules/{record}/examples", "How the examples of a rule come out", get(rules::examples)),
        route(Get, "/api/v1/rules/{record}/replay", "What the last replay of a rule found", get(rules::replay)),
        route(
            Post,
            "/api/v1/rules/{record}/replay",
            "Have a job replay the last days under a rule",
            post(rules::ask_replay),
        ),
        route(
            Post,
            "/api/v1/rules/{record}/webhook-test",
            "Send a test to the webhook of a rule",
            post(rules::test_webhook),
        ),
        route(
            Post,
            "/api/v1/rules/{record}/webhooks/{call}/send",
            "Send a call again that was given up",
            post(rules::send_webhook),
        ),
        route(Get, "/api/v1/service-levels", "How promises were kept", get(clocks::report)),
        route(Get, "/api/v1/calibration", "What is corrected by hand again and again", get(calibration::report)),
        route(
            Get,
            "/api/v1/service-credits",
            "What is credited for months in which too little was kept",
            get(clocks::credits),
        ),
        route(Get, "/api/v1/reopenings", "How many records came back after they were done", get(clocks::reopenings)),
        route(Get, "/api/v1/access/roles", "Roles, and the kinds that the caller may ask about", get(inspector::roles)),
        route(Get, "/api/v1/access/roles/{role}", "What a role allows, and who holds it", get(inspector::role)),
        route(Get, "/api/v1/access/kinds/{kind}", "Which roles reach a kind", get(inspector::kind)),
        route(
            Get,
            "/api/v1/people/{record}/reach",
            "What a person can see and do: roles, and for each kind actions, conditions and how many records",
            get(inspector::reach),
        ),
        route(
            Post,
            "/api/v1/approvals/{record}/links",
            "Make a link by which the caller decides a question for approval once, without signing in",
            post(records::approval_link),
        ),
        route(
            Get,
            "/api/v1/configuration",
            "What differs from what files last made of configuration, and its versions",
            get(configuration::state),
        ),
        route(
            Post,
            "/api/v1/configuration/roll-back",
            "Make configuration as it was at a moment, or tell what that would do",
            post(configuration::roll_back),
        ),
        route(Get, "/api/v1/{kinds}", "List records", get(records::list)),
        route(Post, "/api/v1/{kinds}", "Create a record", post(records::create)),
        route(Get, "/api/v1/{kinds}/{record}", "Read a record, now or as of a moment", get(records::read)),
        route(Patch, "/api/v1/{kinds}/{record}", "Change fields of a record", patch(records::update)),
        route(
            Post,
            "/api/v1/{kinds}/{record}/transitions/{key}",
            "Move a record along its lifecycle",
            post(records::transition),
        ),
        route(
            Get,
            "/api/v1/{kinds}/{record}/text",
            "The text of a record of configuration, as an export writes it",
            get(configuration::text),
        ),
        route(
            Post,
            "/api/v1/{kinds}/{record}/text/plan",
            "What a text would make of its record of configuration",
            post(configuration::plan),
        ),
        route(
            Post,
            "/api/v1/{kinds}/{record}/text/apply",
            "Make of a record of configuration what its text says",
            post(configuration::apply),
        ),
        route(Get, "/api/v1/{kinds}/{record}/similar", "Records that are like this one", get(search::similar)),
        route(
            Get,
            "/api/v1/{kinds}/{record}/plan",
            "Plans of a record: their steps, who has them, what delays all, and when they will be done",
            get(plans::of_record),
        ),
        route(
            Get,
            "/api/v1/{kinds}/{record}/flows",
            "Flows in force that could begin on a record, with their steps, or what keeps them from it",
            get(plans::offered),
        ),
        route(
            Post,
            "/api/v1/{kinds}/{record}/flows",
            "Begin the plan of a flow on a record that has none going on",
            post(plans::begin),
        ),
        route(
            Get,
            "/api/v1/{kinds}/{record}/trial",
            "Dry run of a flow on the record named by `on`: steps with who and when, and what would become of the record",
            get(plans::trial),
        ),
        route(
            Get,
            "/api/v1/{kinds}/{record}/clocks",
            "Service-level clocks of a record: how they stand, each start, pause and stop, and why these",
            get(clocks::explain),
        ),
        route(
            Get,
            "/api/v1/{kinds}/{record}/forecast",
            "When a record will be done, as 8 of 10 like it were, and what that rests on; null when too little is known",
            get(clocks::forecast),
        ),
        route(
            Post,
            "/api/v1/{kinds}/{record}/follow-up",
            "Follow up what is over and cannot be reopened any more: makes a linked record with some of its values",
            post(records::follow_up),
        ),
        route(
            Get,
            "/api/v1/{kinds}/{record}/rule-runs",
            "What rules did to a record and why, or what a rule did",
            get(rules::runs),
        ),
        route(Get, "/api/v1/{kinds}/{record}/journal", "What happened to a record", get(timeline::journal)),
        route(
            Get,
            "/api/v1/{kinds}/{record}/difference",
            "What differs between a record at two moments: state, fields and links",
            get(difference::read),
        ),
        route(
            Get,
            "/api/v1/{kinds}/{record}/access",
            "Why the caller may or may not do something",
            get(timeline::access),
        ),
        route(
            Get,
            "/api/v1/{kinds}/{record}/who",
            "Who can see a record and why, or all that one person may do with it",
            get(inspector::who),
        ),
        route(
            Post,
            "/api/v1/{kinds}/{record}/comments",
            "Comment, for the requester or for staff",
            post(timeline::comment),
        ),
        route(Get, "/api/v1/{kinds}/{record}/worklogs", "Time booked on a record, with sums", get(worklogs::list)),
        route(Post, "/api/v1/{kinds}/{record}/worklogs", "Book time", post(worklogs::book)),
        route(Patch, "/api/v1/{kinds}/{record}/worklogs/{entry}", "Correct booked time", patch(worklogs::correct)),
        route(Delete, "/api/v1/{kinds}/{record}/worklogs/{entry}", "Take booked time back", delete(worklogs::withdraw)),
        route(Post, "/api/v1/{kinds}/{record}/timer", "Start one's clock on a record", post(worklogs::start_timer)),
        route(Post, "/api/v1/{kinds}/{record}/links", "Link to another record", post(timeline::link)),
        route(Delete, "/api/v1/{kinds}/{record}/links/{link}/{target}", "End a link", delete(timeline::unlink)),
        route(Post, "/api/v1/{kinds}/{record}/watchers", "Have someone hear of changes", post(timeline::watch)),
        route(
            Delete,
            "/api/v1/{kinds}/{record}/watchers/{person}",
            "Have someone hear no more of changes",
            delete(timeline::unwatch),
        ),
        route(Get, "/api/v1/{kinds}/{record}/attachments", "List files", get(timeline::files)),
        route(Post, "/api/v1/{kinds}/{record}/attachments", "Add a file", post(timeline::attach)),
        route(Get, "/api/v1/{kinds}/{record}/attachments/{file}", "Download a file", get(timeline::download)),
        route(Delete, "/api/v1/{kinds}/{record}/attachments/{file}", "Take a file off", delete(timeline::detach)),
    ]
}
