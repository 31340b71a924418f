// SPDX-License-Identifier: MIT OR Apache-2.0
//! The front door: `cargo xtask run`, `test`, `check` and the rest. Continuous integration calls the same commands.
//!
//! Each command is a file. This one knows their names and arguments, and nothing of what they do.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its terminal"
)]

mod bench;
mod check;
mod deny;
mod fuzz;
mod machine;
mod part;
mod run;
mod setup;
mod shell;
mod sim;
mod stamp;
mod tally;
mod test;
mod tidy;
mod types;
mod wasm;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{setup::Setup, shell::Project, wasm::Choice};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let project = Project::find();
    let setup = |no_setup: bool| {
        if no_setup {
            Setup::forbidden()
        } else {
            Setup::allowed()
        }
    };
    let outcome = match arguments.command {
        Command::Run {
            no_setup,
            with_bots,
            arguments,
        } => run::run(&project, &setup(no_setup), with_bots, &arguments),
        Command::Test { no_setup, filter } => test::test(&project, &setup(no_setup), &filter),
        Command::Check => check::check(&project),
        Command::Fix => check::fix(&project),
        Command::Tidy => tidy::tidy(&project),
        Command::Types { check } => types::types(&project, check),
        Command::Wasm { no_setup, toolchain } => setup(no_setup)
            .ensure(&project, &setup::for_wasm())
            .and_then(|()| wasm::build(&project, toolchain)),
        Command::Web { no_setup } => web::web(&project, &setup(no_setup)),
        Command::Setup => setup::everything(&project),
        Command::Sim { seed, count } => sim::sim(&project, seed, count),
        Command::Fuzz { target, seconds } => fuzz::fuzz(&project, &target, seconds),
        Command::FuzzCorpus => fuzz::corpus(&project),
        Command::Deny { no_setup } => deny::deny(&project, &setup(no_setup)),
        Command::Bench {
            no_setup,
            dev,
            no_build,
            rounds,
            measurements,
        } => {
            let plan = bench::Plan {
                build: if dev {
                    bench::Build::Dev
                } else {
                    bench::Build::Release
                },
                is_built: no_build,
                rounds,
            };
            bench::bench(&project, &setup(no_setup), &plan, &measurements)
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Builds, runs and tests Incamera.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install what is missing, build everything, then serve on http://localhost:8080
    Run {
        /// Install nothing; name what is missing
        #[arg(long)]
        no_setup: bool,
        /// Make a meeting with this many talking, moving bots in it, and print its link
        #[arg(long, value_name = "N", default_value_t = 0)]
        with_bots: u16,
        /// Arguments for `incamera serve`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run every test, the browsers included
    Test {
        /// Install nothing; name what is missing
        #[arg(long)]
        no_setup: bool,
        /// Names of parts (check, rust, wasm, web, browsers); other words pick tests by name
        filter: Vec<String>,
    },
    /// Formatting, lints as errors, and `tidy`
    Check,
    /// Format, and apply what clippy can mend by itself
    Fix,
    /// The invariants of the architecture, file sizes, licence lines, generated files
    Tidy,
    /// Write the TypeScript types that mirror the Rust ones
    Types {
        /// Write nothing; fail where they differ
        #[arg(long)]
        check: bool,
    },
    /// Build the WebAssembly module into web/src/generated/wasm
    Wasm {
        /// Install nothing; name what is missing
        #[arg(long)]
        no_setup: bool,
        /// Which Rust toolchain compiles it
        #[arg(long, value_enum, default_value_t = Choice::Auto)]
        toolchain: Choice,
    },
    /// Build the web client into web/dist
    Web {
        /// Install nothing; name what is missing
        #[arg(long)]
        no_setup: bool,
    },
    /// Only install what `run` and `test` need
    Setup,
    /// Run the simulator with one seed and print what happens, or with many
    Sim {
        /// The seed
        #[arg(long)]
        seed: u64,
        /// How many seeds, from that one on
        #[arg(long, default_value_t = 1)]
        count: u64,
    },
    /// Fuzz one target (see dev/fuzz)
    Fuzz {
        /// The target's name
        target: String,
        /// How long, in seconds
        #[arg(default_value_t = 60)]
        seconds: u64,
    },
    /// Write the made part of the fuzz corpus anew
    FuzzCorpus,
    /// Bans, licences and sources of all dependencies (cargo-deny)
    Deny {
        /// Install nothing; name what is missing
        #[arg(long)]
        no_setup: bool,
    },
    /// Measure; docs/performance.md says what
    Bench {
        /// Install nothing; name what is missing
        #[arg(long)]
        no_setup: bool,
        /// Measure the build that tests run on: only to try a measurement itself
        #[arg(long)]
        dev: bool,
        /// Build nothing; measure what is built already
        #[arg(long)]
        no_build: bool,
        /// How often to repeat each measurement
        #[arg(long)]
        rounds: Option<usize>,
        /// Which measurements; all if none is named
        measurements: Vec<String>,
    },
}
