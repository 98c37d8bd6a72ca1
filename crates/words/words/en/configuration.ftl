### Configuration as text, and how it stands.

configuration-as-text = As text
configuration-text-of = { $name } as text
configuration-text-help = The file that an export of configuration writes for this record.
configuration-read-on = How such files are read
configuration-copy = Copy
configuration-download = Download
configuration-text = Text
configuration-then = The text of { $moment }. It counts once you apply it.
configuration-partial = Values that you may not see are left out, so it cannot be changed here.
configuration-apply = Apply
configuration-plan = Look at what changes
configuration-would = What it would change
configuration-overtaken = Somebody changed this since you opened it. Look again at what your text would change, then apply it.
configuration-faulty = It cannot be applied as it stands:
configuration-same = Nothing: it is so already.
configuration-line = Line { $line }
configuration-made = is made
configuration-empty = (empty)
configuration-title = Configuration
configuration-help = What files last made of it, what people changed since, and the way back to how it was.
configuration-drift = Otherwise than files made it
configuration-never = No file was ever applied here, so there is nothing to compare with.
configuration-applied = Files were last applied on { $moment } by { $person }. Since then:
configuration-no-drift = Everything is as the files made it.
configuration-by = Changed by { $person } on { $moment }
configuration-made-since = It was made since, and no file says it.
configuration-set-back = Its text of then
configuration-versions = Versions
configuration-no-versions = Nothing was configured yet.
configuration-when = Until
configuration-who = By
configuration-what = What changed
configuration-way = Way back
configuration-by-files = by files, or by going back
configuration-is-now = As it is now
configuration-roll-back = Go back to this
configuration-back-to = Back to { $moment }
configuration-back-refused = It cannot go back to that. Nothing was changed:
configuration-back-nothing = Everything is as it was then.
configuration-back-count = { $count ->
    [one] One record changes:
   *[other] { $count } records change:
}
configuration-back-stay = { $count ->
    [one] One record was made since; it stays.
   *[other] { $count } records were made since; they stay.
}
