// SPDX-License-Identifier: MIT OR Apache-2.0
//! A network that is ready to run: its shapes are checked once, its weights packed, its blocks of numbers laid out.

use crate::{
    file::{Model, ModelError, Operation, Step},
    kernels::{self, Shape, Weights},
};

/// Tells for each place of a picture how likely a person is there.
pub struct Segmenter {
    layers: Vec<Layer>,
    /// One block of numbers for each tensor; constants are empty, their layers hold them.
    blocks: Vec<Vec<f32>>,
    input: usize,
    output: usize,
    shape: Shape,
}

struct Layer {
    kind: Kind,
    from: usize,
    from_shape: Shape,
    to: usize,
    to_shape: Shape,
}

enum Kind {
    Convolution {
        weights: Weights,
        stride: usize,
    },
    Depthwise {
        weights: Vec<f32>,
        bias: Vec<f32>,
        size: (usize, usize),
        stride: usize,
    },
    Spread {
        weights: Vec<f32>,
        bias: f32,
        stride: usize,
    },
    Add(usize),
    Multiply(usize),
    Mean,
    Enlarge,
    Each(fn(f32) -> f32),
}

impl Segmenter {
    /// Reads a TensorFlow Lite file whose network takes a picture of three channels and gives one channel of the same size.
    ///
    /// # Errors
    /// If the file is damaged or holds a network of another kind.
    pub fn read(file: &[u8]) -> Result<Self, ModelError> {
        let model = Model::read(file)?;
        let shape = shape_of(&model, model.input)?;
        let expected = Shape { channels: 1, ..shape };
        if shape.channels != COLOURS || shape_of(&model, model.output)? != expected {
            return Err(ModelError::Shape);
        }
        let layers = model
            .steps
            .iter()
            .map(|step| layer(&model, step))
            .collect::<Result<_, _>>()?;
        let blocks = model.tensors.iter().map(|tensor| {
            let count = if tensor.constant.is_some() {
                0
            } else {
                tensor.len()
            };
            vec![0.0; count]
        });
        Ok(Self {
            layers,
            blocks: blocks.collect(),
            input: model.input,
            output: model.output,
            shape,
        })
    }

    /// Returns the width of the pictures that it takes.
    pub fn width(&self) -> usize {
        self.shape.width
    }

    /// Returns their height.
    pub fn height(&self) -> usize {
        self.shape.height
    }

    /// Overwrites the fourth byte of each place of a picture (red, green, blue, opacity) with how likely a person is there,
    /// 0 to 255. A picture of another size is left as it is.
    pub fn run(&mut self, picture: &mut [u8]) {
        let (places, _) = picture.as_chunks_mut::<4>();
        if places.len() != self.shape.width * self.shape.height {
            return;
        }
        for (numbers, place) in self.blocks[self.input]
            .chunks_exact_mut(COLOURS)
            .zip(places.iter())
        {
            for (number, byte) in numbers.iter_mut().zip(place) {
                *number = f32::from(*byte) * (1.0 / 255.0);
            }
        }
        for layer in &self.layers {
            let mut out = std::mem::take(&mut self.blocks[layer.to]);
            layer.run(&self.blocks, &mut out);
            self.blocks[layer.to] = out;
        }
        for (place, likelihood) in places.iter_mut().zip(&self.blocks[self.output]) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the network's last layer gives 0 to 1, and the cast saturates"
            )]
            let byte = (likelihood * 255.0) as u8;
            place[COLOURS] = byte;
        }
    }
}

impl Layer {
    fn run(&self, blocks: &[Vec<f32>], out: &mut [f32]) {
        let input = &blocks[self.from];
        match &self.kind {
            Kind::Convolution { weights, stride } => {
                kernels::convolve(input, self.from_shape, weights, *stride, out, self.to_shape);
            }
            Kind::Depthwise {
                weights,
                bias,
                size,
                stride,
            } => {
                let kernel = (weights.as_slice(), bias.as_slice(), *size);
                kernels::convolve_channels(input, self.from_shape, kernel, *stride, out, self.to_shape);
            }
            Kind::Spread {
                weights,
                bias,
                stride,
            } => {
                kernels::spread(input, self.from_shape, weights, *bias, *stride, out);
            }
            Kind::Add(other) => kernels::combine(input, &blocks[*other], out, |first, second| first + second),
            Kind::Multiply(other) => {
                kernels::combine(input, &blocks[*other], out, |first, second| first * second)
            }
            Kind::Mean => kernels::mean(input, out),
            Kind::Enlarge => kernels::enlarge(input, self.from_shape, out),
            Kind::Each(changed) => {
                for (out, value) in out.iter_mut().zip(input) {
                    *out = changed(*value);
                }
            }
        }
    }
}

/// Checks a step's shapes and takes its constants.
fn layer(model: &Model, step: &Step) -> Result<Layer, ModelError> {
    let from = *step.inputs.first().ok_or(ModelError::Shape)?;
    let (from_shape, to_shape) = (shape_of(model, from)?, shape_of(model, step.output)?);
    let is_written =
        model.tensors[step.output].constant.is_none() && step.inputs.iter().all(|one| *one != step.output);
    if !is_written || model.tensors[from].constant.is_some() {
        return Err(ModelError::Shape);
    }
    let (kind, expected) = match step.operation {
        Operation::Convolution { stride, is_padded } => {
            let (weights, shape) = constant(model, step, 1)?;
            let [outputs, rows, columns, inputs] = shape;
            let bias = bias(model, step, outputs)?;
            if inputs != from_shape.channels || (!is_padded && (rows, columns) != (1, 1)) {
                return Err(ModelError::Shape);
            }
            let weights = Weights::pack(weights, bias, (rows, columns), inputs);
            (
                Kind::Convolution { weights, stride },
                divided(from_shape, stride, outputs),
            )
        }
        Operation::Depthwise { stride } => {
            let (weights, [one, rows, columns, channels]) = constant(model, step, 1)?;
            let bias = bias(model, step, channels)?;
            if one != 1 || channels != from_shape.channels {
                return Err(ModelError::Shape);
            }
            let kind = Kind::Depthwise {
                weights: weights.to_vec(),
                bias: bias.to_vec(),
                size: (rows, columns),
                stride,
            };
            (kind, divided(from_shape, stride, channels))
        }
        Operation::Spread { stride } => {
            let (weights, shape) = constant(model, step, 1)?;
            let bias = bias(model, step, 1)?;
            if shape != [1, stride, stride, from_shape.channels] {
                return Err(ModelError::Shape);
            }
            let kind = Kind::Spread {
                weights: weights.to_vec(),
                bias: bias[0],
                stride,
            };
            (kind, enlarged(from_shape, stride, 1))
        }
        Operation::Add => (Kind::Add(other(model, step, from_shape)?), from_shape),
        Operation::Multiply => (Kind::Multiply(other(model, step, from_shape)?), from_shape),
        Operation::Mean => (
            Kind::Mean,
            Shape {
                height: 1,
                width: 1,
                ..from_shape
            },
        ),
        Operation::Enlarge => (Kind::Enlarge, enlarged(from_shape, 2, from_shape.channels)),
        Operation::Relu => (Kind::Each(kernels::relu), from_shape),
        Operation::HardSwish => (Kind::Each(kernels::hard_swish), from_shape),
        Operation::Logistic => (Kind::Each(kernels::logistic), from_shape),
        // Taken up when the file was read.
        Operation::Widen => return Err(ModelError::Unknown),
    };
    if expected != to_shape {
        return Err(ModelError::Shape);
    }
    Ok(Layer {
        kind,
        from,
        from_shape,
        to: step.output,
        to_shape,
    })
}

/// Returns the second block of a sum or a product: of the first one's shape, or one place for all.
fn other(model: &Model, step: &Step, first: Shape) -> Result<usize, ModelError> {
    let [_, other] = *step.inputs.as_slice() else {
        return Err(ModelError::Shape);
    };
    let shape = shape_of(model, other)?;
    let is_one_place = shape
        == (Shape {
            height: 1,
            width: 1,
            ..first
        });
    if model.tensors[other].constant.is_some() || !(shape == first || is_one_place) {
        return Err(ModelError::Shape);
    }
    Ok(other)
}

fn constant<'m>(model: &'m Model, step: &Step, index: usize) -> Result<(&'m [f32], [usize; 4]), ModelError> {
    let tensor = &model.tensors[*step.inputs.get(index).ok_or(ModelError::Shape)?];
    let constant = tensor.constant.as_deref().ok_or(ModelError::Shape)?;
    Ok((constant, tensor.shape))
}

fn bias<'m>(model: &'m Model, step: &Step, count: usize) -> Result<&'m [f32], ModelError> {
    let (bias, _) = constant(model, step, 2)?;
    (bias.len() == count).then_some(bias).ok_or(ModelError::Shape)
}

fn shape_of(model: &Model, tensor: usize) -> Result<Shape, ModelError> {
    let [1, height, width, channels] = model.tensors[tensor].shape else {
        return Err(ModelError::Shape);
    };
    Ok(Shape {
        height,
        width,
        channels,
    })
}

fn divided(from: Shape, stride: usize, channels: usize) -> Shape {
    Shape {
        height: from.height.div_ceil(stride),
        width: from.width.div_ceil(stride),
        channels,
    }
}

fn enlarged(from: Shape, by: usize, channels: usize) -> Shape {
    Shape {
        height: from.height * by,
        width: from.width * by,
        channels,
    }
}

// Red, green, blue.
const COLOURS: usize = 3;
