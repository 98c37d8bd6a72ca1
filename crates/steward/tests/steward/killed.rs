//! Processes that end without warning, under load.

use std::time::{Duration, Instant};

use crate::cluster::{Cluster, Database};
use crate::installation::{Installation, READY_WITHIN};
use crate::ledger::{Load, check_ledger};
use crate::rounds;

/// How old a copy of what the database holds may be, with a second for the answer itself.
const COPIES: Duration = Duration::from_secs(3);

fn pause(from: u64, to: u64) {
    std::thread::sleep(Duration::from_millis(rand::random_range(from..to)));
}

/// Kills the program again and again while it is written to.
fn check_program_killed(installation: &Installation) {
    let mut ledger = Vec::new();
    for _ in 0..rounds() {
        let server = installation.serve();
        check_ledger(&server.client(), &ledger);
        let load = Load::start(&server.client());
        load.await_acknowledged(1);
        pause(100, 1000);
        server.kill();
        ledger = load.finish().0;
        installation.check_verified();
    }
    let server = installation.serve();
    check_ledger(&server.client(), &ledger);
    server.stop();
    installation.check_verified();
}

#[test]
fn rel_001_killed_on_sqlite() {
    check_program_killed(&Installation::sqlite());
}

#[test]
fn rel_002_killed_on_postgres() {
    check_program_killed(&Installation::on(Database::on(&Cluster::start())));
}

#[test]
fn rel_003_postgres_killed_under_the_program() {
    let cluster = Cluster::start();
    let installation = Installation::on(Database::on(&cluster));
    let mut server = installation.serve();
    let client = server.client();
    for round in 0..rounds().div_ceil(3) {
        let load = Load::start(&client);
        load.await_acknowledged(1);
        pause(100, 600);
        if round % 2 == 0 {
            cluster.kill()
        } else {
            cluster.abort()
        }
        std::thread::scope(|scope| {
            for path in ["/readyz", "/api/v1/incidents"] {
                let client = &client;
                scope.spawn(move || client.get(path).unwrap().check_unavailable(path));
            }
            // Who asks is known from a copy, until that is too old.
            scope.spawn(|| {
                let until = Instant::now() + COPIES;
                while client.get("/api/v1/me").unwrap().status == 200 && Instant::now() < until {
                    std::thread::sleep(Duration::from_millis(50));
                }
                client.get("/api/v1/me").unwrap().check_unavailable("/api/v1/me");
            });
        });
        assert_eq!(client.get("/healthz").unwrap().status, 200, "the process itself is well");
        cluster.go();
        let back = Instant::now();
        server.await_ready(READY_WITHIN);
        println!("ready {:?} after the database", back.elapsed());
        let written = load.acknowledged();
        load.await_acknowledged(written + 1);
        let (ledger, statuses) = load.finish();
        println!("{statuses:?}");
        let unexpected = statuses.keys().find(|status| !matches!(status, 200 | 201 | 503));
        assert_eq!(unexpected, None, "{statuses:?} {:#?}", server.log());
        check_ledger(&client, &ledger);
    }
    assert!(server.is_running());
    server.stop();
    installation.check_verified();
}
