//! What leaves is one message to one receiver, whatever stands in names and titles, and is there once.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the message")]

use mail_parser::MessageParser;
use steward_app::notices::{Outgoing, Transport as _, TransportError};
use steward_channels::letter::{Sender, written};
use steward_channels::mail_folder::MailFolder;
use steward_model::moment::Moment;

fn sender() -> Sender {
    Sender::parse("Service desk <desk@example.org>").unwrap()
}

fn message() -> Outgoing {
    Outgoing {
        id: 7,
        name: "Ada Lövenich".to_owned(),
        address: "ada@example.org".to_owned(),
        subject: "[INC0000042] Drucker für Etage 3 druckt nicht".to_owned(),
        text: "Hello Ada,\n\n> Grüße\n.\nBcc: eve@example.org\n\n-- \nYou get this because …\n".to_owned(),
        thread: "record-42".to_owned(),
        because: "You get this because INC0000042 is your request.".to_owned(),
        settings: "https://desk.example.org/settings#notifications".to_owned(),
        language: "en",
        at: Moment::parse("2026-03-02T09:00:00Z").unwrap(),
    }
}

#[test]
fn a_message_reads_as_it_was_written() {
    let written = written(&message(), &sender()).unwrap();
    let parsed = MessageParser::default().parse(&written).unwrap();
    assert_eq!(parsed.subject(), Some("[INC0000042] Drucker für Etage 3 druckt nicht"));
    let to = parsed.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("Ada Lövenich"), Some("ada@example.org")));
    assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("desk@example.org"));
    assert_eq!(parsed.message_id(), Some("outbox-7.1772442000000000@example.org"));
    let body = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(body.starts_with("Hello Ada,\n\n> Grüße\n.\nBcc: eve@example.org"), "{body}");
    assert!(parsed.bcc().is_none());
    assert_eq!(parsed.header("Auto-Submitted").and_then(|value| value.as_text()), Some("auto-generated"));
}

#[test]
fn sec_035_no_word_becomes_a_head() {
    let hostile = "x\r\nBcc: eve@example.org\r\n\r\nbody";
    let bad = Outgoing { name: hostile.into(), subject: hostile.into(), because: hostile.into(), ..message() };
    let written = written(&bad, &sender()).unwrap();
    let parsed = MessageParser::default().parse(&written).unwrap();
    assert!(parsed.bcc().is_none(), "{}", String::from_utf8_lossy(&written));
    assert_eq!(parsed.to().unwrap().iter().count(), 1);
    assert!(parsed.body_text(0).unwrap().starts_with("Hello Ada"));
}

#[tokio::test]
async fn a_message_that_is_handed_over_twice_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let mails = MailFolder::open(&folder.path().join("out"), sender()).unwrap();
    mails.send(&message()).await.unwrap();
    mails.send(&message()).await.unwrap();
    mails.send(&Outgoing { id: 8, ..message() }).await.unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["00001772442000000000-7.eml", "00001772442000000000-8.eml"]);
}

#[tokio::test]
async fn a_folder_that_is_gone_may_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mails = MailFolder::open(&folder.path().join("out"), sender()).unwrap();
    std::fs::remove_dir(folder.path().join("out")).unwrap();
    assert!(matches!(mails.send(&message()).await, Err(TransportError::Passing(_))));
}
