//! The signal to stop: what began is finished, nobody is sent away who obeys readiness.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::installation::Installation;
use crate::ledger::{Load, check_ledger};

/// A balancer that asks for readiness now and then, and clients that go where it says.
fn check_drained(installation: &Installation) {
    let mut command = installation.command(["serve", "--drain-seconds", "2"]);
    command.env("STEWARD_LOG", "info");
    let server = installation.serve_with(command);
    let client = server.client();
    let ready = AtomicBool::new(true);
    let sent: u32 = std::thread::scope(|scope| {
        scope.spawn(|| {
            while client.get("/readyz").map(|answer| answer.status) == Ok(200) {
                std::thread::sleep(Duration::from_millis(50));
            }
            ready.store(false, Ordering::Relaxed);
        });
        let senders: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut sent = 0;
                    while ready.load(Ordering::Relaxed) {
                        client.post("/api/v1/incidents", &json!({"fields": {"title": "a"}})).unwrap().expect(201);
                        sent += 1;
                    }
                    sent
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300));
        server.terminate();
        senders.into_iter().map(|sender| sender.join().unwrap()).sum()
    });
    assert!(sent > 10, "only {sent} requests");
    assert_eq!(client.get("/api/v1/me").unwrap().status, 200, "it still answers while balancers turn away");
    let log = server.await_end();
    assert!(log.last().is_some_and(|line| line.contains("stopped")), "{log:#?}");
    let again = installation.serve();
    assert_eq!(crate::ledger::all_incidents(&again.client()).len(), sent as usize);
}

#[test]
fn rel_030_no_request_fails_behind_a_balancer_on_sqlite() {
    check_drained(&Installation::sqlite());
}

#[test]
fn rel_030_no_request_fails_behind_a_balancer_on_postgres() {
    check_drained(&Installation::postgres());
}

#[test]
fn rel_030_a_request_that_began_is_finished() {
    let installation = Installation::sqlite();
    let server = installation.serve();
    let client = server.client();
    client.post("/api/v1/incidents", &json!({"fields": {"title": "a"}})).unwrap().expect(201);
    let mut stream = client.open("GET", "/api/v1/events?after=0", &[], Vec::new()).unwrap().into_body().into_reader();
    let mut first = [0];
    stream.read_exact(&mut first).unwrap();
    let mut slow = TcpStream::connect(server.address()).unwrap();
    let body = json!({"fields": {"title": "slow"}}).to_string();
    let head = format!(
        "POST /api/v1/incidents HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        client.token(),
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    slow.write_all(&body.as_bytes()[..5]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.terminate();
    let told = Instant::now();
    while TcpStream::connect(server.address()).is_ok() {
        assert!(told.elapsed() < Duration::from_secs(5), "it still takes connections");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    slow.write_all(&body.as_bytes()[5..]).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    server.await_end();
    assert!(told.elapsed() < Duration::from_secs(10), "streams held it up");
}

#[test]
fn rel_030_stopped_under_load_loses_nothing() {
    let installation = Installation::sqlite();
    let server = installation.serve();
    let load = Load::start(&server.client());
    load.await_acknowledged(50);
    server.terminate();
    server.await_end();
    let (ledger, statuses) = load.finish();
    let unexpected = statuses.keys().find(|status| !matches!(status, 0 | 200 | 201));
    assert_eq!(unexpected, None, "{statuses:?}");
    let again = installation.serve();
    check_ledger(&again.client(), &ledger);
    again.stop();
    installation.check_verified();
}

/// A client that never finishes the head of its request does not keep its connection.
#[test]
fn rel_011_slow_heads_are_cut_off() {
    let installation = Installation::sqlite();
    let server = installation.serve();
    let mut slow = TcpStream::connect(server.address()).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n").unwrap();
    let begun = Instant::now();
    let mut answer = Vec::new();
    slow.read_to_end(&mut answer).unwrap();
    assert!(
        (8..20).contains(&begun.elapsed().as_secs()),
        "{:?}: {}",
        begun.elapsed(),
        String::from_utf8_lossy(&answer)
    );
}
