// SPDX-License-Identifier: MIT OR Apache-2.0
// How good the call is, and if it is not, whose connection it is. Said only once it has lasted, taken back likewise.

import { spanBetween, type LineSpan, type Sample, type Span } from "./statistics";

/** What is wrong with the own connection. */
export type OwnTrouble = "loss" | "delay" | "upload";

export interface Quality {
  own: OwnTrouble | null;
  /** Those whose picture or sound suffers although the own connection is well. */
  weak: ReadonlySet<number>;
  /** What the last span showed; `null` until there are two samples. */
  span: Span | null;
}

/** Follows the samples of a call. */
export class QualityWatch {
  #before: Sample | null = null;
  #own = new Settled<OwnTrouble | null>(null);
  readonly #weak = new Map<number, Settled<boolean>>();

  handleSample(sample: Sample): Quality {
    const span = this.#before === null ? null : spanBetween(this.#before, sample);
    this.#before = sample;
    if (span === null) return { own: this.#own.value, weak: this.#weakNow(), span };
    const own = this.#own.handle(ownTrouble(span));
    // A bad way to the server spoils everybody: that is not theirs.
    const ill = own === null && ownTrouble(span) === null ? new Set(span.lines.filter(suffers).map(({ participant }) => participant)) : new Set<number>();
    const known = new Set(span.lines.map(({ participant }) => participant));
    for (const participant of known) {
      const settled = this.#weak.get(participant) ?? new Settled(false);
      this.#weak.set(participant, settled);
      settled.handle(ill.has(participant));
    }
    for (const participant of this.#weak.keys()) if (!known.has(participant)) this.#weak.delete(participant);
    return { own, weak: this.#weakNow(), span };
  }

  #weakNow(): ReadonlySet<number> {
    return new Set([...this.#weak].filter(([, settled]) => settled.value).map(([participant]) => participant));
  }
}

/** A value that changes only when it has been seen twice in a row. */
class Settled<T> {
  #value: T;
  #candidate: T;

  constructor(value: T) {
    this.#value = value;
    this.#candidate = value;
  }

  get value(): T {
    return this.#value;
  }

  handle(seen: T): T {
    if (seen === this.#candidate) this.#value = seen;
    this.#candidate = seen;
    return this.#value;
  }
}

function ownTrouble(span: Span): OwnTrouble | null {
  if (span.lossDown > BAD_LOSS) return "loss";
  if (span.lossUp > BAD_LOSS) return "upload";
  return span.roundTrip !== null && span.roundTrip > BAD_DELAY ? "delay" : null;
}

function suffers(line: LineSpan): boolean {
  if (line.kind === "microphone" || line.kind === "screen_audio") return line.concealed > BAD_GAPS;
  // A shared screen stands still when nothing on it moves.
  return line.kind === "camera" && line.height > 0 && (line.frozen > BAD_FREEZE || line.framesPerSecond < FEWEST_FRAMES);
}

// From here retransmission no longer hides it in the picture.
const BAD_LOSS = 0.08;
// In seconds, there and back. People begin to talk over each other at half of it one way (ITU-T G.114).
const BAD_DELAY = 0.6;
// Words get lost.
const BAD_GAPS = 0.15;
const BAD_FREEZE = 0.4;
// Per second. A camera in the dark gives as few as five.
const FEWEST_FRAMES = 2;
