// SPDX-License-Identifier: MIT OR Apache-2.0
// A speech recogniser in the page, under the standard's name. No browser of Debian's has one that runs on the device; the
// page cannot tell where the one that it finds comes from. What it hears, the story says.

/** For `evaluateOnNewDocument`: `hearWords(text, isFinal)` then says a line to whoever listens, and tells whether somebody did. */
export function installRecogniser() {
  const listening = new Set();
  class Recogniser extends EventTarget {
    static available({ processLocally }) {
      return Promise.resolve(processLocally ? "available" : "unavailable");
    }
    #lines = [];
    #isLocal = false;
    get processLocally() {
      return this.#isLocal;
    }
    set processLocally(isLocal) {
      this.#isLocal = isLocal;
    }
    start(track) {
      if (!(track instanceof MediaStreamTrack) || track.kind !== "audio" || track.readyState !== "live") throw new DOMException("no microphone", "InvalidStateError");
      if (!this.#isLocal) throw new DOMException("this would leave the device", "NotAllowedError");
      listening.add(this);
    }
    abort() {
      if (listening.delete(this)) this.dispatchEvent(new Event("end"));
    }
    hear(transcript, isFinal) {
      if (this.#lines.length === 0 || this.#lines.at(-1).isFinal) this.#lines.push(null);
      this.#lines[this.#lines.length - 1] = Object.assign([{ transcript }], { isFinal });
      this.dispatchEvent(Object.assign(new Event("result"), { resultIndex: this.#lines.length - 1, results: this.#lines }));
    }
  }
  globalThis.SpeechRecognition = Recogniser;
  globalThis.hearWords = (text, isFinal) => {
    for (const recogniser of listening) recogniser.hear(text, isFinal);
    return listening.size;
  };
}
