//! Secret fields: sealed before they reach a decision, so neither journal nor database ever holds them open.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde_json::Value as Json;
use steward_model::command::Input;
use steward_model::kind::{FieldType, Kind};
use zeroize::Zeroizing;

use crate::App;
use crate::error::Error;

/// Marks sealed text, with the version of the method.
const MARK: &str = "sealed:1:";

/// The key of this installation, kept in a file outside the database. Wiped from memory when dropped.
#[derive(Clone)]
pub(crate) struct SecretKey(Zeroizing<[u8; 32]>);

impl SecretKey {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// Seals a text with XChaCha20-Poly1305 under a fresh random nonce.
    fn seal(&self, text: &str) -> Result<String, Error> {
        let cipher = XChaCha20Poly1305::new(self.0.as_ref().into());
        let nonce: [u8; 24] = rand::random();
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), text.as_bytes())
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Ok(format!("{MARK}{}", BASE64_STANDARD_NO_PAD.encode(bytes)))
    }
}

impl SecretKey {
    /// The text that was sealed.
    fn unseal(&self, sealed: &str) -> Result<Zeroizing<String>, Error> {
        let broken = || Error::internal("a secret cannot be opened with the key of this installation");
        let text = sealed.strip_prefix(MARK).ok_or_else(broken)?;
        let bytes = BASE64_STANDARD_NO_PAD.decode(text).map_err(|_| broken())?;
        let (nonce, sealed) = bytes.split_at_checked(24).ok_or_else(broken)?;
        let cipher = XChaCha20Poly1305::new(self.0.as_ref().into());
        let open = cipher.decrypt(XNonce::from_slice(nonce), sealed).map_err(|_| broken())?;
        String::from_utf8(open).map(Zeroizing::new).map_err(|_| broken())
    }
}

impl App {
    /// The text of a secret field, for what is signed with it; never for a reader.
    pub(crate) fn unsealed(&self, sealed: &str) -> Result<Zeroizing<String>, Error> {
        self.0.key.unseal(sealed)
    }

    /// The input under the keys that fields have now, with the texts of secret fields sealed.
    pub(crate) fn sealed(&self, kind: &Kind, input: &Input) -> Result<Input, Error> {
        let mut sealed = input.clone();
        for key in input.keys() {
            if let Some(field) = kind.field_named(key).filter(|field| field.key != *key)
                && let Some(value) = sealed.remove(key)
            {
                sealed.entry(field.key.clone()).or_insert(value);
            }
        }
        for field in kind.fields.iter().filter(|field| field.field_type == FieldType::Secret) {
            if let Some(Json::String(text)) = sealed.get_mut(&field.key)
                && !text.is_empty()
            {
                *text = self.0.key.seal(text)?;
            }
        }
        Ok(sealed)
    }
}

impl SecretKey {
    /// A keyed hash by which a login and password are recognised for some seconds without keeping them.
    pub(crate) fn digest(&self, login: &str, password: &str) -> [u8; 32] {
        use sha2::{Digest, Sha256};
        let mut hasher = Sha256::new();
        hasher.update(self.0.as_ref());
        hasher.update((login.len() as u64).to_be_bytes());
        hasher.update(login.as_bytes());
        hasher.update(password.as_bytes());
        hasher.finalize().into()
    }
}

impl App {
    /// HMAC-SHA256 under this installation's key, of a text for one purpose: proves to us later that we wrote it.
    pub fn keyed_hash(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        use hmac::{Hmac, Mac};
        // A key of any length is taken, so this cannot fail; an all-zero answer would be refused by every comparison.
        let Ok(mut mac) = <Hmac<sha2::Sha256> as Mac>::new_from_slice(self.0.key.0.as_ref()) else { return [0; 32] };
        mac.update(&(purpose.len() as u64).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}
