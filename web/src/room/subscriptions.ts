// SPDX-License-Identifier: MIT OR Apache-2.0
// Turns the tiles on screen into what the server is asked to send.

import type { TrackKind, TrackSource, VideoRequest } from "./view";

export interface VisibleVideo {
  source: TrackSource;
  /** In CSS pixels. */
  width: number;
  height: number;
}

/** Returns the request: largest first, no duplicate, heights in device pixels, at most as many as there are slots. */
export function requestsFor(videos: Iterable<VisibleVideo>, pixelRatio: number): VideoRequest[] {
  const largest = new Map<string, VideoRequest & { area: number }>();
  for (const { source, width, height } of videos) {
    if (width < 1 || height < 1) continue;
    const key = `${source.participant}/${source.kind}`;
    const area = width * height;
    const known = largest.get(key);
    if (known !== undefined && known.area >= area) continue;
    largest.set(key, { source, height: wantedHeight(height * pixelRatio), area });
  }
  return [...largest.values()]
    .sort((a, b) => rank(b.source.kind) - rank(a.source.kind) || b.area - a.area || a.source.participant - b.source.participant)
    .slice(0, VIDEO_SLOTS)
    .map(({ source, height }) => ({ source, height }));
}

/** Returns whether two requests ask for the same. */
export function sameRequests(a: readonly VideoRequest[], b: readonly VideoRequest[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index];
      return other !== undefined && one.height === other.height && one.source.participant === other.source.participant && one.source.kind === other.source.kind;
    })
  );
}

// Steps of 16 pixels: dragging a window's edge does not send a request per pixel.
function wantedHeight(height: number): number {
  return Math.min(MAX_HEIGHT, Math.max(HEIGHT_STEP, Math.round(height / HEIGHT_STEP) * HEIGHT_STEP));
}

function rank(kind: TrackKind): number {
  return kind === "screen" ? 1 : 0;
}

const HEIGHT_STEP = 16;
const MAX_HEIGHT = 4320;
// protocol::limits::VIDEO_SLOTS.
const VIDEO_SLOTS = 49;
