### Before one is signed in.

login = Identifiant
sign-in = Se connecter
sign-in-demonstration = Ceci est une démonstration. Ses identifiants et leur mot de passe ont été affichés au chargement.
sign-in-wrong = L’identifiant et le mot de passe ne vont pas ensemble, ou le compte n’est pas actif.
sign-in-too-many = Il y a eu trop d’essais. Attendez { $seconds } secondes, puis réessayez.
not-set-up = Pas encore configuré
not-set-up-text = Personne ne peut encore se connecter. Ouvrez le lien affiché par le serveur au démarrage.
set-up = Configurer
set-up-steward = Configurer Steward
set-up-lead = Vous devenez le premier administrateur. Tout le reste pourra être modifié plus tard.
set-up-organisation-help = L’entreprise ou le service qui gère ce centre de services
your-name = Votre nom
your-mail = Votre adresse mail
login-help = Le nom avec lequel vous vous connectez
set-up-and-sign-in = Configurer et se connecter
