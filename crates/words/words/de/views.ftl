### Saved views.

save-as-view = Als Ansicht speichern
change-view = „{ $view }“ ändern
only-me = Nur ich
a-team = Ein Team
team-named = Team { $team }
everybody = Alle, die dies sehen dürfen: { $kinds }
view-name = Name
view-audience = Wer sie sieht
view-audience-help = Was darin steht, sehen alle nach ihren eigenen Rechten
view-condition = Bedingung
view-condition-help = Wie im Suchfeld, etwa is:open team:mine; leer für alle
view-group = Gruppiert nach
view-limits = Grenzen des Boards
view-limits-help = Höchstzahl der Datensätze je Spalte, etwa in_progress:5, on_hold:3
view-pin = In meiner Navigation anheften, mit Anzahl
view-remove = Diese Ansicht entfernen
