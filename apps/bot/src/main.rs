// SPDX-License-Identifier: MIT OR Apache-2.0
//! `incamera-bot`: makes meetings, and sits in them as headless participants who talk, move, listen and count.

mod floor;
mod load;
mod media;
mod misbehave;
mod rtp;
mod run;
mod server;
mod signalling;
mod stay;
mod tally;

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use protocol::{MeetingLink, Mode, TrackKind};
use rand::SeedableRng as _;
use serde_json::json;
use tokio::{sync::watch, task::JoinSet};

use crate::{
    media::Clips,
    misbehave::Misbehaviour,
    run::{Goal, write_line},
    server::ServerAddress,
    stay::StayOptions,
    tally::Report,
};

/// Headless participants for meetings.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Subcommand)]
enum CliCommand {
    /// Makes a meeting and prints its link.
    New(NewArgs),
    /// Joins a meeting; exits with 1 and a reason when that fails.
    Join(JoinArgs),
    /// Fills a meeting with bots that only measure.
    Load(load::LoadArgs),
    /// Sends what a forwarding measurement sends, without anything around it, or takes that.
    Floor(floor::FloorArgs),
}

#[derive(Args)]
struct NewArgs {
    /// Where the server is.
    #[arg(long, default_value = "http://localhost:8080")]
    server: String,
    /// How the meeting is encrypted.
    #[arg(long, value_enum, default_value_t = ModeArg::E2ee)]
    mode: ModeArg,
    /// Prints the link that makes whoever opens it a host, not the invitation.
    #[arg(long)]
    host_link: bool,
    /// Prints both links as JSON.
    #[arg(long, conflicts_with = "host_link")]
    json: bool,
}

#[derive(Args)]
struct JoinArgs {
    /// The meeting's link.
    link: String,
    /// How many bots join.
    #[arg(long, default_value_t = 1)]
    people: usize,
    /// The bot's name; several get a number behind it.
    #[arg(long, default_value = "Bot")]
    name: String,
    /// Which of the four pictures the first bot shows; the next ones follow.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    picture: u8,
    /// The tracks that are published.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["microphone", "camera"])]
    publish: Vec<TrackArg>,
    /// Publishes nothing.
    #[arg(long, conflicts_with = "publish")]
    listen_only: bool,
    /// Leaves after so many seconds; otherwise on SIGINT or SIGTERM, or when what is expected has come.
    #[arg(long)]
    seconds: Option<f64>,
    /// Fails unless this many people, all bots included, are seen and heard.
    #[arg(long)]
    expect_people: Option<usize>,
    /// Stays until removed by a host, and fails if nobody does it.
    #[arg(long)]
    until_removed: bool,
    /// With a host link: removes the participant of this name once it is seen or heard.
    #[arg(long)]
    remove: Option<String>,
    /// For tests: behaves as a client would that was changed so as to obey no host, in these ways, from the first thing
    /// that a host does.
    #[arg(long, value_enum, value_delimiter = ',')]
    misbehave: Vec<Misbehaviour>,
    /// Stays out of every recording; otherwise agrees to each.
    #[arg(long)]
    decline_recording: bool,
    /// A chat message to be sent on joining.
    #[arg(long)]
    say: Option<String>,
    /// The height of the videos that are asked for, in pixels.
    #[arg(long, default_value_t = 360)]
    height: u16,
    /// Writes every view and the report as lines of JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeArg {
    E2ee,
    Standard,
}

#[derive(Clone, Copy, ValueEnum)]
enum TrackArg {
    Microphone,
    Camera,
    Screen,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = runtime.context("no runtime").and_then(|runtime| {
        runtime.block_on(async {
            match cli.command {
                CliCommand::New(args) => new_meeting(&args).await,
                CliCommand::Join(args) => join(args).await,
                CliCommand::Load(args) => load::load(args).await,
                CliCommand::Floor(args) => floor::floor(args).await,
            }
        })
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn new_meeting(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let server = ServerAddress::parse(&args.server)?;
    let mode = match args.mode {
        ModeArg::E2ee => Mode::E2ee,
        ModeArg::Standard => Mode::Standard,
    };
    let made = e2ee::NewMeeting::generate(&mut rand::rngs::StdRng::from_os_rng(), mode);
    let info = server.create_meeting(&made.request()).await?;
    let host_link = made.link(info.id);
    let host_link_url = server.url(&host_link.to_string());
    let invitation_url = server.url(&e2ee::invitation(&host_link).to_string());
    if args.json {
        write_line(&json!({"hostLink": host_link_url, "invitation": invitation_url}));
    } else {
        say(if args.host_link {
            &host_link_url
        } else {
            &invitation_url
        });
    }
    Ok(ExitCode::SUCCESS)
}

async fn join(args: JoinArgs) -> anyhow::Result<ExitCode> {
    let server = ServerAddress::parse(&args.link)?;
    let link = MeetingLink::parse(&args.link)?;
    let goal = Goal {
        lasts: args.seconds.map(Duration::from_secs_f64),
        people: args.expect_people,
        until_removed: args.until_removed,
        writes_events: args.json,
        joins_within: run::JOIN_WITHIN,
    };
    let clips = Arc::new(Clips::load());
    let unseeing = Arc::new(watch::Sender::new(args.people));
    let (stopper, stop) = watch::channel(false);
    tokio::spawn(async move {
        wait_for_signal().await;
        let _ = stopper.send(true);
    });
    let mut bots = JoinSet::new();
    for index in 0..args.people {
        let options = args.options(&link, index);
        let name = options.name.clone();
        let run = run::run(
            server.clone(),
            options,
            Arc::clone(&clips),
            goal,
            Arc::clone(&unseeing),
            stop.clone(),
            None,
        );
        bots.spawn(async move { (name, run.await) });
    }
    let mut reports = Vec::new();
    while let Some(finished) = bots.join_next().await {
        let (name, result) = finished.context("a bot panicked")?;
        reports.push(result.with_context(|| name)?);
    }
    reports.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(conclude(&reports, args.json))
}

impl JoinArgs {
    fn options(&self, link: &MeetingLink, index: usize) -> StayOptions {
        let name = if self.people == 1 {
            self.name.clone()
        } else {
            format!("{} {}", self.name, index + 1)
        };
        let tracks = self.publish.iter().map(|track| match track {
            TrackArg::Microphone => TrackKind::Microphone,
            TrackArg::Camera => TrackKind::Camera,
            TrackArg::Screen => TrackKind::Screen,
        });
        let publish = if self.listen_only {
            Vec::new()
        } else {
            tracks.collect()
        };
        // One of several bots says and removes what all were told to.
        let is_first = index == 0;
        StayOptions {
            link: link.clone(),
            name,
            clip: usize::from(self.picture) - 1 + index,
            publish,
            say: self.say.clone().filter(|_| is_first),
            misbehave: self.misbehave.clone(),
            declines_recording: self.decline_recording,
            remove: self.remove.clone().filter(|_| is_first),
            height: self.height,
            reception: rtp::Reception::Frames,
        }
    }
}

fn conclude(reports: &[Report], writes_json: bool) -> ExitCode {
    if writes_json {
        write_line(&json!({"event": "report", "bots": reports}));
    }
    let mut code = ExitCode::SUCCESS;
    for report in reports {
        if let Some(problem) = &report.problem {
            complain(&format!("{}: {problem}", report.name));
            code = ExitCode::FAILURE;
        } else if !writes_json {
            say(&report.summary());
        }
    }
    code
}

async fn wait_for_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _ = tokio::signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[expect(clippy::print_stdout, reason = "what the person asked for")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "why the bot failed")]
fn complain(line: &str) {
    eprintln!("incamera-bot: {line}");
}
