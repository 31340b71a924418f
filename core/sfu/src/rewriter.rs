// SPDX-License-Identifier: MIT OR Apache-2.0
//! How packets of different origins become one RTP stream.
//!
//! Sequence numbers keep the gaps of the origin, so that receivers NACK what was lost and nothing else; only packets
//! dropped on purpose close up. Timestamps continue across origins by the time between arrivals.

use std::{collections::VecDeque, time::Instant};

use str0m::rtp::SeqNo;

use crate::{egress::Verdict, ingress::Layer};

/// Renumbers packets of successive origins into one stream.
#[derive(Debug, Default)]
pub(crate) struct Rewriter {
    origin: Option<Origin>,
    last: Option<Last>,
}

#[derive(Debug)]
struct Origin {
    first_seq_no: u64,
    highest_seq_no: u64,
    /// Added to the origin's numbers above all that were skipped, wrapping.
    seq_no_offset: u64,
    time_offset: u32,
    /// The last numbers that were left out, ascending.
    skipped: VecDeque<u64>,
}

#[derive(Debug)]
struct Last {
    seq_no: u64,
    time: u32,
    at: Instant,
}

impl Rewriter {
    /// The next packet is of another origin: it follows on what was sent.
    pub(crate) fn begin_origin(&mut self) {
        self.origin = None;
    }

    /// Numbers a packet.
    pub(crate) fn forward(
        &mut self,
        now: Instant,
        seq_no: SeqNo,
        time: u32,
        clock_rate: u64,
        switched_from: Option<Layer>,
    ) -> Verdict {
        let origin = self.origin.get_or_insert_with(|| {
            let (next_seq_no, time_offset) = match &self.last {
                None => (FIRST_SEQ_NO, 0),
                Some(last) => {
                    let next_time = last.time.wrapping_add(ticks(now, last.at, clock_rate));
                    (last.seq_no + 1, next_time.wrapping_sub(time))
                }
            };
            Origin {
                first_seq_no: *seq_no,
                highest_seq_no: *seq_no,
                seq_no_offset: next_seq_no.wrapping_sub(*seq_no),
                time_offset,
                skipped: VecDeque::new(),
            }
        });
        if *seq_no < origin.first_seq_no || origin.skipped.contains(&seq_no) {
            return Verdict::Ignore;
        }
        origin.highest_seq_no = origin.highest_seq_no.max(*seq_no);
        // A packet that comes late is numbered as if the later ones had not been skipped.
        let skipped_since = origin
            .skipped
            .iter()
            .rev()
            .take_while(|&&skipped| skipped > *seq_no)
            .count() as u64;
        let out_seq_no = seq_no
            .wrapping_add(origin.seq_no_offset)
            .wrapping_add(skipped_since);
        let out_time = time.wrapping_add(origin.time_offset);
        if self.last.as_ref().is_none_or(|last| out_seq_no > last.seq_no) {
            self.last = Some(Last {
                seq_no: out_seq_no,
                time: out_time,
                at: now,
            });
        }
        Verdict::Forward {
            seq_no: out_seq_no.into(),
            time: out_time,
            switched_from,
        }
    }

    /// Closes up behind a packet that is dropped on purpose. One that comes late leaves its gap: the numbers after it
    /// are given out.
    pub(crate) fn skip(&mut self, seq_no: SeqNo) {
        let Some(origin) = &mut self.origin else { return };
        if *seq_no <= origin.highest_seq_no {
            return;
        }
        origin.highest_seq_no = *seq_no;
        origin.seq_no_offset = origin.seq_no_offset.wrapping_sub(1);
        origin.skipped.push_back(*seq_no);
        if origin.skipped.len() > SKIPS_KEPT {
            origin.first_seq_no = origin
                .skipped
                .pop_front()
                .map_or(origin.first_seq_no, |oldest| oldest + 1);
        }
    }
}

fn ticks(now: Instant, before: Instant, clock_rate: u64) -> u32 {
    let elapsed = now.saturating_duration_since(before).as_micros();
    let ticks = u64::try_from(elapsed)
        .unwrap_or(u64::MAX)
        .saturating_mul(clock_rate)
        / 1_000_000;
    // Half of the number space is the most that receivers take for progress.
    u32::try_from(ticks.clamp(1, u64::from(u32::MAX / 2))).expect("was clamped")
}

// How far back a packet that comes late is still numbered right: a resend is at most a few frames old.
const SKIPS_KEPT: usize = 64;

// Below 65536, or receivers guess another rollover counter than SRTP uses (RFC 3711, section 3.3.1).
const FIRST_SEQ_NO: u64 = 1;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn losses_leave_gaps_and_intended_drops_do_not() {
        let mut rewriter = Rewriter::default();
        assert_eq!(run(&mut rewriter, &[100, 101, 103, 102]), [1, 2, 4, 3]);
        rewriter.skip(104.into());
        rewriter.skip(105.into());
        assert_eq!(run(&mut rewriter, &[106, 108, 107]), [5, 7, 6]);
    }

    #[test]
    fn late_packet_from_before_a_drop_keeps_its_number() {
        let mut rewriter = Rewriter::default();
        assert_eq!(run(&mut rewriter, &[100, 101]), [1, 2]);
        rewriter.skip(103.into());
        assert_eq!(run(&mut rewriter, &[104, 102]), [4, 3]);
    }

    #[test]
    fn origins_join_without_gap_and_in_time() {
        let start = crate::meeting::test_instant();
        let mut rewriter = Rewriter::default();
        rewriter.forward(start, 70_000.into(), 4_000_000_000, VIDEO_CLOCK_RATE, None);
        rewriter.begin_origin();
        let verdict = rewriter.forward(
            start + Duration::from_millis(100),
            5.into(),
            17,
            VIDEO_CLOCK_RATE,
            Some(Layer(2)),
        );
        let time = 4_000_000_000_u32 + 9_000;
        assert_eq!(
            verdict,
            Verdict::Forward {
                seq_no: 2.into(),
                time,
                switched_from: Some(Layer(2))
            }
        );
        assert_eq!(
            rewriter.forward(start, 4.into(), 10, VIDEO_CLOCK_RATE, None),
            Verdict::Ignore
        );
    }

    fn run(rewriter: &mut Rewriter, seq_nos: &[u64]) -> Vec<u64> {
        let now = crate::meeting::test_instant();
        let sent = seq_nos
            .iter()
            .map(|&seq_no| rewriter.forward(now, seq_no.into(), 0, VIDEO_CLOCK_RATE, None));
        sent.map(|verdict| match verdict {
            Verdict::Forward { seq_no, .. } => *seq_no,
            Verdict::Ignore => 0,
        })
        .collect()
    }

    const VIDEO_CLOCK_RATE: u64 = 90_000;
}
