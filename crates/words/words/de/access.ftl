### Who may see and do what, and why; looking as somebody else.

access-title = Zugriff
access-help = Was jede Rolle erlaubt, wer sie hat und welche Rollen eine Art von Datensätzen erreichen. Was eine Person sieht, steht bei der Person; wer einen Datensatz sieht, beim Datensatz.
access-roles = Rollen
access-role = Rolle
access-for-what = Wofür
access-staff = Personal
access-rank = Rang
access-kinds = Arten von Datensätzen
access-kind = Art
access-kind-detail = Welche Rollen sie erreichen
access-allows = Was sie erlaubt
access-holders = Wer sie hat
access-no-holders = Niemand, nach dem Sie fragen dürfen, hat sie.
access-all-kinds = Alle Arten
access-everywhere = überall
access-within = in { $organisation } und darunter
access-within-hidden = in einer Organisation, die Sie nicht sehen dürfen
access-created-by = Angelegt von
access-watchers = Beobachter
access-field = Feld
access-reads = Liest
access-writes = Schreibt

level-requester = als Anfragende
level-agent = als Personal
level-owner = als Verantwortliche

action-read = sehen
action-create = anlegen
action-update = ändern
action-transition = bewegen
action-comment = kommentieren
action-note = Arbeitsnotizen
action-work = Zeit buchen
action-attach = Dateien
action-link = verknüpfen
action-watch = beobachten
action-transfer = übertragen
action-order = bestellen
action-inspect = Rechte einsehen
action-view-as = als sie sehen

condition-met = Hier erfüllt
condition-unmet = Hier nicht erfüllt
condition-all = Alles davon
condition-any = Eines davon
condition-not = Dies nicht
condition-always = Immer
condition-never = Nie
condition-empty = { $field } ist leer
condition-filled = { $field } ist ausgefüllt
condition-is = { $field } ist { $value }
condition-is-not = { $field } ist nicht { $value }
condition-among = { $field } ist eines von { $value }
condition-me = { $field } ist die Person
condition-names-me = { $field } nennt die Person
condition-own-organisation = { $field } ist die Organisation der Person
condition-names-organisation = { $field } nennt die Organisation der Person
condition-teams = { $field } ist ein Team der Person
condition-organisations = { $field } liegt dort, wo die Rolle gilt
condition-organisations-above = { $field } ist die Organisation der Person oder eine darüber
condition-locations = { $field } ist, wo die Person ist
condition-standing = { $field } ist, was die Person gilt
condition-not-over = { $field } ist nicht vorbei

grant-allows = Erlaubt: { $actions }. Felder { $level }.

who-sees = Wer das sehen kann
who-sees-help = Alle, die diesen Datensatz jetzt sehen können. Wen er nennt, steht zuerst. Wählen Sie einen Namen, um die Gründe zu sehen.
who-name = Name
who-may = Wer darf
who-person = Person
who-level = Felder
who-actions = Darf
who-because = Aufgrund von
who-named = hier genannt
who-nobody = Niemand
who-nobody-help = Niemand, den Sie sehen dürfen, passt zu Ihrer Frage.
who-nobody-yet = Unter den bisher Angesehenen passt niemand. Es gibt weitere Personen.
who-others = Auch Personen, die Sie nicht sehen dürfen, können ihn sehen.
who-next = Weitere Personen
who-one = Was { $name } hier darf
who-left = Diese Person darf sich nicht anmelden und sieht daher nichts.
who-sees-not = Sieht diesen Datensatz nicht.
who-sees-as = Sieht diesen Datensatz, Felder { $level }.
who-actions-title = Handlungen
who-moves-title = Schritte
who-no-moves = Datensätze dieser Art werden nicht bewegt.
who-fields-title = Felder
who-grants-title = Gründe: was die Rollen erlauben
who-by = Durch
who-would = Erlaubt, wären die Bedingungen erfüllt:
who-no-role = Keine Rolle dieser Person erlaubt es.
who-not-seen = Eine Rolle erlaubt es, aber keine lässt diese Person den Datensatz sehen.

hindrance-action = Schritte dieses Datensatzes sind nicht ihre Sache.
hindrance-state = Beginnt nicht in diesem Zustand.
hindrance-start = Beginnt nicht bei dem Datensatz, wie er ist.
hindrance-automatic = Nur Steward macht ihn.
hindrance-level = Nur { $level }.
hindrance-roles = Verlangt eine Rolle: { $roles }.
hindrance-limit = { $message }
hindrance-guard = Wie der Datensatz jetzt ist: { $message }
hindrance-approval = Wartet auf die Antworten der Gefragten.

field-derived = Nein: Steward setzt es
field-needs = Nein: nur { $level }
field-action = Nur mit einem Schritt, der danach fragt
field-locked = Nein: fest, wie der Datensatz jetzt ist
field-absent = Nein: trifft nicht zu, wie der Datensatz jetzt ist

reach-of = Was diese Person sehen kann
reach-no-roles = Keine Rolle.
reach-role-gone = gibt es nicht mehr und erlaubt nichts
reach-teams = Teams:
reach-standing = Gilt als: { $words }
reach-kinds = Datensätze
reach-count = Sieht jetzt
reach-where = Wo
reach-conditions = { $count ->
    [one] Eine Bedingung
   *[other] { $count } Bedingungen
}
reach-list = Die Liste sehen, wie sie sie sieht
reach-nothing = Sieht nichts
reach-nothing-help = Keine Rolle lässt diese Person etwas sehen.
reach-beyond = Rollen dieser Person reichen weiter als Ihre. Wie viele Datensätze sie sieht, wird nicht gesagt.
reach-no-view = Als diese Person zu sehen ist nicht möglich:

viewing-see-as = Als diese Person sehen
viewing-title = Steward als { $name } sehen
viewing-help = Sie sehen, was diese Person sieht, und ändern nichts. Ihr Name, der Grund und die Zeit stehen im Journal der Person, die es erfährt.
viewing-reason = Grund
viewing-reason-help = Die Person liest ihn.
viewing-minutes = Minuten
viewing-minutes-help = Höchstens { $most }. Sie können es jederzeit beenden.
viewing-begin = Als diese Person sehen
viewing-bar = Sicht einer anderen Person
viewing-who = { $by } sieht Steward als { $person }.
viewing-why = { $reason } · { $minutes ->
    [one] noch eine Minute
   *[other] noch { $minutes } Minuten
}
viewing-end = Beenden
viewing-no-writing = Jetzt lässt sich nichts ändern
viewing-no-writing-text = Sie sehen als jemand anderes, darum wurde nichts geändert. Beenden Sie es, um als Sie selbst weiterzumachen.
viewing-closed = Wird nicht gezeigt, solange Sie als jemand anderes sehen
viewing-closed-text = Einstellungen, Passwörter, Sitzungen, Schlüssel und Links gehören der Person allein. Beenden Sie es, um Ihre eigenen zu sehen.
viewed-as = sah Steward als diese Person: { $reason } (bis spätestens { $until })
did-view = sah Steward als Sie
