### The inbox.

inbox-list = What you were told
inbox-is-unread = Unread:
inbox-is-internal = Internal note:
mark-read = Mark as read
mark-read-what = Mark as read: { $number }
inbox-unread = Unread
mark-all-read = Mark all as read
older = Older ones
inbox-empty = Nothing has come yet
inbox-read-all = You have read everything
inbox-help = Mentions, work that is given to you, and answers show here.
did-mention = mentioned you in
did-assign = gave you
did-answer = answered your request
did-reply = wrote in
did-give-team = gave your team
did-ask-review = asks you to review
did-ask-approval = asks for your approval of
did-say-due = says that time runs out:
did-say-file = found something harmful in a file of
did-say-rule = points you to
