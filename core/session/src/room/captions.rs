// SPDX-License-Identifier: MIT OR Apache-2.0
//! Captions: what the speakers' own devices heard, for as long as it takes to read. Nothing of it is kept.

use std::{collections::VecDeque, time::Duration};

use protocol::{ParticipantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::view::CaptionView;

/// What a device heard its person say. Has no `Debug`: it is plaintext.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Heard {
    /// Counts up; a line said again replaces what it was.
    pub(crate) line: u32,
    pub(crate) text: String,
    /// Whether the recogniser is done with the line.
    pub(crate) is_final: bool,
    /// As BCP 47 names it.
    pub(crate) lang: String,
}

/// The lines that are on screen.
#[derive(Default)]
pub(crate) struct Captions {
    lines: VecDeque<Line>,
    next_id: u32,
    may_say_at: Timestamp,
}

struct Line {
    fades_at: Timestamp,
    line: u32,
    view: CaptionView,
}

impl Captions {
    /// Returns whether another guess at an unfinished line may go out, and counts it.
    pub(crate) fn may_say(&mut self, now: Timestamp) -> bool {
        let is_due = self.may_say_at <= now;
        if is_due {
            self.may_say_at = now + GUESS_INTERVAL;
        }
        is_due
    }

    pub(crate) fn accept(&mut self, now: Timestamp, participant: ParticipantId, heard: Heard) {
        let fades_at = now + SHOWS_FOR;
        let Heard {
            line,
            text,
            is_final,
            lang,
        } = heard;
        let is_it = |shown: &&mut Line| shown.view.participant == participant && shown.line == line;
        if let Some(shown) = self.lines.iter_mut().find(is_it) {
            // A guess that was overtaken does not undo what is certain.
            if is_final || !shown.view.is_final {
                shown.fades_at = fades_at;
                shown.view.text = text;
                shown.view.is_final = is_final;
            }
            return;
        }
        let of_speaker = |shown: &Line| shown.view.participant == participant;
        while self.lines.iter().filter(|shown| of_speaker(shown)).count() >= LINES_EACH {
            let oldest = self.lines.iter().position(of_speaker);
            self.lines.remove(oldest.expect("there are some"));
        }
        if self.lines.len() == LINES {
            self.lines.pop_front();
        }
        let view = CaptionView {
            id: self.next_id,
            participant,
            text,
            is_final,
            lang,
        };
        self.next_id += 1;
        self.lines.push_back(Line { fades_at, line, view });
    }

    pub(crate) fn handle_time(&mut self, now: Timestamp) {
        self.lines.retain(|line| line.fades_at > now);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        self.lines.iter().map(|line| line.fades_at).min()
    }

    pub(crate) fn view(&self) -> impl Iterator<Item = &CaptionView> {
        self.lines.iter().map(|line| &line.view)
    }
}

// Reads like speech, and is a fifth of what a recogniser guesses.
const GUESS_INTERVAL: Duration = Duration::from_millis(600);

// Time to read two full lines; the next ones push them out sooner.
const SHOWS_FOR: Duration = Duration::from_secs(8);

const LINES_EACH: usize = 2;
// More people than that do not speak at once and are read.
const LINES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const BEN: ParticipantId = ParticipantId(2);

    #[test]
    fn a_line_grows_is_done_and_fades() {
        let mut captions = Captions::default();
        captions.accept(at(0), BEN, heard(1, "good", false));
        captions.accept(at(1), BEN, heard(1, "good morning", true));
        captions.accept(at(2), BEN, heard(1, "good mor", false));
        assert_eq!(texts(&captions), ["good morning"]);
        assert_eq!(captions.poll_timeout(), Some(at(9)));
        captions.handle_time(at(9));
        assert!(texts(&captions).is_empty());
    }

    #[test]
    fn there_are_two_lines_of_each_and_eight_in_all() {
        let mut captions = Captions::default();
        for line in 0..9 {
            captions.accept(at(0), BEN, heard(line, &line.to_string(), true));
        }
        assert_eq!(texts(&captions), ["7", "8"]);
        for other in 10..30 {
            captions.accept(at(0), ParticipantId(other), heard(0, "me too", true));
        }
        assert_eq!(texts(&captions).len(), LINES);
    }

    #[test]
    fn guesses_go_out_at_a_measured_pace() {
        let mut captions = Captions::default();
        let went = (0..30).filter(|step| captions.may_say(Timestamp::new(Duration::from_millis(step * 100))));
        assert_eq!(went.count(), 5);
    }

    fn heard(line: u32, text: &str, is_final: bool) -> Heard {
        Heard {
            line,
            text: text.to_owned(),
            is_final,
            lang: String::from("en"),
        }
    }

    fn texts(captions: &Captions) -> Vec<&str> {
        captions.view().map(|view| view.text.as_str()).collect()
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::new(Duration::from_secs(seconds))
    }
}
