// SPDX-License-Identifier: MIT OR Apache-2.0
// Where the focus goes after a dialog that was opened from a menu: the item that had it is gone by then.

import { tick } from "svelte";

/** Brings the focus back to where it was before the menu when `isOpen` turns false. To be called while a component starts. */
export function returnsFocus(isOpen: () => boolean): void {
  let last: HTMLElement | null = null;
  let wasOpen = false;
  $effect(() => {
    const note = ({ target }: FocusEvent): void => {
      if (target instanceof HTMLElement && target.closest(PASSING) === null) last = target;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  });
  $effect(() => {
    const isClosing = wasOpen && !isOpen();
    wasOpen = isOpen();
    if (isClosing) void bringBack();
  });

  async function bringBack(): Promise<void> {
    await tick();
    const { activeElement } = document;
    if (activeElement !== null && activeElement !== document.body) return;
    // Whoever was removed took their row along.
    const heading = document.querySelector<HTMLElement>("aside h2[tabindex], #main h1[tabindex]");
    (last?.isConnected === true ? last : heading)?.focus({ preventScroll: true });
  }
}

const PASSING = "[role=menu], [role=dialog], [role=alertdialog]";
