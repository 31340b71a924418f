// SPDX-License-Identifier: MIT OR Apache-2.0
// What page and background worker tell each other.

/** What is put behind the person: the room, blurred, or a picture. */
export type Backdrop = { type: "blur" } | { type: "picture"; picture: ImageBitmap };

/** The backdrop comes before the first frame. Frames come one at a time: the next one after the answer. */
export type ToBackgroundWorker = { type: "backdrop"; backdrop: Backdrop } | { type: "frame"; frame: ImageBitmap };

/** `tick`: time for a frame. A page that nobody looks at has no clock of its own that is quick enough. */
export type FromBackgroundWorker = { type: "tick" } | { type: "frame"; frame: ImageBitmap } | { type: "failed" };
