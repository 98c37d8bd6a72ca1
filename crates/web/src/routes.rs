//! Every route of the pages, in one list.

use axum::routing::{MethodRouter, get, post};

use crate::{
    Web, account, actions, assets, automation, bulk, create, decide, drafts, edit, export, feeds, files, guide,
    holidays, home, inbox, inspector, knowledge, list, live, macros, palette, pick, portal, presence, record, search,
    set_up, settings, sign_in, viewing, views, visits,
};

/// The method of a route; pages know two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Shows; changes nothing.
    Get,
    /// Does something.
    Post,
}

impl Method {
    /// The word in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One address and method.
pub struct Route {
    /// Method.
    pub method: Method,
    /// Address, with parameters in braces.
    pub path: &'static str,
    /// Whether anybody may call it without being signed in.
    pub open: bool,
    /// What answers.
    pub(crate) handler: MethodRouter<Web>,
}

/// All routes.
pub fn routes() -> Vec<Route> {
    use Method::{Get, Post};
    let route = |method, path, handler| Route { method, path, open: false, handler };
    let open = |method, path, handler| Route { method, path, open: true, handler };
    vec![
        open(Get, "/assets/{file}", get(assets::file)),
        open(Get, "/sign-in", get(sign_in::page)),
        open(Post, "/sign-in", post(sign_in::sign_in)),
        route(Post, "/sign-out", post(sign_in::sign_out)),
        open(Get, "/set-up", get(set_up::page)),
        open(Post, "/set-up", post(set_up::set_up)),
        open(Get, "/dev/components", get(assets::components)),
        route(Get, "/", get(home::page)),
        open(Get, portal::MANIFEST, get(portal::manifest)),
        open(Get, portal::WORKER, get(portal::worker)),
        open(Get, portal::OFFLINE, get(portal::offline)),
        route(Get, portal::HOME, get(portal::home)),
        route(Get, portal::ANSWERS, get(portal::answers)),
        route(Get, portal::CATALOGUE, get(portal::catalogue)),
        route(Get, "/portal/catalogue/{category}", get(portal::category)),
        route(Get, "/portal/items/{item}", get(portal::item)),
        route(Post, "/portal/items/{item}", post(portal::order)),
        route(Get, "/portal/items/{item}/choices", get(portal::choices)),
        route(Get, "/portal/forms/{item}", get(portal::edit_form)),
        route(Post, "/portal/forms/{item}", post(portal::save_form)),
        route(Get, "/portal/preview", get(portal::preview)),
        route(Get, portal::REPORT, get(portal::report)),
        route(Post, portal::REPORT, post(portal::send)),
        route(Post, "/portal/report/answers", post(portal::offered)),
        route(Get, portal::REQUESTS, get(portal::requests)),
        route(Get, "/portal/requests/{number}", get(portal::record)),
        route(Post, "/portal/requests/{number}/comments", post(portal::comment)),
        route(Get, portal::ARTICLES, get(portal::articles)),
        route(Get, "/portal/articles/{article}", get(portal::article)),
        route(Post, "/portal/articles/{article}/solved", post(portal::solved)),
        route(Get, "/search", get(search::page)),
        route(Get, "/search/suggestions", get(palette::suggestions)),
        route(Get, visits::ADDRESS, get(visits::page)),
        route(Get, "/pick", get(pick::choices)),
        route(Get, live::ROUTE, get(live::stream)),
        route(Get, inbox::ADDRESS, get(inbox::page)),
        route(Get, inbox::COUNT, get(inbox::count)),
        route(Post, "/inbox/read", post(inbox::read)),
        route(Get, settings::ADDRESS, get(settings::page)),
        route(Post, settings::ADDRESS, post(settings::save)),
        route(Get, "/account", get(account::page)),
        route(Post, "/account/theme", post(account::theme)),
        route(Post, "/account/password", post(account::password)),
        route(Post, "/account/sessions/{session}/end", post(account::end_session)),
        route(Post, "/account/tokens", post(account::make_token)),
        route(Post, "/account/tokens/{token}/revoke", post(account::revoke_token)),
        route(Get, "/help", get(guide::start)),
        route(Get, "/help/{*page}", get(guide::page)),
        route(Get, "/bulk-edits", get(bulk::all)),
        route(Get, "/bulk-edits/{edit}", get(bulk::page)),
        route(Post, "/bulk-edits/{edit}/start", post(bulk::start)),
        route(Post, "/bulk-edits/{edit}/undo", post(bulk::undo)),
        route(Get, "/knowledge/quality", get(knowledge::quality)),
        route(Get, "/knowledge/translations", get(knowledge::translation_gaps)),
        route(Get, crate::operations::ADDRESS, get(crate::operations::page)),
        route(Get, feeds::ADDRESS, get(feeds::page)),
        route(Post, feeds::ADDRESS, post(feeds::create)),
        route(Post, "/calendar-feeds/{feed}/revoke", post(feeds::revoke)),
        open(Get, feeds::ROUTE, get(feeds::fetch)),
        route(Get, crate::service_levels::ADDRESS, get(crate::service_levels::report)),
        route(Get, crate::calibration::ADDRESS, get(crate::calibration::page)),
        route(Get, inspector::ADDRESS, get(inspector::overview)),
        route(Get, "/access/roles/{role}", get(inspector::role)),
        route(Get, "/access/kinds/{kind}", get(inspector::kind)),
        route(Post, viewing::END, post(viewing::end)),
        open(Get, "/decide/{token}", get(decide::page)),
        open(Post, "/decide/{token}", post(decide::decide)),
        route(Get, "/{kinds}", get(list::page)),
        route(Get, "/views/counts", get(views::counts)),
        route(Get, "/{kinds}/views/new", get(views::new)),
        route(Post, "/{kinds}/views", post(views::create)),
        route(Get, "/{kinds}/views/{view}/edit", get(views::edit)),
        route(Post, "/{kinds}/views/{view}/edit", post(views::save)),
        route(Post, "/{kinds}/views/{view}/remove", post(views::remove)),
        route(Post, "/{kinds}/views/{view}/pin", post(views::pin)),
        route(Get, "/{kinds}/columns", get(list::chooser::form)),
        route(Post, "/{kinds}/columns", post(list::chooser::save)),
        route(Get, "/{kinds}/board", get(list::board::page)),
        route(Get, "/{kinds}/calendar", get(list::calendar::page)),
        route(Get, "/{kinds}/export", get(export::download)),
        route(Get, "/{kinds}/bulk-edits/new", get(bulk::new)),
        route(Post, "/{kinds}/bulk-edits", post(bulk::create)),
        route(Get, "/{kinds}/new", get(create::page)),
        route(Post, "/{kinds}", post(create::create)),
        route(Get, "/{kinds}/{record}", get(record::page)),
        route(Get, "/{kinds}/{record}/edit", get(edit::page)),
        route(Post, "/{kinds}/{record}/edit", post(edit::save)),
        route(Get, "/{kinds}/{record}/fields/{key}", get(edit::field)),
        route(Post, "/{kinds}/{record}/fields/{key}", post(edit::save_field)),
        route(Get, "/{kinds}/{record}/transitions/{key}", get(actions::transition_form)),
        route(Post, "/{kinds}/{record}/transitions/{key}", post(actions::transition)),
        route(Post, "/{kinds}/{record}/draft", post(drafts::keep)),
        route(Get, "/{kinds}/{record}/presence", get(presence::show)),
        route(Post, "/{kinds}/{record}/presence", post(presence::beat)),
        route(Get, "/{kinds}/{record}/mentions", get(pick::mentions)),
        route(Get, "/{kinds}/{record}/snippets", get(pick::snippets)),
        route(Post, "/{kinds}/{record}/snippets/{snippet}", post(pick::fill_snippet)),
        route(Get, "/{kinds}/{record}/macros", get(macros::offered)),
        route(Get, "/{kinds}/{record}/macros/{macro}", get(macros::preview)),
        route(Post, "/{kinds}/{record}/macros/{macro}", post(macros::apply)),
        route(Get, "/{kinds}/{record}/write", get(knowledge::write)),
        route(Post, "/{kinds}/{record}/write", post(knowledge::save)),
        route(Get, "/{kinds}/{record}/versions", get(knowledge::versions)),
        route(Post, "/{kinds}/{record}/versions/{version}/restore", post(knowledge::restore)),
        route(Post, "/{kinds}/{record}/helpful", post(knowledge::helpful)),
        route(Get, "/{kinds}/{record}/flag", get(knowledge::flag_form)),
        route(Post, "/{kinds}/{record}/flag", post(knowledge::flag)),
        route(Get, "/{kinds}/{record}/translations", get(knowledge::translation_form)),
        route(Post, "/{kinds}/{record}/translations", post(knowledge::begin_translation)),
        route(Get, "/{kinds}/{record}/articles", get(knowledge::work::search)),
        route(Post, "/{kinds}/{record}/articles", post(knowledge::work::apply)),
        route(Post, "/{kinds}/{record}/article", post(knowledge::work::make)),
        route(Get, "/{kinds}/{record}/context", get(record::context::part)),
        route(Post, "/{kinds}/{record}/workaround", post(record::context::apply)),
        route(Post, "/{kinds}/{record}/comments", post(actions::comment)),
        route(Get, "/{kinds}/{record}/worklogs", get(actions::work_form)),
        route(Post, "/{kinds}/{record}/worklogs", post(actions::work)),
        route(Post, "/{kinds}/{record}/watch", post(actions::watch)),
        route(Post, "/{kinds}/{record}/pin", post(visits::pin)),
        route(Post, "/{kinds}/{record}/links", post(actions::link)),
        route(Post, "/{kinds}/{record}/links/{link}/{target}/end", post(actions::unlink)),
        route(Post, "/{kinds}/{record}/attachments", post(files::attach)),
        route(Get, "/{kinds}/{record}/attachments/{file}", get(files::download)),
        route(Post, "/{kinds}/{record}/attachments/{file}/remove", post(files::remove)),
        route(Get, "/{kinds}/{record}/holidays", get(holidays::page)),
        route(Post, "/{kinds}/{record}/holidays", post(holidays::upload)),
        route(Get, "/{kinds}/{record}/clocks", get(crate::clocks::explain)),
        route(Get, "/{kinds}/{record}/follow-up", get(crate::follow_up::page)),
        route(Post, "/{kinds}/{record}/follow-up", post(crate::follow_up::make)),
        route(Get, "/{kinds}/{record}/promise-preview", get(crate::promise::page)),
        route(Post, "/{kinds}/{record}/promise-preview", post(crate::promise::typed)),
        route(Get, "/{kinds}/{record}/simulation", get(crate::simulation::page)),
        route(Get, "/{kinds}/{record}/runs", get(automation::log_page)),
        route(Get, "/{kinds}/{record}/replay", get(automation::replay_page)),
        route(Post, "/{kinds}/{record}/replay", post(automation::ask)),
        route(Get, "/{kinds}/{record}/access", get(record::access)),
        route(Get, "/{kinds}/{record}/who", get(inspector::who)),
        route(Post, "/{kinds}/{record}/link", post(decide::make)),
        route(Get, "/{kinds}/{record}/reach", get(inspector::reach)),
        route(Get, "/{kinds}/{record}/view-as", get(viewing::page)),
        route(Post, "/{kinds}/{record}/view-as", post(viewing::begin)),
    ]
}
