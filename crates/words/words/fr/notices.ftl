### Courriel : ce que chacun en veut, la boîte d’envoi, les modèles et les mots des messages.

tell-when = Quand
tell-inbox = Boîte de réception
tell-mail = Courriel
tell-inbox-of = Boîte de réception : { $reason }
tell-mail-of = Courriel : { $reason }
tell-progress = ma demande avance
did-progress = a fait avancer votre demande
mail-mode-never = Pas de courriel
mail-mode-at-once = Tout de suite
mail-mode-digest = Dans le récapitulatif
mail-section-digest = Récapitulatif
mail-section-digest-help = Ce que vous voulez recevoir groupé arrive en un seul courriel.
mail-every = Fréquence
mail-every-hour = Toutes les heures
mail-every-day = Tous les jours
mail-every-week = Toutes les semaines
mail-digest-at = Arrive à
mail-digest-at-help = Par exemple 08:00 ; sans effet toutes les heures
mail-digest-day = Jour de la semaine
mail-digest-day-help = Seulement toutes les semaines
mail-section-quiet = Heures de calme
mail-section-quiet-help = Aucun courriel n’arrive alors ; ce qui attend arrive à leur fin. La boîte de réception se remplit comme toujours.
mail-quiet-on = Garder des heures de calme
mail-quiet-from = De
mail-quiet-until = À
mail-quiet-until-help = Le lendemain si ce n’est pas après le début ; la même heure veut dire une journée entière
mail-quiet-days = Jours où elles commencent
mail-quiet-critical = Ce qui concerne des fiches critiques arrive quand même
mail-time-wrong = doit être une heure, par exemple 08:00
mail-goes-to = Le courriel va à { $address }. Les heures s’entendent dans le fuseau horaire { $zone }.
mail-no-address = Votre fiche n’a pas d’adresse de courriel ; aucun courriel ne peut arriver.
mail-not-set-up = Le courriel n’est pas configuré dans cette installation : les messages restent ici et seraient envoyés tels qu’ils sont montrés.
mail-mine = Mes courriels sortants
outbox = Courriels sortants
outbox-of = Courriels sortants à { $person }
outbox-empty = Aucun courriel
outbox-empty-help = Ce qui est envoyé aux personnes sur leurs notifications s’affiche ici.
outbox-person = À
outbox-about = Objet
outbox-state = État
outbox-when = Quand
outbox-digest = Récapitulatif
outbox-hidden = Une fiche que vous ne pouvez pas voir
outbox-all = Tous
outbox-waiting = En attente
outbox-held = Serait envoyé
outbox-sent = Envoyé
outbox-withheld = Retenu
outbox-failed = Échoué
outbox-dead = Abandonné
outbox-why-not-active = la personne ne peut plus agir
outbox-why-no-address = la personne n’a pas d’adresse de courriel
outbox-why-no-right = la personne ne peut plus rien en voir
outbox-why-unwanted = la personne ne veut plus le recevoir par courriel
outbox-why-old = il était dû il y a plus d’un jour
outbox-due = dû
outbox-tried = { $count ->
    [one] essayé une fois
   *[other] essayé { $count } fois
}
outbox-send-now = Envoyer maintenant
outbox-send-again = Envoyer à nouveau
outbox-for-person = Identifiant, numéro ou adresse de courriel d’une personne
outbox-show = Afficher
outbox-subject = Objet
outbox-as-now = Tel que { $person } le recevrait maintenant. Les textes ne sont pas conservés : chacun est écrit avec les droits du moment où il est envoyé.
outbox-partial = Il en manque ici une partie que vous ne pouvez pas lire.
outbox-all-hidden = Il n’y a rien que vous puissiez en lire.
outbox-not-now = Rien ne serait envoyé maintenant : { $why }.
notice-preview = Aperçu
notice-preview-with = Numéro d’une fiche
notice-preview-about = Comme si l’on vous informait des derniers mots dans { $record }.
notice-preview-none = Il n’y a aucune fiche de ce type que vous puissiez lire.
notice-preview-this = Ce modèle
notice-preview-other = Modèle { $number } : { $title }
notice-preview-usual = Mots fournis par Steward
mail-hello = Bonjour { $name },
mail-subject = [{ $number }] { $title }
mail-record = { $number } « { $title } »
mail-open = Ouvrir : { $link }
mail-digest-subject = { $count ->
    [one] Une notification
   *[other] { $count } notifications
}
mail-digest-lead = { $count ->
    [one] Voici ce qui s’est passé depuis le dernier récapitulatif :
   *[other] Voici les { $count } choses qui se sont passées depuis le dernier récapitulatif :
}
mail-more = { $count ->
    [one] Il y en a une de plus dans votre boîte de réception.
   *[other] Il y en a { $count } de plus dans votre boîte de réception.
}
mail-did-mention = { $actor } vous a mentionné dans { $record }.
mail-did-assigned = { $actor } vous a confié { $record }.
mail-did-answer = { $actor } a répondu à votre demande { $record }.
mail-did-progress = { $actor } a fait avancer votre demande { $record }.
mail-did-reply = { $actor } a écrit dans { $record }.
mail-did-team = { $actor } a confié à votre équipe { $record }.
mail-did-review = { $actor } vous demande de réviser { $record }.
mail-did-approval = { $actor } demande votre approbation de { $record }.
mail-did-file = Quelque chose de nuisible a été trouvé dans un fichier : { $record }.
mail-did-due = Le délai expire : { $record }.
mail-did-rule = Une règle vous signale { $record }.
mail-did-viewed = { $actor } a vu Steward comme vous.
mail-why-mention = Vous recevez ceci parce que vous avez été mentionné dans { $record }.
mail-why-assigned = Vous recevez ceci parce que { $record } vous a été confié.
mail-why-request = Vous recevez ceci parce que { $record } est votre demande.
mail-why-work = Vous recevez ceci parce que vous travaillez sur { $record }.
mail-why-watch = Vous recevez ceci parce que vous suivez { $record }.
mail-why-team = Vous recevez ceci parce que { $record } a été confié à votre équipe.
mail-why-review = Vous recevez ceci parce que vous répondez de { $record }.
mail-why-approval = Vous recevez ceci parce que { $record } attend votre approbation.
mail-why-file = Vous recevez ceci parce que vous avez joint à { $record } un fichier dans lequel quelque chose de nuisible a été trouvé, ou que vous y travaillez.
mail-why-due = Vous recevez ceci parce que vous êtes averti quand le délai de { $record } expire.
mail-why-rule = Vous recevez ceci parce qu’une règle d’automatisation vous signale { $record }.
mail-why-viewed = Vous recevez ceci parce qu’on vous prévient chaque fois que quelqu’un voit Steward par vos yeux.
mail-why-digest = Vous recevez ceci parce que vous avez choisi d’en être informé par un récapitulatif.
mail-way-settings = Choisir ce que vous recevez par courriel : { $link }
mail-way-unwatch = Ne plus suivre { $record } : { $link }
