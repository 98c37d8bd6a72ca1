### The search over everything, and the guide.

search-for = Recherche : { $text }
search-more-than = plus de { $count }
search-found = { $count } trouvés
search-hint = Mots, numéros, noms
search-incomplete = L’index est en cours de création ; certaines fiches ne sont pas encore trouvées.
search-ask = Que cherchez-vous ?
search-ask-help = Tous les mots doivent figurer dans une fiche ; le dernier peut être incomplet. Un numéro comme 42 trouve INC0000042.
search-nothing = Rien trouvé
search-nothing-help = Essayez moins de mots ou d’autres. Seules les fiches que vous pouvez voir sont cherchées.
search-in-help-results = Dans l’aide
search-in-help = Chercher dans l’aide
search-nothing-in-help = Rien trouvé dans l’aide
search-nothing-in-help-text = Tous les mots doivent figurer dans une section. Essayez moins de mots ou d’autres.
contents = Sommaire
