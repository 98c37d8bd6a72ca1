//! The `steward` command: configuration, wiring, start and stop.

mod arguments;
mod bench;
mod config;
mod configure;
mod demo;
mod explain;
mod import;
mod listen;
mod operate;
mod serve;
mod users;
mod wiring;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use rustix::fs::Mode;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command, Import, Report, Rule};
use crate::config::Config;

/// Much of the work is making and dropping small values; a quarter of an import's time went to the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of each thread, in bytes: a plan that goes on by itself is a long chain of futures. Only what is used is taken.
const STACK: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    // Whatever this program writes is for its owner alone, whichever library writes it.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let arguments = Arguments::parse();
    let outcome = Config::read(&arguments.settings).and_then(|config| run(&arguments.command, &config));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("steward: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command, config: &Config) -> anyhow::Result<()> {
    start_logging(config, matches!(command, Command::Serve(_)))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(options) => serve::serve(config, options).await,
            Command::User(command) => users::run(config, command).await,
            Command::Demo => demo::run(config).await,
            Command::Import(Import::EventLog(options)) => import::event_log(config, options).await,
            Command::Report(Report::Facts(options)) => import::facts(config, options).await,
            Command::Report(Report::ServiceLevels(options)) => import::service_levels(config, options).await,
            Command::Report(Report::Forecast(options)) => import::forecasts(config, options).await,
            Command::Rule(Rule::Test { rules }) => operate::test_rules(config, rules).await,
            Command::Verify(options) => operate::verify(config, options).await,
            Command::Backup(options) => operate::backup(config, options).await,
            Command::Restore(options) => operate::restore(config, options).await,
            Command::Export(options) => operate::export(config, options).await,
            Command::Config(command) => configure::run(config, command).await,
            Command::Bench(options) => bench::run(config, options).await,
        }
    })
}

/// The server logs JSON lines, commands log words for people; both to standard error.
fn start_logging(config: &Config, serving: bool) -> anyhow::Result<()> {
    // PostgreSQL notices tell of what is there already, which is as it should be.
    let default = if serving { "info,sqlx::postgres::notice=warn" } else { "warn" };
    let level = config.log.as_deref().unwrap_or(default);
    let filter = EnvFilter::try_new(level)
        .with_context(|| format!("the log setting `{level}` cannot be used; say for example info or steward=debug"))?;
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if serving {
        logging.json().init()
    } else {
        logging.compact().init()
    }
    Ok(())
}
