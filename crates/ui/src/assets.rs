//! The files that pages load: built from `assets/` by esbuild, named after their content, compressed ahead of time.

/// A file that pages refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asset {
    /// The stylesheet.
    Styles,
    /// The script, a module.
    Script,
    /// The sprite of icons.
    Icons,
    /// Inter for Latin letters.
    FontLatin,
    /// Inter for the further letters of European names.
    FontLatinExtendedA,
    /// Inter for all other Latin letters.
    FontLatinExtended,
    /// The mark in the browser's tab.
    Mark,
}

/// One file with its compressed forms.
#[derive(Debug)]
pub struct File {
    /// Last part of its address; carries a hash of the content, so an answer may be kept for ever.
    pub name: &'static str,
    /// Value of `Content-Type`.
    pub media_type: &'static str,
    /// The bytes.
    pub plain: &'static [u8],
    /// The bytes under gzip; `None` where compression gains nothing.
    pub gzip: Option<&'static [u8]>,
    /// The bytes under brotli; `None` where compression gains nothing.
    pub brotli: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Path under which a page finds the file. The server answers `/assets/{name}` with [`find`].
pub fn address(asset: Asset) -> &'static str {
    match asset {
        Asset::Styles => STYLES,
        Asset::Script => SCRIPT,
        Asset::Icons => ICONS,
        Asset::FontLatin => FONT_LATIN,
        Asset::FontLatinExtendedA => FONT_LATIN_EXTENDED_A,
        Asset::FontLatinExtended => FONT_LATIN_EXTENDED,
        Asset::Mark => MARK,
    }
}

/// The file of this name.
pub fn find(file_name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == file_name)
}

/// Every file.
pub fn all() -> &'static [File] {
    FILES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_answered() {
        for asset in [
            Asset::Styles,
            Asset::Script,
            Asset::Icons,
            Asset::FontLatin,
            Asset::FontLatinExtendedA,
            Asset::FontLatinExtended,
            Asset::Mark,
        ] {
            let name = address(asset).strip_prefix("/assets/").unwrap();
            assert!(find(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_cold_page_stays_light() {
        let sent: usize = [Asset::Styles, Asset::Script, Asset::Icons, Asset::FontLatin, Asset::Mark]
            .into_iter()
            .filter_map(|asset| find(address(asset).strip_prefix("/assets/").unwrap()))
            .map(|file| file.brotli.unwrap_or(file.plain).len())
            .sum();
        assert!(sent < 140_000, "{sent} bytes before the page itself");
    }
}
