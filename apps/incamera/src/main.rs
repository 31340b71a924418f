// SPDX-License-Identifier: MIT OR Apache-2.0
//! The binary: reads what the operator wants, and serves.

mod config;
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
}

fn main() -> ExitCode {
    let Arguments {
        command: Command::Serve(flags),
    } = Arguments::parse();
    match run(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done about a closed standard error.
            let _ = writeln!(std::io::stderr(), "incamera: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(flags: &config::Flags) -> anyhow::Result<()> {
    let config = config::load(flags)?;
    serve::serve(config)
}
