### Forms: new records, changes, drafts, what is wrong.

create-kind = Créer : { $kind }
change-field = Modifier { $field }
password-for-change = Nécessaire pour modifier l’identifiant, l’adresse mail ou les rôles
one-fault = Un point demande votre attention
some-faults = Certains points demandent votre attention
conflict = a été défini à « { $theirs } » par { $who } pendant que vous étiez ici ; enregistrez à nouveau pour le définir à « { $yours } »
conflict-nothing = vide
conflict-somebody = quelqu’un
not-visible-value = quelque chose de non visible pour vous
this-fault = ceci { $fault }
field-fault = { $field } { $fault }
newer-draft-text = Vous avez depuis écrit autre chose ici sur une autre page.
newer-draft = Un brouillon plus récent existe
drafts = Brouillons
drafts-help = Ce que vous avez saisi sans l’envoyer. Personne d’autre ne le voit ; conservé { $days } jours.
draft-reply = Réponse ou note sur { $number }
draft-changes = Modifications de { $number }
