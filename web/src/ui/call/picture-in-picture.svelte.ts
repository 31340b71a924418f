// SPDX-License-Identifier: MIT OR Apache-2.0
// The small window that stays above all others while the person works elsewhere (Document Picture-in-Picture).

import { mount, unmount } from "svelte";

import type { Room } from "../../room/room.svelte";
import PictureWindow from "./PictureWindow.svelte";

/** What the window asks of the call. */
export interface PictureWishes {
  /** Who is large by speaking. */
  spotlight: () => number | null;
  /** The key of the tile that was put on stage. */
  pinned: () => string | null;
  leave: () => void;
}

/** At most one small window. */
export class SmallPicture {
  readonly #room: Room;
  readonly #wishes: PictureWishes;
  #window = $state.raw<Window | null>(null);

  constructor(room: Room, wishes: PictureWishes) {
    this.#room = room;
    this.#wishes = wishes;
  }

  /** Returns whether it is open; `null` where the browser has none. */
  get isOpen(): boolean | null {
    return offer() === null ? null : this.#window !== null;
  }

  /** Opens it. Rejects if the browser does not allow that, for example without a click before. */
  async open(): Promise<void> {
    const offered = offer();
    if (offered === null || this.#window !== null) return;
    const picture = await offered.requestWindow({ width: 384, height: 264 });
    this.#window = picture;
    const { document: page } = picture;
    page.documentElement.lang = document.documentElement.lang;
    page.documentElement.dir = document.documentElement.dir;
    page.title = document.title;
    // Styles by their address: the Content Security Policy allows no others.
    for (const style of document.querySelectorAll("link[rel=stylesheet], style")) page.head.append(page.importNode(style, true));
    const shown = mount(PictureWindow, {
      target: page.body,
      props: { room: this.#room, wishes: this.#wishes, onback: () => picture.close() },
    });
    picture.addEventListener("pagehide", () => {
      this.#window = null;
      void unmount(shown);
    });
  }

  close(): void {
    this.#window?.close();
  }
}

/** Document Picture-in-Picture: in Chromium, but not in TypeScript's library. */
interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

function offer(): DocumentPictureInPicture | null {
  const { documentPictureInPicture } = window as { documentPictureInPicture?: DocumentPictureInPicture };
  return documentPictureInPicture ?? null;
}
