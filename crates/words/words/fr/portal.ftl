### The portal of those who ask.

portal-order = Commander quelque chose
portal-report = Signaler un problème
portal-requests = Mes demandes
portal-articles = Articles
portal = Portail
