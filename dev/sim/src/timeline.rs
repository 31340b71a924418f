// SPDX-License-Identifier: MIT OR Apache-2.0
//! What happened, in words: `12.345s alice  sends Commit of epoch 3`.

use std::fmt::{self, Write as _};

use protocol::{ClientMessage, ServerMessage, Timestamp};

/// The lines of one run.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    lines: Vec<String>,
}

impl Timeline {
    pub(crate) fn note(&mut self, now: Timestamp, who: &str, what: &str) {
        let at = now.since_zero();
        let mut line = format!("{:3}.{:03}s ", at.as_secs(), at.subsec_millis());
        let _ = write!(line, "{who:<8} {what}");
        self.lines.push(line);
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

/// Describes a client's message without its bytes; `None` for what happens all the time.
pub(crate) fn describe_client_message(message: &ClientMessage) -> Option<String> {
    Some(match message {
        ClientMessage::Ping | ClientMessage::Subscribe { .. } | ClientMessage::Offer { .. } => return None,
        ClientMessage::Hello { resume, epoch, .. } => {
            let again = if resume.is_some() { ", again" } else { "" };
            format!("-> hello{again}, epoch {epoch:?}")
        }
        ClientMessage::Leave => "-> leave".to_owned(),
        ClientMessage::EndMeeting { .. } => "-> end meeting".to_owned(),
        ClientMessage::RemoveParticipant { participant } => format!("-> remove {participant}"),
        ClientMessage::AnnounceRemoval { participant } => format!("-> announce removal of {participant}"),
        ClientMessage::SetTracks { active } => format!("-> tracks {active:?}"),
        ClientMessage::RequestKeyframe { .. } => "-> request keyframe".to_owned(),
        ClientMessage::CreateGroup { .. } => "-> create group".to_owned(),
        ClientMessage::Commit { epoch, .. } => format!("-> commit of epoch {epoch}"),
        ClientMessage::CommitAccepted { epoch } => format!("-> accepted, epoch {epoch}"),
        ClientMessage::CommitRefused { epoch, .. } => format!("-> REFUSED commit of epoch {epoch}"),
        ClientMessage::Application { .. } => "-> application message".to_owned(),
        ClientMessage::Act { .. } => "-> host act".to_owned(),
        ClientMessage::Knock { .. } => "-> knock".to_owned(),
        ClientMessage::Rename { .. } => "-> rename".to_owned(),
        ClientMessage::RenewLeaf { .. } => "-> renew leaf".to_owned(),
        ClientMessage::WantGroup => "-> want group".to_owned(),
    })
}

/// Describes a server's message without its bytes; `None` for what happens all the time.
pub(crate) fn describe_server_message(message: &ServerMessage) -> Option<String> {
    Some(match message {
        ServerMessage::Pong
        | ServerMessage::Answer { .. }
        | ServerMessage::SlotChanged { .. }
        | ServerMessage::MoreSlots { .. }
        | ServerMessage::Speakers { .. }
        | ServerMessage::KeyframeWanted { .. }
        | ServerMessage::Challenge { .. }
        | ServerMessage::Identity { .. }
        | ServerMessage::Application { .. } => return None,
        ServerMessage::Welcome {
            participant,
            group,
            standard_key,
            ..
        } => {
            let group = group.as_ref().map(|group| {
                let tree = if group.ratchet_tree.is_empty() {
                    ""
                } else {
                    " with tree"
                };
                format!("epoch {}{tree}, {} missed", group.epoch, group.missed.len())
            });
            let key = standard_key.as_ref().map(|key| key.epoch);
            format!("<- welcome {participant}, group {group:?}, key {key:?}")
        }
        ServerMessage::InLobby { participant } => format!("<- in the lobby as {participant}"),
        ServerMessage::Waiting { waiting } => format!("<- {} wait", waiting.len()),
        ServerMessage::Act { by, act } => {
            let act = protocol::decode::<protocol::acts::HostAct>(&act.act);
            format!("<- act of {by}: {:?}", act.map(|act| act.kind))
        }
        ServerMessage::Refused { code } => format!("<- refused: {code}"),
        ServerMessage::Rejected { code } => format!("<- rejected: {code}"),
        ServerMessage::RosterChanged { entry } => {
            let state = if entry.is_connected { "here" } else { "away" };
            format!("<- roster: {} {state} {:?}", entry.participant, entry.tracks)
        }
        ServerMessage::RosterLeft { participant } => format!("<- roster: {participant} left"),
        ServerMessage::Ended { by, .. } => format!("<- ended by {by}"),
        ServerMessage::Group { group } => {
            format!("<- group {:?}", group.as_ref().map(|group| group.epoch))
        }
        ServerMessage::Commit { epoch, by, .. } => format!("<- commit of epoch {epoch} by {by}"),
        ServerMessage::CommitRejected { code, epoch } => {
            format!("<- commit rejected: {code}, group in {epoch}")
        }
        ServerMessage::Rollback { epoch } => format!("<- ROLLBACK to {epoch}"),
        ServerMessage::Proposal { epoch, committer, .. } => {
            format!("<- proposal in epoch {epoch} for {committer}")
        }
        ServerMessage::RemovalAnnounced { participant } => format!("<- removal of {participant} announced"),
        ServerMessage::StandardKey { key } => format!("<- key epoch {}", key.epoch),
    })
}
