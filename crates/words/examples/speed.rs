//! How long it takes to say something: `cargo run --release -p steward-words --example speed`.

use std::hint::black_box;
use std::time::Instant;

use steward_words::{Language, Reader, t, t_with, within};

const TIMES: u32 = 1_000_000;

fn measure(what: &str, mut work: impl FnMut()) {
    work();
    let begin = Instant::now();
    for _ in 0..TIMES {
        work();
    }
    println!("{what}: {} ns", begin.elapsed().as_nanos() / u128::from(TIMES));
}

fn main() {
    within(Reader::of(Language::German), || {
        measure("a message without values", || {
            black_box(t(black_box("keys-title")));
        });
        measure("a message with one value", || {
            drop(black_box(t_with("select-record", &[("title", black_box("Drucker klemmt").into())])));
        });
        measure("a message with a number", || {
            drop(black_box(t_with("hours-ago", &[("count", black_box(3_i64).into())])));
        });
    });
}
