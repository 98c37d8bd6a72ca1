### The portal of those who ask.

portal-order = Commander quelque chose
portal-report = Signaler un problème
portal-requests = Mes demandes
portal-articles = Articles
portal = Portail
portal-catalogue = Catalogue
portal-question = De quoi avez-vous besoin ?
portal-question-name = De quoi avez-vous besoin, { $name } ?
portal-question-hint = Une question, un objet, un numéro
portal-nothing-found-for = Aucun résultat pour « { $text } ». { $report } ou demander avec vos propres mots.
portal-group-offers = À commander
portal-group-requests = Demandes
portal-waiting-for-you = En attente de vous
portal-whole-catalogue = Tout le catalogue
portal-asked-for = Ce que vous avez demandé
portal-all-requests = Toutes mes demandes
portal-nothing-open = Rien n’est en cours
portal-nothing-open-text = Ce que vous commandez ou signalez s’affiche ici jusqu’à ce que ce soit terminé.
portal-good-to-know = Bon à savoir
portal-all-articles = Tous les articles
portal-does-not-work = Quelque chose ne fonctionne pas
portal-report-text = Dites-nous ce qui s’est passé. Nous nous en occupons et vous tenons au courant.
portal-something-else = Autre chose
portal-something-else-text = Ce n’est pas dans le catalogue ? Demandez-le avec vos propres mots.
portal-things = { $count ->
    [one] { $count } offre
   *[other] { $count } offres
}
portal-outage-end = Fin prévue : { $when }.
portal-outage-open = Nous y travaillons ; il n’est pas nécessaire de le signaler.
portal-articles-text = Comment les choses fonctionnent, et que faire lorsqu’elles ne fonctionnent pas.
portal-no-articles = Pas encore d’articles
portal-no-articles-text = Ce qui est écrit pour vous s’affiche ici.
portal-back-to-report = Retour à mon signalement
portal-did-it-answer = Cela répond-il à votre question ? Alors il n’y a rien à signaler.
portal-solved-yes = Oui, cela a résolu le problème
portal-solved-no = Non, continuer mon signalement
portal-good-to-hear = Bonne nouvelle
portal-good-to-hear-text = Nous notons que l’article a été utile. Rien n’a été signalé.
portal-to-portal = Vers le portail
portal-report-else = Signaler autre chose
portal-solved = Résolu
portal-in-catalogue = Dans le catalogue
portal-order-text = Tout ce qui vous est proposé.
portal-search-catalogue = Rechercher dans le catalogue
portal-no-offers = Rien ne vous est encore proposé
portal-no-offers-text = Demandez à votre centre de services ce dont vous avez besoin.
portal-more = Autres
portal-see-as-other = Voir comme une autre personne
portal-keep-catalogue = Gérer le catalogue
portal-nothing-found-text = Essayez d’autres mots ou parcourez les catégories.
portal-preview = Le catalogue tel qu’une autre personne le voit
portal-preview-short = Catalogue d’une autre personne
portal-preview-text = Ce qu’une personne peut commander, et ce qui l’empêche de commander le reste.
portal-person = Personne
portal-name = Nom
portal-may-order = { $name } peut commander { $count ->
    [one] { $count } article
   *[other] { $count } articles
}
portal-not-offered = Non proposé : { $count ->
    [one] { $count } article
   *[other] { $count } articles
}
portal-form-of = Formulaire de commande : { $name }
portal-form-text = En haut les questions sous forme de texte, en bas ce qu’elles demandent. Essayez : les réponses montrent ce qui en découle.
portal-form-help = Comment écrire un formulaire
portal-form = Formulaire
portal-nothing-asked = Rien n’est demandé.
portal-edit-form = Modifier le formulaire et l’essayer
portal-as-text = Sous forme de texte
portal-terms = Conditions
portal-do-order = Commander
portal-continue-text = « Continuer » affiche les questions qui découlent de vos réponses.
portal-your-order = Votre commande
portal-how-many = Combien ?
portal-for-whom = Pour qui ?
portal-for-whom-help = Laissez vide pour commander pour vous-même
portal-needed-by = Nécessaire pour le
portal-needed-by-help = Seulement si une date précise compte
portal-anything-else = Autre chose à préciser ?
portal-fault-how-many = Combien
portal-fault-for-whom = Pour qui
portal-fault-anything-else = Autre chose à préciser
portal-fault-form = Ce formulaire de commande
portal-fault = { $question } : { $fault }
portal-approval-manager = Par le responsable de la personne qui le reçoit
portal-approval-none = Pas nécessaire
portal-approval = Approbation
portal-price = Prix
portal-no-charge = Gratuit
portal-each-month = Chaque mois
portal-delivery = Livraison
portal-service = Service
portal-a-month = { $price } par mois
portal-same-day = le jour même
portal-working-days = { $count ->
    [one] { $count } jour ouvré
   *[other] { $count } jours ouvrés
}
portal-ordered = Votre commande est partie. Vous serez informé de chaque étape et pouvez consulter cette page à tout moment.
portal-reported = Votre signalement nous est parvenu. Vous serez informé de chaque étape et pouvez consulter cette page à tout moment.
portal-withdraw = Retirer
portal-confirm = Confirmer
portal-reopen = Rouvrir
portal-send-off = Envoyer
portal-approve = Approuver
portal-reject = Refuser
portal-what-next = La suite
portal-you-told = Ce que vous nous avez dit
portal-was-asked = Ce qui a été demandé
portal-your-answers = Vos réponses
portal-answers = Réponses
portal-messages = Messages
portal-service-desk = l’équipe du centre de services
portal-details = Détails
portal-open-as-staff = L’ouvrir comme ceux qui le traitent
portal-asked = Demandé
portal-asked-by = Demandé par
portal-for = Pour
portal-worker = Qui s’en occupe
portal-expected = Prévu
portal-quantity = Quantité
portal-report-fault = Un point demande votre attention
portal-offered-articles = L’un de ces articles y répond-il ?
portal-ask-title = Qu’est-ce qui ne fonctionne pas ?
portal-ask-title-help = En une ligne, par exemple « Pas de son dans les appels vidéo »
portal-ask-description = Que se passe-t-il ?
portal-ask-description-help = Ce que vous avez fait et vu, depuis quand, et si d’autres sont aussi touchés
portal-ask-symptom = Comment cela se manifeste-t-il ?
portal-ask-urgency = Pour quand en avez-vous besoin ?
portal-ask-service = Quel service ?
portal-ask-service-help = Si vous le connaissez
portal-ask-service-hint = Messagerie, impression, …
portal-ask-files = Images ou fichiers
portal-send-report = Envoyer le signalement
portal-requests-text = Ce que vous avez commandé et signalé, et où cela en est.
portal-which = Lesquelles
portal-tab-open = En cours
portal-tab-closed = Terminées
portal-tab-all = Toutes
portal-tab-organisation-open = Mon organisation, en cours
portal-tab-organisation-closed = Mon organisation, terminées
portal-nothing-here = Rien ici
portal-nothing-here-text = Ce que vous commandez ou signalez s’affiche ici.
portal-last-changed = Les { $count } dernières modifiées ; la recherche trouve les autres.
portal-app-description = Trouver des réponses, commander, signaler et suivre.
portal-offline = Pas de connexion
portal-offline-title = Il n’y a pas de connexion
portal-offline-text = Steward est injoignable pour le moment. Ce que vous avez envoyé auparavant est en sécurité. Ce que vous étiez en train d’écrire n’a pas été envoyé : revenez-y et envoyez-le une fois la connexion rétablie.
portal-try-again = Réessayer
portal-step-done = fait
portal-step-now = maintenant
portal-step-ahead = à venir
portal-has-read = Lu par le demandeur avant le signalement
portal-article-figures = Ces { $days } derniers jours : lu { $read ->
    [one] { $read } fois
   *[other] { $read } fois
} depuis un signalement, résolu { $solved ->
    [one] { $solved } fois
   *[other] { $solved } fois
} par l’article.

## Where something stands, and what happens next.

portal-received = Reçu
portal-in-work = En traitement
portal-working = Nous y travaillons
portal-not-sent = Pas encore envoyé
portal-waiting-for-approval = En attente d’approbation
portal-approved = Approuvé
portal-on-its-way = En route
portal-delivered = Livré
portal-not-approved = Non approuvé
portal-closed = Terminé
portal-withdrawn = Retiré
portal-waiting = En attente
portal-next-new = Nous l’examinons et vous dirons qui s’en occupe.
portal-next-working = Nous y travaillons et vous écrirons ici.
portal-next-working-by = { $name } : nous y travaillons et vous écrirons ici.
portal-next-resolved = Cela fonctionne-t-il à nouveau ? Confirmez-le, ou rouvrez la demande si ce n’est pas le cas.
portal-next-draft = Envoyez-la quand elle est complète.
portal-next-submitted = Nous l’examinons et la prenons en charge.
portal-next-approved = Nous commençons bientôt.
portal-next-approved-by = { $name } : nous commençons bientôt.
portal-next-preparing = Nous la préparons.
portal-next-preparing-by = { $name } : nous la préparons.
portal-next-fulfilled = Tout est-il là ? Confirmez-le, ou rouvrez la demande s’il manque quelque chose.
portal-next-closed = C’est terminé.
portal-no-reason = Il ne se passera plus rien ici.
portal-reason = Motif indiqué : { $reason }
portal-hold-requester = Nous avons besoin d’une réponse de votre part ; nous continuons dès que vous répondez.
portal-hold-supplier = Un fournisseur doit d’abord faire sa part.
portal-hold-stock = En rupture de stock ; nous livrons dès réception.
portal-hold-change = Un changement qui corrige le problème est prévu.
portal-hold-problem = Nous cherchons la cause du problème.
portal-hold-other = Nous continuons dès que ce qui est attendu est là.
portal-approval-somebody = Quelqu’un doit d’abord l’approuver.
portal-approval-by = { $names } doit d’abord l’approuver.
portal-or = { $first } ou { $last }
portal-expected-by = Prévu pour le { $day }
portal-expected-when = Prévu : { $when }
portal-next-resolved-over = Cela fonctionne-t-il de nouveau ? Alors confirmez-le.
portal-next-fulfilled-over = Tout est-il là ? Alors confirmez-le.
portal-goes-on = Cela remonte à un certain temps : ce que vous écrivez ouvre un nouveau signalement, lié à celui-ci.
portal-followed = Votre signalement est envoyé. Il fait suite à ce qui était clos.
