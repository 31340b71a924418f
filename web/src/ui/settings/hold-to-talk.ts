// SPDX-License-Identifier: MIT OR Apache-2.0
// Speaking while a key is held. It does so only where the key means nothing else: Space presses the focused button.

/** What is asked and told. */
export interface Talking {
  /** The key, as `KeyboardEvent.code`; `null` for none. */
  key(): string | null;
  isOn(): boolean;
  turn(on: boolean): void;
}

/** A key press, as the browser tells of it. */
export interface Press {
  code: string;
  repeat: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  defaultPrevented: boolean;
}

/** One key and whether somebody speaks by it. */
export class HoldToTalk {
  readonly #talking: Talking;
  /** The key by which the microphone is on; letting go of any other means nothing. */
  #held: string | null = null;

  constructor(talking: Talking) {
    this.#talking = talking;
  }

  /** Handles a key going down; returns whether it was taken, and is not to do what it else would. */
  press(event: Press, isFree: boolean): boolean {
    if (this.#held !== null && event.code === this.#held) return true;
    if (event.code !== this.#talking.key() || event.defaultPrevented || event.repeat || !isFree) return false;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    // Who is on already would be muted by letting go.
    if (this.#talking.isOn()) return false;
    this.#held = event.code;
    this.#talking.turn(true);
    return true;
  }

  /** Handles a key going up. */
  release(code: string): void {
    if (code === this.#held) this.end();
  }

  /** Ends speaking: the page is left, and the key's going up will be told to somebody else. */
  end(): void {
    if (this.#held === null) return;
    this.#held = null;
    this.#talking.turn(false);
  }
}

/** Returns whether the focus is on nothing that keys do something to. */
export function isFocusFree(focused: Element | null): boolean {
  if (focused === null || focused === document.body) return true;
  return !focused.matches(INTERACTIVE) && focused.closest("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]") === null;
}

/** Follows the keyboard of the whole page; the result ends that. */
export function followKeys(talking: Talking): () => void {
  const hold = new HoldToTalk(talking);
  const down = (event: KeyboardEvent): void => {
    if (hold.press(event, isFocusFree(document.activeElement))) event.preventDefault();
  };
  const up = (event: KeyboardEvent): void => hold.release(event.code);
  const end = (): void => hold.end();
  const hidden = (): void => {
    if (document.visibilityState !== "visible") hold.end();
  };
  addEventListener("keydown", down);
  addEventListener("keyup", up);
  addEventListener("blur", end);
  document.addEventListener("visibilitychange", hidden);
  return () => {
    removeEventListener("keydown", down);
    removeEventListener("keyup", up);
    removeEventListener("blur", end);
    document.removeEventListener("visibilitychange", hidden);
    hold.end();
  };
}

const INTERACTIVE = "a[href], button, input, select, textarea, summary, video[controls], audio[controls], [contenteditable], [tabindex]:not([tabindex='-1'])";
