### The portal of those who ask.

portal-order = Etwas bestellen
portal-report = Ein Problem melden
portal-requests = Meine Anfragen
portal-articles = Artikel
portal = Portal
