// SPDX-License-Identifier: MIT OR Apache-2.0
//! What forwarding costs the server: its own CPU time per packet and its memory per subscriber, with bots that open every
//! frame.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::Stdio,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};

use super::{
    Build,
    namespace::{Namespace, SERVER},
};
use crate::{
    run::{Running, repeat_output},
    shell::{Project, read, show},
};

/// Measures all shapes and prints a row for each.
pub(super) fn measure(project: &Project, build: Build) -> Result<()> {
    let mut rows = Vec::new();
    for shape in SHAPES {
        rows.push(measure_shape(project, build, shape)?);
    }
    println!(
        "\n| publishers x subscribers | packets/s forwarded | CPU us per packet | memory per subscriber |\n|---|---|---|---|"
    );
    rows.iter().for_each(|row| println!("{row}"));
    println!();
    Ok(())
}

/// Who is in the meeting.
struct Shape {
    name: &'static str,
    publishers: u16,
    listeners: u16,
}

fn measure_shape(project: &Project, build: Build, shape: &Shape) -> Result<String> {
    let namespace = Namespace::new(project)?;
    let programs = project.target().join(build.folder());
    let data = project.target().join("xtask/bench-data");
    let _ = fs::remove_dir_all(&data);
    let mut server = project.command(programs.join("incamera"));
    server.args([
        "serve",
        "--http",
        &format!("{SERVER}:{HTTP}"),
        "--media",
        &format!("{SERVER}:{MEDIA}"),
    ]);
    server
        .arg("--data")
        .arg(&data)
        .env("INCAMERA__LOG__FILTER", "warn")
        .stdout(Stdio::piped());
    show(&server);
    let mut server = Running(server.spawn().context("cannot start the server")?);
    let ready = repeat_output(server.0.stdout.take().expect("its output is piped"));
    ready
        .recv_timeout(START_LIMIT)
        .context("the server is not ready in time")?;
    let pid = server.0.id();
    let memory_before = memory(pid)?;

    let bot = programs.join("incamera-bot");
    let mut new = namespace.command(&bot);
    let url = format!("http://{SERVER}:{HTTP}");
    // The mode changes nothing on the media path, and 200 people are in a standard meeting sooner.
    let link = read(new.args(["new", "--server", &url, "--mode", "standard"]))?;
    let link = link
        .split_whitespace()
        .find(|word| word.contains("/m/"))
        .context("the bot printed no link")?;
    let mut crowds = Vec::new();
    for (people, more) in [(shape.publishers, None), (shape.listeners, Some("--listen-only"))] {
        if people > 0 {
            let mut join = namespace.command(&bot);
            join.args(["join", link, "--people", &people.to_string()])
                .args(more);
            show(&join);
            crowds.push(Running(
                join.stdout(Stdio::null())
                    .spawn()
                    .context("cannot start the bots")?,
            ));
        }
    }
    thread::sleep(WARM_UP + PER_PERSON * u32::from(shape.publishers + shape.listeners));
    let (packets, cpu) = (forwarded()?, cpu_time(pid)?);
    thread::sleep(MEASURED);
    let (packets, cpu) = (forwarded()? - packets, cpu_time(pid)? - cpu);
    let memory = memory(pid)?.saturating_sub(memory_before);
    for crowd in &mut crowds {
        ensure!(
            crowd.ended()?.is_none(),
            "bots of {} left before the end",
            shape.name
        );
    }
    ensure!(packets > 0, "nothing was forwarded in {}", shape.name);

    let subscribers = u64::from(if shape.listeners > 0 {
        shape.listeners
    } else {
        shape.publishers
    });
    let per_second = packets / MEASURED.as_secs();
    let nanoseconds = cpu.as_nanos() / u128::from(packets);
    let (whole, part) = (nanoseconds / 1000, nanoseconds % 1000 / 100);
    Ok(format!(
        "| {} | {per_second} | {whole}.{part} | {} kB |",
        shape.name,
        memory / subscribers
    ))
}

/// Returns how many packets the server has forwarded, says the server.
fn forwarded() -> Result<u64> {
    let mut stream = TcpStream::connect((SERVER, HTTP)).context("the server does not answer")?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nHost: {SERVER}:{HTTP}\r\nConnection: close\r\n\r\n"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    metric(&text, "rtp_forwarded_total").context("the server does not count what it forwards")
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

/// Returns the CPU time of all threads of a process that run.
fn cpu_time(pid: u32) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).context("the server is gone")? {
        let text = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
        nanoseconds += text
            .split_whitespace()
            .next()
            .and_then(|word| word.parse::<u64>().ok())
            .unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// Returns the resident memory of a process, in kB.
fn memory(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    line.split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .context("VmRSS is no number")
}

const SHAPES: &[Shape] = &[
    Shape {
        name: "1 x 50",
        publishers: 1,
        listeners: 50,
    },
    Shape {
        name: "1 x 200",
        publishers: 1,
        listeners: 200,
    },
    Shape {
        name: "10 x 10",
        publishers: 10,
        listeners: 0,
    },
];
const HTTP: u16 = 18080;
const MEDIA: u16 = 13478;
const START_LIMIT: Duration = Duration::from_secs(20);
// Joining, handshakes and the bandwidth estimate's climb are over.
const WARM_UP: Duration = Duration::from_secs(15);
const PER_PERSON: Duration = Duration::from_millis(100);
// Long enough that scheduling noise stays below the 15 % that machines differ by anyway.
const MEASURED: Duration = Duration::from_secs(20);

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
