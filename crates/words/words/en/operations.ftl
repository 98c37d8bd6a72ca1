### The operations calendar, what stands in the way of changes, links for calendar programs.
operations-calendar = Operations calendar
operations-conflicts = { $count ->
    [one] { $count } change has something in its way
   *[other] { $count } changes have something in their way
}
operations-cut = Only the { $count } that begin first are shown; narrow the calendar.
operations-empty = Nothing takes up this time
operations-empty-help = Changes, releases, freezes, maintenance windows, outages and dates of agreements stand here as soon as they are planned.
operations-layouts = Layouts
operations-service = Service
layout-month = Month
layout-week = Week
layout-agenda = Agenda
calendar-weeks = Weeks
calendar-previous-week = Week before
calendar-next-week = Week after
calendar-spans = Four weeks
calendar-previous-span = Four weeks before
calendar-next-span = Four weeks after
time-kinds = Kinds of time
time-freeze = Freeze
time-maintenance = Maintenance
time-change = Change
time-release = Release
time-outage = Outage
time-planned-work = Planned work
time-rota = Rota
time-reservation = Reservation
time-contract = Agreement date
time-exercise = Exercise
time-holiday = Holiday
all-day = all day
time-from = from { $time }
time-until = until { $time }
time-open = no end known
conflict-title = In the way
conflict-freeze = Lies in the freeze { $what }
conflict-change = At the same time, { $what } touches the same service or item
conflict-outage = At the same time, what it touches is taken up by { $what }
conflict-outside = Lies outside of the maintenance windows of what it touches
conflict-calendar = See this week in the operations calendar
feed-subscribe = Subscribe
