### Forms: new records, changes, drafts, what is wrong.

create-kind = { $kind } anlegen
change-field = { $field } ändern
password-for-change = Nötig, um Anmeldename, Mailadresse oder Rollen zu ändern
one-fault = Eine Angabe braucht Aufmerksamkeit
some-faults = Einige Angaben brauchen Aufmerksamkeit
conflict = wurde von { $who } auf „{ $theirs }“ gesetzt, während Sie hier waren; speichern Sie noch einmal, um es auf „{ $yours }“ zu setzen
conflict-nothing = leer
conflict-somebody = jemand
not-visible-value = etwas für Sie nicht Sichtbares
this-fault = dies { $fault }
field-fault = { $field } { $fault }
newer-draft-text = Sie haben hier seither auf einer anderen Seite etwas anderes geschrieben.
newer-draft = Es gibt einen neueren Entwurf
drafts = Entwürfe
drafts-help = Was Sie geschrieben und nicht gesendet haben. Niemand sonst sieht es; es wird { $days } Tage aufbewahrt.
draft-reply = Antwort oder Notiz zu { $number }
draft-changes = Änderungen an { $number }
