// SPDX-License-Identifier: MIT OR Apache-2.0
// Saves what the page made as a file.

/** Has the browser save the text under the name. */
export function saveFile(text: string, type: string, name: string): void {
  saveBlob(new Blob([text], { type }), name);
}

/** Has the browser save the bytes under the name. */
export function saveBlob(bytes: Blob, name: string): void {
  const address = URL.createObjectURL(bytes);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has begun to read it by then; Safari does so a moment after the click.
  setTimeout(() => URL.revokeObjectURL(address), KEPT_FOR);
}

// In milliseconds.
const KEPT_FOR = 10_000;
