// SPDX-License-Identifier: MIT OR Apache-2.0
// Looks for the bots' frames where they must not be: in a packet capture, and in a process's memory.

import { open, readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child, ROOT, installed } from "./process.mjs";
import { until } from "./wait.mjs";

// Long enough that chance cannot produce it, short enough to fall within one packet.
const SLICE = 24;

/**
 * Pieces of the bot's own frames, from every file of the given bots: what any leak of a frame would contain. Bots play
 * all frames within four seconds.
 * @param {number[]} numbers
 * @returns {Promise<Buffer[]>}
 */
export async function plaintextSlices(numbers) {
  const slices = [];
  for (const number of numbers) {
    for (const layer of ["q", "h", "f"]) {
      const file = await readFile(join(ROOT, "testdata", "bot", `${number}-${layer}.ivf`));
      const frames = ivfFrames(file).filter((frame) => frame.length > 200);
      // The first, the largest and a few between: searching for all would take minutes.
      const chosen = [frames[0], ...frames.toSorted((a, b) => b.length - a.length).slice(0, 2), ...everyNth(frames, 12)];
      for (const frame of chosen) slices.push(slice(frame, 40), slice(frame, frame.length - SLICE - 10));
    }
    const voice = await readFile(join(ROOT, "testdata", "bot", `${number}.ogg`));
    for (const part of [0.3, 0.5, 0.7]) slices.push(slice(voice, Math.floor(voice.length * part)));
  }
  return slices.filter((bytes) => new Set(bytes).size > 16);
}

function slice(bytes, start) {
  return bytes.subarray(start, start + SLICE);
}

function everyNth(items, n) {
  return items.filter((_, index) => index % n === 3);
}

function ivfFrames(file) {
  const frames = [];
  for (let at = file.readUInt16LE(6); at < file.length; ) {
    const bytes = file.readUInt32LE(at);
    frames.push(file.subarray(at + 12, at + 12 + bytes));
    at += 12 + bytes;
  }
  return frames;
}

/**
 * Which of the needles are in the haystack.
 * @param {Buffer} haystack
 * @param {Buffer[]} needles
 */
export function found(haystack, needles) {
  return needles.filter((needle) => haystack.includes(needle));
}

/** A packet capture on the loopback interface. */
export class Capture {
  /** @param {string} filter in tcpdump's language */
  static async start(filter) {
    const capture = new Capture();
    capture.directory = await mkdtemp(join(tmpdir(), "incamera-capture-"));
    capture.file = join(capture.directory, "packets.pcap");
    const program = installed(["tcpdump"]);
    // Datagrams of media are below 1500 bytes; longer slots would leave the buffer room for a hundred.
    const args = ["-i", "lo", "-s", "2048", "-B", "32768", "-U", "--immediate-mode", "-Z", "root", "-w", capture.file, filter];
    const isRoot = process.getuid?.() === 0;
    capture.child = isRoot ? new Child(program, args) : new Child("sudo", ["-n", program, ...args]);
    await until("tcpdump listens", () => {
      if (!capture.child.isRunning) throw new Error(`tcpdump ended: ${capture.child.stderr}`);
      return capture.child.stderr.includes("listening on");
    });
    return capture;
  }

  /** Waits until these bytes were captured. @param {Buffer} bytes */
  async sees(bytes) {
    await until("the capture has what was sent on purpose", async () => (await readFile(this.file)).includes(bytes));
  }

  /** Ends it, whatever it has. */
  async abandon() {
    await this.child.stop("SIGINT");
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Ends it, and returns what was on the wire. Fails if packets were missed. */
  async finish() {
    await this.child.stop("SIGINT");
    const bytes = await readFile(this.file);
    await rm(this.directory, { recursive: true, force: true });
    const missed = /(\d+) packets dropped by kernel/.exec(this.child.stderr)?.[1];
    if (missed !== "0") throw new Error(`the capture is not whole: ${this.child.stderr}`);
    return { bytes, packets: payloads(bytes) };
  }
}

/** The UDP payloads in a pcap file of the loopback interface (Ethernet framing, IPv4). */
function payloads(file) {
  const found = [];
  const isLittle = file.readUInt32LE(0) === 0xa1b2c3d4;
  const read = (at) => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at));
  for (let at = 24; at + 16 <= file.length; ) {
    const length = read(at + 8);
    const frame = file.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const ip = frame.subarray(14);
    if (ip.length > 28 && ip[0] >> 4 === 4 && ip[9] === 17) found.push(ip.subarray((ip[0] & 15) * 4 + 8));
  }
  return found;
}

/** Whether a datagram is RTP or RTCP, that is SRTP (RFC 7983). */
export function isRtp(payload) {
  return payload[0] >= 128 && payload[0] <= 191;
}

/**
 * Searches everything a process has in memory.
 * @param {number} pid
 * @param {Buffer[]} needles
 * @returns {Promise<{found: Buffer[], bytes: number}>}
 */
export async function searchMemory(pid, needles) {
  const maps = await readFile(`/proc/${pid}/maps`, "utf8");
  const memory = await open(`/proc/${pid}/mem`, "r");
  const hits = new Set();
  let total = 0;
  try {
    for (const line of maps.split("\n")) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line);
      if (!match || line.endsWith("[vvar]") || line.endsWith("[vsyscall]")) continue;
      total += await searchRange(memory, Number(`0x${match[1]}`), Number(`0x${match[2]}`), needles, hits);
    }
  } finally {
    await memory.close();
  }
  return { found: [...hits], bytes: total };
}

async function searchRange(memory, start, end, needles, hits) {
  const chunk = 8 << 20;
  const overlap = Math.max(...needles.map((needle) => needle.length));
  let bytes = 0;
  for (let at = start; at < end; at += chunk) {
    // Chunks overlap by a needle's length, so that none is cut in two.
    const stop = at + chunk + overlap < end ? at + chunk + overlap : end;
    const buffer = Buffer.alloc(stop - at);
    let read;
    try {
      read = (await memory.read(buffer, 0, buffer.length, at)).bytesRead;
    } catch {
      // A mapping that went away, or that has no pages behind it.
      continue;
    }
    bytes += read;
    for (const needle of found(buffer.subarray(0, read), needles)) hits.add(needle);
  }
  return bytes;
}
