### The frame of pages: navigation, account menu, keys, the start page.

inbox = Inbox
theme = Theme
theme-light = Light
theme-dark = Dark
theme-system = System
sign-out = Sign out
group-work = Work
group-services = Services
group-organisation = Organisation
group-pinned = Pinned
my-work = My work
home = Home
keys-title = Keys
keys-everywhere = Everywhere
keys-list = In a list
keys-record = On a record
keys-here = Here
key-overview = Show this overview
key-create = Record something new
key-close = Close, or let go
key-next-row = Next row
key-previous-row = Previous row
key-open-row = Open row
key-search-list = Search in the list
key-reply = Reply
key-note = Internal note
key-edit-title = Edit title
key-send = Send
key-enter = Enter
key-escape = Esc
key-ctrl-k = Ctrl K
key-ctrl-enter = Ctrl Enter
open-incidents = Open incidents
critical-or-high = Critical or high
without-team = Without a team
assigned-to-me = Assigned to me
nothing-assigned = Nothing is assigned to you
nothing-assigned-help = Take something from your teams below, or from the list of incidents.
teams-untaken = In my teams, taken by nobody
teams-idle = Your teams have no work that waits
teams-idle-help = New incidents and requests for your teams show here.
in-my-teams = In my teams
key-tick = Tick row
keys-off = Single keys are switched off in your settings.
palette-create = Create
palette-go = Go to
palette-recent = { $kind } · { $number } · opened lately
recent = Opened lately
recent-opened = Opened
recent-nothing = You have opened nothing yet
recent-nothing-help = Records that you open show here, the last one first.
pin-record = Pin to the navigation
unpin-record = Take off the navigation
changed-since = Changed since you looked
unread-in-inbox = Unread in your inbox
no-team = Without a team
where-work-piles-up = Where work piles up
pile = { $open } open{ $untaken ->
    [0] {""}
   *[other] , { $untaken } taken by nobody
}{ $overdue ->
    [0] {""}
   *[other] , { $overdue } overdue
}
key-edit-row = Edit row
waiting-for-your-approval = Waiting for your approval
