// SPDX-License-Identifier: MIT OR Apache-2.0
//! Cuts an offer down to what an answer can take up, before str0m parses it.
//!
//! Browsers list twenty codecs with five lines each on every m-line, and a dozen header extensions. Parsing that takes
//! ten milliseconds and more, in which the worker forwards nothing.

/// Returns `sdp` without the payload types (RFC 8866, section 6.6) and the header extensions (RFC 8285, section 5) that
/// are never accepted. An m-line whose codecs are all foreign stays as it is.
pub(crate) fn without_foreign_parts(sdp: &str) -> String {
    let mut kept = String::with_capacity(sdp.len());
    let mut section_start = 0;
    for (newline, _) in sdp.match_indices("\nm=") {
        append_section(&mut kept, &sdp[section_start..=newline]);
        section_start = newline + 1;
    }
    append_section(&mut kept, &sdp[section_start..]);
    kept
}

fn append_section(kept: &mut String, section: &str) {
    let ours = PayloadTypes::ours(section);
    if ours.is_empty() {
        return kept.push_str(section);
    }
    for line in section.split_inclusive('\n') {
        if line.starts_with("m=") {
            append_media_line(kept, line, &ours);
        } else if payload_type_of(line).is_none_or(|number| ours.contains(number))
            && !is_foreign_extension(line)
        {
            kept.push_str(line);
        }
    }
}

/// Medium, port and protocol stay; of the payload types, ours.
fn append_media_line(kept: &mut String, line: &str, ours: &PayloadTypes) {
    let end = &line[line.trim_end().len()..];
    for (index, word) in line.split_ascii_whitespace().enumerate() {
        let is_kept = index < 3 || word.parse().is_ok_and(|number| ours.contains(number));
        if is_kept {
            if index > 0 {
                kept.push(' ');
            }
            kept.push_str(word);
        }
    }
    kept.push_str(end);
}

/// A set of RTP payload types.
struct PayloadTypes([bool; 128]);

impl PayloadTypes {
    /// Collects Opus, VP9 with profile 0, and their resends.
    fn ours(section: &str) -> Self {
        let mut ours = Self([false; 128]);
        for (number, codec) in attributes(section, "a=rtpmap:") {
            let codec = codec.split('/').next().unwrap_or_default();
            ours.set(number, CODECS.iter().any(|name| codec.eq_ignore_ascii_case(name)));
        }
        for (number, parameters) in attributes(section, "a=fmtp:") {
            if parameter(parameters, "profile-id").is_some_and(|profile| profile != "0") {
                ours.set(number, false);
            }
        }
        for (number, parameters) in attributes(section, "a=fmtp:") {
            let resent = parameter(parameters, "apt").and_then(|number| number.parse().ok());
            if let Some(resent) = resent {
                ours.set(number, ours.contains(resent));
            }
        }
        ours
    }

    fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    fn contains(&self, number: usize) -> bool {
        self.0.get(number) == Some(&true)
    }

    fn set(&mut self, number: usize, is_in: bool) {
        if let Some(entry) = self.0.get_mut(number) {
            *entry = is_in;
        }
    }
}

/// Returns the payload type and the value of each attribute `name` that has both.
fn attributes<'a>(section: &'a str, name: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    section.lines().filter_map(move |line| {
        let (number, value) = line.strip_prefix(name)?.split_once(' ')?;
        Some((number.parse().ok()?, value.trim()))
    })
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = parameters
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='));
    pairs.find(|&(key, _)| key == name).map(|(_, value)| value)
}

/// Returns the payload type that a line is about, if it is about one.
fn payload_type_of(line: &str) -> Option<usize> {
    let of = |name| line.strip_prefix(name);
    let value = of("a=rtpmap:")
        .or_else(|| of("a=fmtp:"))
        .or_else(|| of("a=rtcp-fb:"))?;
    value.split_ascii_whitespace().next()?.parse().ok()
}

fn is_foreign_extension(line: &str) -> bool {
    let value = line.strip_prefix("a=extmap:");
    let uri = value.and_then(|value| value.split_ascii_whitespace().nth(1));
    uri.is_some_and(|uri| !EXTENSIONS.contains(&uri))
}

const CODECS: [&str; 2] = ["opus", "VP9"];

// Those of crate::transport::extensions.
const EXTENSIONS: [&str; 6] = [
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "urn:3gpp:video-orientation",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_codecs_with_their_resends_and_our_extensions_remain() {
        let sdp = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n\
                   a=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtpmap:98 vp9/90000\r\n\
                   a=rtcp-fb:98 nack pli\r\na=fmtp:98 profile-id=0\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n\
                   a=rtpmap:100 VP9/90000\r\na=fmtp:100 profile-id=2\r\na=rtpmap:101 rtx/90000\r\n\
                   a=fmtp:101 apt=100\r\na=rtcp-fb:* ccm fir\r\n\
                   a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:14 urn:ietf:params:rtp-hdrext:toffset\r\n\
                   m=audio 9 UDP/TLS/RTP/SAVPF 0 111\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\n";
        assert_eq!(
            without_foreign_parts(sdp),
            "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 98 99\r\na=mid:1\r\na=rtpmap:98 vp9/90000\r\n\
             a=rtcp-fb:98 nack pli\r\na=fmtp:98 profile-id=0\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\n\
             a=rtcp-fb:* ccm fir\r\n\
             a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
             m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"
        );
    }

    #[test]
    fn what_is_not_understood_stays() {
        for sdp in [
            "",
            "v=0",
            "m=",
            "\nm=\nm=",
            "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n",
            "m=audio 9 RTP 111\na=rtpmap:111\na=rtpmap:999 opus/48000\na=rtpmap:x opus/48000",
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n",
        ] {
            assert_eq!(without_foreign_parts(sdp), sdp);
        }
    }
}
