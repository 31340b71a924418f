// SPDX-License-Identifier: MIT OR Apache-2.0
// Keeps frames in order although some are ready at once and others later.

/** Delivers what was added, in the order of adding. */
export class InOrder<Item> {
  readonly #deliver: (item: Item) => void;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(deliver: (item: Item) => void) {
    this.#deliver = deliver;
  }

  /** Adds an item that may be delivered (`true`), is to be left out (`false`), or will be known later. */
  add(item: Item, mayPass: boolean | Promise<boolean>): void {
    if (this.#waiting === 0 && typeof mayPass === "boolean") {
      if (mayPass) this.#deliver(item);
      return;
    }
    this.#waiting += 1;
    const before = this.#last;
    const outcome = Promise.resolve(mayPass).catch(() => false);
    this.#last = before.then(async () => {
      if (await outcome) this.#deliver(item);
      this.#waiting -= 1;
    });
  }
}
