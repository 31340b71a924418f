// SPDX-License-Identifier: MIT OR Apache-2.0
//! The binary: reads what the operator wants, and serves.

mod config;
mod policy;
mod serve;

use std::{io::Write as _, process::ExitCode};

use clap::{Parser, Subcommand};

/// A video meeting service in one binary.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web client, the signalling and the media.
    Serve(config::Flags),
    /// Look at a policy before it governs anybody.
    #[command(subcommand)]
    Policy(policy::Command),
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    match run(&command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done about a closed standard error.
            let _ = writeln!(std::io::stderr(), "incamera: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(flags) => {
            let (config, shown) = config::load(flags)?;
            serve::serve(config, shown)
        }
        Command::Policy(command) => policy::run(command, &mut std::io::stdout().lock()),
    }
}
