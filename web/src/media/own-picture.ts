// SPDX-License-Identifier: MIT OR Apache-2.0
// The person's own picture for behind the person. It is kept in this browser and goes nowhere else.

import { type KeptIn, withStore } from "../kept-store";

/** Returns the picture, if there is one and it can be read. */
export async function loadOwnPicture(): Promise<Blob | null> {
  const kept: unknown = await withStore(STORE, "readonly", (store) => store.get(KEY)).catch(() => null);
  return kept instanceof Blob ? kept : null;
}

/** Keeps a picture, made as small as it is needed. Rejects if it is none, or cannot be kept. */
export async function keepOwnPicture(file: Blob): Promise<void> {
  const whole = await createImageBitmap(file);
  const scale = Math.min(1, WIDTH / whole.width, HEIGHT / whole.height);
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(whole.width * scale)), Math.max(1, Math.round(whole.height * scale)));
  canvas.getContext("2d")?.drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  // Drawn anew, it has no place, time or camera in it.
  const picture = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  await withStore(STORE, "readwrite", (store) => store.put(picture, KEY));
}

// Apart from the keys' database, which only the session worker opens.
const STORE: KeptIn = { database: "incamera.pictures", store: "pictures" };
const KEY = "background";
// As large as a camera's picture is sent.
const WIDTH = 1920;
const HEIGHT = 1080;
