// SPDX-License-Identifier: MIT OR Apache-2.0
// Draws and sounds the bots: `node pattern.mjs video NUMBER` writes raw rgb24 pictures, `node pattern.mjs voice NUMBER`
// raw s16le mono samples, to standard output. make.sh feeds both to ffmpeg. Knows nothing of codecs.
//
// Every picture carries 24 bits in two rows of twelve black or white blocks along its top: the bot's number, the
// picture's counter, and a check byte (number XOR counter XOR 0xA5), each with its highest bit first. The blocks are
// 13 x 11 pixels in the smallest layer, which survives lossy coding; e2e/lib/pattern.mjs reads them back.

import { argv, stdout } from "node:process";

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES_PER_SECOND = 15;
const SECONDS = 4;
const SAMPLES_PER_SECOND = 48_000;
const BLOCK_COLUMNS = 12;
const BLOCK_HEIGHT = 44;

const [, , what, numberText] = argv;
const number = Number(numberText);

if (what === "video") writeVideo();
else if (what === "voice") writeVoice();
else throw new Error("usage: node pattern.mjs video|voice NUMBER");

function writeVideo() {
  for (let counter = 0; counter < FRAMES_PER_SECOND * SECONDS; counter += 1) {
    stdout.write(picture(counter));
  }
}

function picture(counter) {
  const time = counter / FRAMES_PER_SECOND;
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  const bits = (number << 16) | (counter << 8) | (number ^ counter ^ 0xa5);
  const hue = (number * 0.27) % 1;
  const back = rgb(hue, 0.45, 0.32);
  const body = rgb((hue + 0.08) % 1, 0.55, 0.8);
  const dark = rgb(hue, 0.5, 0.15);
  // One whole swing per loop, so that the end meets the beginning.
  const swing = (2 * Math.PI * time) / SECONDS;
  const headX = 320 + 90 * Math.sin(swing);
  const headY = 205 + 16 * Math.sin(2 * swing);
  const mouth = 4 + 22 * loudness(time);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      let colour = back;
      if (y < 2 * BLOCK_HEIGHT) {
        const row = Math.floor(y / BLOCK_HEIGHT);
        const column = Math.floor((x * BLOCK_COLUMNS) / WIDTH);
        const bit = (bits >> (23 - (row * BLOCK_COLUMNS + column))) & 1;
        colour = bit === 1 ? [255, 255, 255] : [0, 0, 0];
      } else if (isFace(x - headX, y - headY, mouth)) {
        colour = dark;
      } else if (isHead(x - headX, y - headY)) {
        colour = body;
      }
      pixels.set(colour, (y * WIDTH + x) * 3);
    }
  }
  return pixels;
}

function isHead(x, y) {
  const corner = 34;
  const dx = Math.max(Math.abs(x) - (105 - corner), 0);
  const dy = Math.max(Math.abs(y) - (80 - corner), 0);
  return Math.hypot(dx, dy) < corner || (Math.abs(x) < 5 && y < -70 && y > -100) || Math.hypot(x, y + 102) < 11;
}

function isFace(x, y, mouth) {
  const isEye = Math.hypot(Math.abs(x) - 44, y + 22) < 15;
  const isMouth = Math.abs(x) < 46 && Math.abs(y - 34) < mouth / 2;
  return isEye || isMouth;
}

function writeVoice() {
  const samples = Buffer.alloc(SECONDS * SAMPLES_PER_SECOND * 2);
  const pitch = 105 + 27 * number;
  for (let index = 0; index < SECONDS * SAMPLES_PER_SECOND; index += 1) {
    const time = index / SAMPLES_PER_SECOND;
    let sum = 0;
    for (let harmonic = 1; harmonic <= 12; harmonic += 1) {
      sum += Math.sin(2 * Math.PI * pitch * harmonic * time) / harmonic;
    }
    samples.writeInt16LE(Math.round(7000 * loudness(time) * sum), index * 2);
  }
  stdout.write(samples);
}

/** How loud the bot is at `time`, 0 to 1: words of three to four syllables a second with pauses; also moves the mouth. */
function loudness(time) {
  const shifted = (time + number * 0.37) % SECONDS;
  const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.5 * shifted));
  const isPause = shifted % 2 > 1.6;
  return isPause ? 0 : syllable;
}

function rgb(hue, saturation, value) {
  return [5, 3, 1].map((n) => {
    const k = (n + hue * 6) % 6;
    return Math.round(255 * (value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1))));
  });
}
