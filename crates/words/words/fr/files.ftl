### Fichiers des enregistrements : consultés, retenus, pris avec un téléphone.

file-checking = Recherche de logiciels malveillants en cours
file-unchecked = Pas encore analysé ; un nouvel essai suivra
file-infected = Retenu : { $finding } y a été trouvé
download = Télécharger
download-file = Télécharger { $file }
preview-cut = seul le début est montré
preview-picture-too-large = Cette image a trop de pixels pour être montrée ici. Téléchargez-la pour la voir.
preview-no-text = Ceci n’est pas un texte, quoi qu’en dise son nom. Téléchargez-le pour le voir.
preview-not-here = Les fichiers de cette sorte ne sont pas montrés ici. Téléchargez-le pour le voir.
take-picture = Prendre une photo
withheld-files = Fichiers retenus
withheld-files-help = Fichiers que l’antivirus n’a pas déclarés sains. Personne ne les obtient.
withheld-no-scanner = Aucun antivirus n’est configuré : les nouveaux fichiers sont disponibles aussitôt, et ceux où quelque chose a été trouvé restent retenus.
withheld-none = Aucun fichier n’est retenu
withheld-none-help = Tout ce qui est arrivé a été déclaré sain.
withheld-came = Arrivé
withheld-file = Fichier
withheld-said = L’antivirus dit
withheld-again = Analyser à nouveau
withheld-on-others = Sur des enregistrements que vous ne pouvez pas voir, ou sur aucun désormais
withheld-pending = Attend l’analyse
withheld-failed = Pas encore analysé
withheld-infected = Nuisible
withheld-tries = { $count ->
    [one] (un essai)
   *[other] ({ $count } essais)
}
