### The search over everything, and the guide.

search-for = Search: { $text }
search-more-than = more than { $count }
search-found = { $count } found
search-hint = Words, numbers, names
search-incomplete = The index is still being made, so some records are not found yet.
search-ask = What are you looking for?
search-ask-help = All words must stand in a record; the last one may be unfinished. A number such as 42 finds INC0000042.
search-nothing = Nothing found
search-nothing-help = Try fewer or other words. Only records that you may see are searched.
search-in-help-results = In Help
search-in-help = Search in Help
search-nothing-in-help = Nothing found in Help
search-nothing-in-help-text = All words must stand in one section. Try fewer or other words.
contents = Contents
