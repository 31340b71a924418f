// SPDX-License-Identifier: MIT OR Apache-2.0
// What the page and a frame worker say to each other. Keys come from the session worker on a port of their own.

import type { TrackKind } from "../generated";

/** The options of a transform: what the frames that pass through it belong to. */
export type TransformOptions =
  | { side: "send"; kind: TrackKind }
  /** `line` is the page's own number: a transform is set before its m-line has a `mid`. */
  | { side: "receive"; transport: number; line: number; isVideo: boolean };

/** From the page to a frame worker. */
export type ToFrameWorker =
  /** First: whether this worker seals, and where its engine and keys come from. Exactly one worker of a client may. */
  | { type: "begin"; canSend: boolean; keys: MessagePort }
  /** The `mid` of a receiving line; before it, the line's frames are dropped. */
  | { type: "line"; transport: number; line: number; mid: string }
  /** A transport is gone. */
  | { type: "transportClosed"; transport: number }
  | { type: "count"; request: number };

/** From a frame worker to the page. */
export type FromFrameWorker =
  /** Frames of this slot were dropped and the ones that follow need a keyframe. */
  | { type: "keyframeWanted"; transport: number; mid: string }
  | { type: "counts"; request: number; counts: FrameCounts };

/** Frames since the worker began. Reasons are the engine's. */
export interface FrameCounts {
  sealed: number;
  opened: number;
  droppedSealing: Record<string, number>;
  droppedOpening: Record<string, number>;
}
