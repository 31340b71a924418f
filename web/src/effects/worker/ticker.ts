// SPDX-License-Identifier: MIT OR Apache-2.0
// A clock for pictures that goes on in a page that nobody looks at, where the page's own goes once a second.

// In milliseconds: 25 pictures a second.
const FRAME_MS = 40;

setInterval(() => self.postMessage(null), FRAME_MS);

