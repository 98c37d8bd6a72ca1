### The designer of kinds and fields.

designer-title = Make a kind, or add fields
designer-help = Say what it is. What comes of it is a definition that you can look at and go on working on; nothing changes before you put it in force.
designer-make = Look at the definition
designer-new = New
designer-in-work = In work
designer-done = Done
designer-open = Work on the definition
designer-left-out = It is not in force: { $fault }
designer-notation = How definitions are written
designer-definition = Definition
designer-definition-help = As TOML
designer-change = Change what is in force
designer-force = Save and put in force
designer-save = Save as draft
designer-prospect = What it would do
designer-faulty = It cannot be put in force as it stands:
designer-refused = This stands in the way:
designer-nothing = Nothing differs from what is in force.
designer-more = { $count } more
effect-kind-added = { $name } become a kind of their own, in force at once
effect-kind-gone = { $name } would go; { $count ->
    [0] there are no records of them
    [one] there is one record of them
   *[other] there are { $count } records of them
}
effect-numbering-changed = { $kind }: numbers would begin otherwise; { $count ->
    [0] no record has one yet
    [one] one record has its number
   *[other] { $count } records have theirs
}
effect-field-added = { $kind } get the field “{ $name }”
effect-field-gone = { $kind } lose the field “{ $name }”; { $count ->
    [0] no record has a value in it
    [one] one record has a value in it
   *[other] { $count } records have a value in it
}
effect-type-changed = { $kind }: “{ $name }” becomes a field of another sort; { $count ->
    [0] no record has a value in it
    [one] one record has a value in it
   *[other] { $count } records have a value in it
}; for values to go over, give it another key and say which it was
effect-field-carried = { $kind }: “{ $name }” takes the place of the field { $before }; { $count ->
    [0] no record has a value in it
    [one] the value of one record goes over
   *[other] the values of { $count } records go over
}
effect-unfit = { $kind }: { $count ->
    [one] one value does not fit “{ $name }”
   *[other] { $count } values do not fit “{ $name }”
}: { $fault }
effect-left-behind = { $kind }: { $count ->
    [one] one value does not fit “{ $name }” and stays in the journal of its record
   *[other] { $count } values do not fit “{ $name }” and stay in the journals of their records
}: { $fault }
effect-choice-carried = { $kind }: “{ $name }” takes the place of the choice { $before }; { $count ->
    [0] no record has it
    [one] one record goes over
   *[other] { $count } records go over
}
effect-audience-changed = { $kind }: others read “{ $name }”; { $count ->
    [0] no record has a value in it
    [one] one record has a value in it
   *[other] { $count } records have a value in it
}
effect-unique = { $kind }: no two may have the same “{ $name }”; { $count ->
    [0] no record has a value in it
    [one] one record has a value in it
   *[other] { $count } records have a value in it
}
effect-required = { $kind }: “{ $name }” must be filled; { $count ->
    [0] every open record has it
    [one] one open record does not have it and is asked for it at its next change
   *[other] { $count } open records do not have it and are asked for it at their next change
}
effect-choice-added = { $kind }: “{ $name }” can be chosen
effect-choice-gone = { $kind }: “{ $name }” cannot be chosen any more; { $count ->
    [0] no record has it
    [one] one record has it
   *[other] { $count } records have it
}
effect-state-added = { $kind } get the state “{ $name }”
effect-state-gone = { $kind } lose the state “{ $name }”; { $count ->
    [0] no record is in it
    [one] one record is in it
   *[other] { $count } records are in it
}
effect-transition-added = { $kind } get the step “{ $name }”
effect-transition-gone = { $kind } lose the step “{ $name }”
effect-broken = { $name } would no longer work: { $fault }
designer-as-text = Write it as text
designer-limited = Nothing is wrong with it. What it would do is counted over all organisations, so only administrators of all of them are told, and put it in force.
designer-trouble = What is in force could not be taken over, and is tried again: { $fault }
