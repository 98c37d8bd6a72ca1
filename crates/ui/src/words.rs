//! Words that components say by themselves; everything about a record comes in as an argument.

/// Beside the label of a field that must not be empty.
pub const REQUIRED: &str = "required";
/// Opens a form for what stands beside it.
pub const EDIT: &str = "Edit";
/// Ends an edit and keeps it.
pub const SAVE: &str = "Save";
/// Ends an edit and drops it.
pub const CANCEL: &str = "Cancel";
/// Closes what floats.
pub const CLOSE: &str = "Close";
/// Takes one value out of several.
pub const REMOVE: &str = "Remove";
/// The search box.
pub const SEARCH: &str = "Search";
/// The search over everything.
pub const SEARCH_ALL: &str = "Search everything";
/// The link that jumps over the navigation.
pub const SKIP: &str = "Skip to content";
/// Opens the navigation on small screens.
pub const NAVIGATION: &str = "Navigation";
/// More actions than have room.
pub const MORE: &str = "More actions";
/// A value that is not there.
pub const NOTHING: &str = "None";
/// True.
pub const YES: &str = "Yes";
/// False.
pub const NO: &str = "No";
/// A secret that is there.
pub const SECRET_SET: &str = "Set, not shown";
/// The choice of no value.
pub const NO_CHOICE: &str = "Choose…";
/// Adds a row to a table field.
pub const ADD_ROW: &str = "Add row";
/// First page of a list.
pub const FIRST_PAGE: &str = "First page";
/// Next page of a list.
pub const NEXT_PAGE: &str = "Next page";
/// Previous page of a list.
pub const PREVIOUS_PAGE: &str = "Previous page";
/// Ticks every row.
pub const SELECT_ALL: &str = "Select all rows";
/// Takes the whole list, not only the rows shown; the number follows.
pub const ALL_OF_LIST: &str = "All";
/// Lets go of every row.
pub const CLEAR_SELECTION: &str = "Clear selection";
/// Goes with a request id.
pub const REQUEST_ID: &str = "Request";
/// Reload of a live list.
pub const REFRESH: &str = "Refresh";
/// Shows a change that somebody else made meanwhile.
pub const SHOW: &str = "Show";
/// Content that is on its way.
pub const LOADING: &str = "Loading";
