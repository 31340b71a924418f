// SPDX-License-Identifier: MIT OR Apache-2.0
// Firefox gathers no loopback addresses: to a media server that listens on this computer only it finds no way, and neither side
// can tell why.

/** Where the page runs. */
export interface Surroundings {
  hostname: string;
  userAgent: string;
}

/** Watches whether sound and picture find a way. */
export class PathWatch {
  readonly #isAffected: boolean;
  #waitsSince: number | null = null;

  constructor({ hostname, userAgent }: Surroundings) {
    this.#isAffected = LOCAL.test(hostname) && /\bFirefox\//.test(userAgent);
  }

  /** Takes whether there is a way at `at`, in milliseconds, and returns whether it is time to say why there is none. */
  handlePath(hasPath: boolean, at: number): boolean {
    if (hasPath || !this.#isAffected) {
      this.#waitsSince = null;
      return false;
    }
    this.#waitsSince ??= at;
    return at - this.#waitsSince >= PATIENCE;
  }
}

const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

// In milliseconds, from the first look. A way on the same computer is found within a second; a busy one may need some more.
const PATIENCE = 5000;
