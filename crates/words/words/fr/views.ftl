### Saved views.

save-as-view = Enregistrer comme vue
change-view = Modifier « { $view } »
only-me = Moi seulement
a-team = Une équipe
team-named = Équipe { $team }
everybody = Tous ceux qui peuvent voir : { $kinds }
view-name = Nom
view-audience = Qui la voit
view-audience-help = Chacun y voit ce que ses droits permettent
view-condition = Condition
view-condition-help = Comme dans la recherche, p. ex. is:open team:mine ; vide pour tout
view-group = Groupée par
view-limits = Limites du tableau
view-limits-help = Nombre maximal de fiches par colonne, p. ex. in_progress:5, on_hold:3
view-pin = Épingler dans ma navigation, avec le nombre
view-remove = Supprimer cette vue
