//! Passwords: Argon2id with the parameters of the OWASP password storage guidance, and what may be one.

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use zxcvbn::{Score, zxcvbn};

use crate::error::Error;

/// Fewest characters of a password that stands alone (NIST SP 800-63B-4, OWASP ASVS 5.0 6.2.1).
pub(crate) const MIN_CHARS: usize = 15;
/// Most bytes; longer input is refused before it costs anything.
pub(crate) const MAX_BYTES: usize = 1024;

/// Hash of a random password that nobody knows, compared with when there is no account, so that both take as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3Rld2FyZC1ub2JvZHkhIQ$RdescudvJCsgt3ub+b2dWRWJTmaaJObGe8xGQBNu0wY";

/// A hash to store.
pub(crate) fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::generate(&mut OsRng);
    let hash =
        hasher()?.hash_password(password.as_bytes(), &salt).map_err(|error| Error::internal(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a password belongs to a hash. Takes as long when there is no hash to compare with.
pub(crate) fn verify(password: &str, stored: Option<&str>) -> bool {
    if password.is_empty() || password.len() > MAX_BYTES {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(NOBODY)) else { return false };
    let Ok(hasher) = hasher() else { return false };
    hasher.verify_password(password.as_bytes(), &parsed).is_ok() && stored.is_some()
}

/// Refuses passwords that are too short, too long, or soon guessed: common ones, patterns, and names that everybody
/// here knows. Any character is welcome, and none is demanded.
pub(crate) fn check(password: &str, known_names: &[&str]) -> Result<(), Error> {
    if password.len() > MAX_BYTES {
        return Err(Error::invalid("password", format!("must have at most {MAX_BYTES} bytes")));
    }
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(Error::invalid("password", format!("must have at least {MIN_CHARS} characters, this has {chars}")));
    }
    let lower = password.to_lowercase();
    let names = known_names.iter().copied().chain(["steward"]);
    if let Some(name) = names.filter(|name| name.chars().count() >= 4).find(|name| lower.contains(&name.to_lowercase()))
    {
        return Err(Error::invalid("password", format!("must not hold the name “{name}”")));
    }
    if zxcvbn(password, known_names).score() < Score::Three {
        return Err(Error::invalid("password", "would be guessed soon; a few unrelated words make a good one"));
    }
    Ok(())
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_password(password: &str, good: bool) {
        assert_eq!(check(password, &["Contoso", "anna"]).is_ok(), good, "{password:?}");
    }

    #[test]
    fn sec_073_passwords_that_are_guessed_first_are_refused() {
        check_password("short", false);
        check_password("fourteen chars", false);
        check_password("aaaaaaaaaaaaaaaaaaaa", false);
        check_password("passwordpassword", false);
        check_password("qwertyuiopasdfghjkl", false);
        check_password("123456789012345678", false);
        check_password("contoso helpdesk rocks", false);
        check_password("my steward secret words", false);
        check_password("violet tram over gravel", true);
        check_password("  Überfällige Grüße 漢字  ", true);
        check_password(&"long pass phrase with many words ".repeat(4)[..128], true);
    }

    #[test]
    fn sec_073_every_byte_counts() {
        let base = "violet tram over gravel ".repeat(4);
        let stored = hash(&base).unwrap();
        assert!(verify(&base, Some(&stored)));
        assert!(!verify(&base[..base.len() - 1], Some(&stored)), "the last of {} bytes counts", base.len());
    }

    #[test]
    fn sec_074_a_hash_is_no_password() {
        let stored = hash("violet tram over gravel").unwrap();
        assert!(!verify(&stored, Some(&stored)));
        assert!(!verify("", Some(&stored)));
        assert!(!verify("violet tram over gravel", None));
    }
}
