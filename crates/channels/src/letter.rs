//! A message as RFC 5322 writes it. Heads hold nothing but what was made one line, and one address each.

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use steward_app::notices::Outgoing;

/// From whom messages come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Name, such as `Service desk`.
    pub name: String,
    /// Address.
    pub address: String,
}

impl Sender {
    /// Reads `Service desk <desk@example.org>` or `desk@example.org`; `None` when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, address) = match text.trim().strip_suffix('>').and_then(|rest| rest.split_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"'), address.trim()),
            None => ("Steward", text.trim()),
        };
        let is_plain = |text: &str| !text.chars().any(|letter| letter.is_control() || "<>,;:\"\\()[]".contains(letter));
        let (local, host) = address.split_once('@')?;
        let is_address = is_plain(address)
            && !address.contains(char::is_whitespace)
            && !local.is_empty()
            && !host.is_empty()
            && !host.contains('@');
        (is_address && is_plain(name)).then(|| Self { name: name.to_owned(), address: address.to_owned() })
    }

    /// The host that names messages.
    fn host(&self) -> &str {
        self.address.rsplit_once('@').map_or("localhost", |(_, host)| host)
    }
}

/// The message in the form in which it travels.
///
/// # Errors
/// [`std::io::ErrorKind::InvalidInput`] where the receiver's address is none.
pub fn written(message: &Outgoing, sender: &Sender) -> std::io::Result<Vec<u8>> {
    if message.address.chars().any(|letter| letter.is_control() || letter.is_whitespace() || "<>,;".contains(letter)) {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "the receiver's address is none"));
    }
    let (host, name) = (sender.host(), line(&message.name));
    let own = format!("outbox-{}.{}@{host}", message.id, message.at.0);
    let thread = format!("{}@{host}", message.thread);
    MessageBuilder::new()
        .from(Address::new_address(Some(sender.name.as_str()), sender.address.as_str()))
        .to(Address::new_address(Some(name).filter(|name| !name.is_empty()), message.address.as_str()))
        .subject(line(&message.subject))
        .date(message.at.timestamp().as_second())
        .message_id(MessageId::new(own))
        // Nobody sent the message that the thread is named by; programs group what refers to it.
        .in_reply_to(MessageId::new(thread.clone()))
        .references(MessageId::new(thread))
        .header("Auto-Submitted", HeaderType::Raw(Raw::new("auto-generated")))
        .header("Content-Language", HeaderType::Raw(Raw::new(message.language)))
        .header("X-Steward-Because", HeaderType::Text(Text::new(line(&message.because))))
        .text_body(message.text.as_str())
        .write_to_vec()
}

/// A text without anything that could end the line that it stands in.
fn line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_has_one_address() {
        let of = |text: &str| Sender::parse(text).map(|sender| (sender.name, sender.address));
        let both = |name: &str, address: &str| Some((name.to_owned(), address.to_owned()));
        assert_eq!(of("Service desk <desk@example.org>"), both("Service desk", "desk@example.org"));
        assert_eq!(of("desk@example.org"), both("Steward", "desk@example.org"));
        for bad in ["", "desk", "a@b@c", "Desk <desk@example.org>, b@c.d", "x\r\nBcc: y@z <desk@example.org>"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
