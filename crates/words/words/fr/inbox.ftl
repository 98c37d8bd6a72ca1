### The inbox.

inbox-list = Ce qui vous a été signalé
inbox-is-unread = Non lu :
inbox-is-internal = Note interne :
mark-read = Marquer comme lu
mark-read-what = Marquer comme lu : { $number }
inbox-unread = Non lus
mark-all-read = Tout marquer comme lu
older = Plus anciens
inbox-empty = Rien n’est encore arrivé
inbox-read-all = Vous avez tout lu
inbox-help = Les mentions, le travail qui vous est affecté et les réponses s’affichent ici.
did-mention = vous a mentionné dans
did-assign = vous a affecté
did-answer = a répondu à votre demande
did-reply = a écrit dans
did-give-team = a affecté à votre équipe
did-ask-review = vous demande de relire
did-ask-approval = vous demande d’approuver
did-say-due = signale que le temps s’écoule :
did-say-file = a trouvé quelque chose de nuisible dans un fichier de
did-say-rule = vous signale
