// SPDX-License-Identifier: MIT OR Apache-2.0
// Where the keyboard focus goes when something opens.

import type { Attachment } from "svelte/attachments";

/** Takes the focus when the element appears, so that a screen reader starts at the new screen's heading. */
export function focusOnArrival(isWanted = true): Attachment<HTMLElement> {
  return (element) => {
    if (isWanted) element.focus({ preventScroll: true });
  };
}

/** Lets the arrow keys, Home and End move between the buttons of a toolbar (ARIA toolbar pattern); Tab still works. */
export function arrowKeys(): Attachment<HTMLElement> {
  return (toolbar) => {
    const handle = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const buttons = [...toolbar.querySelectorAll("button")].filter((button) => button.offsetParent !== null);
      const at = buttons.findIndex((button) => button === document.activeElement);
      if (at < 0) return;
      const isRightToLeft = getComputedStyle(toolbar).direction === "rtl";
      const step = { ArrowRight: isRightToLeft ? -1 : 1, ArrowLeft: isRightToLeft ? 1 : -1 }[event.key];
      const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : step === undefined ? null : at + step;
      if (to === null) return;
      event.preventDefault();
      buttons.at(to % buttons.length)?.focus();
    };
    toolbar.addEventListener("keydown", handle);
    return () => toolbar.removeEventListener("keydown", handle);
  };
}
