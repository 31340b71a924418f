// SPDX-License-Identifier: MIT OR Apache-2.0
// A person at a browser: finds things by their accessible names, as assistive technology does.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fingerprint, installPatternCamera, readPattern } from "./pattern.mjs";
import { OUT } from "./process.mjs";
import { DEADLINE, until } from "./wait.mjs";

/** The accessible names that the product promises. */
export const NAMES = {
  newMeeting: "New meeting",
  join: "Join",
  joinNow: "Join now",
  yourName: "Your name",
  link: "Meeting link",
  microphoneOff: "Turn off microphone",
  microphoneOn: "Turn on microphone",
  cameraOff: "Turn off camera",
  cameraOn: "Turn on camera",
  share: "Share screen",
  chat: "Chat",
  people: "People",
  leave: "Leave call",
};

export class Person {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    /** What the page complained about. @type {string[]} */
    this.complaints = [];
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`console: ${message.text()}`);
    });
  }

  /**
   * Opens a page in `browser`.
   * @param {import("./browsers.mjs").Browser} browser
   * @param {string} name
   * @param {{pattern?: number, width?: number, height?: number, scheme?: "light" | "dark"}} [options] pattern: the
   *   number that the camera shows; scheme: as the system prefers, from the beginning, and without movement (Chromium)
   */
  static async at(browser, name, options = {}) {
    const page = await browser.newPage(options);
    if (options.scheme !== undefined) {
      await page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: options.scheme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
    }
    if (options.pattern !== undefined) await page.evaluateOnNewDocument(installPatternCamera, options.pattern);
    return new Person(page, name);
  }

  /** @param {string} url */
  async goTo(url) {
    await this.page.goto(url, { waitUntil: "domcontentloaded" });
  }

  /** What an open dialog covers comes second. @param {string} role @param {string} name */
  async find(role, name) {
    const selector = `::-p-aria([name="${name}"][role="${role}"])`;
    const dialog = (await this.page.$$('[role="dialog"], [role="alertdialog"]')).at(-1);
    return (await dialog?.$(selector)) ?? (await this.page.$(selector));
  }

  /** Waits for an element. @param {string} role @param {string} name @param {number} [within] */
  async expect(role, name, within = DEADLINE) {
    return await until(`${this.name} finds ${role} "${name}"`, () => this.find(role, name), within);
  }

  /** Waits until there is no such element. @param {string} role @param {string} name */
  async expectGone(role, name) {
    await until(`${this.name} no longer finds ${role} "${name}"`, async () => !(await this.find(role, name)));
  }

  /** Presses a button. @param {string} name @param {string} [role] */
  async press(name, role = "button") {
    await until(`${this.name} presses "${name}"`, async () => {
      const element = await this.find(role, name);
      if (!element) return false;
      await element.click();
      return true;
    });
  }

  /**
   * Types into a text box, in place of what is there.
   * @param {string} name
   * @param {string} text
   * @param {string} [role]
   */
  async type(name, text, role = "textbox") {
    const box = await this.expect(role, name);
    await box.evaluate((element) => element.select());
    await box.type(text);
  }

  /** Chooses from a list. @param {string} name @param {string} label */
  async choose(name, label) {
    const box = await this.expect("combobox", name);
    const value = await box.evaluate((list, text) => [...list.options].find((option) => option.label === text)?.value, label);
    if (value === undefined) throw new Error(`"${name}" does not offer "${label}"`);
    await box.select(value);
  }

  /** Waits until the page's text has all of `texts`. @param {...(string | RegExp)} texts */
  async reads(...texts) {
    await until(`${this.name} reads ${texts.map((text) => `"${text}"`).join(", ")}`, async () => {
      const body = await this.text();
      const missing = texts.filter((text) => (typeof text === "string" ? !body.includes(text) : !text.test(body)));
      if (missing.length > 0) throw new Error(`page says: ${body.replace(/\s+/g, " ").slice(0, 300)}`);
      return true;
    });
  }

  /** The page's text. */
  async text() {
    return await this.page.evaluate(() => document.body.innerText);
  }

  /**
   * Makes a meeting on the home page; the page is then its pre-join, and its address the link to share.
   * @param {string} origin
   * @param {"e2ee" | "standard"} mode
   * @returns {Promise<string>} the link
   */
  async makeMeeting(origin, mode) {
    await this.goTo(`${origin}/`);
    await this.press(mode === "e2ee" ? "End-to-end" : "Standard", "radio");
    await this.press(NAMES.newMeeting);
    await this.expect("button", NAMES.joinNow);
    return this.page.url();
  }

  /** Goes from pre-join into the call. @param {string} [name] */
  async joinNow(name = this.name) {
    await this.type(NAMES.yourName, name);
    await this.press(NAMES.joinNow);
    await this.expect("button", NAMES.leave);
    await this.expect("group", `${name} (you)`);
  }

  /** Opens a link and joins. @param {string} link */
  async enter(link) {
    await this.goTo(link);
    await this.expect("button", NAMES.joinNow);
    await this.joinNow();
  }

  /** The video of somebody's tile. @param {string} name */
  async video(name) {
    const tile = await this.find("group", name);
    return tile ? await tile.$("video") : null;
  }

  /** What the pattern in somebody's tile says. @param {string} name */
  async pattern(name) {
    const video = await this.video(name);
    return video ? await video.evaluate(readPattern) : null;
  }

  /**
   * Waits until somebody's tile shows the pattern with `number`, and moves.
   * @param {string} name
   * @param {number} number
   */
  async seesPattern(name, number) {
    let first;
    return await until(`${this.name} sees pattern ${number} move in the tile of ${name}`, async () => {
      const pattern = await this.pattern(name);
      if (pattern?.number === null || pattern === null) throw new Error(`no pattern: ${JSON.stringify(pattern)}`);
      if (pattern.number !== number) throw new Error(`pattern ${pattern.number} is somebody else's`);
      first ??= pattern.counter;
      return pattern.counter !== first ? pattern : undefined;
    });
  }

  /** Waits until somebody's tile shows a picture that moves, whatever it is. @param {string} name */
  async seesMovement(name) {
    const seen = new Set();
    return await until(`${this.name} sees ${name} move`, async () => {
      const video = await this.video(name);
      const print = video && (await video.evaluate(fingerprint));
      if (!print || print.isBlack) return false;
      seen.add(print.hash);
      return seen.size >= 3;
    });
  }

  /** Whether the picture in somebody's tile stands still for `span` milliseconds, or there is none. */
  async seesNoMovement(name, span = 1500) {
    return await this.page.evaluate(
      async (label, time) => {
        const tile = [...document.querySelectorAll('[role="group"]')].find((group) => group.getAttribute("aria-label") === label);
        const video = tile?.querySelector("video");
        if (!video) return true;
        const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
        const before = frames();
        await new Promise((resolve) => setTimeout(resolve, time));
        return frames() === before;
      },
      name,
      span,
    );
  }

  /**
   * How loud each remote sound is: the loudest 50 ms, as root mean square, of a second of what each <audio> plays. By
   * recording and decoding, for Firefox starts no AudioContext on a machine without a sound card.
   * @returns {Promise<number[]>}
   */
  async loudness() {
    return await this.page.evaluate(async () => {
      const record = (stream) =>
        new Promise((resolve) => {
          const recorder = new MediaRecorder(stream);
          const parts = [];
          recorder.ondataavailable = ({ data }) => parts.push(data);
          recorder.onstop = () => resolve(new Blob(parts));
          recorder.onerror = () => resolve(new Blob());
          recorder.start();
          setTimeout(() => recorder.state === "inactive" || recorder.stop(), 1000);
        });
      const loudest = (samples) => {
        const window = 2400;
        let peak = 0;
        for (let start = 0; start + window <= samples.length; start += window) {
          const sum = samples.subarray(start, start + window).reduce((squares, sample) => squares + sample * sample, 0);
          peak = Math.max(peak, Math.sqrt(sum / window));
        }
        return peak;
      };
      const measure = async (audio) => {
        try {
          const blob = await record(new MediaStream(audio.srcObject.getAudioTracks()));
          const decoder = new OfflineAudioContext(1, 48_000, 48_000);
          return loudest((await decoder.decodeAudioData(await blob.arrayBuffer())).getChannelData(0));
        } catch {
          // A recording of nothing cannot be decoded.
          return 0;
        }
      };
      const audios = [...document.querySelectorAll("audio")].filter((audio) => audio.srcObject?.getAudioTracks().length);
      return await Promise.all(audios.map(measure));
    });
  }

  /** Waits until `count` remote sounds have energy. @param {number} count */
  async hears(count) {
    return await until(`${this.name} hears ${count}`, async () => {
      const loudness = await this.loudness();
      if (loudness.filter((level) => level > 0.005).length !== count) throw new Error(`levels ${JSON.stringify(loudness)}`);
      return true;
    });
  }

  /** The safety code, through the dialog "Encryption". Leaves the dialog closed. */
  async safetyCode() {
    await this.openEncryption();
    const code = await until(`${this.name} finds the safety code`, async () => {
      const element = await this.find("group", "Safety code");
      const text = element && (await element.evaluate((code) => code.textContent));
      const digits = text?.replace(/\D/g, "") ?? "";
      return digits.length === 30 ? digits : undefined;
    });
    await this.page.keyboard.press("Escape");
    await this.expectGone("dialog", "Encryption");
    return code;
  }

  async openEncryption() {
    await until(`${this.name} opens the encryption panel`, async () => {
      const promises = ["End-to-end encrypted", "Encrypted by the server"];
      const button = await this.page.$(promises.map((promise) => `button[aria-label^="${promise}"]`).join(", "));
      await button?.click();
      return button !== null;
    });
    await this.expect("dialog", "Encryption");
  }

  /** Removes somebody through "People". @param {string} name */
  async remove(name) {
    await this.openPanel(NAMES.people);
    await this.press(`Actions for ${name}`);
    await this.press("Remove from meeting", "menuitem");
    await this.expectGone("group", name);
  }

  /** Ends the meeting for everybody, through the menu. */
  async endMeeting() {
    await this.press("More");
    await this.press("End meeting for everyone", "menuitem");
    await this.press("End meeting");
  }

  /** Opens one of the panels if it is not open. @param {string} name */
  async openPanel(name) {
    if (!(await this.find("complementary", name))) await this.press(name);
    await this.expect("complementary", name);
  }

  /** Writes a chat message. @param {string} text */
  async say(text) {
    await this.openPanel(NAMES.chat);
    await this.type("Message", text);
    await this.press("Send");
  }

  /** Waits until colours and positions have stopped changing. Spinners may go on. */
  async comesToRest() {
    await this.page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const finite = document.getAnimations().filter((animation) => animation.effect.getComputedTiming().endTime < 2000);
      await Promise.allSettled(finite.map((animation) => animation.finished));
    });
  }

  /** Fails if the page complained. @param {RegExp} [except] */
  hasNoComplaints(except) {
    const complaints = this.complaints.filter((text) => !except?.test(text));
    if (complaints.length > 0) throw new Error(`${this.name}'s page complained: ${complaints.join("; ")}`);
  }

  /** Keeps a picture of the page for whoever looks into a failure. @param {string} label */
  async keepEvidence(label) {
    await mkdir(OUT, { recursive: true });
    const stem = join(OUT, `${label}-${this.name}`.replace(/[^\w-]+/g, "_"));
    await this.page.screenshot({ path: `${stem}.png` }).catch(() => {});
    const text = await this.page.evaluate(() => document.body.innerText).catch(() => "");
    await writeFile(`${stem}.txt`, `${this.page.url().split("#")[0]}\n${text}\n${this.complaints.join("\n")}\n`).catch(() => {});
  }
}
