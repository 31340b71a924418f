// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { Captioner, captionSupport, spokenLanguage, type HeardLine } from "./captions";

test("captions stay off where the browser does not say that nothing leaves the device", async () => {
  expect(await captionSupport("en-US", {})).toBe("no_recogniser");
  expect(await captionSupport("en-US", { webkitSpeechRecognition: class extends EventTarget {} })).toBe("not_on_device");
  const remote = recogniser();
  Reflect.deleteProperty(remote.prototype, "processLocally");
  expect(await captionSupport("en-US", { SpeechRecognition: remote })).toBe("not_on_device");
  for (const answer of ["downloadable", "downloading", "unavailable", ""]) {
    expect(await captionSupport("en-US", { SpeechRecognition: recogniser(answer) }), answer).toBe("no_language");
  }
  const broken = recogniser();
  broken.available = () => Promise.reject(new Error("not here"));
  expect(await captionSupport("en-US", { SpeechRecognition: broken })).toBe("not_on_device");
  const ready = recogniser();
  expect(await captionSupport("en-US", { SpeechRecognition: ready })).toBe("ready");
  expect(ready.asked).toEqual([{ langs: ["en-US"], processLocally: true }]);
});

test("it listens to the given track on the device, and lines grow until they are done", () => {
  const { type, heard, captioner } = listen();
  const [first] = type.made;
  expect(first).toMatchObject({ lang: "en-US", continuous: true, interimResults: true, processLocally: true, track: TRACK });
  first?.hear(0, ["good mor", false]);
  first?.hear(0, ["good morning", true]);
  first?.hear(1, ["good morning", true], [" all ", false]);
  expect(heard).toEqual([
    { line: 5, text: "good mor", isFinal: false, lang: "en-US" },
    { line: 5, text: "good morning", isFinal: true, lang: "en-US" },
    { line: 6, text: "all", isFinal: false, lang: "en-US" },
  ]);
  expect(captioner.close()).toBe(7);
  expect(first?.isAborted).toBe(true);
  first?.hear(2, ["", true], ["", true], ["too late", true]);
  expect(heard.length).toBe(3);
});

test("after a silence it goes on with other lines, and one that never works is given up", () => {
  const { type, heard, state } = listen();
  type.made[0]?.hear(0, ["one", true]);
  type.made[0]?.end();
  type.made[1]?.hear(0, ["two", true]);
  expect(heard.map(({ line }) => line)).toEqual([5, 6]);
  type.made[1]?.end();
  expect(state.hasFailed).toBe(false);
  type.made[2]?.end();
  expect(state.hasFailed).toBe(true);
  expect(type.made.length).toBe(3);
});

test("a silence is no failure, a refusal is one", () => {
  const { type, state } = listen();
  type.made[0]?.fail("no-speech");
  expect(state.hasFailed).toBe(false);
  type.made[0]?.fail("not-allowed");
  expect(state.hasFailed).toBe(true);
});

test("what is too long is cut from its beginning", () => {
  const { type, heard } = listen();
  type.made[0]?.hear(0, [`${"word ".repeat(80)}end`, false]);
  expect(heard[0]?.text.length).toBeLessThanOrEqual(180);
  expect(heard[0]?.text).toMatch(/^word .* end$/);
});

test("the spoken language is the browser's own kind of the page's", () => {
  expect(spokenLanguage("en", ["de-AT", "en-GB", "en-US"])).toBe("en-GB");
  expect(spokenLanguage("fr", ["de-AT"])).toBe("fr");
});

const TRACK = {} as MediaStreamTrack;

function listen() {
  const type = recogniser();
  const heard: HeardLine[] = [];
  const state = { hasFailed: false };
  const captioner = new Captioner(TRACK, "en-US", 5, (line) => heard.push(line), () => (state.hasFailed = true), { SpeechRecognition: type });
  return { type, heard, state, captioner };
}

/** A recogniser as the Web Speech API describes it, whose hearing the test does. */
function recogniser(answer = "available") {
  return class Recogniser extends EventTarget {
    static readonly made: Recogniser[] = [];
    static readonly asked: unknown[] = [];
    static available(wish: unknown): Promise<string> {
      Recogniser.asked.push(wish);
      return Promise.resolve(answer);
    }
    lang = "";
    continuous = false;
    interimResults = false;
    track: MediaStreamTrack | null = null;
    isAborted = false;
    #isLocal = false;
    constructor() {
      super();
      Recogniser.made.push(this);
    }
    get processLocally(): boolean {
      return this.#isLocal;
    }
    set processLocally(isLocal: boolean) {
      this.#isLocal = isLocal;
    }
    start(track?: MediaStreamTrack): void {
      this.track = track ?? null;
    }
    abort(): void {
      this.isAborted = true;
    }
    hear(resultIndex: number, ...lines: [string, boolean][]): void {
      const results = lines.map(([transcript, isFinal]) => Object.assign([{ transcript }], { isFinal }));
      this.dispatchEvent(Object.assign(new Event("result"), { resultIndex, results }));
    }
    end(): void {
      this.dispatchEvent(new Event("end"));
    }
    fail(error: string): void {
      this.dispatchEvent(Object.assign(new Event("error"), { error }));
    }
  };
}
