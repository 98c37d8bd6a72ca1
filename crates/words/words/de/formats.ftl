### Moments, lengths of time, sizes. Names stand in one message, with blanks between.

months = Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.
weekdays = Mo. Di. Mi. Do. Fr. Sa. So.
date-words = { $day }. { $month } { $year }
date-words-no-year = { $day }. { $month }
moment-exact = { $weekday }, { $date }, { $time } { $zone }
just-now = gerade eben
in-a-moment = gleich
minutes-ago = vor { $count } Min.
in-minutes = in { $count } Min.
hours-ago = vor { $count } Std.
in-hours = in { $count } Std.
days-ago = vor { $count } T
in-days = in { $count } T
duration-days = { $count } T
duration-hours = { $count } h
duration-minutes = { $count } min
duration-seconds = { $count } s
size-bytes = { $count } B
size-kib = KB
size-mib = MB
