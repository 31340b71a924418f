// SPDX-License-Identifier: MIT OR Apache-2.0
// Where a recording goes: into a file that the person chooses; else into the browser's own storage, to be downloaded at
// the end; else into memory, as much as fits.

import { saveBlob } from "../../account/save-file";

/** Takes a recording part by part. */
export interface Sink {
  /** Rejects when no more can be written; what came before is kept. */
  write(part: Blob): Promise<void>;
  /** Ends the file, and has it downloaded if it is not where the person wants it. */
  finish(): Promise<void>;
}

/** Memory is full. */
export class SinkFull extends Error {}

/** Opens the best there is; `null` if the person closed the picker. Wants a click right before. */
export async function openSink(name: string, type: string): Promise<Sink | null> {
  const { showSaveFilePicker } = window as { showSaveFilePicker?: SaveFilePicker };
  if (showSaveFilePicker !== undefined) {
    try {
      const extension = name.slice(name.lastIndexOf("."));
      const file = await showSaveFilePicker.call(window, { suggestedName: name, types: [{ accept: { [type]: [extension] } }] });
      return await openFile(file, async () => undefined);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return null;
      // A frame around the page or a policy may forbid the picker; the other ways are still there.
    }
  }
  try {
    const folder = await navigator.storage.getDirectory();
    await clear(folder);
    const file = await folder.getFileHandle(`${PREFIX}${name}`, { create: true });
    return await openFile(file, async () => saveBlob(await file.getFile(), name));
  } catch {
    return inMemory(name, type);
  }
}

async function openFile(file: FileSystemFileHandle, finished: () => Promise<void>): Promise<Sink> {
  const stream = await file.createWritable();
  return {
    write: (part) => stream.write(part),
    finish: async () => {
      await stream.close();
      await finished();
    },
  };
}

function inMemory(name: string, type: string): Sink {
  const parts: Blob[] = [];
  let size = 0;
  return {
    write: async (part) => {
      size += part.size;
      if (size > MOST_BYTES) throw new SinkFull();
      parts.push(part);
    },
    finish: async () => saveBlob(new Blob(parts, { type }), name),
  };
}

/** Removes earlier recordings: they were downloaded, which may still have been under way when they ended. */
async function clear(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) {
    // One that another tab is writing cannot be removed.
    if (name.startsWith(PREFIX)) await folder.removeEntry(name).catch(() => undefined);
  }
}

/** File System Access: in Chromium, but not in TypeScript's library. */
type SaveFilePicker = (options: { suggestedName: string; types: { accept: Record<string, string[]> }[] }) => Promise<FileSystemFileHandle>;

const PREFIX = "recording-";
// Half an hour at the rate that is recorded; a tab that holds more is ended by the browser.
const MOST_BYTES = 600_000_000;
