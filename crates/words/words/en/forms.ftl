### Forms: new records, changes, drafts, what is wrong.

create-kind = Create { $kind }
change-field = Change { $field }
password-for-change = Needed to change login, mail address or roles
one-fault = One thing needs attention
some-faults = Some things need attention
conflict = was set to “{ $theirs }” by { $who } while you were here; save again to set it to “{ $yours }”
conflict-nothing = nothing
conflict-somebody = somebody
not-visible-value = something not visible to you
this-fault = this { $fault }
field-fault = { $field } { $fault }
newer-draft-text = You wrote something else here on another page since.
newer-draft = A newer draft is there
drafts = Drafts
drafts-help = What you typed and have not sent. Nobody else sees it; it is kept for { $days } days.
draft-reply = Reply or note on { $number }
draft-changes = Changes to { $number }
