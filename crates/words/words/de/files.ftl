### Dateien von Datensätzen: angesehen, zurückgehalten, mit dem Telefon aufgenommen.

file-checking = Wird auf Schadsoftware geprüft
file-unchecked = Noch nicht auf Schadsoftware geprüft; es wird wieder versucht
file-infected = Zurückgehalten: { $finding } wurde darin gefunden
download = Herunterladen
download-file = { $file } herunterladen
preview-cut = nur der Anfang wird gezeigt
preview-picture-too-large = Dieses Bild hat zu viele Bildpunkte, um hier gezeigt zu werden. Laden Sie es herunter, um es anzusehen.
preview-no-text = Das ist kein Text, was auch immer der Name sagt. Laden Sie es herunter, um es anzusehen.
preview-not-here = Dateien dieser Art werden hier nicht gezeigt. Laden Sie sie herunter, um sie anzusehen.
take-picture = Bild aufnehmen
withheld-files = Zurückgehaltene Dateien
withheld-files-help = Dateien, die der Virenscanner nicht für sauber befunden hat. Niemand bekommt sie.
withheld-no-scanner = Kein Virenscanner ist eingerichtet: neue Dateien sind sofort zu haben, und solche, in denen etwas gefunden wurde, bleiben zurückgehalten.
withheld-none = Keine Datei wird zurückgehalten
withheld-none-help = Alles, was hereinkam, wurde für sauber befunden.
withheld-came = Kam
withheld-file = Datei
withheld-said = Der Scanner sagt
withheld-again = Neu prüfen
withheld-on-others = An Datensätzen, die Sie nicht sehen dürfen, oder an keinem mehr
withheld-pending = Wartet auf die Prüfung
withheld-failed = Noch nicht geprüft
withheld-infected = Schädlich
withheld-tries = { $count ->
    [one] (ein Versuch)
   *[other] ({ $count } Versuche)
}
