### Articles: their versions, translations and use; macros, templates and handling notes.

article-languages = Sprachen
article-did-help = Hat das geholfen?
article-say-why = Sagen Sie, warum
article-comment = Was hat geholfen, oder was fehlt? Wer für den Artikel verantwortlich ist, liest dies.
article-comment-help = Es wird mit Ihrem Ja oder Nein gesendet.
article-said-yes = Sie fanden ihn hilfreich.
article-said-no = Er hat Ihnen nicht geholfen.
article-unchanged = unverändert
article-piece-removed = entfernt:
article-piece-added = hinzugefügt:
article-used-here = hier benutzt
article-insert = Einfügen
article-insert-help = Seinen Text in die Antwort übernehmen
article-link = Link
article-link-help = Einen Link darauf in die Antwort setzen
article-used = Benutzt
article-used-help = Festhalten, dass er hier geholfen hat
article-fix = { $number } verbessern
article-flag-number = { $number } als falsch oder veraltet melden
article-look = Artikel suchen
article-look-hint = Passende Artikel oder Ihre Wörter
article-like-this = Artikel, die hierzu passen
article-none-like-this = Kein Artikel passt hierzu.
article-none-with-words = Kein Artikel enthält diese Wörter.
article-make = Einen Artikel daraus machen
article-articles = Artikel
article-times-used = { $count ->
    [one] einmal benutzt
   *[other] { $count }-mal benutzt
}
article-percent-helpful = { $percent } % hilfreich
article-open-flags = { $count ->
    [one] { $count } offene Meldung
   *[other] { $count } offene Meldungen
}
article-noted = { $number } ist als Hilfe festgehalten.
article-words-put = Der Text von { $number } steht in Ihrer Antwort.
article-link-put = Ein Link auf { $number } steht in Ihrer Antwort.
article-not-published = nicht veröffentlicht
article-older = älter
article-stale-version = Diese Übersetzung ist von Version { $version }; das Original ist neuer.
article-stale = Diese Übersetzung ist älter als der Artikel in seiner ersten Sprache.
article-read-source = Das Original lesen
article-in-works = Eine neue Version ist in Arbeit (Status: { $state }). { $seen }
article-read-new = Die neue Version lesen
article-is-new = Dies ist die neue Version (Status: { $state }). { $seen }
article-show-seen = Zeigen, was Lesende sehen
article-never-published = Nur Mitarbeitende sehen dies: Es wurde nie veröffentlicht.
article-not-seen = Lesende sehen dies nicht. Status: { $state }.
article-readers-see = Lesende sehen Version { $version }.
article-readers-see-nothing = Lesende sehen nichts davon.
article-version-number = Version { $number }
article-published = veröffentlicht { $moment }
article-published-by = veröffentlicht { $moment } von { $name }
article-by = von { $name }
article-written-by = geschrieben von { $names }
article-found-right = für richtig befunden { $moment }
article-valid-until = gültig bis { $day }
article-found-helpful = fanden ihn hilfreich ({ $helpful } von { $all })
article-nobody-said = niemand sagte, ob er half
article-label-times-used = { $count ->
    [one] Mal benutzt
   *[other] Mal benutzt
}
article-label-open-flags = { $count ->
    [one] offene Meldung
   *[other] offene Meldungen
}
article-write = Schreiben
article-write-new = Eine neue Version schreiben
article-go-on = Weiterschreiben
article-go-on-new = An der neuen Version weiterschreiben
article-versions = Versionen
article-translate = Übersetzen
article-flag = Melden
article-flag-wrong = Falsch
article-flag-outdated = Veraltet
article-flag-unclear = Schwer verständlich
article-flag-it = Melden
article-flag-help = Wer für den Artikel verantwortlich ist, erhält dies als Aufgabe. Lesende sehen den Artikel weiterhin.
article-flag-what = Was ist es?
article-flag-comment = Was stimmt nicht?
article-flag-comment-help = Damit etwas daran getan werden kann
article-flag-title = { $number } melden
article-quality = Qualität der Artikel
article-published-count = { $count ->
    [one] { $count } veröffentlichter Artikel
   *[other] { $count } veröffentlichte Artikel
}
article-published-first = { $shown } von { $count } veröffentlichten Artikeln
article-none-published = Noch ist kein Artikel veröffentlicht
article-none-published-help = Was Lesende und Mitarbeitende von Artikeln halten, steht hier.
article-article = Artikel
article-owner = Verantwortlich
article-helpful = Hilfreich
article-flags = Offene Meldungen
article-age = Tage seit der Prüfung
article-helpful-of = { $percent } % von { $count }
article-review-due = Prüfung fällig
article-translations = Übersetzungen
article-gaps-count = { $count ->
    [one] { $count } Übersetzung fehlt oder ist älter als ihr Original
   *[other] { $count } Übersetzungen fehlen oder sind älter als ihr Original
}
article-no-gaps = Alle Übersetzungen sind auf dem Stand
article-no-gaps-help = Was fehlt oder hinter seinem Original zurückblieb, steht hier.
article-language = Sprache
article-gap = Was zu tun ist
article-actions = Aktionen
article-gap-stale = Von Version { $own }, das Original steht bei { $source }: { $article }
article-bring-up = Auf den Stand bringen
article-gap-none = Es gibt keine
article-versions-of = Versionen · { $number }
article-no-version = Es gibt noch keine Version.
article-being-written = In Arbeit
article-version = Version
article-version-older = Ältere
article-version-newer = Neuere
article-choose-older = Ältere: { $version }
article-choose-newer = Neuere: { $version }
article-when = Wann
article-who = Von
article-what-changed = Was sich änderte
article-readers-see-this = (dies sehen Lesende)
article-restore = Als Entwurf wiederherstellen
article-compare = Vergleichen
article-back = Zurück zum Artikel
article-found-on = Gefunden bei { $number }:
article-present-stays = Lesende sehen weiterhin die jetzige Version, bis Ihre veröffentlicht ist.
article-in-source = { $part } im Original
article-change-note-help = Was in dieser Version neu ist und warum
article-same-as-source = Der Inhalt entspricht Version { $version } des Originals
article-save-draft = Als Entwurf speichern
article-save-publish = Speichern und veröffentlichen
article-there-stale = { $language } (vorhanden, aber älter als das Original)
article-there = { $language } (vorhanden)
article-translate-help = Sie schreiben neben dem Original. Eine vorhandene Übersetzung wird geöffnet.
article-translate-into = In welche Sprache
article-translate-title = { $number } übersetzen
macro-none = Hierfür gibt es kein Makro ({ $kinds }).
macro-apply-one = Ein Makro anwenden
macro-moves = Wechselt von { $before } nach { $after }
macro-nothing-changed = Nichts wurde geändert.
macro-changes-nothing = Hier würde es nichts ändern.
macro-apply = Anwenden
macro-apply-help = Dies geschieht auf einmal oder gar nicht:
macro-reply = Antwort
template-templates = Vorlagen
template-begin = Beginnen mit
template-use = Nutzung
template-used-one = In den letzten 90 Tagen { $count } Mal benutzt
template-used-many = In den letzten 90 Tagen { $count } Mal benutzt
note-mind-this = Beachten Sie dies
note-put-away = Weglegen
note-about = zu { $whom }
note-until = Bis { $day }
note-shown-to = Gezeigt
note-not-shown = Der Hinweis ist noch nicht erschienen.
