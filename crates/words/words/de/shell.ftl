### The frame of pages: navigation, account menu, keys, the start page.

inbox = Posteingang
theme = Farben
theme-light = Hell
theme-dark = Dunkel
theme-system = System
sign-out = Abmelden
group-work = Arbeit
group-services = Services
group-organisation = Organisation
group-pinned = Angeheftet
my-work = Meine Arbeit
home = Start
keys-title = Tasten
keys-everywhere = Überall
keys-list = In einer Liste
keys-record = In einem Datensatz
keys-here = Hier
key-overview = Diese Übersicht zeigen
key-create = Etwas Neues anlegen
key-close = Schließen oder loslassen
key-next-row = Nächste Zeile
key-previous-row = Vorherige Zeile
key-open-row = Zeile öffnen
key-search-list = In der Liste suchen
key-reply = Antworten
key-note = Interne Notiz
key-edit-title = Titel bearbeiten
key-send = Senden
key-enter = Eingabe
key-escape = Esc
key-ctrl-k = Strg K
key-ctrl-enter = Strg Eingabe
open-incidents = Offene Störungen
critical-or-high = Kritisch oder hoch
without-team = Ohne Team
assigned-to-me = Mir zugewiesen
nothing-assigned = Ihnen ist nichts zugewiesen
nothing-assigned-help = Übernehmen Sie etwas von Ihren Teams unten oder aus der Liste der Störungen.
teams-untaken = In meinen Teams, von niemandem übernommen
teams-idle = In Ihren Teams wartet keine Arbeit
teams-idle-help = Neue Störungen und Anfragen für Ihre Teams erscheinen hier.
in-my-teams = In meinen Teams
key-tick = Zeile anhaken
keys-off = Einzelne Tasten sind in Ihren Einstellungen ausgeschaltet.
palette-create = Anlegen
palette-go = Gehe zu
palette-recent = { $kind } · { $number } · kürzlich geöffnet
recent = Kürzlich geöffnet
recent-opened = Geöffnet
recent-nothing = Sie haben noch nichts geöffnet
recent-nothing-help = Datensätze, die Sie öffnen, stehen hier, der letzte zuerst.
pin-record = In der Navigation anheften
unpin-record = Aus der Navigation nehmen
changed-since = Geändert, seit Sie hingesehen haben
unread-in-inbox = Ungelesen im Posteingang
no-team = Ohne Team
where-work-piles-up = Wo sich Arbeit staut
pile = { $open } offen{ $untaken ->
    [0] {""}
   *[other] , { $untaken } von niemandem übernommen
}{ $overdue ->
    [0] {""}
   *[other] , { $overdue } überfällig
}
key-edit-row = Zeile bearbeiten
waiting-for-your-approval = Wartet auf Ihre Genehmigung
