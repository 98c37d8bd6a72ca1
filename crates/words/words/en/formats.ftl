### Moments, lengths of time, sizes. Names stand in one message, with blanks between.

months = Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
weekdays = Mon Tue Wed Thu Fri Sat Sun
date-words = { $day } { $month } { $year }
date-words-no-year = { $day } { $month }
moment-exact = { $weekday } { $date }, { $time } { $zone }
just-now = just now
in-a-moment = in a moment
minutes-ago = { $count } min ago
in-minutes = in { $count } min
hours-ago = { $count } h ago
in-hours = in { $count } h
days-ago = { $count } d ago
in-days = in { $count } d
duration-days = { $count } d
duration-hours = { $count } h
duration-minutes = { $count } min
duration-seconds = { $count } s
size-bytes = { $count } B
size-kib = KB
size-mib = MB
