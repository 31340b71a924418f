// SPDX-License-Identifier: MIT OR Apache-2.0
//! `cargo xtask run`: from a clean clone to a serving server, with bots in a meeting if asked for.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::{
    setup::{self, Setup},
    shell::{Project, announce, read, run as run_command, show},
    wasm, web,
};

/// Installs what is missing, builds everything and serves until told to stop.
///
/// # Errors
/// If something is missing, does not build, or the server or the bots fail.
pub(crate) fn run(project: &Project, setup: &Setup, bots: u16, arguments: &[String]) -> Result<()> {
    setup.ensure(project, &[setup::for_build(), setup::for_wasm()].concat())?;
    web::install(project, setup, "web")?;
    wasm::build(project, wasm::Choice::Auto)?;
    web::build(project)?;
    announce("Building the server");
    // The bot is always built along, so that trying it once does not compile the server another time.
    run_command(&mut project.cargo(&["build", "--package", "incamera", "--package", "incamera-bot"]))?;
    let mut server = project.command(project.program("incamera"));
    server.arg("serve").args(arguments);
    // Whoever tries it makes a meeting first, and an account later or never.
    let has_policy = arguments
        .iter()
        .any(|argument| argument == "--policy" || argument.starts_with("--policy="));
    if !has_policy {
        server.args(["--policy", "open"]);
    }
    show(&server);
    match bots {
        0 => Err(server.exec()).context("cannot start the server"),
        _ => with_bots(project, &mut server, bots),
    }
}

fn with_bots(project: &Project, server: &mut Command, bots: u16) -> Result<()> {
    let is_stopped = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register(signal, Arc::clone(&is_stopped)).context("cannot listen for signals")?;
    }
    let mut server = Running(
        server
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server")?,
    );
    let ready = repeat_output(server.0.stdout.take().expect("its output is piped"));
    let Some(url) = wait_until_ready(&mut server, &ready, &is_stopped)? else {
        return Ok(());
    };
    let bot = project.program("incamera-bot");
    let link = read(
        project
            .command(&bot)
            .args(["new", "--server", &url, "--mode", "e2ee"]),
    )?;
    let link = link
        .split_whitespace()
        .find(|word| word.contains("/m/"))
        .context("the bot printed no link")?;
    let mut join = project.command(&bot);
    join.args(["join", link, "--people", &bots.to_string()]);
    show(&join);
    let mut crowd = Running(join.spawn().context("cannot start the bots")?);
    println!("\n  A meeting with {bots} bots:\n\n      {link}\n");
    let mut is_reported = false;
    while !is_stopped.load(Ordering::Relaxed) {
        if let Some(status) = server.ended()? {
            return if status.success() {
                Ok(())
            } else {
                bail!("the server ended ({status})")
            };
        }
        if let (false, Some(status)) = (is_reported, crowd.ended()?) {
            println!("  The bots have left ({status}).");
            is_reported = true;
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(())
}

/// A child process that does not outlive its owner.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Returns how it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }
}

impl Drop for Running {
    /// Asks the child to end, so that it can say good-bye, and insists after a while.
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(POLL_INTERVAL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Prints what the server prints, and passes on the address in its line that says that it is ready.
pub(crate) fn repeat_output(output: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{line}");
            if let Some(url) = address(&line) {
                // Nobody waits for a second one.
                let _ = sender.send(url.to_owned());
            }
        }
    });
    receiver
}

/// Returns the server's address, or `None` if the person stopped it before it was ready.
fn wait_until_ready(
    server: &mut Running,
    ready: &Receiver<String>,
    is_stopped: &AtomicBool,
) -> Result<Option<String>> {
    let deadline = Instant::now() + START_LIMIT;
    while !is_stopped.load(Ordering::Relaxed) {
        if let Ok(url) = ready.recv_timeout(POLL_INTERVAL) {
            return Ok(Some(url));
        }
        if let Some(status) = server.ended()? {
            bail!("the server ended ({status})");
        }
        if Instant::now() >= deadline {
            bail!("the server is not ready after {} s", START_LIMIT.as_secs());
        }
    }
    Ok(None)
}

/// Returns the address in the line that says where the server is ready.
fn address(line: &str) -> Option<&str> {
    let (_, url) = line.split_once("is ready at ")?;
    url.split_whitespace()
        .next()
        .filter(|url| url.starts_with("http"))
}

const POLL_INTERVAL: Duration = Duration::from_millis(100);
const START_LIMIT: Duration = Duration::from_secs(30);
const GRACE: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_line_that_says_the_server_is_ready() {
        assert_eq!(
            address("Incamera is ready at http://localhost:8080"),
            Some("http://localhost:8080")
        );
        assert_eq!(address("Incamera is starting at http://localhost:8080"), None);
        assert_eq!(address("nothing is ready at all"), None);
    }
}
