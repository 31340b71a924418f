// SPDX-License-Identifier: MIT OR Apache-2.0
//! The least that forwarding could cost here and at this moment: the same packets, sealed and sent one by one, by a
//! process that does nothing else.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{
    Context,
    namespace::{BOTS, Namespace},
};
use crate::{
    run::Running,
    shell::{read, show},
};

/// Returns the CPU time of the sender per packet, in microseconds. Each of `receivers` gets `packets` per picture.
///
/// # Errors
/// If a side cannot be started.
pub(super) fn measure(
    context: &Context<'_>,
    namespace: &Namespace,
    receivers: u16,
    packets: u16,
) -> Result<f64> {
    let program = context.build.program(context.project, "incamera-bot");
    let (receivers, packets) = (receivers.to_string(), packets.to_string());
    let mut sink = namespace.command(&program);
    sink.args(["floor", "receive", BOTS, "--receivers", &receivers])
        .stdout(Stdio::piped());
    show(&sink);
    let mut sink = Running(sink.spawn().context("cannot start the receivers")?);
    let output = sink.0.stdout.take().expect("its output is piped");
    BufReader::new(output).read_line(&mut String::new())?;
    let mut sender = context.project.command(&program);
    sender.args([
        "floor",
        "send",
        BOTS,
        "--receivers",
        &receivers,
        "--packets",
        &packets,
    ]);
    show(&sender);
    let report: Value = serde_json::from_str(read(&mut sender)?.trim()).context("the sender prints JSON")?;
    let number = |name: &str| report[name].as_f64().context("the sender prints figures");
    Ok(number("cpuMicros")? / number("packets")?)
}
