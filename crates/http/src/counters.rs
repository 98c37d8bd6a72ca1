//! Figures of requests since the start, of all doors together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::Doors;

/// Upper bounds of the buckets of answer times, in microseconds.
const BUCKETS: [u64; 9] = [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 2_500_000];

/// What is counted of requests, since the start.
#[derive(Debug, Default)]
pub struct Counters {
    by_status: [AtomicU64; 6],
    buckets: [AtomicU64; BUCKETS.len()],
    micros: AtomicU64,
}

/// Counts and logs each request.
pub async fn observe(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let response = next.run(request).await;
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    doors.counters().count(status, micros);
    if status >= 500 {
        tracing::warn!(status, micros, "request not answered");
    } else {
        tracing::debug!(status, micros, "request answered");
    }
    response
}

impl Counters {
    fn count(&self, status: u16, micros: u64) {
        let class = usize::from(status / 100).min(5);
        self.by_status[class].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        for (bucket, bound) in self.buckets.iter().zip(BUCKETS) {
            if micros <= bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// The figures in the text format of Prometheus.
    pub fn as_text(&self) -> String {
        let mut text =
            String::from("# HELP steward_requests_total Requests answered.\n# TYPE steward_requests_total counter\n");
        let mut total = 0;
        for (class, count) in self.by_status.iter().enumerate().skip(1) {
            let count = count.load(Ordering::Relaxed);
            total += count;
            text.push_str(&format!("steward_requests_total{{status=\"{class}xx\"}} {count}\n"));
        }
        text.push_str("# HELP steward_request_seconds Time to answer.\n# TYPE steward_request_seconds histogram\n");
        for (bucket, bound) in self.buckets.iter().zip(BUCKETS) {
            let seconds = std::time::Duration::from_micros(bound).as_secs_f64();
            let count = bucket.load(Ordering::Relaxed);
            text.push_str(&format!("steward_request_seconds_bucket{{le=\"{seconds}\"}} {count}\n"));
        }
        let sum = std::time::Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64();
        text.push_str(&format!("steward_request_seconds_bucket{{le=\"+Inf\"}} {total}\n"));
        text.push_str(&format!("steward_request_seconds_sum {sum}\nsteward_request_seconds_count {total}\n"));
        text
    }
}
