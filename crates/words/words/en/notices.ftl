### Mail: what each wants of it, the outbox, templates, and the words of messages.

tell-when = When
tell-inbox = Inbox
tell-mail = Mail
tell-inbox-of = Inbox: { $reason }
tell-mail-of = Mail: { $reason }
tell-progress = my request moves on
did-progress = moved on your request
mail-mode-never = No mail
mail-mode-at-once = At once
mail-mode-digest = In the digest
mail-section-digest = Digest
mail-section-digest-help = What you choose to get in the digest comes as one mail.
mail-every = How often
mail-every-hour = Every hour
mail-every-day = Every day
mail-every-week = Every week
mail-digest-at = Comes at
mail-digest-at-help = Such as 08:00; not for every hour
mail-digest-day = Day of the week
mail-digest-day-help = Only for every week
mail-section-quiet = Quiet hours
mail-section-quiet-help = No mail comes then; what waits comes when they end. Your inbox fills as ever.
mail-quiet-on = Keep hours quiet
mail-quiet-from = From
mail-quiet-until = Until
mail-quiet-until-help = On the next day when it is not after the beginning; the same time means a whole day
mail-quiet-days = Days on which they begin
mail-quiet-critical = What is about critical records comes nevertheless
mail-time-wrong = must be a time of day, such as 08:00
mail-goes-to = Mail goes to { $address }. Hours are meant in the time zone { $zone }.
mail-no-address = Your record has no mail address, so no mail can come.
mail-not-set-up = Mail is not set up in this installation: messages are kept here and would be sent as they are shown.
mail-mine = My outgoing mail
outbox = Outgoing mail
outbox-of = Outgoing mail to { $person }
outbox-empty = No mail
outbox-empty-help = What is mailed to people about their notifications shows here.
outbox-person = To
outbox-about = About
outbox-state = State
outbox-when = When
outbox-digest = Digest
outbox-hidden = A record that you may not see
outbox-all = All
outbox-waiting = Waiting
outbox-held = Would be sent
outbox-sent = Sent
outbox-withheld = Withheld
outbox-failed = Failed
outbox-dead = Given up
outbox-why-not-active = the person may not act any more
outbox-why-no-address = the person has no mail address
outbox-why-no-right = the person may not see any of it any more
outbox-why-unwanted = the person does not want it mailed any more
outbox-why-old = it was due more than a day ago
outbox-due = due
outbox-tried = { $count ->
    [one] tried once
   *[other] tried { $count } times
}
outbox-send-now = Send now
outbox-send-again = Send again
outbox-for-person = Login, number or mail address of a person
outbox-show = Show
outbox-subject = Subject
outbox-as-now = As { $person } would get it now. Texts are not kept: each is written with the rights of the moment at which it is sent.
outbox-partial = Something of it is left out here, since you may not read it.
outbox-all-hidden = There is nothing of it that you may read.
outbox-not-now = Now nothing would be sent: { $why }.
notice-preview = Preview
notice-preview-with = Number of a record
notice-preview-about = As if you were told of the last words in { $record }.
notice-preview-none = There is no record of this kind that you may read.
notice-preview-this = This template
notice-preview-other = Template { $number }: { $title }
notice-preview-usual = Words that Steward brings
mail-hello = Hello { $name },
mail-subject = [{ $number }] { $title }
mail-record = { $number } “{ $title }”
mail-open = Open it: { $link }
mail-digest-subject = { $count ->
    [one] One notification
   *[other] { $count } notifications
}
mail-digest-lead = { $count ->
    [one] This happened since the last digest:
   *[other] These { $count } things happened since the last digest:
}
mail-more = { $count ->
    [one] One more thing is in your inbox.
   *[other] { $count } more are in your inbox.
}
mail-did-mention = { $actor } mentioned you in { $record }.
mail-did-assigned = { $actor } gave you { $record }.
mail-did-answer = { $actor } answered your request { $record }.
mail-did-progress = { $actor } moved on your request { $record }.
mail-did-reply = { $actor } wrote in { $record }.
mail-did-team = { $actor } gave your team { $record }.
mail-did-review = { $actor } asks you to review { $record }.
mail-did-approval = { $actor } asks for your approval of { $record }.
mail-did-file = Something harmful was found in a file: { $record }.
mail-did-due = Time runs out: { $record }.
mail-did-rule = A rule points you to { $record }.
mail-did-viewed = { $actor } looked at Steward as you do.
mail-why-mention = You get this because you were mentioned in { $record }.
mail-why-assigned = You get this because { $record } was given to you.
mail-why-request = You get this because { $record } is your request.
mail-why-work = You get this because you work on { $record }.
mail-why-watch = You get this because you watch { $record }.
mail-why-team = You get this because { $record } was given to your team.
mail-why-review = You get this because you answer for { $record }.
mail-why-approval = You get this because { $record } awaits your approval.
mail-why-file = You get this because you attached a file to { $record } in which something harmful was found, or work on it.
mail-why-due = You get this because you are told when time runs out for { $record }.
mail-why-rule = You get this because an automation rule tells you of { $record }.
mail-why-viewed = You get this because you are told whenever somebody looks at Steward with your eyes.
mail-why-digest = You get this because you chose to be told of such things in a digest.
mail-way-settings = Choose what is mailed to you: { $link }
mail-way-unwatch = Stop watching { $record }: { $link }
