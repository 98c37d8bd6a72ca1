### Konfiguration als Text, und wie sie steht.

configuration-as-text = Als Text
configuration-text-of = { $name } als Text
configuration-text-help = Die Datei, die ein Export der Konfiguration für diesen Datensatz schreibt.
configuration-read-on = Wie solche Dateien gelesen werden
configuration-copy = Kopieren
configuration-download = Herunterladen
configuration-text = Text
configuration-then = Der Text vom { $moment }. Er gilt, sobald Sie ihn anwenden.
configuration-partial = Werte, die Sie nicht sehen dürfen, fehlen; darum lässt sich hier nichts ändern.
configuration-apply = Anwenden
configuration-plan = Änderungen ansehen
configuration-would = Was sich ändern würde
configuration-overtaken = Das wurde geändert, seit Sie es geöffnet haben. Sehen Sie noch einmal an, was Ihr Text ändern würde, und wenden Sie ihn dann an.
configuration-faulty = So lässt es sich nicht anwenden:
configuration-same = Nichts: Es ist schon so.
configuration-line = Zeile { $line }
configuration-made = wird angelegt
configuration-empty = (leer)
configuration-title = Konfiguration
configuration-help = Was Dateien zuletzt daraus gemacht haben, was seither geändert wurde, und der Weg zurück.
configuration-drift = Anders, als Dateien es gemacht haben
configuration-never = Hier wurde noch nie eine Datei angewendet; es gibt nichts zu vergleichen.
configuration-applied = Zuletzt wurden Dateien am { $moment } von { $person } angewendet. Seither:
configuration-no-drift = Alles ist so, wie die Dateien es gemacht haben.
configuration-by = Geändert von { $person } am { $moment }
configuration-made-since = Das wurde seither angelegt, und keine Datei sagt es.
configuration-set-back = Der Text von damals
configuration-versions = Versionen
configuration-no-versions = Noch wurde nichts konfiguriert.
configuration-when = Bis
configuration-who = Von
configuration-what = Was sich geändert hat
configuration-way = Weg zurück
configuration-by-files = durch Dateien oder durch Zurückgehen
configuration-is-now = So ist es jetzt
configuration-roll-back = Hierhin zurückgehen
configuration-back-to = Zurück zum { $moment }
configuration-back-refused = Dorthin geht es nicht zurück. Nichts wurde geändert:
configuration-back-nothing = Alles ist wie damals.
configuration-back-count = { $count ->
    [one] Ein Datensatz ändert sich:
   *[other] { $count } Datensätze ändern sich:
}
configuration-back-stay = { $count ->
    [one] Ein Datensatz wurde seither angelegt; er bleibt.
   *[other] { $count } Datensätze wurden seither angelegt; sie bleiben.
}
