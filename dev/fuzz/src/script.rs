// SPDX-License-Identifier: MIT OR Apache-2.0
//! Cuts a fuzz input into steps, for targets that are fed several things one after the other.

/// One step: what to do, and with which bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step<'a> {
    /// Which input of the target; taken modulo the number of its inputs.
    pub(crate) kind: u8,
    /// The bytes of that input.
    pub(crate) bytes: &'a [u8],
}

/// Returns the steps of an input: kind, length in two bytes (little-endian), bytes. The last one may be cut short.
pub(crate) fn steps(input: &[u8]) -> impl Iterator<Item = Step<'_>> {
    let mut rest = input;
    std::iter::from_fn(move || {
        let ([kind, low, high], after) = rest.split_first_chunk::<3>()?;
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(after.len());
        let (bytes, after) = after.split_at(length);
        rest = after;
        Some(Step { kind: *kind, bytes })
    })
    .take(MOST_STEPS)
}

/// Writes one step.
pub(crate) fn step(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("steps of the made corpus are short");
    [&[kind], &length.to_le_bytes()[..], bytes].concat()
}

// Longer stories find little more and cost the fuzzer its speed.
const MOST_STEPS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_steps_read_back_and_a_cut_one_is_shorter() {
        let input = [step(1, b"ab"), step(2, b""), step(3, b"cdef")].concat();
        let read: Vec<_> = steps(&input).map(|step| (step.kind, step.bytes)).collect();
        assert_eq!(read, [(1, &b"ab"[..]), (2, b""), (3, b"cdef")]);
        let cut: Vec<_> = steps(&input[..input.len() - 2]).map(|step| step.bytes).collect();
        assert_eq!(cut, [&b"ab"[..], b"", b"cd"]);
    }
}
