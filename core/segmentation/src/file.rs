// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads a TensorFlow Lite file: a FlatBuffer (flatbuffers.dev, "FlatBuffer Internals") with the tables of its schema,
//! version 3. Every offset is checked, and what this crate cannot run is refused.

/// Why a file is no network that can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// An offset, a length or a number leads out of the file.
    #[error("the file is damaged")]
    Damaged,
    /// An operation or a setting that is not known here.
    #[error("the network holds what cannot be run")]
    Unknown,
    /// The shapes do not fit together, or are larger than any network of this kind.
    #[error("the network's shapes do not fit")]
    Shape,
}

/// A network as the file tells it.
pub(crate) struct Model {
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) steps: Vec<Step>,
    pub(crate) input: usize,
    pub(crate) output: usize,
}

/// A block of numbers, and those that the file holds for it.
pub(crate) struct Tensor {
    /// Batch, height, width, channels; shorter shapes have ones in front.
    pub(crate) shape: [usize; 4],
    pub(crate) constant: Option<Vec<f32>>,
}

impl Tensor {
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }
}

/// One operation with the tensors that it reads, and the one that it writes.
pub(crate) struct Step {
    pub(crate) operation: Operation,
    pub(crate) inputs: Vec<usize>,
    pub(crate) output: usize,
}

/// What can be run. Where a kernel is larger than one place, the border is padded so that as many places come out as go in,
/// divided by the stride.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Convolution {
        stride: usize,
        is_padded: bool,
    },
    Depthwise {
        stride: usize,
    },
    /// MediaPipe's transposed convolution: each place becomes a square of `stride` places.
    Spread {
        stride: usize,
    },
    Add,
    Multiply,
    /// The mean of each channel over all places.
    Mean,
    /// To twice as many rows and columns, between the centres of places.
    Enlarge,
    Relu,
    HardSwish,
    Logistic,
    /// Half-precision numbers, which were widened when the file was read.
    Widen,
}

impl Model {
    pub(crate) fn read(file: &[u8]) -> Result<Self, ModelError> {
        let buffer = Buffer(file);
        let root = Table::at(buffer, buffer.offset(0)?)?;
        let codes = root.tables(1)?;
        let graphs = root.tables(2)?;
        let buffers = root.tables(4)?;
        let [graph] = graphs.as_slice() else {
            return Err(ModelError::Unknown);
        };
        let tensors = graph.tables(0)?;
        let mut model = Self {
            tensors: tensors
                .iter()
                .map(|tensor| read_tensor(tensor, &buffers))
                .collect::<Result<_, _>>()?,
            steps: Vec::new(),
            input: only(&graph.indices(1)?)?,
            output: only(&graph.indices(2)?)?,
        };
        for step in graph.tables(3)? {
            let code = codes.get(step.number(0)? as usize).ok_or(ModelError::Damaged)?;
            let step = Step {
                operation: read_operation(code, &step)?,
                inputs: step.indices(1)?,
                output: only(&step.indices(2)?)?,
            };
            let count = model.tensors.len();
            if step
                .inputs
                .iter()
                .chain([&step.output, &model.input, &model.output])
                .any(|index| *index >= count)
            {
                return Err(ModelError::Damaged);
            }
            if step.operation == Operation::Widen {
                let [from] = step.inputs.as_slice() else {
                    return Err(ModelError::Shape);
                };
                model.tensors[step.output].constant = model.tensors[*from].constant.take();
            } else {
                model.steps.push(step);
            }
        }
        Ok(model)
    }
}

fn read_tensor(tensor: &Table<'_>, buffers: &[Table<'_>]) -> Result<Tensor, ModelError> {
    let given = tensor.indices(0)?;
    let mut shape = [1; 4];
    let start = shape.len().checked_sub(given.len()).ok_or(ModelError::Shape)?;
    shape[start..].copy_from_slice(&given);
    let is_small = shape
        .iter()
        .try_fold(1_usize, |product, side| product.checked_mul(*side));
    if !is_small.is_some_and(|count| (1..=LARGEST_TENSOR).contains(&count)) {
        return Err(ModelError::Shape);
    }
    let data = buffers
        .get(tensor.number(2)? as usize)
        .ok_or(ModelError::Damaged)?
        .bytes(0)?;
    let constant = match tensor.byte(1)? {
        _ if data.is_empty() => None,
        FLOAT32 => Some(
            data.chunks_exact(4)
                .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
                .collect(),
        ),
        FLOAT16 => Some(
            data.chunks_exact(2)
                .map(|two| widened(u16::from_le_bytes([two[0], two[1]])))
                .collect(),
        ),
        // Axes and sizes, which follow from the shapes.
        INT32 => None,
        _ => return Err(ModelError::Unknown),
    };
    let count = shape.iter().product::<usize>();
    if constant
        .as_ref()
        .is_some_and(|constant: &Vec<f32>| constant.len() != count)
    {
        return Err(ModelError::Shape);
    }
    Ok(Tensor { shape, constant })
}

fn read_operation(code: &Table<'_>, step: &Table<'_>) -> Result<Operation, ModelError> {
    // The byte is the older field; larger numbers stand in the other one.
    let number = u32::from(code.byte(0)?).max(code.number(3)?);
    let options = step.table(4)?;
    let byte = |index| options.as_ref().map_or(Ok(0), |options| options.byte(index));
    let number_of = |index| options.as_ref().map_or(Ok(0), |options| options.number(index));
    let stride = |activation| {
        let (across, down) = (number_of(1)?, number_of(2)?);
        let is_known = across == down && (1..=2).contains(&down) && byte(activation)? == 0;
        is_known.then_some(down as usize).ok_or(ModelError::Unknown)
    };
    Ok(match number {
        0 => Operation::Add,
        3 => Operation::Convolution {
            stride: stride(3)?,
            is_padded: byte(0)? == 0,
        },
        4 if byte(0)? == 0 && number_of(3)? == 1 => Operation::Depthwise { stride: stride(4)? },
        6 => Operation::Widen,
        14 => Operation::Logistic,
        18 => Operation::Multiply,
        19 => Operation::Relu,
        23 if byte(2)? == 0 && byte(3)? == 1 => Operation::Enlarge,
        32 if code.bytes(1)? == b"Convolution2DTransposeBias" => Operation::Spread {
            stride: spread_stride(step.bytes(5)?)?,
        },
        40 => Operation::Mean,
        117 => Operation::HardSwish,
        _ => return Err(ModelError::Unknown),
    })
}

/// The options of MediaPipe's own operation: padding, width and height of the stride, 32 bits each.
fn spread_stride(options: &[u8]) -> Result<usize, ModelError> {
    match *options {
        [1, 0, 0, 0, across, 0, 0, 0, down, 0, 0, 0] if across == down && down > 0 => Ok(usize::from(down)),
        _ => Err(ModelError::Unknown),
    }
}

fn only(indices: &[usize]) -> Result<usize, ModelError> {
    match indices {
        [one] => Ok(*one),
        _ => Err(ModelError::Unknown),
    }
}

/// IEEE 754 binary16 to binary32.
fn widened(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((half >> 10) & 0x1f);
    let fraction = f32::from(half & 0x3ff) / 1024.0;
    sign * match exponent {
        0 => fraction * 2.0_f32.powi(-14),
        31 => f32::INFINITY,
        _ => (1.0 + fraction) * 2.0_f32.powi(exponent - 15),
    }
}

#[derive(Clone, Copy)]
struct Buffer<'a>(&'a [u8]);

impl<'a> Buffer<'a> {
    fn slice(self, at: usize, count: usize) -> Result<&'a [u8], ModelError> {
        let end = at.checked_add(count).ok_or(ModelError::Damaged)?;
        self.0.get(at..end).ok_or(ModelError::Damaged)
    }

    fn u16(self, at: usize) -> Result<usize, ModelError> {
        let bytes = self.slice(at, 2)?;
        Ok(usize::from(u16::from_le_bytes([bytes[0], bytes[1]])))
    }

    fn u32(self, at: usize) -> Result<u32, ModelError> {
        let bytes = self.slice(at, 4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Follows the offset that stands at `at`.
    fn offset(self, at: usize) -> Result<usize, ModelError> {
        at.checked_add(self.u32(at)? as usize).ok_or(ModelError::Damaged)
    }
}

#[derive(Clone, Copy)]
struct Table<'a> {
    buffer: Buffer<'a>,
    at: usize,
    fields: usize,
}

impl<'a> Table<'a> {
    fn at(buffer: Buffer<'a>, at: usize) -> Result<Self, ModelError> {
        // The list of fields stands before or behind the table.
        let back = buffer.u32(at)?.cast_signed();
        let fields = i64::try_from(at)
            .ok()
            .and_then(|at| usize::try_from(at - i64::from(back)).ok());
        Ok(Self {
            buffer,
            at,
            fields: fields.ok_or(ModelError::Damaged)?,
        })
    }

    /// Returns where a field stands, if the table has it.
    fn field(&self, index: usize) -> Result<Option<usize>, ModelError> {
        let place = 4 + 2 * index;
        if place + 2 > self.buffer.u16(self.fields)? {
            return Ok(None);
        }
        let offset = self.buffer.u16(self.fields + place)?;
        Ok((offset != 0).then_some(self.at + offset))
    }

    fn byte(&self, index: usize) -> Result<u8, ModelError> {
        self.field(index)?
            .map_or(Ok(0), |at| Ok(self.buffer.slice(at, 1)?[0]))
    }

    fn number(&self, index: usize) -> Result<u32, ModelError> {
        self.field(index)?.map_or(Ok(0), |at| self.buffer.u32(at))
    }

    fn table(&self, index: usize) -> Result<Option<Self>, ModelError> {
        let Some(at) = self.field(index)? else {
            return Ok(None);
        };
        Self::at(self.buffer, self.buffer.offset(at)?).map(Some)
    }

    /// Returns where a vector's elements begin, and how many there are.
    fn vector(&self, index: usize) -> Result<(usize, usize), ModelError> {
        let Some(at) = self.field(index)? else {
            return Ok((0, 0));
        };
        let start = self.buffer.offset(at)?;
        let count = self.buffer.u32(start)? as usize;
        Ok((start + 4, count))
    }

    fn bytes(&self, index: usize) -> Result<&'a [u8], ModelError> {
        let (start, count) = self.vector(index)?;
        self.buffer.slice(start, count)
    }

    fn words(&self, index: usize) -> Result<impl Iterator<Item = (usize, u32)> + use<'a>, ModelError> {
        let (start, count) = self.vector(index)?;
        let bytes = self
            .buffer
            .slice(start, count.checked_mul(4).ok_or(ModelError::Damaged)?)?;
        let words = bytes
            .chunks_exact(4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        Ok((0..).map(move |index| start + 4 * index).zip(words))
    }

    fn indices(&self, index: usize) -> Result<Vec<usize>, ModelError> {
        Ok(self.words(index)?.map(|(_, word)| word as usize).collect())
    }

    fn tables(&self, index: usize) -> Result<Vec<Self>, ModelError> {
        self.words(index)?
            .map(|(at, offset)| {
                Self::at(
                    self.buffer,
                    at.checked_add(offset as usize).ok_or(ModelError::Damaged)?,
                )
            })
            .collect()
    }
}

// schema.fbs, TensorType.
const FLOAT32: u8 = 0;
const FLOAT16: u8 = 1;
const INT32: u8 = 2;

// Sixteen channels at 640 by 480: several times what a network of this kind holds, and 20 MB.
const LARGEST_TENSOR: usize = 16 * 640 * 480;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_widened() {
        for (half, wide) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
        ] {
            assert_eq!(widened(half), wide);
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for file in [
            &b""[..],
            b"TFL3",
            &[0xff; 64],
            &[0; 64],
            &[4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 4, 0],
        ] {
            assert!(Model::read(file).is_err());
        }
    }
}
