//! Why a request was not made, or came to nothing.

use std::time::Duration;

use crate::range::Range;

/// Why a request was not made, or came to nothing. The words name the rule and the way out, and nothing that only the
/// network behind the server knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address cannot be read.
    #[error("the address cannot be read: {0}; write it such as https://calendar.example.org/holidays.ics")]
    Address(String),
    /// A scheme that is none of the web.
    #[error("addresses begin with https://, this one with {0}:")]
    Scheme(String),
    /// No TLS, and the host is not allowed without.
    #[error("only https:// is allowed; write it so, or have the operator list the host in outbound_allow")]
    Plain,
    /// A name and password in the address.
    #[error("the address holds a user name or password before the host; leave them out")]
    Credentials,
    /// A number in place of a host that is not written as four numbers with dots.
    #[error("the host is an IP address in an unusual spelling; write {0}, or better its name")]
    Spelling(String),
    /// A port of some other service.
    #[error("port {0} is not allowed; use 443 or one above 1023, or have the operator list the host in outbound_allow")]
    Port(u16),
    /// An address that is none of the public internet.
    #[error("the host is {}, which is not allowed; use a public address, or have the operator list the host or network in outbound_allow", .0.words())]
    Inside(Range),
    /// Nobody knows the name.
    #[error("the host name leads nowhere; look whether it is spelled right")]
    Unknown,
    /// Nobody answers there, closed or away: which of them is nobody's business.
    #[error("nobody answers at this address; look whether it is right and can be reached from this server")]
    Unreachable,
    /// The certificate does not hold.
    #[error("the certificate of the host does not hold ({0}); nothing was sent")]
    Certificate(String),
    /// Too slow.
    #[error("there was no whole answer within {} seconds", .0.as_secs_f32())]
    Slow(Duration),
    /// Too much.
    #[error("the answer is larger than {} KiB", .0 / 1024)]
    Large(usize),
    /// The answer is no HTTP, or ended in the middle.
    #[error("the answer is no valid HTTP, or ended early")]
    Garbled,
    /// The answer came compressed, which was not asked for.
    #[error("the answer is compressed, which was not asked for")]
    Compressed,
    /// From one address to the next.
    #[error("the address leads on more than {0} times; write the one that it leads to")]
    Redirects(usize),
    /// It leads on to an address that is refused.
    #[error("the address leads on to another one that is refused: {0}")]
    LeadsTo(Box<Error>),
}

impl Error {
    /// Whether it may come out otherwise some time later, without anybody changing anything here.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Address(_)
            | Self::Scheme(_)
            | Self::Plain
            | Self::Credentials
            | Self::Spelling(_)
            | Self::Port(_)
            | Self::Inside(_) => false,
            // Whoever answers may be put right meanwhile.
            Self::Unknown
            | Self::Unreachable
            | Self::Certificate(_)
            | Self::Slow(_)
            | Self::Large(_)
            | Self::Garbled
            | Self::Compressed
            | Self::Redirects(_)
            | Self::LeadsTo(_) => true,
        }
    }
}
