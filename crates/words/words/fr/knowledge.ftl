### Articles: their versions, translations and use; macros, templates and handling notes.

article-languages = Langues
article-did-help = Cela vous a-t-il aidé ?
article-say-why = Dire pourquoi
article-comment = Qu’est-ce qui a aidé, ou que manque-t-il ? Le responsable de l’article le lit.
article-comment-help = Ce texte est envoyé avec votre Oui ou Non.
article-said-yes = Vous l’avez trouvé utile.
article-said-no = Il ne vous a pas aidé.
article-unchanged = inchangé
article-piece-removed = retiré :
article-piece-added = ajouté :
article-used-here = utilisé ici
article-insert = Insérer
article-insert-help = Mettre son texte dans la réponse
article-link = Lien
article-link-help = Mettre un lien vers l’article dans la réponse
article-used = Utilisé
article-used-help = Noter qu’il a aidé ici
article-fix = Corriger { $number }
article-flag-number = Signaler { $number } comme faux ou obsolète
article-look = Chercher des articles
article-look-hint = Articles qui correspondent, ou vos mots
article-like-this = Articles qui correspondent
article-none-like-this = Aucun article ne correspond.
article-none-with-words = Aucun article ne contient ces mots.
article-make = En faire un article
article-articles = Articles
article-times-used = { $count ->
    [one] utilisé une fois
   *[other] utilisé { $count } fois
}
article-percent-helpful = { $percent } % utile
article-open-flags = { $count ->
    [one] { $count } signalement ouvert
   *[other] { $count } signalements ouverts
}
article-noted = { $number } est noté comme ce qui a aidé.
article-words-put = Le texte de { $number } est dans votre réponse.
article-link-put = Un lien vers { $number } est dans votre réponse.
article-not-published = non publié
article-older = plus ancien
article-stale-version = Cette traduction est celle de la version { $version } ; l’original est plus récent.
article-stale = Cette traduction est plus ancienne que l’article dans sa première langue.
article-read-source = Lire l’original
article-in-works = Une nouvelle version est en cours (état : { $state }). { $seen }
article-read-new = Lire la nouvelle version
article-is-new = Voici la nouvelle version (état : { $state }). { $seen }
article-show-seen = Afficher ce que voient les lecteurs
article-never-published = Seul le personnel voit ceci : il n’a jamais été publié.
article-not-seen = Les lecteurs ne voient pas ceci. État : { $state }.
article-readers-see = Les lecteurs voient la version { $version }.
article-readers-see-nothing = Les lecteurs n’en voient rien.
article-version-number = Version { $number }
article-published = publié : { $moment }
article-published-by = publié par { $name } : { $moment }
article-by = par { $name }
article-written-by = écrit par { $names }
article-found-right = vérifié : { $moment }
article-valid-until = valable jusqu’au { $day }
article-found-helpful = l’ont trouvé utile ({ $helpful } sur { $all })
article-nobody-said = personne n’a dit s’il a aidé
article-label-times-used = { $count ->
    [one] utilisation
   *[other] utilisations
}
article-label-open-flags = { $count ->
    [one] signalement ouvert
   *[other] signalements ouverts
}
article-write = Rédiger
article-write-new = Rédiger une nouvelle version
article-go-on = Continuer la rédaction
article-go-on-new = Continuer la nouvelle version
article-versions = Versions
article-translate = Traduire
article-flag = Signaler
article-flag-wrong = Faux
article-flag-outdated = Obsolète
article-flag-unclear = Difficile à suivre
article-flag-it = Signaler
article-flag-help = Le responsable de l’article le reçoit comme tâche. Les lecteurs continuent de voir l’article.
article-flag-what = De quoi s’agit-il ?
article-flag-comment = Qu’est-ce qui ne va pas ?
article-flag-comment-help = Pour que son responsable puisse agir
article-flag-title = Signaler { $number }
article-quality = Qualité des articles
article-published-count = { $count ->
    [one] { $count } article publié
   *[other] { $count } articles publiés
}
article-published-first = { $shown } articles publiés sur { $count }
article-none-published = Aucun article n’est encore publié
article-none-published-help = Ce que les lecteurs et vos collègues pensent des articles s’affiche ici.
article-article = Article
article-owner = Responsable
article-helpful = Utile
article-flags = Signalements ouverts
article-age = Jours depuis la révision
article-helpful-of = { $percent } % sur { $count }
article-review-due = révision à faire
article-translations = Traductions
article-gaps-count = { $count ->
    [one] { $count } traduction manque ou est plus ancienne que son original
   *[other] { $count } traductions manquent ou sont plus anciennes que leur original
}
article-no-gaps = Toutes les traductions sont à jour
article-no-gaps-help = Ce qui manque ou a pris du retard sur son original s’affiche ici.
article-language = Langue
article-gap = Ce qui ne va pas
article-actions = Actions
article-gap-stale = De la version { $own }, l’original en est à { $source } : { $article }
article-bring-up = Mettre à jour
article-gap-none = Il n’y en a pas
article-versions-of = Versions · { $number }
article-no-version = Il n’y a pas encore de version.
article-being-written = En cours de rédaction
article-version = Version
article-version-older = Ancienne
article-version-newer = Nouvelle
article-choose-older = Ancienne : { $version }
article-choose-newer = Nouvelle : { $version }
article-when = Quand
article-who = Par
article-what-changed = Ce qui a changé
article-readers-see-this = (visible aux lecteurs)
article-restore = Restaurer en brouillon
article-compare = Comparer
article-back = Retour à l’article
article-found-on = Trouvé sur { $number } :
article-present-stays = Les lecteurs continuent de voir la version actuelle jusqu’à la publication de la vôtre.
article-in-source = { $part } dans l’original
article-change-note-help = Ce qui est nouveau dans cette version, et pourquoi
article-same-as-source = Le contenu correspond à la version { $version } de l’original
article-save-draft = Enregistrer comme brouillon
article-save-publish = Enregistrer et publier
article-there-stale = { $language } (existe, mais plus ancien que l’original)
article-there = { $language } (existe)
article-translate-help = Vous rédigez à côté de l’original. Une traduction qui existe est ouverte.
article-translate-into = Vers
article-translate-title = Traduire { $number }
macro-none = Aucune macro ne convient ici ({ $kinds }).
macro-apply-one = Appliquer une macro
macro-moves = Passe de { $before } à { $after }
macro-nothing-changed = Rien n’a été modifié.
macro-changes-nothing = Elle ne changerait rien ici.
macro-apply = Appliquer
macro-apply-help = Ceci se fait en une fois, ou pas du tout :
macro-reply = Réponse
template-templates = Modèles
template-begin = Commencer par
template-use = Utilisation
template-used-one = Utilisé { $count } fois ces 90 derniers jours
template-used-many = Utilisé { $count } fois ces 90 derniers jours
note-mind-this = À noter
note-put-away = Ranger
note-about = au sujet de { $whom }
note-until = Jusqu’au { $day }
note-shown-to = Affichée à
note-not-shown = La consigne n’est pas encore apparue.
