// SPDX-License-Identifier: MIT OR Apache-2.0
// `incamera-bot join`, with what it reports.

import { Child, built } from "./process.mjs";
import { until } from "./wait.mjs";

export class Bot {
  /**
   * @param {string} link
   * @param {string[]} [args] further arguments of `incamera-bot join`
   */
  static join(link, args = []) {
    return new Bot(link, args);
  }

  constructor(link, args) {
    this.child = new Child(built("incamera-bot"), ["join", link, "--json", ...args]);
    /** The newest view of each bot in the process, by name. @type {Map<string, any>} */
    this.views = new Map();
    /** How many frames of each track each bot has opened. @type {Map<string, Array<{participant: number, kind: string, opened: number}>>} */
    this.counts = new Map();
    /** @type {any[] | undefined} */
    this.reports = undefined;
    this.child.listeners.push((line) => {
      const event = JSON.parse(line);
      if (event.event === "view") this.views.set(event.bot, event.view);
      if (event.event === "counts") this.counts.set(event.bot, event.opened);
      if (event.event === "report") this.reports = event.bots;
    });
  }

  /** The view of the only bot, or of the one with this name. */
  view(name) {
    return name === undefined ? [...this.views.values()][0] : this.views.get(name);
  }

  /**
   * Waits until the view of every bot in the process is as wanted.
   * @param {string} what
   * @param {(view: any) => boolean} condition
   * @param {number} [count] how many bots
   */
  async sees(what, condition, count = 1) {
    return await until(`a bot sees: ${what}`, () => {
      if (!this.child.isRunning) throw new Error(`the bot ended: ${this.child.stderr}`);
      const views = [...this.views.values()];
      return views.length >= count && views.every(condition) ? views : undefined;
    });
  }

  /** How many frames of a participant's track the only bot has opened. @param {number} participant @param {string} kind */
  opened(participant, kind = "camera") {
    const counts = [...this.counts.values()][0] ?? [];
    return counts.find((count) => count.participant === participant && count.kind === kind)?.opened ?? 0;
  }

  /** Waits until it opens frames of this participant, `count` more than it had. @param {number} participant */
  async opensMore(participant, count = 15) {
    const before = this.opened(participant);
    await until(`a bot opens ${count} more frames of participant ${participant}`, () => this.opened(participant) >= before + count);
  }

  /** The number of the participant with this name, in the view of the only bot. @param {string} name */
  idOf(name) {
    return this.view()?.participants.find((one) => one.name === name)?.participant;
  }

  /** Waits until it ends by itself. @returns {Promise<{code: number | null, reports: any[], stderr: string}>} */
  async finish() {
    const { code } = await this.child.ended;
    return { code, reports: this.reports ?? [], stderr: this.child.stderr };
  }

  /** Lets the bots leave, and returns what they counted. */
  async leave() {
    await this.child.stop();
    return await this.finish();
  }
}

/**
 * What a bot's report says about a track of somebody.
 * @param {any} report
 * @param {string} name
 * @param {string} kind
 */
export function received(report, name, kind) {
  return report.received.find((entry) => entry.name === name && entry.kind === kind);
}
