### Saved views.

save-as-view = Save as a view
change-view = Change “{ $view }”
only-me = Only me
a-team = A team
team-named = Team { $team }
everybody = Everybody who may see { $kinds }
view-name = Name
view-audience = Who sees it
view-audience-help = What is in it they see by their own rights
view-condition = Condition
view-condition-help = As in the search box, such as is:open team:mine; empty for all
view-group = Grouped by
view-limits = Limits of the board
view-limits-help = Most records that should stand in a column, such as in_progress:5, on_hold:3
view-pin = Pin in my navigation, with its count
view-remove = Remove this view
