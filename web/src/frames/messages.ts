// SPDX-License-Identifier: MIT OR Apache-2.0
// What the page and a frame worker say to each other. Keys come from the session worker on a port of their own.

import type { TrackKind } from "../generated";

/** The options of a transform: what the frames that pass through it belong to. */
export type TransformOptions =
  | { side: "send"; kind: TrackKind }
  /** `peer` and `line` are the page's own numbers: a transform is set before there are a transport and a `mid`. */
  | { side: "receive"; peer: number; line: number; isVideo: boolean };

/** From the page to a frame worker. */
export type ToFrameWorker =
  /** First: whether this worker seals, and where its engine and keys come from. Exactly one worker of a client may. */
  | { type: "begin"; canSend: boolean; keys: MessagePort }
  /** Which slot a receiving line is; before it, the line's frames are dropped. */
  | { type: "line"; peer: number; line: number; transport: number; mid: string }
  /** A peer connection is gone. */
  | { type: "peerClosed"; peer: number }
  | { type: "count"; request: number };

/** From a frame worker to the page. */
export type FromFrameWorker =
  /** Frames of this slot were dropped and the ones that follow need a keyframe. */
  | { type: "keyframeWanted"; transport: number; mid: string }
  /** Frames under later keys have come for some seconds, and the keys have not. */
  | { type: "keysMissing" }
  | { type: "counts"; request: number; counts: FrameCounts };

/** Frames since the worker began. Reasons are the engine's. */
export interface FrameCounts {
  sealed: number;
  opened: number;
  droppedSealing: Record<string, number>;
  droppedOpening: Record<string, number>;
}
