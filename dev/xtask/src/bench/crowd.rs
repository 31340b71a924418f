// SPDX-License-Identifier: MIT OR Apache-2.0
//! `incamera-bot load`, with the lines of JSON that it writes.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{run::Running, shell::show};

/// A crowd of bots that is in a meeting as long as this value.
pub(super) struct Crowd {
    process: Running,
    lines: Receiver<String>,
}

impl Crowd {
    /// Sends a crowd into a meeting. `bot` starts the bot where it reaches the server.
    ///
    /// # Errors
    /// If the bot cannot be started.
    pub(super) fn join(mut bot: Command, link: &str, arguments: &[&str]) -> Result<Self> {
        bot.args(["load", link]).args(arguments).env("RUST_LOG", "off");
        bot.stdout(Stdio::piped());
        show(&bot);
        let mut process = Running(bot.spawn().context("cannot start the bots")?);
        let output = process.0.stdout.take().expect("its output is piped");
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Nobody waits for the lines after the report.
                let _ = sender.send(line);
            }
        });
        Ok(Self { process, lines })
    }

    /// Waits for an event.
    ///
    /// # Errors
    /// If it does not come within `limit`.
    pub(super) fn wait_for(&self, event: &str, limit: Duration) -> Result<Value> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                bail!("the bots did not say {event} within {} s", limit.as_secs());
            };
            let value: Value = serde_json::from_str(&line).context("the bots print lines of JSON")?;
            if value["event"] == event {
                return Ok(value);
            }
            if value["event"] == "load" {
                bail!("the bots left before they said {event}: {}", value["problems"]);
            }
        }
    }

    /// Lets all bots leave and returns what they found.
    ///
    /// # Errors
    /// If they do not say, or any of them had a problem.
    pub(super) fn leave(self) -> Result<Value> {
        Command::new("kill")
            .arg(self.process.0.id().to_string())
            .status()?;
        self.report(LEAVE_LIMIT)
    }

    /// Waits for what the bots found.
    ///
    /// # Errors
    /// If they do not say within `limit`, or any of them had a problem.
    pub(super) fn report(self, limit: Duration) -> Result<Value> {
        let report = self.wait_for("load", limit)?;
        let problems = report["problems"].as_array().map_or(0, Vec::len);
        if problems > 0 {
            bail!("{problems} bots had problems: {}", report["problems"]);
        }
        Ok(report)
    }
}

const LEAVE_LIMIT: Duration = Duration::from_secs(30);
