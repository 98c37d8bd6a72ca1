//! Which files are taken: how large they may be, and which kinds are refused, by the ending of the name and by content.

use bytes::Bytes;

use crate::App;
use crate::error::Error;
use crate::files::{clean_name, sniff};

/// Largest file where nothing else is said, in MiB.
const MAX_MIB: usize = 25;
/// The largest that can be chosen: a file is held in memory while it comes in.
const MOST_MIB: usize = 200;
/// Endings of names that systems run as a program as soon as somebody opens the file.
const ENDINGS: [&str; 16] =
    ["appx", "com", "cpl", "exe", "hta", "jse", "lnk", "msi", "msix", "msp", "pif", "scr", "vbe", "vbs", "wsf", "wsh"];

/// A kind of file that is known by its content, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A program for Windows, Linux or macOS.
    Program,
    /// A shortcut of Windows, which can run anything.
    Shortcut,
    /// An office document with macros.
    Macros,
    /// An archive that no scanner can look into.
    EncryptedArchive,
    /// A page, or a picture that can hold scripts.
    Html,
}

impl Content {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Program, Self::Shortcut, Self::Macros, Self::EncryptedArchive, Self::Html];

    /// The word for it in settings.
    pub fn key(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Shortcut => "shortcut",
            Self::Macros => "macros",
            Self::EncryptedArchive => "encrypted_archive",
            Self::Html => "html",
        }
    }

    fn is(self, content: &[u8]) -> bool {
        match self {
            Self::Program => sniff::is_program(content),
            Self::Shortcut => sniff::is_shortcut(content),
            Self::Macros => sniff::has_macros(content),
            Self::EncryptedArchive => sniff::is_encrypted_archive(content),
            Self::Html => sniff::is_html(content),
        }
    }

    fn refusal(self) -> &'static str {
        match self {
            Self::Program => "holds a program, which is not taken here",
            Self::Shortcut => "holds a shortcut, which is not taken here",
            Self::Macros => "holds macros, which are not taken here",
            Self::EncryptedArchive => "holds an archive with a password, which is not taken here",
            Self::Html => "holds a page with markup, which is not taken here",
        }
    }
}

/// Which files are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePolicy {
    max: usize,
    endings: Vec<String>,
    contents: Vec<Content>,
}

impl Default for FilePolicy {
    fn default() -> Self {
        Self {
            max: MAX_MIB * 1024 * 1024,
            endings: ENDINGS.map(str::to_owned).to_vec(),
            contents: vec![Content::Program, Content::Shortcut],
        }
    }
}

impl FilePolicy {
    /// Reads settings; what is not said is as by default.
    ///
    /// # Errors
    /// Which one cannot be used, and what it may be.
    pub fn read(
        max_mib: Option<usize>,
        endings: Option<&[String]>,
        contents: Option<&[String]>,
    ) -> Result<Self, String> {
        let mut policy = Self::default();
        if let Some(mib) = max_mib {
            if !(1..=MOST_MIB).contains(&mib) {
                return Err(format!("file_max_mib must be from 1 to {MOST_MIB}, this is {mib}"));
            }
            policy.max = mib * 1024 * 1024;
        }
        if let Some(endings) = endings {
            policy.endings = given(endings).map(ending).collect::<Result<_, _>>()?;
        }
        if let Some(contents) = contents {
            policy.contents = given(contents).map(content).collect::<Result<_, _>>()?;
        }
        Ok(policy)
    }

    /// Largest file, in bytes.
    pub fn max(&self) -> usize {
        self.max
    }

    /// Largest file in words that stand in a sentence.
    pub fn too_large(&self) -> Error {
        Error::TooLarge(format!("a file may have at most {} MiB", self.max / 1024 / 1024))
    }

    /// Refuses a file that is not taken: its name as it came, its content as it is.
    ///
    /// # Errors
    /// [`Error::TooLarge`], and [`Error::Invalid`] with the rule that it breaks.
    pub fn check(&self, field: &str, name: &str, content: &[u8]) -> Result<(), Error> {
        if content.len() > self.max {
            return Err(self.too_large());
        }
        let Some(name) = clean_name(name) else { return Err(Error::invalid("name", "must be a file name")) };
        if let Some(ending) = self.endings.iter().find(|ending| has_ending(&name, ending)) {
            let message = format!(
                "`{name}` ends in .{ending}, which is not taken here; share it some other way and write where it is"
            );
            return Err(Error::invalid(field, message));
        }
        if let Some(kind) = self.contents.iter().find(|kind| kind.is(content)) {
            let message = format!("`{name}` {}; share it some other way and write where it is", kind.refusal());
            return Err(Error::invalid(field, message));
        }
        Ok(())
    }
}

impl App {
    /// Says which files this process takes.
    pub fn set_file_policy(&self, policy: FilePolicy) {
        if self.0.file_policy.set(policy).is_err() {
            tracing::warn!("which files are taken was said twice; the first word counts");
        }
    }

    /// Which files are taken.
    pub fn file_policy(&self) -> &FilePolicy {
        self.0.file_policy.get_or_init(FilePolicy::default)
    }

    /// Refuses files that would not be taken, before anything that they come with is made.
    ///
    /// # Errors
    /// As [`FilePolicy::check`], with every file that is refused under `files`.
    pub fn check_files(&self, files: &[(String, Bytes)]) -> Result<(), Error> {
        let mut faults = Vec::new();
        for (name, content) in files {
            match self.file_policy().check("files", name, content) {
                Err(Error::Invalid(refused)) => faults.extend(refused),
                other => other?,
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }
}

fn given(words: &[String]) -> impl Iterator<Item = &str> {
    words.iter().map(|word| word.trim()).filter(|word| !word.is_empty())
}

fn ending(word: &str) -> Result<String, String> {
    let ending = word.trim_start_matches('.').to_lowercase();
    match ending.is_empty() || ending.contains(['/', '\\', '*', ' ']) {
        true => Err(format!("file_refused_endings must be endings such as exe, `{word}` is none")),
        false => Ok(ending),
    }
}

fn content(word: &str) -> Result<Content, String> {
    Content::ALL.into_iter().find(|kind| kind.key() == word).ok_or_else(|| {
        let known = Content::ALL.map(Content::key).join(", ");
        format!("file_refused_contents may hold {known}; `{word}` is none of them")
    })
}

/// Whether a name ends so. Windows ignores dots and blanks at the end, so they hide nothing.
fn has_ending(name: &str, ending: &str) -> bool {
    let name = name.trim_end_matches(['.', ' ']).to_lowercase();
    name.strip_suffix(ending).is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(name: &str, content: &[u8], policy: &FilePolicy) -> Option<String> {
        match policy.check("file", name, content) {
            Ok(()) => None,
            Err(Error::Invalid(faults)) => Some(faults[0].message.clone()),
            Err(error) => Some(error.to_string()),
        }
    }

    #[test]
    fn sec_051_endings_are_looked_at_after_names_were_put_right() {
        let policy = FilePolicy::default();
        for name in ["setup.exe", "SETUP.EXE", "setup.exe.", "setup.exe . ", "a/b\\setup.exe", "photo\u{202e}gpj.exe"] {
            let told = message(name, b"text", &policy).unwrap_or_default();
            assert!(told.contains("ends in .exe") && told.contains("write where it is"), "{name:?}: {told}");
        }
        for name in ["setup.exe.txt", "exe", "report.pdf", "executable.log", "script.ps1"] {
            assert_eq!(message(name, b"text", &policy), None, "{name:?}");
        }
    }

    #[test]
    fn contents_are_known_whatever_they_are_called() {
        let policy = FilePolicy::default();
        let mut program = b"MZ".to_vec();
        program.resize(256, 0);
        program[0x3c] = 0x80;
        program[0x80..0x84].copy_from_slice(b"PE\0\0");
        assert!(message("holiday.jpg", &program, &policy).unwrap().contains("holds a program"));
        assert!(message("a.txt", b"\x7fELF\x02\x01\x01", &policy).unwrap().contains("holds a program"));
        assert_eq!(message("a.txt", b"MZ are two letters", &policy), None);
        let strict = FilePolicy::read(None, Some(&[]), Some(&["html".into(), "macros".into()])).unwrap();
        assert!(message("a.png", b"  <!DOCTYPE html><p>", &strict).unwrap().contains("page with markup"));
        assert!(message("a.docx", b"PK\x03\x04....word/vbaProject.bin", &strict).unwrap().contains("macros"));
        assert_eq!(message("setup.exe", &program, &strict), None);
    }

    #[test]
    fn settings_that_cannot_be_used_say_what_they_may_be() {
        assert!(FilePolicy::read(Some(0), None, None).unwrap_err().contains("from 1 to 200"));
        assert!(FilePolicy::read(None, Some(&["*.exe".into()]), None).unwrap_err().contains("such as exe"));
        let told = FilePolicy::read(None, None, Some(&["viruses".into()])).unwrap_err();
        assert!(told.contains("encrypted_archive") && told.contains("`viruses`"), "{told}");
        let own = FilePolicy::read(Some(1), Some(&[".ISO".into()]), Some(&[])).unwrap();
        assert!(message("disk.iso", b"", &own).is_some());
        assert_eq!(own.max(), 1024 * 1024);
        assert!(message("a.txt", &vec![0; 1024 * 1024 + 1], &own).unwrap().contains("at most 1 MiB"));
    }
}
