### Der Gestalter von Arten und Feldern.

designer-title = Eine Art anlegen oder Felder hinzufügen
designer-help = Sagen Sie, was es ist. Daraus wird eine Definition, die Sie ansehen und weiterbearbeiten; nichts ändert sich, bevor Sie sie in Kraft setzen.
designer-make = Definition ansehen
designer-new = Neu
designer-in-work = In Arbeit
designer-done = Erledigt
designer-open = Definition bearbeiten
designer-left-out = Sie ist nicht in Kraft: { $fault }
designer-notation = Wie Definitionen geschrieben werden
designer-definition = Definition
designer-definition-help = Als TOML
designer-change = Ändern, was in Kraft ist
designer-force = Sichern und in Kraft setzen
designer-save = Als Entwurf sichern
designer-prospect = Was sie bewirken würde
designer-faulty = So kann sie nicht in Kraft treten:
designer-refused = Das steht im Weg:
designer-nothing = Nichts unterscheidet sich von dem, was in Kraft ist.
designer-more = { $count } weitere
effect-kind-added = { $name } werden eine eigene Art, sofort
effect-kind-gone = { $name } würden verschwinden; { $count ->
    [0] es gibt keinen Datensatz davon
    [one] es gibt einen Datensatz davon
   *[other] es gibt { $count } Datensätze davon
}
effect-numbering-changed = { $kind }: Nummern würden anders beginnen; { $count ->
    [0] noch hat kein Datensatz eine
    [one] ein Datensatz hat seine Nummer
   *[other] { $count } Datensätze haben ihre
}
effect-field-added = { $kind } erhalten das Feld „{ $name }“
effect-field-gone = { $kind } verlieren das Feld „{ $name }“; { $count ->
    [0] kein Datensatz hat einen Wert darin
    [one] ein Datensatz hat einen Wert darin
   *[other] { $count } Datensätze haben einen Wert darin
}
effect-type-changed = { $kind }: „{ $name }“ wird ein Feld anderer Art; { $count ->
    [0] kein Datensatz hat einen Wert darin
    [one] ein Datensatz hat einen Wert darin
   *[other] { $count } Datensätze haben einen Wert darin
}; damit Werte übergehen, geben Sie ihm einen anderen Schlüssel und sagen, welcher es war
effect-field-carried = { $kind }: „{ $name }“ tritt an die Stelle des Felds { $before }; { $count ->
    [0] kein Datensatz hat einen Wert darin
    [one] der Wert eines Datensatzes geht über
   *[other] die Werte von { $count } Datensätzen gehen über
}
effect-unfit = { $kind }: { $count ->
    [one] ein Wert passt nicht in „{ $name }“
   *[other] { $count } Werte passen nicht in „{ $name }“
}: { $fault }
effect-left-behind = { $kind }: { $count ->
    [one] ein Wert passt nicht in „{ $name }“ und bleibt im Verlauf seines Datensatzes
   *[other] { $count } Werte passen nicht in „{ $name }“ und bleiben im Verlauf ihrer Datensätze
}: { $fault }
effect-choice-carried = { $kind }: „{ $name }“ tritt an die Stelle der Auswahl { $before }; { $count ->
    [0] kein Datensatz hat sie
    [one] ein Datensatz geht über
   *[other] { $count } Datensätze gehen über
}
effect-audience-changed = { $kind }: „{ $name }“ lesen andere; { $count ->
    [0] kein Datensatz hat einen Wert darin
    [one] ein Datensatz hat einen Wert darin
   *[other] { $count } Datensätze haben einen Wert darin
}
effect-unique = { $kind }: „{ $name }“ darf nur einmal vorkommen; { $count ->
    [0] kein Datensatz hat einen Wert darin
    [one] ein Datensatz hat einen Wert darin
   *[other] { $count } Datensätze haben einen Wert darin
}
effect-required = { $kind }: „{ $name }“ wird Pflicht; { $count ->
    [0] jeder offene Datensatz hat es
    [one] einem offenen Datensatz fehlt es; bei seiner nächsten Änderung wird danach gefragt
   *[other] { $count } offenen Datensätzen fehlt es; bei ihrer nächsten Änderung wird danach gefragt
}
effect-choice-added = { $kind }: „{ $name }“ kann gewählt werden
effect-choice-gone = { $kind }: „{ $name }“ kann nicht mehr gewählt werden; { $count ->
    [0] kein Datensatz hat es
    [one] ein Datensatz hat es
   *[other] { $count } Datensätze haben es
}
effect-state-added = { $kind } erhalten den Status „{ $name }“
effect-state-gone = { $kind } verlieren den Status „{ $name }“; { $count ->
    [0] kein Datensatz hat ihn
    [one] ein Datensatz hat ihn
   *[other] { $count } Datensätze haben ihn
}
effect-transition-added = { $kind } erhalten den Schritt „{ $name }“
effect-transition-gone = { $kind } verlieren den Schritt „{ $name }“
effect-broken = { $name } würde nicht mehr funktionieren: { $fault }
designer-as-text = Als Text schreiben
designer-limited = Daran ist nichts falsch. Was sie bewirken würde, zählt über alle Organisationen; nur wer alle verwaltet, erfährt es und setzt sie in Kraft.
designer-trouble = Was in Kraft ist, konnte nicht übernommen werden und wird noch einmal versucht: { $fault }
