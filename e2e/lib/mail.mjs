// SPDX-License-Identifier: MIT OR Apache-2.0
// A real mail server (aiosmtpd) that the server under test sends through, and the letters that arrived there.

import { join } from "node:path";
import { Child, ROOT, freePort } from "./process.mjs";
import { until } from "./wait.mjs";

export class MailServer {
  static async start() {
    const mail = new MailServer();
    mail.port = await freePort();
    await mail.resume();
    return mail;
  }

  /** What a server needs to be told to send through it. */
  get configuration() {
    return {
      INCAMERA__MAIL__HOST: "127.0.0.1",
      INCAMERA__MAIL__PORT: `${this.port}`,
      INCAMERA__MAIL__TLS: "none",
      INCAMERA__MAIL__FROM: "Incamera <meet@incamera.example>",
    };
  }

  /** Starts it again on the same port. */
  async resume() {
    /** @type {Array<{to: string[], subject: string, text: string}>} */
    this.letters ??= [];
    /** All that was brought, taken or not. @type {Array<{to: string[], mood: string}>} */
    this.attempts ??= [];
    this.mood = "accept";
    const script = join(ROOT, "e2e", "lib", "smtp_server.py");
    // Debian's own Python is the one that has Debian's aiosmtpd.
    this.child = new Child("/usr/bin/python3", [script, `${this.port}`], {}, "pipe");
    let isReady = false;
    this.child.listeners.push((line) => {
      const event = JSON.parse(line);
      if (event.event === "ready") isReady = true;
      if (event.event === "mood") this.mood = event.mood;
      if (event.event === "attempt") this.attempts.push(event);
      if (event.event === "letter") this.letters.push(event);
    });
    await until("the mail server is ready", () => {
      if (!this.child.isRunning) throw new Error(this.child.stderr);
      return isReady;
    });
  }

  /**
   * How it treats letters from here on.
   * @param {"accept" | "refuse" | "later" | "stall"} mood
   */
  async become(mood) {
    this.child.process.stdin.write(`${mood}\n`);
    await until(`the mail server would ${mood}`, () => this.mood === mood);
  }

  /** Waits for the newest code sent to `address`, after `seen` letters. @param {string} address @param {number} [seen] */
  async codeFor(address, seen = 0) {
    const letter = await until(`a letter with a code for ${address}`, () => {
      const theirs = this.letters.filter(({ to }) => to.includes(address));
      return theirs.length > seen ? theirs.at(-1) : undefined;
    });
    const code = /\b\d{3} ?\d{3}\b/.exec(letter.text)?.[0];
    if (code === undefined) throw new Error(`no code in the letter: ${letter.text}`);
    return code.replace(" ", "");
  }

  async stop() {
    await this.child.stop();
  }
}
