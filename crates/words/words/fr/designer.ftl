### Le concepteur de genres et de champs.

designer-title = Créer un genre ou ajouter des champs
designer-help = Dites ce que c’est. Il en résulte une définition que vous pouvez examiner et retravailler ; rien ne change avant sa mise en vigueur.
designer-make = Voir la définition
designer-new = Nouveau
designer-in-work = En cours
designer-done = Terminé
designer-open = Travailler sur la définition
designer-left-out = Elle n’est pas en vigueur : { $fault }
designer-notation = Comment s’écrivent les définitions
designer-definition = Définition
designer-definition-help = En TOML
designer-change = Modifier ce qui est en vigueur
designer-force = Enregistrer et mettre en vigueur
designer-save = Enregistrer comme brouillon
designer-prospect = Ce qu’elle ferait
designer-faulty = Elle ne peut pas entrer en vigueur ainsi :
designer-refused = Voici ce qui s’y oppose :
designer-nothing = Rien ne diffère de ce qui est en vigueur.
designer-more = { $count } de plus
effect-kind-added = { $name } deviennent un genre à part, aussitôt
effect-kind-gone = { $name } disparaîtraient ; { $count ->
    [0] il n’y en a aucun
    [one] il y en a un
   *[other] il y en a { $count }
}
effect-numbering-changed = { $kind } : les numéros commenceraient autrement ; { $count ->
    [0] aucun n’est encore donné
    [one] un enregistrement a le sien
   *[other] { $count } enregistrements ont le leur
}
effect-field-added = { $kind } : nouveau champ « { $name } »
effect-field-gone = { $kind } : le champ « { $name } » disparaît ; { $count ->
    [0] aucun enregistrement n’y a de valeur
    [one] un enregistrement y a une valeur
   *[other] { $count } enregistrements y ont une valeur
}
effect-type-changed = { $kind } : « { $name } » change de type ; { $count ->
    [0] aucun enregistrement n’y a de valeur
    [one] un enregistrement y a une valeur
   *[other] { $count } enregistrements y ont une valeur
} ; pour que les valeurs soient reprises, donnez-lui une autre clé et dites laquelle il avait
effect-field-carried = { $kind } : « { $name } » prend la place du champ { $before } ; { $count ->
    [0] aucun enregistrement n’y a de valeur
    [one] la valeur d’un enregistrement est reprise
   *[other] les valeurs de { $count } enregistrements sont reprises
}
effect-unfit = { $kind } : { $count ->
    [one] une valeur ne convient pas à « { $name } »
   *[other] { $count } valeurs ne conviennent pas à « { $name } »
} : { $fault }
effect-left-behind = { $kind } : { $count ->
    [one] une valeur ne convient pas à « { $name } » et reste dans le journal de son enregistrement
   *[other] { $count } valeurs ne conviennent pas à « { $name } » et restent dans les journaux de leurs enregistrements
} : { $fault }
effect-choice-carried = { $kind } : « { $name } » prend la place du choix { $before } ; { $count ->
    [0] aucun enregistrement ne l’a
    [one] un enregistrement le reprend
   *[other] { $count } enregistrements le reprennent
}
effect-audience-changed = { $kind } : d’autres lisent « { $name } » ; { $count ->
    [0] aucun enregistrement n’y a de valeur
    [one] un enregistrement y a une valeur
   *[other] { $count } enregistrements y ont une valeur
}
effect-unique = { $kind } : « { $name } » doit être unique ; { $count ->
    [0] aucun enregistrement n’y a de valeur
    [one] un enregistrement y a une valeur
   *[other] { $count } enregistrements y ont une valeur
}
effect-required = { $kind } : « { $name } » devient obligatoire ; { $count ->
    [0] tous les enregistrements ouverts l’ont
    [one] un enregistrement ouvert ne l’a pas ; il sera demandé à sa prochaine modification
   *[other] { $count } enregistrements ouverts ne l’ont pas ; il sera demandé à leur prochaine modification
}
effect-choice-added = { $kind } : « { $name } » peut être choisi
effect-choice-gone = { $kind } : « { $name } » ne peut plus être choisi ; { $count ->
    [0] aucun enregistrement ne l’a
    [one] un enregistrement l’a
   *[other] { $count } enregistrements l’ont
}
effect-state-added = { $kind } : nouvel état « { $name } »
effect-state-gone = { $kind } : l’état « { $name } » disparaît ; { $count ->
    [0] aucun enregistrement n’y est
    [one] un enregistrement y est
   *[other] { $count } enregistrements y sont
}
effect-transition-added = { $kind } : nouvelle étape « { $name } »
effect-transition-gone = { $kind } : l’étape « { $name } » disparaît
effect-broken = { $name } ne fonctionnerait plus : { $fault }
designer-as-text = L’écrire en texte
designer-limited = Elle ne contient pas d’erreur. Ses effets se comptent sur toutes les organisations ; seuls ceux qui les administrent toutes les voient et la mettent en vigueur.
designer-trouble = Ce qui est en vigueur n’a pas pu être repris ; un nouvel essai suit : { $fault }
