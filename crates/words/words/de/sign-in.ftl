### Before one is signed in.

login = Anmeldename
sign-in = Anmelden
sign-in-demonstration = Dies ist eine Vorführung. Ihre Anmeldenamen und das Passwort wurden beim Laden ausgegeben.
sign-in-wrong = Anmeldename und Passwort gehören nicht zusammen, oder das Konto ist nicht aktiv.
sign-in-too-many = Es gab zu viele Versuche. Warten Sie { $seconds } Sekunden und versuchen Sie es dann noch einmal.
not-set-up = Noch nicht eingerichtet
not-set-up-text = Noch kann sich niemand anmelden. Öffnen Sie den Link, den der Server beim Start ausgegeben hat.
set-up = Einrichten
set-up-steward = Steward einrichten
set-up-lead = Sie werden die erste Administratorin oder der erste Administrator. Alles andere lässt sich später ändern.
set-up-organisation-help = Das Unternehmen oder die Abteilung, die diesen Service Desk betreibt
your-name = Ihr Name
your-mail = Ihre Mailadresse
login-help = Der Name, mit dem Sie sich anmelden
set-up-and-sign-in = Einrichten und anmelden
