//! What goes over the wire: requests that two readers would understand differently, and secrets that must not come back.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::installation::Installation;

/// What the server answers to bytes, until it closes the connection; `None` when it keeps it open.
fn told(address: &str, bytes: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
    // It may refuse before everything is sent.
    let _ = stream.write_all(bytes.as_bytes());
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => Some(String::from_utf8_lossy(&answer).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
            Some(String::from_utf8_lossy(&answer).into_owned())
        }
        Err(_) => None,
    }
}

#[test]
fn sec_096_requests_of_two_lengths_are_refused() {
    let installation = Installation::sqlite();
    let server = installation.serve();
    let client = server.client();
    let create = json!({"fields": {"title": "smuggled"}}).to_string();
    let head = format!("authorization: Bearer {}\r\ncontent-type: application/json", client.token());
    let hidden = format!(
        "POST /api/v1/incidents HTTP/1.1\r\nhost: a\r\n{head}\r\ncontent-length: {}\r\n\r\n{create}",
        create.len()
    );
    let length = hidden.len();
    for lengths in [
        "content-length: 0\r\ntransfer-encoding: chunked".to_owned(),
        format!("transfer-encoding: chunked\r\ncontent-length: {length}"),
        format!("content-length: 0\r\ncontent-length: {length}"),
        format!("content-length: {length}\r\ncontent-length: 0"),
        format!("content-length: 0, {length}"),
        "transfer-encoding: chunked, identity".to_owned(),
        "transfer-encoding: identity".to_owned(),
        "transfer-encoding: xchunked".to_owned(),
        "transfer-encoding: chunked\r\ntransfer-encoding: identity".to_owned(),
        "transfer-encoding : chunked".to_owned(),
        "transfer-encoding: \u{b}chunked".to_owned(),
        "content-length: +0".to_owned(),
        "content-length: -1".to_owned(),
        "content-length: 0x0".to_owned(),
        "content-length: 0 0".to_owned(),
        "content-length:".to_owned(),
        "content-length: 18446744073709551616".to_owned(),
        " content-length: 0".to_owned(),
    ] {
        let request =
            format!("POST /api/v1/incidents HTTP/1.1\r\nhost: a\r\n{head}\r\n{lengths}\r\n\r\n0\r\n\r\n{hidden}");
        let answer = told(server.address(), &request).unwrap_or_else(|| panic!("{lengths:?} keeps the connection"));
        let statuses: Vec<&str> =
            answer.split("HTTP/1.1 ").skip(1).map(|rest| rest.get(..3).unwrap_or_default()).collect();
        assert!(matches!(statuses[..], ["400"]), "{lengths:?}: {answer}");
    }
    let after = client.get("/api/v1/incidents").unwrap().expect(200);
    assert_eq!(after.as_array().map(Vec::len), Some(0), "a hidden request was read: {after}");
}

#[test]
fn sec_109_no_secret_comes_back() {
    let installation = Installation::sqlite();
    let password = "violet tram over gravel";
    installation.run_with(["user", "password", "--login", "root", "--password-stdin"], password).succeeded();
    let mut command = installation.command(["serve"]);
    command.env("STEWARD_LOG", "trace");
    let server = installation.serve_with(command);
    let client = server.client();
    let sign_in = |secret: &str| {
        let body = format!("login=root&password={}", secret.replace(' ', "+"));
        let origin = format!("http://{}", server.address());
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", origin.as_str())];
        client.send("POST", "/sign-in", &headers, body.into_bytes()).unwrap()
    };
    let refused = "another wrong passphrase";
    assert_eq!(sign_in(refused).status, 401);
    let signed_in = sign_in(password);
    let cookie = signed_in.headers.get("set-cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = cookie.split(';').next().and_then(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned());
    let session = session.filter(|session| session.len() > 20).expect("a session");
    let key = fs::read(installation.data.join("secret.key")).unwrap();
    let mut canaries = vec![
        ("password", password.to_owned()),
        ("refused password", refused.to_owned()),
        ("token", client.token().to_owned()),
        ("session", session.clone()),
        ("key", String::from_utf8_lossy(&key).trim().to_owned()),
        ("hash of a password", "$argon2id$".to_owned()),
    ];
    canaries.retain(|(_, secret)| !secret.is_empty());

    let kinds = ["incidents", "people", "teams", "organisations", "configuration-items", "knowledge-articles"];
    let mut paths = vec!["/metrics".to_owned(), "/healthz".to_owned(), "/readyz".to_owned()];
    paths.extend(["me", "openapi.json", "search?q=root"].map(|path| format!("/api/v1/{path}")));
    paths.extend(kinds.map(|kinds| format!("/api/v1/{kinds}")));
    let pages = ["/", "/account", "/search?q=root", "/people", "/people/PER0000001", "/nothing"].map(str::to_owned);
    let cookie = format!("steward={session}");
    for (path, headers) in
        paths.iter().map(|path| (path, None)).chain(pages.iter().map(|path| (path, Some(cookie.as_str()))))
    {
        let headers: Vec<(&str, &str)> = headers.map(|cookie| ("cookie", cookie)).into_iter().collect();
        let answer = client.send("GET", path, &headers, Vec::new()).unwrap();
        let text = format!("{:?}\n{}", answer.headers, String::from_utf8_lossy(&answer.bytes));
        for (what, secret) in &canaries {
            assert!(!text.contains(secret.as_str()), "{path} tells the {what}");
        }
    }
    server.terminate();
    let log = server.await_end().join("\n");
    assert!(log.contains("query"), "the log holds what is traced");
    for (what, secret) in &canaries {
        assert!(!log.contains(secret.as_str()), "the log tells the {what}");
    }
}
