// SPDX-License-Identifier: MIT OR Apache-2.0
// Captions of the own voice by the browser's speech recognition (Web Speech API), and only where that runs on this
// device: what is said in a call is nobody else's to hear.

/** How large captions are shown. */
export type CaptionSize = "small" | "medium" | "large";

export const CAPTION_SIZES: readonly CaptionSize[] = ["small", "medium", "large"];

/** Whether the own voice can be captioned, or why not. */
export type CaptionSupport = "ready" | "no_recogniser" | "not_on_device" | "no_language";

/** What was heard. A line that comes again replaces what it was. */
export interface HeardLine {
  line: number;
  text: string;
  isFinal: boolean;
  lang: string;
}

/** Web Speech API with its on-device additions, which TypeScript's library does not have. */
interface Recognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  processLocally: boolean;
  start(track?: MediaStreamTrack): void;
  abort(): void;
}

interface RecognitionType {
  new (): Recognition;
  readonly prototype: Recognition;
  available?(wish: { langs: string[]; processLocally: boolean }): Promise<string>;
}

interface RecognitionEvent extends Event {
  readonly resultIndex: number;
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean }>;
}

/** Returns what the browser can do for a language. Where it does not say that nothing leaves the device, it counts as if it did. */
export async function captionSupport(lang: string, scope: object = globalThis): Promise<CaptionSupport> {
  const type = recognitionIn(scope);
  if (type === null) return "no_recogniser";
  if (typeof type.available !== "function" || !("processLocally" in type.prototype)) return "not_on_device";
  try {
    return (await type.available({ langs: [lang], processLocally: true })) === "available" ? "ready" : "no_language";
  } catch {
    return "not_on_device";
  }
}

/** Returns the language that somebody who reads `tag` speaks, as precisely as the browser knows. */
export function spokenLanguage(tag: string, preferred: readonly string[]): string {
  const primary = tag.split("-")[0];
  return preferred.find((one) => one.split("-")[0] === primary) ?? tag;
}

/** Listens to one microphone track until it is closed. */
export class Captioner {
  readonly #type: RecognitionType;
  readonly #track: MediaStreamTrack;
  readonly #lang: string;
  readonly #heard: (line: HeardLine) => void;
  readonly #failed: () => void;
  #recognition: Recognition | null = null;
  #firstLine: number;
  #lines = 0;
  #beganAt = 0;
  #shortRuns = 0;

  /** Throws where {@link captionSupport} does not say "ready". `firstLine` is above every line that was used before. */
  constructor(track: MediaStreamTrack, lang: string, firstLine: number, heard: (line: HeardLine) => void, failed: () => void, scope: object = globalThis) {
    const type = recognitionIn(scope);
    if (type === null) throw new Error("no speech recognition");
    this.#type = type;
    this.#track = track;
    this.#lang = lang;
    this.#firstLine = firstLine;
    this.#heard = heard;
    this.#failed = failed;
    this.#begin();
  }

  /** Stops listening; returns the number of the next line. */
  close(): number {
    const recognition = this.#recognition;
    this.#recognition = null;
    recognition?.abort();
    return this.#firstLine + this.#lines;
  }

  #begin(): void {
    const recognition = new this.#type();
    recognition.lang = this.#lang;
    recognition.continuous = true;
    recognition.interimResults = true;
    recognition.processLocally = true;
    this.#recognition = recognition;
    this.#firstLine += this.#lines;
    this.#lines = 0;
    this.#beganAt = performance.now();
    recognition.addEventListener("result", (event) => this.#handleResult(recognition, event as RecognitionEvent));
    recognition.addEventListener("error", (event) => this.#handleError(recognition, (event as Event & { error?: string }).error));
    recognition.addEventListener("end", () => this.#handleEnd(recognition));
    recognition.start(this.#track);
  }

  #handleResult(recognition: Recognition, event: RecognitionEvent): void {
    if (recognition !== this.#recognition) return;
    for (let at = event.resultIndex; at < event.results.length; at++) {
      const result = event.results[at];
      const text = lastPart(result?.[0]?.transcript.trim() ?? "");
      this.#lines = Math.max(this.#lines, at + 1);
      if (result !== undefined && text !== "") this.#heard({ line: this.#firstLine + at, text, isFinal: result.isFinal, lang: this.#lang });
    }
  }

  #handleError(recognition: Recognition, error: string | undefined): void {
    if (recognition === this.#recognition && !PASSING.includes(error ?? "")) this.#fail();
  }

  /** Recognisers end by themselves after a silence. One that ends at once, again and again, does not work. */
  #handleEnd(recognition: Recognition): void {
    if (recognition !== this.#recognition) return;
    this.#shortRuns = performance.now() - this.#beganAt < SHORT_RUN ? this.#shortRuns + 1 : 0;
    if (this.#shortRuns === SHORT_RUNS) return this.#fail();
    try {
      this.#begin();
    } catch {
      this.#fail();
    }
  }

  #fail(): void {
    this.close();
    this.#failed();
  }
}

function recognitionIn(scope: object): RecognitionType | null {
  const { SpeechRecognition, webkitSpeechRecognition } = scope as { SpeechRecognition?: RecognitionType; webkitSpeechRecognition?: RecognitionType };
  return SpeechRecognition ?? webkitSpeechRecognition ?? null;
}

/** Cuts what is too long to be a caption from its beginning, at a word. */
function lastPart(text: string): string {
  if (text.length <= LONGEST) return text;
  const end = text.slice(-LONGEST);
  return end.slice(end.indexOf(" ") + 1);
}

// Nothing was said, or the recogniser was stopped: it ends and is begun anew.
const PASSING: readonly string[] = ["no-speech", "aborted"];
// In milliseconds.
const SHORT_RUN = 1000;
const SHORT_RUNS = 3;
// In characters: three lines. The session bounds it in bytes.
const LONGEST = 180;
