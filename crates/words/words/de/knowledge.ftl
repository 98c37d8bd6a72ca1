### Articles: their versions, translations and use.
