### The portal of those who ask.

portal-order = Order something
portal-report = Report a problem
portal-requests = My requests
portal-articles = Articles
portal = Portal
portal-catalogue = Catalogue
portal-question = What do you need?
portal-question-name = What do you need, { $name }?
portal-question-hint = A question, a thing, a number
portal-nothing-found-for = Nothing found for “{ $text }”. { $report } or ask in your own words.
portal-group-offers = To order
portal-group-requests = Requests
portal-waiting-for-you = Waiting for you
portal-whole-catalogue = The whole catalogue
portal-asked-for = What you asked for
portal-all-requests = All my requests
portal-nothing-open = Nothing is open
portal-nothing-open-text = What you order or report shows here until it is done.
portal-good-to-know = Good to know
portal-all-articles = All articles
portal-does-not-work = Something does not work
portal-report-text = Tell us what happened. We look at it and keep you posted.
portal-something-else = Something else
portal-something-else-text = Not in the catalogue? Ask for it in your own words.
portal-things = { $count ->
    [one] { $count } thing
   *[other] { $count } things
}
portal-outage-end = We expect it to be over { $when }.
portal-outage-open = We are working on it; there is no need to report it.
portal-articles-text = How things work, and what to do when they do not.
portal-no-articles = No articles yet
portal-no-articles-text = What is written for you shows here.
portal-back-to-report = Back to my report
portal-did-it-answer = Did this answer it? Then there is nothing to report.
portal-solved-yes = Yes, this solved it
portal-solved-no = No, go on with my report
portal-good-to-hear = Good to hear
portal-good-to-hear-text = We note that the article helped. Nothing was reported.
portal-to-portal = To the portal
portal-report-else = Report something else
portal-solved = Solved
portal-in-catalogue = In the catalogue
portal-order-text = Everything that is on offer to you.
portal-search-catalogue = Search the catalogue
portal-no-offers = Nothing is on offer to you yet
portal-no-offers-text = Ask your service desk for what you need.
portal-more = More
portal-see-as-other = See it as somebody else
portal-keep-catalogue = Keep the catalogue
portal-nothing-found-text = Try other words, or look through the categories.
portal-preview = The catalogue as somebody else sees it
portal-preview-short = Catalogue as somebody else
portal-preview-text = What a person may order, and what keeps them from the rest.
portal-person = Person
portal-name = Name
portal-may-order = { $name } may order { $count ->
    [one] { $count } item
   *[other] { $count } items
}
portal-not-offered = Not offered: { $count ->
    [one] { $count } item
   *[other] { $count } items
}
portal-form-of = Order form of { $name }
portal-form-text = Questions as text above, what they ask below. Try it: answers show what follows from them.
portal-form-help = How forms are written
portal-form = Form
portal-nothing-asked = Nothing is asked.
portal-edit-form = Edit the form and try it
portal-as-text = As text
portal-terms = Terms
portal-do-order = Order
portal-continue-text = Continue shows the questions that follow from your answers.
portal-your-order = Your order
portal-how-many = How many?
portal-for-whom = For whom?
portal-for-whom-help = Leave it empty to order for yourself
portal-needed-by = Needed by
portal-needed-by-help = Only if there is a day that matters
portal-anything-else = Anything else?
portal-fault-how-many = How many
portal-fault-for-whom = For whom
portal-fault-anything-else = Anything else
portal-fault-form = This order form
portal-fault = { $question }: { $fault }
portal-approval-manager = By the manager of the one who gets it
portal-approval-none = Not needed
portal-approval = Approval
portal-price = Price
portal-no-charge = No charge
portal-each-month = Each month
portal-delivery = Delivery
portal-service = Service
portal-a-month = { $price } a month
portal-same-day = the same day
portal-working-days = { $count ->
    [one] { $count } working day
   *[other] { $count } working days
}
portal-ordered = Your order is on its way. You will hear of every step, and can look here at any time.
portal-reported = Your report has reached us. You will hear of every step, and can look here at any time.
portal-withdraw = Withdraw
portal-confirm = Confirm
portal-reopen = Reopen
portal-send-off = Send it off
portal-approve = Approve
portal-reject = Reject
portal-what-next = What happens next
portal-you-told = What you told us
portal-was-asked = What was asked
portal-your-answers = Your answers
portal-answers = Answers
portal-messages = Messages
portal-service-desk = the service desk
portal-details = Details
portal-open-as-staff = Open it as those who work on it
portal-asked = Asked
portal-asked-by = Asked by
portal-for = For
portal-worker = Who takes care of it
portal-expected = Expected
portal-quantity = Quantity
portal-report-fault = Something needs attention
portal-offered-articles = Does one of these answer it?
portal-ask-title = What does not work?
portal-ask-title-help = In one line, such as “No sound in video calls”
portal-ask-description = What happens?
portal-ask-description-help = What you did, what you saw, since when, and whether others have it too
portal-ask-symptom = How does it show?
portal-ask-urgency = How soon do you need it?
portal-ask-service = Which service?
portal-ask-service-help = If you know it
portal-ask-service-hint = Mail, printing, …
portal-ask-files = Pictures or files
portal-send-report = Send report
portal-requests-text = What you ordered and reported, and how far it is.
portal-which = Which
portal-tab-open = Open
portal-tab-closed = Closed
portal-tab-all = All
portal-tab-organisation-open = My organisation, open
portal-tab-organisation-closed = My organisation, closed
portal-nothing-here = Nothing here
portal-nothing-here-text = What you order or report shows here.
portal-last-changed = The { $count } that changed last; search finds the others.
portal-app-description = Find answers, order, report and follow.
portal-offline = No connection
portal-offline-title = There is no connection
portal-offline-text = Steward cannot be reached just now. What you sent before is safe. What you were typing was not sent: go back to it, and send it once you are connected again.
portal-try-again = Try again
portal-step-done = done
portal-step-now = now
portal-step-ahead = ahead
portal-has-read = The requester has read
portal-article-figures = In the last { $days } days: read from reports { $read ->
    [one] { $read } time
   *[other] { $read } times
}, solved by article { $solved ->
    [one] { $solved } time
   *[other] { $solved } times
}.

## Where something stands, and what happens next.

portal-received = Received
portal-in-work = In work
portal-working = We are working on it
portal-not-sent = Not sent yet
portal-waiting-for-approval = Waiting for approval
portal-approved = Approved
portal-on-its-way = On its way
portal-delivered = Delivered
portal-not-approved = Not approved
portal-closed = Closed
portal-withdrawn = Withdrawn
portal-waiting = Waiting
portal-next-new = We look at it and tell you who takes care of it.
portal-next-working = We are working on it and write here.
portal-next-working-by = { $name }: we are working on it and write here.
portal-next-resolved = Does it work again? Confirm it, or reopen it if it does not.
portal-next-draft = Send it off when it is complete.
portal-next-submitted = We look at it and take it up.
portal-next-approved = We start with it soon.
portal-next-approved-by = { $name }: we start with it soon.
portal-next-preparing = We are preparing it.
portal-next-preparing-by = { $name }: we are preparing it.
portal-next-fulfilled = Is everything there? Confirm it, or reopen it if something is missing.
portal-next-closed = This is finished.
portal-no-reason = Nothing more happens here.
portal-reason = The reason given: { $reason }
portal-hold-requester = We need an answer from you; it goes on as soon as you reply.
portal-hold-supplier = A supplier has to do their part first.
portal-hold-stock = It is out of stock; we deliver as soon as it arrives.
portal-hold-change = A change that puts it right is planned.
portal-hold-problem = We are looking for the cause behind it.
portal-hold-other = It goes on as soon as what it waits for is there.
portal-approval-somebody = Somebody has to approve it first.
portal-approval-by = { $names } has to approve it first.
portal-or = { $first } or { $last }
portal-expected-by = Expected by { $day }
portal-expected-when = Expected { $when }
portal-next-resolved-over = Does it work again? Then confirm it.
portal-next-fulfilled-over = Is everything there? Then confirm it.
portal-goes-on = This was some time ago, so what you write begins a new report, linked to this one.
portal-followed = Your report was sent. It continues what was closed.
