### The operations calendar, what stands in the way of changes, links for calendar programs.
operations-calendar = Betriebskalender
operations-conflicts = { $count ->
    [one] { $count } Change steht etwas im Weg
   *[other] { $count } Changes steht etwas im Weg
}
operations-cut = Nur die { $count }, die zuerst beginnen, werden gezeigt; schränken Sie den Kalender ein.
operations-empty = Diese Zeit ist frei
operations-empty-help = Changes, Releases, Änderungssperren, Wartungsfenster, Ausfälle und Tage von Vereinbarungen stehen hier, sobald sie geplant sind.
operations-layouts = Darstellungen
operations-service = Service
layout-month = Monat
layout-week = Woche
layout-agenda = Agenda
calendar-weeks = Wochen
calendar-previous-week = Woche davor
calendar-next-week = Woche danach
calendar-spans = Vier Wochen
calendar-previous-span = Vier Wochen davor
calendar-next-span = Vier Wochen danach
time-kinds = Arten von Zeit
time-freeze = Änderungssperre
time-maintenance = Wartung
time-change = Change
time-release = Release
time-outage = Ausfall
time-planned-work = Geplante Arbeit
time-rota = Bereitschaft
time-reservation = Reservierung
time-contract = Vereinbarungstermin
time-exercise = Übung
time-holiday = Feiertag
all-day = ganztägig
time-from = ab { $time }
time-until = bis { $time }
time-open = Ende nicht bekannt
conflict-title = Steht im Weg
conflict-freeze = Liegt in der Änderungssperre { $what }
conflict-change = Zur gleichen Zeit betrifft { $what } denselben Service oder dasselbe Element
conflict-outage = Zur gleichen Zeit ist, was er betrifft, belegt durch { $what }
conflict-outside = Liegt außerhalb der Wartungsfenster dessen, was er betrifft
conflict-calendar = Diese Woche im Betriebskalender ansehen
feed-subscribe = Abonnieren
