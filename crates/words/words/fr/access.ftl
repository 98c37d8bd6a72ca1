### Who may see and do what, and why; looking as somebody else.

access-title = Accès
access-help = Ce que permet chaque rôle, qui l’a, et quels rôles atteignent un type de fiche. Ce qu’une personne voit se trouve sur sa page, qui voit une fiche sur celle de la fiche.
access-roles = Rôles
access-role = Rôle
access-for-what = Pour quoi
access-staff = Personnel
access-rank = Rang
access-kinds = Types de fiches
access-kind = Type
access-kind-detail = Quels rôles l’atteignent
access-allows = Ce qu’il permet
access-holders = Qui l’a
access-no-holders = Personne dont vous puissiez vous enquérir ne l’a.
access-all-kinds = Tous les types
access-everywhere = partout
access-within = dans { $organisation } et au-dessous
access-within-hidden = dans une organisation que vous ne pouvez pas voir
access-created-by = Créé par
access-watchers = Observateurs
access-field = Champ
access-reads = Lit
access-writes = Écrit

level-requester = en tant que demandeur
level-agent = en tant que personnel
level-owner = en tant que responsable

action-read = voir
action-create = créer
action-update = modifier
action-transition = faire avancer
action-comment = commenter
action-note = notes de travail
action-work = noter du temps
action-attach = fichiers
action-link = lier
action-watch = observer
action-transfer = transférer
action-order = commander
action-inspect = examiner les droits
action-view-as = voir à sa place

condition-met = Vrai ici
condition-unmet = Faux ici
condition-all = Tout ceci
condition-any = L’un de ceux-ci
condition-not = Pas ceci
condition-always = Toujours
condition-never = Jamais
condition-empty = { $field } est vide
condition-filled = { $field } est renseigné
condition-is = { $field } est { $value }
condition-is-not = { $field } n’est pas { $value }
condition-among = { $field } est parmi { $value }
condition-me = { $field } est la personne
condition-names-me = { $field } nomme la personne
condition-own-organisation = { $field } est l’organisation de la personne
condition-names-organisation = { $field } nomme l’organisation de la personne
condition-teams = { $field } est une équipe de la personne
condition-organisations = { $field } est là où le rôle vaut
condition-organisations-above = { $field } est l’organisation de la personne ou une au-dessus
condition-locations = { $field } est le lieu de la personne
condition-standing = { $field } est ce que la personne compte pour
condition-not-over = { $field } n’est pas passé

grant-allows = Permet : { $actions }. Champs { $level }.

who-sees = Qui peut voir ceci
who-sees-help = Tous ceux qui peuvent voir cette fiche maintenant. Ceux qu’elle nomme viennent d’abord. Choisissez un nom pour les raisons.
who-name = Nom
who-may = Qui peut
who-person = Personne
who-level = Champs
who-actions = Peut
who-because = En raison de
who-named = nommé ici
who-nobody = Personne
who-nobody-help = Personne que vous puissiez voir ne correspond à votre question.
who-nobody-yet = Parmi les personnes examinées, aucune ne correspond. Il y en a d’autres.
who-others = Des personnes que vous ne pouvez pas voir peuvent la voir aussi.
who-next = Autres personnes
who-one = Ce que { $name } peut faire ici
who-left = Cette personne ne peut pas se connecter et ne voit donc rien.
who-sees-not = Ne voit pas cette fiche.
who-sees-as = Voit cette fiche, champs { $level }.
who-actions-title = Actions
who-moves-title = Étapes
who-no-moves = Les fiches de ce type n’avancent pas.
who-fields-title = Champs
who-grants-title = Raisons : ce que permettent les rôles
who-by = Par
who-would = Serait permis si les conditions étaient remplies :
who-no-role = Aucun rôle de cette personne ne le permet.
who-not-seen = Un rôle le permet, mais aucun ne laisse cette personne voir la fiche.

hindrance-action = Faire avancer cette fiche ne lui revient pas.
hindrance-state = Ne part pas de cet état.
hindrance-start = Ne part pas de la fiche telle qu’elle est.
hindrance-automatic = Seul Steward le fait.
hindrance-level = Seulement { $level }.
hindrance-roles = Demande un rôle : { $roles }.
hindrance-limit = { $message }
hindrance-guard = Telle qu’est la fiche : { $message }
hindrance-approval = Attend les réponses de ceux qui sont sollicités.

field-derived = Non : Steward le fixe
field-needs = Non : seulement { $level }
field-action = Seulement avec une étape qui le demande
field-locked = Non : fixé telle qu’est la fiche
field-absent = Non : ne s’applique pas telle qu’est la fiche

reach-of = Ce que cette personne peut voir
reach-no-roles = Aucun rôle.
reach-role-gone = n’existe plus et ne permet rien
reach-teams = Équipes :
reach-standing = Compte comme : { $words }
reach-kinds = Fiches
reach-count = Voit maintenant
reach-where = Où
reach-conditions = { $count ->
    [one] Une condition
   *[other] { $count } conditions
}
reach-list = Voir la liste comme elle la voit
reach-nothing = Ne voit rien
reach-nothing-help = Aucun rôle ne laisse cette personne voir quoi que ce soit.
reach-beyond = Des rôles de cette personne vont plus loin que les vôtres. Le nombre de fiches qu’elle voit n’est pas dit.
reach-no-view = Voir à la place de cette personne n’est pas possible :

viewing-see-as = Voir comme cette personne
viewing-title = Voir Steward comme { $name }
viewing-help = Vous voyez ce que voit cette personne et ne changez rien. Votre nom, la raison et la durée vont au journal de la personne, qui en est informée.
viewing-reason = Raison
viewing-reason-help = La personne la lit.
viewing-minutes = Minutes
viewing-minutes-help = Au plus { $most }. Vous pouvez y mettre fin à tout moment.
viewing-begin = Voir comme cette personne
viewing-bar = Vue d’une autre personne
viewing-who = { $by } voit Steward comme { $person }.
viewing-why = { $reason } · { $minutes ->
    [one] encore une minute
   *[other] encore { $minutes } minutes
}
viewing-end = Terminer
viewing-no-writing = Rien ne peut être changé maintenant
viewing-no-writing-text = Vous voyez à la place de quelqu’un d’autre, donc rien n’a été changé. Terminez pour continuer en votre nom.
viewing-closed = Non montré pendant que vous voyez à la place d’un autre
viewing-closed-text = Réglages, mots de passe, sessions, jetons et liens n’appartiennent qu’à la personne. Terminez pour voir les vôtres.
viewed-as = a vu Steward comme cette personne : { $reason } (jusqu’à { $until } au plus tard)
did-view = a vu Steward comme vous
