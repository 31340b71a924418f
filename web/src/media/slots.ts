// SPDX-License-Identifier: MIT OR Apache-2.0
// Which receiving line of one transport carries whose track.

import type { TrackKind, TrackSource } from "../generated";

/** The slots of one transport, by `mid`. */
export class Slots<Line> {
  readonly #lineByMid = new Map<string, Line>();
  readonly #sourceByMid = new Map<string, TrackSource>();

  /** Adds a receiving line that carries nobody yet. */
  add(mid: string, line: Line): void {
    this.#lineByMid.set(mid, line);
  }

  /** Assigns a slot; returns whether anything changed. A slot that was never added changes nothing. */
  assign(mid: string, source: TrackSource | null): boolean {
    if (!this.#lineByMid.has(mid)) return false;
    const before = this.#sourceByMid.get(mid) ?? null;
    if (isSame(before, source)) return false;
    // Deleting first keeps the order of assignment: when a source moves, its latest slot is the one that counts.
    this.#sourceByMid.delete(mid);
    if (source !== null) this.#sourceByMid.set(mid, source);
    return true;
  }

  /** Returns the line that carries a track. */
  lineFor(participant: number, kind: TrackKind): Line | null {
    let found: Line | null = null;
    for (const [mid, source] of this.#sourceByMid) {
      if (source.participant === participant && source.kind === kind) found = this.#lineByMid.get(mid) ?? found;
    }
    return found;
  }

  /** Returns whose track a slot carries. */
  sourceOf(mid: string): TrackSource | null {
    return this.#sourceByMid.get(mid) ?? null;
  }
}

function isSame(a: TrackSource | null, b: TrackSource | null): boolean {
  return a === b || (a !== null && b !== null && a.participant === b.participant && a.kind === b.kind);
}
