### Who may see and do what, and why; looking as somebody else.

access-title = Access
access-help = What each role allows, who holds it, and which roles reach a kind of record. What one person can see stands on that person's page, who can see a record on the record's.
access-roles = Roles
access-role = Role
access-for-what = What it is for
access-staff = Staff
access-rank = Rank
access-kinds = Kinds of records
access-kind = Kind
access-kind-detail = Which roles reach it
access-allows = What it allows
access-holders = Who holds it
access-no-holders = Nobody of whom you may ask holds it.
access-all-kinds = All kinds
access-everywhere = everywhere
access-within = in { $organisation } and below
access-within-hidden = in an organisation that you may not see
access-created-by = Created by
access-watchers = Watchers
access-field = Field
access-reads = Reads
access-writes = Writes

level-requester = as requester
level-agent = as staff
level-owner = as owner

action-read = see
action-create = create
action-update = change
action-transition = move
action-comment = comment
action-note = work notes
action-work = book time
action-attach = files
action-link = link
action-watch = watch
action-transfer = transfer
action-order = order
action-inspect = look into rights
action-view-as = look as them

condition-met = So here
condition-unmet = Not so here
condition-all = All of these
condition-any = One of these
condition-not = Not this
condition-always = Always
condition-never = Never
condition-empty = { $field } is empty
condition-filled = { $field } is filled in
condition-is = { $field } is { $value }
condition-is-not = { $field } is not { $value }
condition-among = { $field } is one of { $value }
condition-me = { $field } is the person
condition-names-me = { $field } names the person
condition-own-organisation = { $field } is the person's organisation
condition-names-organisation = { $field } names the person's organisation
condition-teams = { $field } is a team of the person
condition-organisations = { $field } lies where the role is held
condition-organisations-above = { $field } is the person's organisation or one above it
condition-locations = { $field } is where the person is
condition-standing = { $field } is what the person counts as
condition-not-over = { $field } is not over

grant-allows = Allows: { $actions }. Fields { $level }.

who-sees = Who can see this
who-sees-help = Everybody who can see this record now. Those whom it names come first. Choose a name for the reasons.
who-name = Name
who-may = Who may
who-person = Person
who-level = Fields
who-actions = May
who-because = Because of
who-named = named here
who-nobody = Nobody
who-nobody-help = Nobody whom you may see fits what you asked for.
who-nobody-yet = Nobody among those looked at fits. There are more people to look at.
who-others = People whom you may not see can see it as well.
who-next = Further people
who-one = What { $name } may do here
who-left = This person may not sign in, and so sees nothing.
who-sees-not = Does not see this record.
who-sees-as = Sees this record, with fields { $level }.
who-actions-title = Actions
who-moves-title = Moves
who-no-moves = Records of this kind are not moved.
who-fields-title = Fields
who-grants-title = Reasons: what the roles allow
who-by = By
who-would = Would be allowed where the conditions were met:
who-no-role = No role of this person allows it.
who-not-seen = A role allows it, but none lets this person see the record.

hindrance-action = Moves of this record are not theirs.
hindrance-state = Does not start from this state.
hindrance-start = Does not start from the record as it stands.
hindrance-automatic = Only Steward makes it.
hindrance-level = Only { $level }.
hindrance-roles = Takes a role: { $roles }.
hindrance-limit = { $message }
hindrance-guard = As the record stands: { $message }
hindrance-approval = Waits for the answers of those who are asked.

field-derived = No: Steward sets it
field-needs = No: only { $level }
field-action = Only with a move that asks for it
field-locked = No: fixed as the record stands
field-absent = No: does not apply as the record stands

reach-of = What this person can see
reach-no-roles = No role is held.
reach-role-gone = is defined no more and allows nothing
reach-teams = Teams:
reach-standing = Counts as: { $words }
reach-kinds = Records
reach-count = Sees now
reach-where = Where
reach-conditions = { $count ->
    [one] One condition
   *[other] { $count } conditions
}
reach-list = See the list as they see it
reach-nothing = Sees nothing
reach-nothing-help = No role of this person lets them see anything.
reach-beyond = Roles of this person reach further than yours. How many records they see is not told.
reach-no-view = Looking as this person is not possible:

viewing-see-as = See as this person
viewing-title = See Steward as { $name }
viewing-help = You see what this person sees and change nothing. Your name, the reason and the time go into the journal of the person, who is told.
viewing-reason = Reason
viewing-reason-help = The person reads it.
viewing-minutes = Minutes
viewing-minutes-help = At most { $most }. You can end it at any time.
viewing-begin = See as this person
viewing-bar = Looking as somebody else
viewing-who = { $by } sees Steward as { $person }.
viewing-why = { $reason } · { $minutes ->
    [one] one minute left
   *[other] { $minutes } minutes left
}
viewing-end = End
viewing-no-writing = Nothing can be changed now
viewing-no-writing-text = You look as somebody else, so nothing was changed. End it to go on as yourself.
viewing-closed = Not shown while you look as somebody else
viewing-closed-text = Settings, passwords, sessions, tokens and links belong to the person alone. End it to see your own.
viewed-as = saw Steward as this person: { $reason } (until { $until } at the latest)
did-view = saw Steward as you
