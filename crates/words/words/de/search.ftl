### The search over everything, and the guide.

search-for = Suche: { $text }
search-more-than = mehr als { $count }
search-found = { $count } gefunden
search-hint = Wörter, Nummern, Namen
search-incomplete = Der Index wird noch erstellt; einige Datensätze werden noch nicht gefunden.
search-ask = Was suchen Sie?
search-ask-help = Alle Wörter müssen in einem Datensatz stehen; das letzte darf unvollständig sein. Eine Nummer wie 42 findet INC0000042.
search-nothing = Nichts gefunden
search-nothing-help = Versuchen Sie weniger oder andere Wörter. Durchsucht wird nur, was Sie sehen dürfen.
search-in-help-results = In der Hilfe
search-in-help = In der Hilfe suchen
search-nothing-in-help = In der Hilfe nichts gefunden
search-nothing-in-help-text = Alle Wörter müssen in einem Abschnitt stehen. Versuchen Sie weniger oder andere Wörter.
contents = Inhalt
