// SPDX-License-Identifier: MIT OR Apache-2.0
//! The arithmetic: loops over numbers laid out as height, width, channels, shaped so that the compiler makes vector
//! instructions of them; every browser that the client supports has WebAssembly's. Callers have checked that the shapes fit.

/// Height, width and channels of a block of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
}

/// The weights of a convolution, eight output channels side by side: `[block][row][column][input channel][eight]`.
pub(crate) struct Weights {
    blocks: Vec<f32>,
    biases: Vec<f32>,
    /// Height and width of the kernel.
    size: (usize, usize),
    inputs: usize,
}

impl Weights {
    /// Takes weights as `[output channel][row][column][input channel]`.
    pub(crate) fn pack(weights: &[f32], bias: &[f32], size: (usize, usize), inputs: usize) -> Self {
        let per_output = size.0 * size.1 * inputs;
        let padded = bias.len().next_multiple_of(LANES);
        let mut blocks = vec![0.0; padded * per_output];
        for (output, row) in weights.chunks_exact(per_output).enumerate() {
            let block = &mut blocks[output / LANES * LANES * per_output..];
            for (index, weight) in row.iter().enumerate() {
                block[index * LANES + output % LANES] = *weight;
            }
        }
        let mut biases = bias.to_vec();
        biases.resize(padded, 0.0);
        Self {
            blocks,
            biases,
            size,
            inputs,
        }
    }

    fn blocks(&self) -> impl Iterator<Item = (&[f32; LANES], &[f32])> {
        let per_block = self.size.0 * self.size.1 * self.inputs * LANES;
        let (biases, _) = self.biases.as_chunks::<LANES>();
        biases.iter().zip(self.blocks.chunks_exact(per_block))
    }
}

/// Convolution with padded borders.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
pub(crate) fn convolve(
    input: &[f32],
    from: Shape,
    weights: &Weights,
    stride: usize,
    output: &mut [f32],
    to: Shape,
) {
    if weights.size == (1, 1) && stride == 1 {
        return convolve_places(input, weights, output, to.channels);
    }
    let (rows, columns) = weights.size;
    let (top, left) = (
        padding(from.height, to.height, rows, stride),
        padding(from.width, to.width, columns, stride),
    );
    for (place, out) in output.chunks_exact_mut(to.channels).enumerate() {
        let (y, x) = (place / to.width * stride, place % to.width * stride);
        for (out, (bias, block)) in out.chunks_mut(LANES).zip(weights.blocks()) {
            let mut sums = *bias;
            for row in overlap(y, top, rows, from.height) {
                for column in overlap(x, left, columns, from.width) {
                    let at = ((y + row - top) * from.width + x + column - left) * from.channels;
                    let kernel = &block[(row * columns + column) * weights.inputs * LANES..];
                    let (kernel, _) = kernel.as_chunks::<LANES>();
                    for (value, kernel) in input[at..at + from.channels].iter().zip(kernel) {
                        add_scaled(&mut sums, *value, kernel);
                    }
                }
            }
            out.copy_from_slice(&sums[..out.len()]);
        }
    }
}

/// Convolution of each place by itself, four places at a time so that each weight is fetched once for four.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn convolve_places(input: &[f32], weights: &Weights, output: &mut [f32], channels: usize) {
    let inputs = weights.inputs;
    for (from, to) in input
        .chunks(PLACES * inputs)
        .zip(output.chunks_mut(PLACES * channels))
    {
        if to.len() < PLACES * channels {
            for (from, to) in from.chunks_exact(inputs).zip(to.chunks_exact_mut(channels)) {
                for (to, (bias, block)) in to.chunks_mut(LANES).zip(weights.blocks()) {
                    let mut sums = *bias;
                    for (value, kernel) in from.iter().zip(block.as_chunks::<LANES>().0) {
                        add_scaled(&mut sums, *value, kernel);
                    }
                    to.copy_from_slice(&sums[..to.len()]);
                }
            }
            continue;
        }
        let (a, rest) = from.split_at(inputs);
        let (b, rest) = rest.split_at(inputs);
        let (c, d) = rest.split_at(inputs);
        for (index, (bias, block)) in weights.blocks().enumerate() {
            let mut sums = [*bias; PLACES];
            let places = a.iter().zip(b).zip(c.iter().zip(d));
            for (((a, b), (c, d)), kernel) in places.zip(block.as_chunks::<LANES>().0) {
                add_scaled(&mut sums[0], *a, kernel);
                add_scaled(&mut sums[1], *b, kernel);
                add_scaled(&mut sums[2], *c, kernel);
                add_scaled(&mut sums[3], *d, kernel);
            }
            let first = index * LANES;
            let count = LANES.min(channels - first);
            for (sums, to) in sums.iter().zip(to.chunks_exact_mut(channels)) {
                to[first..first + count].copy_from_slice(&sums[..count]);
            }
        }
    }
}

#[inline]
fn add_scaled(sums: &mut [f32; LANES], value: f32, kernel: &[f32; LANES]) {
    for (sum, weight) in sums.iter_mut().zip(kernel) {
        *sum += value * weight;
    }
}

/// Convolution of each channel by itself, with padded borders. `weights`: `[row][column][channel]`.
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
pub(crate) fn convolve_channels(
    input: &[f32],
    from: Shape,
    (weights, bias, size): (&[f32], &[f32], (usize, usize)),
    stride: usize,
    output: &mut [f32],
    to: Shape,
) {
    let (rows, columns) = size;
    let (top, left) = (
        padding(from.height, to.height, rows, stride),
        padding(from.width, to.width, columns, stride),
    );
    let channels = to.channels;
    for (place, out) in output.chunks_exact_mut(channels).enumerate() {
        let (y, x) = (place / to.width * stride, place % to.width * stride);
        out.copy_from_slice(bias);
        for row in overlap(y, top, rows, from.height) {
            for column in overlap(x, left, columns, from.width) {
                let at = ((y + row - top) * from.width + x + column - left) * channels;
                let kernel = &weights[(row * columns + column) * channels..][..channels];
                for ((out, value), weight) in out.iter_mut().zip(&input[at..at + channels]).zip(kernel) {
                    *out += value * weight;
                }
            }
        }
    }
}

/// Makes a square of `stride` places of each: `weights` is `[row][column][input channel]`, one channel comes out.
pub(crate) fn spread(
    input: &[f32],
    from: Shape,
    weights: &[f32],
    bias: f32,
    stride: usize,
    output: &mut [f32],
) {
    let width = from.width * stride;
    for (place, values) in input.chunks_exact(from.channels).enumerate() {
        let (y, x) = (place / from.width * stride, place % from.width * stride);
        for (index, kernel) in weights.chunks_exact(from.channels).enumerate() {
            let sum: f32 = values
                .iter()
                .zip(kernel)
                .map(|(value, weight)| value * weight)
                .sum();
            output[(y + index / stride) * width + x + index % stride] = sum + bias;
        }
    }
}

/// Adds or multiplies number by number; the second block may hold one place for all places of the first.
pub(crate) fn combine(first: &[f32], second: &[f32], output: &mut [f32], combined: impl Fn(f32, f32) -> f32) {
    for (out, first) in output.chunks_mut(second.len()).zip(first.chunks(second.len())) {
        for ((out, first), second) in out.iter_mut().zip(first).zip(second) {
            *out = combined(*first, *second);
        }
    }
}

/// The mean of each channel.
pub(crate) fn mean(input: &[f32], output: &mut [f32]) {
    output.fill(0.0);
    for place in input.chunks_exact(output.len()) {
        for (sum, value) in output.iter_mut().zip(place) {
            *sum += value;
        }
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a picture's places are far fewer than 2^24"
    )]
    let count = (input.len() / output.len()) as f32;
    for sum in output.iter_mut() {
        *sum /= count;
    }
}

/// Twice as many rows and columns, each between the centres of its neighbours.
pub(crate) fn enlarge(input: &[f32], from: Shape, output: &mut [f32]) {
    let channels = from.channels;
    for (place, out) in output.chunks_exact_mut(channels).enumerate() {
        let (y, x) = (place / (2 * from.width), place % (2 * from.width));
        let ((above, below), (left, right)) = (neighbours(y, from.height), neighbours(x, from.width));
        let at = |y: usize, x: usize| &input[(y * from.width + x) * channels..][..channels];
        // The nearer neighbour weighs three quarters in each direction.
        let corners = at(above, left)
            .iter()
            .zip(at(above, right))
            .zip(at(below, left).iter().zip(at(below, right)));
        for (out, ((near, beside), (under, across))) in out.iter_mut().zip(corners) {
            *out = 0.5625 * near + 0.1875 * (beside + under) + 0.0625 * across;
        }
    }
}

/// The nearer and the farther of the two places that an enlarged one lies between.
fn neighbours(at: usize, count: usize) -> (usize, usize) {
    let near = at / 2;
    let far = if at.is_multiple_of(2) {
        near.saturating_sub(1)
    } else {
        (near + 1).min(count - 1)
    };
    (near, far)
}

pub(crate) fn relu(value: f32) -> f32 {
    value.max(0.0)
}

pub(crate) fn hard_swish(value: f32) -> f32 {
    value * (value + 3.0).clamp(0.0, 6.0) * (1.0 / 6.0)
}

pub(crate) fn logistic(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// Returns how many places are missing before the first one.
fn padding(from: usize, to: usize, kernel: usize, stride: usize) -> usize {
    ((to - 1) * stride + kernel).saturating_sub(from) / 2
}

/// Returns which of the kernel's rows or columns lie within the input.
fn overlap(at: usize, padding: usize, kernel: usize, count: usize) -> std::ops::Range<usize> {
    padding.saturating_sub(at)..kernel.min(count + padding - at)
}

// Two vector registers of WebAssembly, and every channel count of such networks is a multiple of it.
const LANES: usize = 8;
// With eight lanes eight registers of sums, which every machine has.
const PLACES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_convolution_sums_its_neighbourhood_and_nothing_beyond_the_border() {
        let from = shape(3, 3, 1);
        let weights = Weights::pack(&[1.0; 9], &[0.5], (3, 3), 1);
        let mut output = [0.0; 9];
        convolve(&[1.0; 9], from, &weights, 1, &mut output, from);
        assert_eq!(output, [4.5, 6.5, 4.5, 6.5, 9.5, 6.5, 4.5, 6.5, 4.5]);
        let mut channelwise = [0.0; 9];
        convolve_channels(
            &[1.0; 9],
            from,
            (&[1.0; 9], &[0.5], (3, 3)),
            1,
            &mut channelwise,
            from,
        );
        assert_eq!(channelwise, output);
    }

    #[test]
    fn an_even_picture_is_padded_at_its_end_only() {
        let mut output = [0.0; 4];
        let weights = Weights::pack(&[1.0; 9], &[0.0], (3, 3), 1);
        convolve(
            &[1.0; 16],
            shape(4, 4, 1),
            &weights,
            2,
            &mut output,
            shape(2, 2, 1),
        );
        assert_eq!(output, [9.0, 6.0, 6.0, 4.0]);
    }

    #[test]
    fn places_are_convolved_alike_be_they_four_or_fewer() {
        let input: Vec<f32> = (0..15_u8).map(f32::from).collect();
        let weights: Vec<f32> = (0..27_u8).map(|index| f32::from(index) - 13.0).collect();
        let bias: Vec<f32> = (0..9_u8).map(f32::from).collect();
        let packed = Weights::pack(&weights, &bias, (1, 1), 3);
        let mut output = [0.0; 45];
        convolve(&input, shape(1, 5, 3), &packed, 1, &mut output, shape(1, 5, 9));
        for (place, out) in output.chunks_exact(9).enumerate() {
            for (channel, value) in out.iter().enumerate() {
                let sum: f32 = (0..3)
                    .map(|index| input[place * 3 + index] * weights[channel * 3 + index])
                    .sum();
                assert_eq!(*value, sum + bias[channel]);
            }
        }
    }

    #[test]
    fn enlarging_keeps_an_even_surface_even_and_a_slope_straight() {
        let mut output = [0.0; 8];
        enlarge(&[0.0, 4.0], shape(1, 2, 1), &mut output);
        assert_eq!(output, [0.0, 1.0, 3.0, 4.0, 0.0, 1.0, 3.0, 4.0]);
    }

    #[test]
    fn a_place_is_spread_over_a_square() {
        let mut output = [0.0; 8];
        spread(
            &[1.0, 2.0],
            shape(1, 2, 1),
            &[1.0, 10.0, 100.0, 1000.0],
            0.5,
            2,
            &mut output,
        );
        assert_eq!(output, [1.5, 10.5, 2.5, 20.5, 100.5, 1000.5, 200.5, 2000.5]);
    }

    #[test]
    fn one_place_is_combined_with_all() {
        let mut output = [0.0; 4];
        combine(&[1.0, 2.0, 3.0, 4.0], &[10.0, 100.0], &mut output, |a, b| a * b);
        assert_eq!(output, [10.0, 200.0, 30.0, 400.0]);
        let mut means = [0.0; 2];
        mean(&output, &mut means);
        assert_eq!(means, [20.0, 300.0]);
    }

    fn shape(height: usize, width: usize, channels: usize) -> Shape {
        Shape {
            height,
            width,
            channels,
        }
    }
}
