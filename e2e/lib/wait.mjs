// SPDX-License-Identifier: MIT OR Apache-2.0
// Waiting for conditions with a deadline. No story sleeps.

import { setTimeout as pause } from "node:timers/promises";

/** How long a condition may take on a busy machine before a story fails, in milliseconds. */
export const DEADLINE = 30_000;

// Often enough that a story loses no time, seldom enough that looking does not cost the machine.
const INTERVAL = 60;

/**
 * Calls `condition` until it returns something truthy, and returns that. Errors count as "not yet": pages navigate,
 * elements come and go.
 * @template T
 * @param {string} what for the message when time runs out
 * @param {() => T | Promise<T>} condition
 * @param {number} [within] milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, condition, within = DEADLINE) {
  const end = Date.now() + within;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`not within ${within} ms: ${what} (last: ${seen})`);
    }
    await pause(INTERVAL);
  }
}

/**
 * Watches that `condition` stays true for `span` milliseconds, and returns its last value.
 * @template T
 * @param {string} what
 * @param {number} span
 * @param {() => T | Promise<T>} condition
 * @returns {Promise<T | undefined>}
 */
export async function stays(what, span, condition) {
  const end = Date.now() + span;
  let value;
  do {
    value = await condition();
    if (!value) throw new Error(`did not last ${span} ms: ${what}`);
    await pause(INTERVAL);
  } while (Date.now() < end);
  return value;
}

/**
 * Resolves with `promise`, or rejects when it takes longer than `within` milliseconds.
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @param {number} within
 * @returns {Promise<T>}
 */
export async function bounded(what, promise, within) {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise,
      pause(within, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`not within ${within} ms: ${what}`);
      }),
    ]);
  } finally {
    timer.abort();
  }
}
