### The portal of those who ask.

portal-order = Etwas bestellen
portal-report = Ein Problem melden
portal-requests = Meine Anfragen
portal-articles = Artikel
portal = Portal
portal-catalogue = Katalog
portal-question = Was brauchen Sie?
portal-question-name = Was brauchen Sie, { $name }?
portal-question-hint = Eine Frage, ein Gegenstand, eine Nummer
portal-nothing-found-for = Nichts gefunden für „{ $text }“. { $report } oder mit eigenen Worten fragen.
portal-group-offers = Zu bestellen
portal-group-requests = Anfragen
portal-waiting-for-you = Wartet auf Sie
portal-whole-catalogue = Der ganze Katalog
portal-asked-for = Worum Sie gebeten haben
portal-all-requests = Alle meine Anfragen
portal-nothing-open = Nichts ist offen
portal-nothing-open-text = Was Sie bestellen oder melden, steht hier, bis es erledigt ist.
portal-good-to-know = Gut zu wissen
portal-all-articles = Alle Artikel
portal-does-not-work = Etwas funktioniert nicht
portal-report-text = Sagen Sie uns, was passiert ist. Wir sehen es uns an und halten Sie auf dem Laufenden.
portal-something-else = Etwas anderes
portal-something-else-text = Nicht im Katalog? Bitten Sie mit eigenen Worten darum.
portal-things = { $count ->
    [one] { $count } Angebot
   *[other] { $count } Angebote
}
portal-outage-end = Voraussichtliches Ende: { $when }.
portal-outage-open = Wir arbeiten daran; Sie brauchen es nicht zu melden.
portal-articles-text = Wie etwas funktioniert, und was zu tun ist, wenn es nicht funktioniert.
portal-no-articles = Noch keine Artikel
portal-no-articles-text = Was für Sie geschrieben wird, steht hier.
portal-back-to-report = Zurück zu meiner Meldung
portal-did-it-answer = War das die Antwort? Dann gibt es nichts zu melden.
portal-solved-yes = Ja, das hat es gelöst
portal-solved-no = Nein, weiter mit meiner Meldung
portal-good-to-hear = Schön zu hören
portal-good-to-hear-text = Wir vermerken, dass der Artikel geholfen hat. Es wurde nichts gemeldet.
portal-to-portal = Zum Portal
portal-report-else = Etwas anderes melden
portal-solved = Gelöst
portal-in-catalogue = Im Katalog
portal-order-text = Alles, was Ihnen angeboten wird.
portal-search-catalogue = Katalog durchsuchen
portal-no-offers = Ihnen wird noch nichts angeboten
portal-no-offers-text = Fragen Sie Ihren Service Desk nach dem, was Sie brauchen.
portal-more = Weiteres
portal-see-as-other = Mit den Augen einer anderen Person ansehen
portal-keep-catalogue = Katalog pflegen
portal-nothing-found-text = Versuchen Sie andere Wörter, oder sehen Sie die Kategorien durch.
portal-preview = Der Katalog, wie ihn eine andere Person sieht
portal-preview-short = Katalog einer anderen Person
portal-preview-text = Was eine Person bestellen darf, und was sie vom Übrigen trennt.
portal-person = Person
portal-name = Name
portal-may-order = { $name } darf { $count ->
    [one] { $count } Eintrag
   *[other] { $count } Einträge
} bestellen
portal-not-offered = Nicht angeboten: { $count ->
    [one] { $count } Eintrag
   *[other] { $count } Einträge
}
portal-form-of = Bestellformular: { $name }
portal-form-text = Oben die Fragen als Text, darunter, was sie fragen. Probieren Sie es aus: Antworten zeigen, was aus ihnen folgt.
portal-form-help = Wie Formulare geschrieben werden
portal-form = Formular
portal-nothing-asked = Es wird nichts gefragt.
portal-edit-form = Formular bearbeiten und ausprobieren
portal-as-text = Als Text
portal-terms = Konditionen
portal-do-order = Bestellen
portal-continue-text = „Weiter“ zeigt die Fragen, die aus Ihren Antworten folgen.
portal-your-order = Ihre Bestellung
portal-how-many = Wie viele?
portal-for-whom = Für wen?
portal-for-whom-help = Leer lassen, um für sich selbst zu bestellen
portal-needed-by = Benötigt bis
portal-needed-by-help = Nur wenn es auf einen bestimmten Tag ankommt
portal-anything-else = Sonst noch etwas?
portal-fault-how-many = Wie viele
portal-fault-for-whom = Für wen
portal-fault-anything-else = Sonst noch etwas
portal-fault-form = Dieses Bestellformular
portal-fault = { $question }: { $fault }
portal-approval-manager = Durch die Führungskraft der Person, die es bekommt
portal-approval-none = Nicht nötig
portal-approval = Genehmigung
portal-price = Preis
portal-no-charge = Kostenlos
portal-each-month = Monatlich
portal-delivery = Lieferung
portal-service = Service
portal-a-month = { $price } im Monat
portal-same-day = am selben Tag
portal-working-days = { $count ->
    [one] { $count } Arbeitstag
   *[other] { $count } Arbeitstage
}
portal-ordered = Ihre Bestellung ist unterwegs. Sie hören von jedem Schritt und können jederzeit hier nachsehen.
portal-reported = Ihre Meldung ist bei uns angekommen. Sie hören von jedem Schritt und können jederzeit hier nachsehen.
portal-withdraw = Zurückziehen
portal-confirm = Bestätigen
portal-reopen = Wieder öffnen
portal-send-off = Absenden
portal-approve = Genehmigen
portal-reject = Ablehnen
portal-what-next = Wie es weitergeht
portal-you-told = Was Sie uns gesagt haben
portal-was-asked = Was gefragt wurde
portal-your-answers = Ihre Antworten
portal-answers = Antworten
portal-messages = Nachrichten
portal-service-desk = den Service Desk
portal-details = Einzelheiten
portal-open-as-staff = So öffnen, wie es die Bearbeitenden sehen
portal-asked = Gestellt
portal-asked-by = Gestellt von
portal-for = Für
portal-worker = Wer sich darum kümmert
portal-expected = Erwartet
portal-quantity = Menge
portal-report-fault = Etwas braucht Aufmerksamkeit
portal-offered-articles = Ist eine Antwort dabei?
portal-ask-title = Was funktioniert nicht?
portal-ask-title-help = In einer Zeile, etwa „Kein Ton in Videogesprächen“
portal-ask-description = Was passiert?
portal-ask-description-help = Was Sie getan und gesehen haben, seit wann, und ob es andere auch betrifft
portal-ask-symptom = Wie zeigt es sich?
portal-ask-urgency = Wie bald brauchen Sie es?
portal-ask-service = Welcher Service?
portal-ask-service-help = Falls Sie ihn kennen
portal-ask-service-hint = E-Mail, Drucken, …
portal-ask-files = Bilder oder Dateien
portal-send-report = Meldung absenden
portal-requests-text = Was Sie bestellt und gemeldet haben, und wie weit es ist.
portal-which = Welche
portal-tab-open = Offen
portal-tab-closed = Abgeschlossen
portal-tab-all = Alle
portal-tab-organisation-open = Meine Organisation, offen
portal-tab-organisation-closed = Meine Organisation, abgeschlossen
portal-nothing-here = Hier ist nichts
portal-nothing-here-text = Was Sie bestellen oder melden, steht hier.
portal-last-changed = Die { $count } zuletzt geänderten; die Suche findet die übrigen.
portal-app-description = Antworten finden, bestellen, melden und verfolgen.
portal-offline = Keine Verbindung
portal-offline-title = Es besteht keine Verbindung
portal-offline-text = Steward ist gerade nicht erreichbar. Was Sie vorher gesendet haben, ist sicher. Was Sie gerade geschrieben haben, wurde nicht gesendet: Gehen Sie dorthin zurück, und senden Sie es, sobald Sie wieder verbunden sind.
portal-try-again = Erneut versuchen
portal-step-done = erledigt
portal-step-now = jetzt
portal-step-ahead = steht bevor
portal-has-read = Vor der Meldung gelesen
portal-article-figures = In den letzten { $days } Tagen: aus Meldungen heraus { $read ->
    [one] { $read } Mal
   *[other] { $read } Mal
} gelesen, durch den Artikel { $solved ->
    [one] { $solved } Mal
   *[other] { $solved } Mal
} gelöst.

## Where something stands, and what happens next.

portal-received = Eingegangen
portal-in-work = In Arbeit
portal-working = Wir arbeiten daran
portal-not-sent = Noch nicht abgesendet
portal-waiting-for-approval = Wartet auf Genehmigung
portal-approved = Genehmigt
portal-on-its-way = Unterwegs
portal-delivered = Geliefert
portal-not-approved = Nicht genehmigt
portal-closed = Abgeschlossen
portal-withdrawn = Zurückgezogen
portal-waiting = Wartet
portal-next-new = Wir sehen es uns an und sagen Ihnen, wer sich darum kümmert.
portal-next-working = Wir arbeiten daran und schreiben hier.
portal-next-working-by = { $name }: Wir arbeiten daran und schreiben hier.
portal-next-resolved = Funktioniert es wieder? Bestätigen Sie es, oder öffnen Sie es wieder, wenn nicht.
portal-next-draft = Senden Sie es ab, wenn es vollständig ist.
portal-next-submitted = Wir sehen es uns an und nehmen es auf.
portal-next-approved = Wir beginnen bald damit.
portal-next-approved-by = { $name }: Wir beginnen bald damit.
portal-next-preparing = Wir bereiten es vor.
portal-next-preparing-by = { $name }: Wir bereiten es vor.
portal-next-fulfilled = Ist alles da? Bestätigen Sie es, oder öffnen Sie es wieder, wenn etwas fehlt.
portal-next-closed = Dies ist abgeschlossen.
portal-no-reason = Hier geschieht nichts mehr.
portal-reason = Der angegebene Grund: { $reason }
portal-hold-requester = Wir brauchen eine Antwort von Ihnen; es geht weiter, sobald Sie antworten.
portal-hold-supplier = Erst muss ein Lieferant seinen Teil tun.
portal-hold-stock = Es ist nicht auf Lager; wir liefern, sobald es eintrifft.
portal-hold-change = Eine Änderung, die es behebt, ist geplant.
portal-hold-problem = Wir suchen nach der Ursache dahinter.
portal-hold-other = Es geht weiter, sobald da ist, worauf es wartet.
portal-approval-somebody = Erst muss es jemand genehmigen.
portal-approval-by = { $names } muss es erst genehmigen.
portal-or = { $first } oder { $last }
portal-expected-by = Erwartet bis { $day }
portal-expected-when = Erwartet: { $when }
portal-next-resolved-over = Funktioniert es wieder? Dann bestätigen Sie es.
portal-next-fulfilled-over = Ist alles da? Dann bestätigen Sie es.
portal-goes-on = Das ist länger her. Was Sie schreiben, beginnt darum eine neue Meldung, die mit dieser verknüpft ist.
portal-followed = Ihre Meldung ist abgeschickt. Sie setzt das Abgeschlossene fort.
