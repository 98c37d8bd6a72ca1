### The frame of pages: navigation, account menu, keys, the start page.

inbox = Boîte de réception
theme = Thème
theme-light = Clair
theme-dark = Sombre
theme-system = Système
sign-out = Se déconnecter
group-work = Travail
group-services = Services
group-organisation = Organisation
group-pinned = Épinglées
my-work = Mon travail
home = Accueil
keys-title = Raccourcis clavier
keys-everywhere = Partout
keys-list = Dans une liste
keys-record = Sur une fiche
keys-here = Ici
key-overview = Afficher cet aperçu
key-create = Créer une fiche
key-close = Fermer ou abandonner
key-next-row = Ligne suivante
key-previous-row = Ligne précédente
key-open-row = Ouvrir la ligne
key-search-list = Rechercher dans la liste
key-reply = Répondre
key-note = Note interne
key-edit-title = Modifier le titre
key-send = Envoyer
key-enter = Entrée
key-escape = Échap
key-ctrl-k = Ctrl K
key-ctrl-enter = Ctrl Entrée
open-incidents = Incidents ouverts
critical-or-high = Critique ou haute
without-team = Sans équipe
assigned-to-me = Affecté à moi
nothing-assigned = Rien ne vous est affecté
nothing-assigned-help = Prenez quelque chose dans vos équipes ci-dessous ou dans la liste des incidents.
teams-untaken = Dans mes équipes, pris par personne
teams-idle = Aucun travail n’attend dans vos équipes
teams-idle-help = Les nouveaux incidents et demandes de vos équipes s’affichent ici.
in-my-teams = Dans mes équipes
key-tick = Cocher la ligne
keys-off = Les touches seules sont désactivées dans vos paramètres.
palette-create = Créer
palette-go = Aller à
palette-recent = { $kind } · { $number } · ouvert récemment
recent = Ouverts récemment
recent-opened = Ouverts
recent-nothing = Vous n’avez encore rien ouvert
recent-nothing-help = Les fiches que vous ouvrez apparaissent ici, la dernière en premier.
pin-record = Épingler à la navigation
unpin-record = Retirer de la navigation
changed-since = Modifié depuis votre dernier passage
unread-in-inbox = Non lus dans la boîte de réception
no-team = Sans équipe
where-work-piles-up = Où le travail s’accumule
pile = { $open } ouverts{ $untaken ->
    [0] {""}
   *[other] , { $untaken } pris par personne
}{ $overdue ->
    [0] {""}
   *[other] , { $overdue } en retard
}
key-edit-row = Modifier la ligne
waiting-for-your-approval = En attente de votre approbation
