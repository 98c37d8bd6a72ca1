### La configuration en texte, et où elle en est.

configuration-as-text = En texte
configuration-text-of = { $name } en texte
configuration-text-help = Le fichier qu’un export de la configuration écrit pour cet enregistrement.
configuration-read-on = Comment ces fichiers sont lus
configuration-copy = Copier
configuration-download = Télécharger
configuration-text = Texte
configuration-then = Le texte du { $moment }. Il compte dès que vous l’appliquez.
configuration-partial = Des valeurs que vous ne pouvez pas voir manquent ; rien ne peut donc être modifié ici.
configuration-apply = Appliquer
configuration-plan = Voir ce qui change
configuration-would = Ce qui changerait
configuration-overtaken = Quelqu’un a modifié ceci depuis que vous l’avez ouvert. Regardez encore ce que votre texte changerait, puis appliquez-le.
configuration-faulty = Il ne peut pas être appliqué ainsi :
configuration-same = Rien : c’est déjà ainsi.
configuration-line = Ligne { $line }
configuration-made = est créé
configuration-empty = (vide)
configuration-title = Configuration
configuration-help = Ce que des fichiers en ont fait en dernier, ce qui a été modifié depuis, et le chemin de retour.
configuration-drift = Autrement que les fichiers ne l’ont fait
configuration-never = Aucun fichier n’a jamais été appliqué ici ; il n’y a rien à comparer.
configuration-applied = Des fichiers ont été appliqués en dernier le { $moment } par { $person }. Depuis :
configuration-no-drift = Tout est comme les fichiers l’ont fait.
configuration-by = Modifié par { $person } le { $moment }
configuration-made-since = Créé depuis, et aucun fichier ne le dit.
configuration-set-back = Son texte d’alors
configuration-versions = Versions
configuration-no-versions = Rien n’a encore été configuré.
configuration-when = Jusqu’au
configuration-who = Par
configuration-what = Ce qui a changé
configuration-way = Retour
configuration-by-files = par des fichiers ou par un retour
configuration-is-now = Tel que c’est maintenant
configuration-roll-back = Revenir à ceci
configuration-back-to = Retour au { $moment }
configuration-back-refused = On ne peut pas y revenir. Rien n’a été modifié :
configuration-back-nothing = Tout est comme alors.
configuration-back-count = { $count ->
    [one] Un enregistrement change :
   *[other] { $count } enregistrements changent :
}
configuration-back-stay = { $count ->
    [one] Un enregistrement a été créé depuis ; il reste.
   *[other] { $count } enregistrements ont été créés depuis ; ils restent.
}
