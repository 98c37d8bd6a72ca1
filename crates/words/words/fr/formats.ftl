### Moments, lengths of time, sizes. Names stand in one message, with blanks between.

months = janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.
weekdays = lun. mar. mer. jeu. ven. sam. dim.
date-words = { $day } { $month } { $year }
date-words-no-year = { $day } { $month }
moment-exact = { $weekday } { $date }, { $time } { $zone }
just-now = à l’instant
in-a-moment = dans un instant
minutes-ago = il y a { $count } min
in-minutes = dans { $count } min
hours-ago = il y a { $count } h
in-hours = dans { $count } h
days-ago = il y a { $count } j
in-days = dans { $count } j
duration-days = { $count } j
duration-hours = { $count } h
duration-minutes = { $count } min
duration-seconds = { $count } s
size-bytes = { $count } o
size-kib = Ko
size-mib = Mo
