### The inbox.

inbox-list = Was Ihnen gemeldet wurde
inbox-is-unread = Ungelesen:
inbox-is-internal = Interne Notiz:
mark-read = Als gelesen markieren
mark-read-what = Als gelesen markieren: { $number }
inbox-unread = Ungelesen
mark-all-read = Alle als gelesen markieren
older = Ältere
inbox-empty = Noch ist nichts gekommen
inbox-read-all = Sie haben alles gelesen
inbox-help = Erwähnungen, zugewiesene Arbeit und Antworten erscheinen hier.
did-mention = hat Sie erwähnt in
did-assign = hat Ihnen zugewiesen:
did-answer = hat Ihre Anfrage beantwortet:
did-reply = hat geschrieben in
did-give-team = hat Ihrem Team zugewiesen:
did-ask-review = bittet Sie um Prüfung:
did-ask-approval = bittet um Ihre Genehmigung:
did-say-due = sagt, dass die Zeit abläuft:
did-say-file = fand etwas Schädliches in einer Datei von
did-say-rule = weist hin auf
