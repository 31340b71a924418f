// SPDX-License-Identifier: MIT OR Apache-2.0
//! What forwarding costs the server: its own CPU time per packet and its memory per subscriber. The bots sit in another
//! network namespace, decrypt every packet and count it; a publisher sends 156 full packets a second.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use super::{
    Context,
    crowd::Crowd,
    figures::{Row, print_table},
    floor,
    namespace::{Namespace, SERVER},
    server::Server,
};

/// Measures all shapes in turn, several rounds long: only figures of one round can be compared.
pub(super) fn measure(context: &Context<'_>) -> Result<()> {
    let mut measured: Vec<Vec<Measured>> = SHAPES.iter().map(|_| Vec::new()).collect();
    for _ in 0..context.rounds(ROUNDS) {
        for (shape, measured) in SHAPES.iter().zip(&mut measured) {
            measured.push(measure_shape(context, shape)?);
        }
    }
    let mut rows = Vec::new();
    for (shape, measured) in SHAPES.iter().zip(&measured) {
        let row = |what: &str, value: fn(&Measured) -> f64| {
            Row::new(format!("{}: {what}", shape.name), measured.iter().map(value))
        };
        rows.push(row("packets forwarded per second", |one| one.packets_per_second));
        rows.push(row("CPU per forwarded packet, us", |one| one.cpu_per_packet));
        rows.push(row("CPU of the floor per packet, us", |one| one.floor));
        rows.push(
            row("that in floors of the same round", |one| {
                one.cpu_per_packet / one.floor
            })
            .at_most(1.0),
        );
        rows.push(row("memory per participant, kB", |one| one.memory).at_most(150.0));
        if shape.subscribers > 0 {
            rows.push(row("CPU per join, ms", |one| one.cpu_per_join).at_most(2.0));
        }
        rows.push(row("packets lost, per million", |one| one.lost_per_million).at_most(0.0));
    }
    print_table(&rows);
    Ok(())
}

/// Who is in the meeting.
struct Shape {
    name: &'static str,
    publishers: u16,
    subscribers: u16,
}

impl Shape {
    fn people(&self) -> u16 {
        self.publishers + self.subscribers
    }

    fn receivers(&self) -> u16 {
        if self.subscribers > 0 {
            self.subscribers
        } else {
            self.publishers
        }
    }

    /// Returns how many packets each receiver gets per picture, of which there are 30 a second; every fifth time there
    /// is one more.
    fn packets_per_picture(&self) -> u16 {
        let publishers = if self.subscribers > 0 {
            self.publishers
        } else {
            self.publishers - 1
        };
        publishers * 26 / 5
    }

    /// Returns the packets per second that are forwarded when everybody gets the largest layer of everybody else.
    fn full_rate(&self) -> f64 {
        f64::from(self.publishers) * f64::from(self.people() - 1) * PUBLISHER_PACKETS
    }
}

/// One round of one shape.
struct Measured {
    packets_per_second: f64,
    /// In microseconds.
    cpu_per_packet: f64,
    /// In microseconds per packet.
    floor: f64,
    /// In kB.
    memory: f64,
    /// In milliseconds.
    cpu_per_join: f64,
    lost_per_million: f64,
}

fn measure_shape(context: &Context<'_>, shape: &Shape) -> Result<Measured> {
    let namespace = Namespace::new(context.project)?;
    let server = Server::start(context.project, context.build, SERVER)?;
    let bot = || namespace.command(context.build.program(context.project, "incamera-bot"));
    // The mode changes nothing on the media path, and 200 people are in a standard meeting sooner.
    let link = server.new_meeting(bot(), "standard")?;
    let (memory, cpu) = (server.memory()?, server.cpu_time()?);
    let (publishers, subscribers) = (shape.publishers.to_string(), shape.subscribers.to_string());
    // First those who watch: a join among packets that are forwarded would be charged with these.
    let mut cpu_per_join = f64::NAN;
    let mut crowds = Vec::new();
    if shape.subscribers > 0 {
        let arguments = ["--publishers", "0", "--subscribers", &subscribers];
        let audience = Crowd::join(bot(), &link, &arguments)?;
        audience.wait_for("complete", COMPLETE_LIMIT)?;
        cpu_per_join = (server.cpu_time()? - cpu).as_secs_f64() * 1000.0 / f64::from(shape.subscribers);
        crowds.push(audience);
    }
    let stage = Crowd::join(bot(), &link, &["--publishers", &publishers])?;
    stage.wait_for("complete", COMPLETE_LIMIT)?;
    crowds.push(stage);
    wait_until_steady(&server, shape)?;
    let (packets, cpu, started_at) = (server.forwarded()?, server.cpu_time()?, Instant::now());
    thread::sleep(MEASURED);
    let (packets, cpu, took) = (
        server.forwarded()? - packets,
        server.cpu_time()? - cpu,
        started_at.elapsed(),
    );
    let memory = (server.memory()? - memory) / f64::from(shape.people());
    let reports: Vec<_> = crowds.into_iter().map(Crowd::leave).collect::<Result<_>>()?;
    drop(server);
    let floor = floor::measure(
        context,
        &namespace,
        shape.receivers(),
        shape.packets_per_picture(),
    )?;
    ensure!(packets > 0, "nothing was forwarded in {}", shape.name);
    let counted = |name: &str| {
        reports
            .iter()
            .filter_map(|report| report[name].as_f64())
            .sum::<f64>()
    };
    #[expect(clippy::cast_precision_loss, reason = "some hundred thousand packets")]
    let packets = packets as f64;
    Ok(Measured {
        packets_per_second: packets / took.as_secs_f64(),
        cpu_per_packet: cpu.as_secs_f64() * 1_000_000.0 / packets,
        floor,
        memory,
        cpu_per_join,
        lost_per_million: counted("lost") * 1_000_000.0 / (counted("lost") + counted("received")),
    })
}

/// Waits until the bandwidth estimates have climbed to where everybody gets the largest layer, or climb no more.
fn wait_until_steady(server: &Server, shape: &Shape) -> Result<()> {
    let deadline = Instant::now() + STEADY_LIMIT;
    let mut before = server.forwarded()?;
    while Instant::now() < deadline {
        thread::sleep(Duration::from_secs(1));
        let packets = server.forwarded()?;
        #[expect(clippy::cast_precision_loss, reason = "some ten thousand packets")]
        let rate = (packets - before) as f64;
        if rate >= shape.full_rate() * NEARLY_ALL {
            return Ok(());
        }
        before = packets;
    }
    Ok(())
}

const SHAPES: &[Shape] = &[
    Shape {
        name: "1 x 50",
        publishers: 1,
        subscribers: 50,
    },
    Shape {
        name: "1 x 200",
        publishers: 1,
        subscribers: 200,
    },
    Shape {
        name: "10 x 10",
        publishers: 10,
        subscribers: 0,
    },
];

// Of the largest layer (apps/bot/src/media/synthetic.rs).
const PUBLISHER_PACKETS: f64 = 156.0;

// Retransmissions and layer changes of a few make the rest.
const NEARLY_ALL: f64 = 0.97;

const ROUNDS: usize = 3;
const COMPLETE_LIMIT: Duration = Duration::from_secs(60);

// A machine that cannot carry the full rate is measured at what it carries; the table says at which rate.
const STEADY_LIMIT: Duration = Duration::from_secs(20);

// Long enough that scheduling noise stays below the 15 % that machines differ by anyway.
const MEASURED: Duration = Duration::from_secs(10);
