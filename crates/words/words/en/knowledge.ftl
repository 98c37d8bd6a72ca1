### Articles: their versions, translations and use; macros, templates and handling notes.

article-languages = Languages
article-did-help = Did this help?
article-say-why = Say why
article-comment = What helped, or what is missing? Its owner reads this.
article-comment-help = It is sent with your Yes or No.
article-said-yes = You found it helpful.
article-said-no = It did not help you.
article-unchanged = unchanged
article-piece-removed = removed:
article-piece-added = added:
article-used-here = used here
article-insert = Insert
article-insert-help = Put its words into the reply
article-link = Link
article-link-help = Put a link to it into the reply
article-used = Used
article-used-help = Note that it helped here
article-fix = Fix { $number }
article-flag-number = Flag { $number } as wrong or outdated
article-look = Look for articles
article-look-hint = Articles like this one, or your words
article-like-this = Articles like this one
article-none-like-this = No article is like this.
article-none-with-words = No article has these words.
article-make = Make an article
article-articles = Articles
article-times-used = { $count ->
    [one] used once
   *[other] used { $count } times
}
article-percent-helpful = { $percent } % helpful
article-open-flags = { $count ->
    [one] { $count } open flag
   *[other] { $count } open flags
}
article-noted = { $number } is noted as what helped.
article-words-put = The words of { $number } are in your reply.
article-link-put = A link to { $number } is in your reply.
article-not-published = not published
article-older = older
article-stale-version = This translation is of version { $version }; the source is newer.
article-stale = This translation is older than the article in its first language.
article-read-source = Read the source
article-in-works = A new version is in the works ({ $state }). { $seen }
article-read-new = Read the new version
article-is-new = This is the new version ({ $state }). { $seen }
article-show-seen = Show what readers see
article-never-published = Only staff see this: it was never published.
article-not-seen = Readers do not see this: it is { $state }.
article-readers-see = Readers see version { $version }.
article-readers-see-nothing = Readers see nothing of it.
article-version-number = Version { $number }
article-published = published { $moment }
article-published-by = published { $moment } by { $name }
article-by = by { $name }
article-written-by = written by { $names }
article-found-right = found right { $moment }
article-valid-until = valid until { $day }
article-found-helpful = found it helpful ({ $helpful } of { $all })
article-nobody-said = nobody said whether it helped
article-label-times-used = { $count ->
    [one] time used
   *[other] times used
}
article-label-open-flags = { $count ->
    [one] open flag
   *[other] open flags
}
article-write = Write
article-write-new = Write a new version
article-go-on = Go on writing
article-go-on-new = Go on with the new version
article-versions = Versions
article-translate = Translate
article-flag = Flag
article-flag-wrong = Wrong
article-flag-outdated = Outdated
article-flag-unclear = Hard to follow
article-flag-it = Flag it
article-flag-help = Its owner gets this as work to do. Readers go on seeing the article.
article-flag-what = What is it?
article-flag-comment = What is wrong?
article-flag-comment-help = So that its owner can act on it
article-flag-title = Flag { $number }
article-quality = Article quality
article-published-count = { $count ->
    [one] { $count } published article
   *[other] { $count } published articles
}
article-published-first = { $shown } of { $count } published articles
article-none-published = No article is published yet
article-none-published-help = What readers and colleagues make of articles shows here.
article-article = Article
article-owner = Owner
article-helpful = Helpful
article-flags = Open flags
article-age = Days since review
article-helpful-of = { $percent } % of { $count }
article-review-due = review due
article-translations = Translations
article-gaps-count = { $count ->
    [one] { $count } translation lacks or is older than its source
   *[other] { $count } translations lack or are older than their source
}
article-no-gaps = Every translation is up to date
article-no-gaps-help = What lacks or fell behind its source shows here.
article-language = Language
article-gap = What is the matter
article-actions = Actions
article-gap-stale = Of version { $own }, the source is at { $source }: { $article }
article-bring-up = Bring up to date
article-gap-none = There is none
article-versions-of = Versions · { $number }
article-no-version = There is no version yet.
article-being-written = Being written
article-version = Version
article-version-older = Older
article-version-newer = Newer
article-choose-older = Older: { $version }
article-choose-newer = Newer: { $version }
article-when = When
article-who = By
article-what-changed = What changed
article-readers-see-this = (readers see this)
article-restore = Restore as draft
article-compare = Compare
article-back = Back to the article
article-found-on = Found on { $number }:
article-present-stays = Readers go on seeing the present version until yours is published.
article-in-source = { $part } in the source
article-change-note-help = What is new in this version, and why
article-same-as-source = It says the same as version { $version } of the source
article-save-draft = Save as draft
article-save-publish = Save and publish
article-there-stale = { $language } (there, but older than the source)
article-there = { $language } (there)
article-translate-help = You write beside the source. One that is there is opened.
article-translate-into = Into
article-translate-title = Translate { $number }
macro-none = No macro is for { $kinds } like this one.
macro-apply-one = Apply a macro
macro-moves = Moves from { $before } to { $after }
macro-nothing-changed = Nothing was changed.
macro-changes-nothing = It would change nothing here.
macro-apply = Apply
macro-apply-help = This happens at once, or nothing of it:
macro-reply = Reply
template-templates = Templates
template-begin = Begin with
template-use = Use
template-used-one = Used { $count } time in the last 90 days
template-used-many = Used { $count } times in the last 90 days
note-mind-this = Mind this
note-put-away = Put away
note-about = about { $whom }
note-until = Until { $day }
note-shown-to = Shown to
note-not-shown = It did not pop up yet.
