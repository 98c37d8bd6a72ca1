//! What a benchmark ran on.

use std::fs;
use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

/// Syncs to time.
const SYNCS: u32 = 200;

/// The machine.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    /// Name of the processor.
    processor: String,
    /// Cores that this process may use.
    cores: usize,
    /// Memory, in bytes; 0 when unknown.
    memory_bytes: u64,
    /// Microseconds that half of the syncs of one overwritten block take at most, in the folder of the database.
    sync_us: f64,
    /// Processes that wanted to run in the minute before, on average.
    load_before: f64,
}

impl Machine {
    /// Looks at this machine, and times syncs in a folder.
    ///
    /// # Errors
    /// When no file can be written in the folder.
    pub(super) fn look(folder: &Path) -> anyhow::Result<Self> {
        let processor = proc_value("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
        let memory = proc_value("/proc/meminfo", "MemTotal").and_then(|text| kibibytes(&text)).unwrap_or(0);
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Ok(Self {
            processor,
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_bytes: memory,
            sync_us: sync_time(folder)?.as_secs_f64() * 1e6,
            load_before: load.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0),
        })
    }

    /// One line about it.
    pub(super) fn line(&self) -> String {
        format!(
            "{}, {} cores, {:.0} GiB; a sync takes {:.0} µs; load before {:.2}",
            self.processor,
            self.cores,
            self.memory_bytes as f64 / f64::from(1 << 30),
            self.sync_us,
            self.load_before
        )
    }
}

/// Memory of a process that stands in RAM, in bytes.
///
/// # Errors
/// When the process is gone.
pub(super) fn resident_bytes(process: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{process}/status");
    proc_value(&path, "VmRSS")
        .and_then(|text| kibibytes(&text))
        .ok_or_else(|| anyhow::anyhow!("{path} does not tell the memory of the server"))
}

/// Time on a processor that all threads of a process have taken so far, theirs and the kernel's for them.
///
/// # Errors
/// When the process is gone.
pub(super) fn processor_time(process: u32) -> anyhow::Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program, in brackets, may hold blanks; the times are the 14th and 15th field, in ticks.
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Ok(Duration::from_micros((ticks(11) + ticks(12)) * 1_000_000 / per_second))
}

fn proc_value(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}

fn kibibytes(text: &str) -> Option<u64> {
    text.trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The median time of a durable overwrite of 4 KiB: what bounds commits that nobody shares.
fn sync_time(folder: &Path) -> anyhow::Result<Duration> {
    let mut file = tempfile::tempfile_in(folder)?;
    let block = [7_u8; 4096];
    file.write_all(&block)?;
    file.sync_all()?;
    let mut times = Vec::new();
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.rewind()?;
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}
