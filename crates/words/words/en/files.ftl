### Files of records: looked at, withheld, taken on a phone.

file-checking = Being checked for malware
file-unchecked = Not checked for malware yet; this is tried again
file-infected = Withheld: { $finding } was found in it
download = Download
download-file = Download { $file }
preview-cut = only the beginning is shown
preview-picture-too-large = This picture has too many pixels to be shown here. Download it to look at it.
preview-no-text = This is no text, whatever its name says. Download it to look at it.
preview-not-here = Files of this sort are not shown here. Download it to look at it.
take-picture = Take a picture
withheld-files = Withheld files
withheld-files-help = Files that the malware scanner has not found clean. Nobody gets them.
withheld-no-scanner = No malware scanner is set up: new files can be had at once, and those in which something was found stay withheld.
withheld-none = No file is withheld
withheld-none-help = Everything that came in was found clean.
withheld-came = Came
withheld-file = File
withheld-said = The scanner says
withheld-again = Check again
withheld-on-others = On records that you may not see, or on none any more
withheld-pending = Waits to be checked
withheld-failed = Not checked yet
withheld-infected = Harmful
withheld-tries = { $count ->
    [one] (one try)
   *[other] ({ $count } tries)
}
