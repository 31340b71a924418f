// SPDX-License-Identifier: MIT OR Apache-2.0
// What is done with the network's answer: the edge of the person, and the blurred room without the person in it.

/** Makes of each place's fourth byte, how likely a person is there, how much of the person is shown there. */
export function outline(picture: Uint8ClampedArray, width: number, height: number): void {
  const sharp = new Uint8Array(width * height);
  for (let place = 0; place < sharp.length; place += 1) sharp[place] = EDGE[picture[place * 4 + 3] ?? 0] ?? 0;
  // Softened, since each place becomes a square of the large picture; only inward, since beyond the edge is the room.
  for (let y = 0; y < height; y += 1) {
    const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
    for (let x = 0; x < width; x += 1) {
      const here = sharp[y * width + x] ?? 0;
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      let sum = 0;
      for (const row of [above, y * width, below]) sum += (sharp[row + left] ?? 0) + (sharp[row + x] ?? 0) + (sharp[row + right] ?? 0);
      picture[(y * width + x) * 4 + 3] = Math.min(here, sum / 9);
    }
  }
}

/**
 * Returns a picture of a quarter of the width and height, in which the room is blurred and the person left out: else its
 * colours would shine around it. `picture` is as {@link outline} leaves it; its sides are multiples of four.
 */
export function blurRoom(picture: Uint8ClampedArray, width: number, height: number): { room: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  const [across, down] = [width / STEP, height / STEP];
  // Red, green and blue weighted by how much room there is, and that weight.
  let sums = new Float32Array(across * down * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 4;
      const to = (Math.floor(y / STEP) * across + Math.floor(x / STEP)) * 4;
      // A little of everything counts: where nothing but person is, any colour is better than none.
      const weight = 1.001 - (picture[from + 3] ?? 0) / 255;
      for (let colour = 0; colour < 3; colour += 1) sums[to + colour] = (sums[to + colour] ?? 0) + weight * (picture[from + colour] ?? 0);
      sums[to + 3] = (sums[to + 3] ?? 0) + weight;
    }
  }
  for (let pass = 0; pass < PASSES; pass += 1) {
    sums = average(sums, down, across * 4, across, 4);
    sums = average(sums, across, 4, down, across * 4);
  }
  const room = new Uint8ClampedArray(sums.length);
  for (let at = 0; at < sums.length; at += 4) {
    const weight = sums[at + 3] ?? 1;
    for (let colour = 0; colour < 3; colour += 1) room[at + colour] = (sums[at + colour] ?? 0) / weight;
    room[at + 3] = 255;
  }
  return { room, width: across, height: down };
}

/** Averages `lines` lines of `length` places with their neighbours; a place has four numbers. */
function average(from: Float32Array, length: number, step: number, lines: number, lineStep: number): Float32Array<ArrayBuffer> {
  const to = new Float32Array(from.length);
  for (let line = 0; line < lines; line += 1) {
    for (let place = 0; place < length; place += 1) {
      const [first, last] = [Math.max(0, place - REACH), Math.min(length - 1, place + REACH)];
      const at = line * lineStep + place * step;
      for (let number = 0; number < 4; number += 1) {
        let sum = 0;
        for (let other = first; other <= last; other += 1) sum += from[line * lineStep + other * step + number] ?? 0;
        to[at + number] = sum / (last - first + 1);
      }
    }
  }
  return to;
}

// Below two fifths it is room, above three quarters person: of the two ways to be wrong, showing the room is the worse.
const EDGE = Uint8ClampedArray.from({ length: 256 }, (_, likelihood) => {
  const part = Math.min(1, Math.max(0, (likelihood / 255 - 0.4) / 0.35));
  return 255 * part * part * (3 - 2 * part);
});
const STEP = 4;
// Three passes over five of 64 columns: letters on a wall cannot be read, a window is still a window.
const REACH = 2;
const PASSES = 3;
