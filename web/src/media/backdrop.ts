// SPDX-License-Identifier: MIT OR Apache-2.0
// Makes what a choice of background names; loaded with the effect.

import { type Drawn, drawBackdrop } from "../effects/backdrops";
import type { Backdrop } from "../effects/background-messages";
import { loadOwnPicture } from "./own-picture";

/** Returns what is to be put behind the person; `null` if it is not there any more. */
export async function loadBackdrop(choice: "blur" | "own" | Drawn): Promise<Backdrop | null> {
  if (choice === "blur") return { type: "blur" };
  if (choice === "own") {
    const kept = await loadOwnPicture();
    return kept === null ? null : { type: "picture", picture: await createImageBitmap(kept) };
  }
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext("2d");
  if (context === null) return null;
  drawBackdrop(choice, context);
  return { type: "picture", picture: canvas.transferToImageBitmap() };
}

// As large as a camera's picture is sent.
const WIDTH = 1280;
const HEIGHT = 720;
