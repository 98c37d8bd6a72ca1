### Mail: was jede Person davon will, der Postausgang, Vorlagen und die Worte der Nachrichten.

tell-when = Wenn
tell-inbox = Posteingang
tell-mail = Mail
tell-inbox-of = Posteingang: { $reason }
tell-mail-of = Mail: { $reason }
tell-progress = meine Anfrage vorankommt
did-progress = hat Ihre Anfrage vorangebracht:
mail-mode-never = Keine Mail
mail-mode-at-once = Sofort
mail-mode-digest = In der Sammelmail
mail-section-digest = Sammelmail
mail-section-digest-help = Was Sie gesammelt bekommen wollen, kommt in einer Mail.
mail-every = Wie oft
mail-every-hour = Jede Stunde
mail-every-day = Jeden Tag
mail-every-week = Jede Woche
mail-digest-at = Kommt um
mail-digest-at-help = Etwa 08:00; nicht bei jeder Stunde
mail-digest-day = Wochentag
mail-digest-day-help = Nur bei jeder Woche
mail-section-quiet = Ruhezeiten
mail-section-quiet-help = Dann kommt keine Mail; was wartet, kommt an ihrem Ende. Der Posteingang füllt sich wie sonst.
mail-quiet-on = Ruhezeiten einhalten
mail-quiet-from = Von
mail-quiet-until = Bis
mail-quiet-until-help = Am nächsten Tag, wenn es nicht nach dem Beginn liegt; dieselbe Uhrzeit heißt ein ganzer Tag
mail-quiet-days = Tage, an denen sie beginnen
mail-quiet-critical = Was kritische Datensätze betrifft, kommt trotzdem
mail-time-wrong = muss eine Uhrzeit sein, etwa 08:00
mail-goes-to = Mail geht an { $address }. Uhrzeiten gelten in der Zeitzone { $zone }.
mail-no-address = In Ihrem Datensatz steht keine Mailadresse, also kann keine Mail kommen.
mail-not-set-up = In dieser Installation ist keine Mail eingerichtet: Nachrichten bleiben hier und würden so gesendet, wie sie gezeigt werden.
mail-mine = Meine ausgehende Mail
outbox = Ausgehende Mail
outbox-of = Ausgehende Mail an { $person }
outbox-empty = Keine Mail
outbox-empty-help = Was Personen zu ihren Benachrichtigungen per Mail bekommen, steht hier.
outbox-person = An
outbox-about = Betrifft
outbox-state = Stand
outbox-when = Wann
outbox-digest = Sammelmail
outbox-hidden = Ein Datensatz, den Sie nicht sehen dürfen
outbox-all = Alle
outbox-waiting = Wartet
outbox-held = Würde gesendet
outbox-sent = Gesendet
outbox-withheld = Zurückgehalten
outbox-failed = Fehlgeschlagen
outbox-dead = Aufgegeben
outbox-why-not-active = die Person darf nicht mehr handeln
outbox-why-no-address = die Person hat keine Mailadresse
outbox-why-no-right = die Person darf nichts mehr davon sehen
outbox-why-unwanted = die Person will es nicht mehr per Mail
outbox-why-old = sie war vor mehr als einem Tag fällig
outbox-due = fällig
outbox-tried = { $count ->
    [one] einmal versucht
   *[other] { $count }-mal versucht
}
outbox-send-now = Jetzt senden
outbox-send-again = Noch einmal senden
outbox-for-person = Anmeldename, Nummer oder Mailadresse einer Person
outbox-show = Zeigen
outbox-subject = Betreff
outbox-as-now = So, wie { $person } sie jetzt bekäme. Texte werden nicht aufbewahrt: Jeder wird mit den Rechten des Augenblicks geschrieben, in dem er gesendet wird.
outbox-partial = Etwas davon fehlt hier, weil Sie es nicht lesen dürfen.
outbox-all-hidden = Es gibt nichts davon, was Sie lesen dürfen.
outbox-not-now = Jetzt würde nichts gesendet: { $why }.
notice-preview = Vorschau
notice-preview-with = Nummer eines Datensatzes
notice-preview-about = So, als erführen Sie von den letzten Worten in { $record }.
notice-preview-none = Es gibt keinen Datensatz dieser Art, den Sie lesen dürfen.
notice-preview-this = Diese Vorlage
notice-preview-other = Vorlage { $number }: { $title }
notice-preview-usual = Worte, die Steward mitbringt
mail-hello = Guten Tag { $name },
mail-subject = [{ $number }] { $title }
mail-record = { $number } „{ $title }“
mail-open = Öffnen: { $link }
mail-digest-subject = { $count ->
    [one] Eine Benachrichtigung
   *[other] { $count } Benachrichtigungen
}
mail-digest-lead = { $count ->
    [one] Das ist seit der letzten Sammelmail geschehen:
   *[other] Diese { $count } Dinge sind seit der letzten Sammelmail geschehen:
}
mail-more = { $count ->
    [one] Etwas Weiteres steht in Ihrem Posteingang.
   *[other] { $count } weitere stehen in Ihrem Posteingang.
}
mail-did-mention = { $actor } hat Sie in { $record } erwähnt.
mail-did-assigned = { $actor } hat Ihnen { $record } zugewiesen.
mail-did-answer = { $actor } hat Ihre Anfrage { $record } beantwortet.
mail-did-progress = { $actor } hat Ihre Anfrage { $record } vorangebracht.
mail-did-reply = { $actor } hat in { $record } geschrieben.
mail-did-team = { $actor } hat Ihrem Team { $record } zugewiesen.
mail-did-review = { $actor } bittet Sie, { $record } zu prüfen.
mail-did-approval = { $actor } bittet um Ihre Genehmigung von { $record }.
mail-did-file = In einer Datei wurde etwas Schädliches gefunden: { $record }.
mail-did-due = Die Zeit läuft ab: { $record }.
mail-did-rule = Eine Regel weist Sie auf { $record } hin.
mail-did-viewed = { $actor } hat Steward so gesehen wie Sie.
mail-why-mention = Sie bekommen dies, weil Sie in { $record } erwähnt wurden.
mail-why-assigned = Sie bekommen dies, weil Ihnen { $record } zugewiesen wurde.
mail-why-request = Sie bekommen dies, weil { $record } Ihre Anfrage ist.
mail-why-work = Sie bekommen dies, weil Sie { $record } bearbeiten.
mail-why-watch = Sie bekommen dies, weil Sie { $record } beobachten.
mail-why-team = Sie bekommen dies, weil { $record } Ihrem Team zugewiesen wurde.
mail-why-review = Sie bekommen dies, weil Sie für { $record } verantwortlich sind.
mail-why-approval = Sie bekommen dies, weil { $record } auf Ihre Genehmigung wartet.
mail-why-file = Sie bekommen dies, weil Sie an { $record } eine Datei angehängt haben, in der etwas Schädliches gefunden wurde, oder daran arbeiten.
mail-why-due = Sie bekommen dies, weil Sie erfahren, wenn die Zeit für { $record } abläuft.
mail-why-rule = Sie bekommen dies, weil eine Automatisierungsregel Sie auf { $record } hinweist.
mail-why-viewed = Sie bekommen dies, weil Sie stets erfahren, wenn jemand Steward mit Ihren Augen ansieht.
mail-why-digest = Sie bekommen dies, weil Sie solche Dinge gesammelt erfahren wollen.
mail-way-settings = Wählen, was Sie per Mail bekommen: { $link }
mail-way-unwatch = { $record } nicht mehr beobachten: { $link }
