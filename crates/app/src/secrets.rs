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

impl App {
    /// The input with the texts of secret fields sealed.
    pub(crate) fn sealed(&self, kind: &Kind, input: &Input) -> Result<Input, Error> {
        let mut sealed = input.clone();
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
