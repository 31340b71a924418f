// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server that is measured: its own process, what the kernel says of it, and what it says itself.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result};

use super::Build;
use crate::{
    run::{Running, repeat_output},
    shell::{Project, read, show},
};

/// A server that runs as long as this value, with its own data.
pub(super) struct Server {
    _process: Running,
    pid: u32,
    host: &'static str,
}

impl Server {
    /// Starts a server on an address of this machine and waits until it is ready.
    ///
    /// # Errors
    /// If it does not come up.
    pub(super) fn start(project: &Project, build: Build, host: &'static str) -> Result<Self> {
        let data = project.target().join("xtask/bench-data");
        let _ = fs::remove_dir_all(&data);
        let mut command = project.command(build.program(project, "incamera"));
        command.args(["serve", "--policy", "open", "--http", &format!("{host}:{HTTP}")]);
        command
            .args(["--media", &format!("{host}:{MEDIA}")])
            .arg("--data")
            .arg(&data);
        command
            .env("INCAMERA__LOG__FILTER", "warn")
            .stdout(Stdio::piped());
        show(&command);
        let mut process = Running(command.spawn().context("cannot start the server")?);
        let ready = repeat_output(process.0.stdout.take().expect("its output is piped"));
        ready
            .recv_timeout(START_LIMIT)
            .context("the server is not ready in time")?;
        let pid = process.0.id();
        Ok(Self {
            _process: process,
            pid,
            host,
        })
    }

    /// Makes a meeting with the bot and returns the host's link. `bot` starts the bot where it reaches the server.
    ///
    /// # Errors
    /// If none is made.
    pub(super) fn new_meeting(&self, mut bot: Command, mode: &str) -> Result<String> {
        let url = format!("http://{}:{HTTP}", self.host);
        let text = read(bot.args(["new", "--server", &url, "--mode", mode, "--host-link"]))?;
        let mut words = text.split_whitespace();
        let link = words.find(|word| word.contains("/m/"));
        link.map(str::to_owned).context("the bot printed no link")
    }

    /// Returns how many RTP packets the server has forwarded to subscribers, says the server.
    ///
    /// # Errors
    /// If it does not answer.
    pub(super) fn forwarded(&self) -> Result<u64> {
        let mut stream = TcpStream::connect((self.host, HTTP)).context("the server does not answer")?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            stream,
            "GET /metrics HTTP/1.1\r\nHost: {}:{HTTP}\r\nConnection: close\r\n\r\n",
            self.host
        )?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        metric(&text, "rtp_forwarded_total").context("the server does not count what it forwards")
    }

    /// Returns the CPU time of all threads, from the kernel's schedstat.
    ///
    /// # Errors
    /// If the server is gone.
    pub(super) fn cpu_time(&self) -> Result<Duration> {
        let mut nanoseconds = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.pid)).context("the server is gone")? {
            // A thread may end in between.
            let text = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
            let first = text.split_whitespace().next();
            nanoseconds += first.and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Returns the resident memory, in kB.
    ///
    /// # Errors
    /// If the server is gone.
    pub(super) fn memory(&self) -> Result<f64> {
        let status = fs::read_to_string(Path::new("/proc").join(self.pid.to_string()).join("status"))?;
        let mut lines = status.lines();
        let line = lines
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .context("no VmRSS")?;
        let number = line.split_whitespace().next().and_then(|word| word.parse().ok());
        number.context("VmRSS is no number")
    }
}

/// Returns the value of the metric whose name ends in `name`, summed over its labels.
fn metric(text: &str, name: &str) -> Option<u64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let values = lines.filter_map(|line| {
        let (key, value) = line.trim().rsplit_once(' ')?;
        let key = key.split('{').next()?;
        if key.ends_with(name) {
            value.parse::<u64>().ok()
        } else {
            None
        }
    });
    values.reduce(|sum, value| sum + value)
}

const HTTP: u16 = 18080;
const MEDIA: u16 = 13478;
const START_LIMIT: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_summed_over_its_labels() {
        let text = "# TYPE incamera_media_rtp_forwarded_total counter\n\
                    incamera_media_rtp_forwarded_total{worker=\"0\"} 12\n\
                    incamera_media_rtp_forwarded_total{worker=\"1\"} 30\nother 5\n";
        assert_eq!(metric(text, "rtp_forwarded_total"), Some(42));
        assert_eq!(metric(text, "absent"), None);
    }
}
