### The operations calendar, what stands in the way of changes, links for calendar programs.
operations-calendar = Calendrier d’exploitation
operations-conflicts = { $count ->
    [one] { $count } changement rencontre un obstacle
   *[other] { $count } changements rencontrent un obstacle
}
operations-cut = Seuls les { $count } premiers sont affichés ; restreignez le calendrier.
operations-empty = Rien n’occupe ce temps
operations-empty-help = Changements, mises en production, gels, fenêtres de maintenance, pannes et dates d’accords figurent ici dès qu’ils sont planifiés.
operations-layouts = Présentations
operations-service = Service
layout-month = Mois
layout-week = Semaine
layout-agenda = Agenda
calendar-weeks = Semaines
calendar-previous-week = Semaine précédente
calendar-next-week = Semaine suivante
calendar-spans = Quatre semaines
calendar-previous-span = Quatre semaines avant
calendar-next-span = Quatre semaines après
time-kinds = Types de temps
time-freeze = Gel
time-maintenance = Maintenance
time-change = Changement
time-release = Mise en production
time-outage = Panne
time-planned-work = Travaux planifiés
time-rota = Astreinte
time-reservation = Réservation
time-contract = Date d’accord
time-exercise = Exercice
time-holiday = Jour férié
all-day = toute la journée
time-from = dès { $time }
time-until = jusqu’à { $time }
time-open = fin inconnue
conflict-title = Obstacles
conflict-freeze = Tombe dans le gel { $what }
conflict-change = Au même moment, { $what } touche le même service ou élément
conflict-outage = Au même moment, ce qu’il touche est occupé par { $what }
conflict-outside = Tombe hors des fenêtres de maintenance de ce qu’il touche
conflict-calendar = Voir cette semaine dans le calendrier d’exploitation
feed-subscribe = S’abonner
