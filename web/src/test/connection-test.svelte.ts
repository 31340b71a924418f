// SPDX-License-Identifier: MIT OR Apache-2.0
// One test of the connection, as the page shows it: what is found out so far, and what is being tried.

import { chime } from "../ui/settings/chime";
import { LevelMeter } from "../media/level";
import { whyUnsupported } from "../room/support";
import { listen, tryCamera, tryMicrophone } from "./devices";
import type { Rehearsal } from "./encryption";
import { toneIn, tryPath } from "./path";
import type { Check, EncryptionResult, Results, SpeakerResult } from "./results";

/** Runs from {@link start} until {@link close}; may be started again once it is over. */
export class ConnectionTest {
  results: Results = $state.raw(UNKNOWN);
  /** What is being tried at this moment. */
  running: ReadonlySet<Check> = $state.raw(new Set<Check>());
  state: "idle" | "running" | "over" = $state("idle");
  /** When it began. */
  startedAt: Date | null = $state.raw(null);
  preview: MediaStream | null = $state.raw(null);
  isPlaying = $state(false);
  readonly #meter = new LevelMeter();
  #tracks: MediaStreamTrack[] = [];
  #audio: HTMLAudioElement | null = null;
  #run = 0;

  /** Begins, from a click: sound needs one. */
  async start(): Promise<void> {
    if (this.state === "running") return;
    const run = ++this.#run;
    this.#letGo();
    this.results = UNKNOWN;
    this.startedAt = new Date();
    this.state = "running";
    await Promise.all([this.#tryDevices(run), this.#tryNetwork(run)]);
    if (run !== this.#run) return;
    this.state = "over";
    this.running = new Set();
    this.#letGo();
  }

  /** Returns how loud the microphone is, 0 to 1. */
  level(): number {
    return this.#meter.level();
  }

  /** Plays two tones on the system's speaker. */
  async playTones(): Promise<void> {
    this.#audio?.pause();
    const audio = new Audio(URL.createObjectURL(new Blob([chime()], { type: "audio/wav" })));
    this.#audio = audio;
    audio.onended = () => (this.isPlaying = false);
    try {
      await audio.play();
      this.isPlaying = true;
    } catch {
      this.isPlaying = false;
      this.#learn({ speaker: { is: "failed" } });
    }
  }

  /** Takes what the person says about the tones. */
  tellHeard(speaker: SpeakerResult["is"]): void {
    this.#learn({ speaker: { is: speaker } });
  }

  close(): void {
    this.#run += 1;
    this.#audio?.pause();
    this.#letGo();
    this.#meter.close();
  }

  async #tryDevices(run: number): Promise<void> {
    // One after the other: two questions of the browser's at a time are one too many.
    await this.#during(run, "microphone", async () => {
      const { result, track } = await tryMicrophone();
      if (!this.#hold(run, track)) return;
      if (result !== null) return this.#learn({ microphone: result });
      this.#meter.listenTo(track);
      void this.#during(run, "microphone", async () => {
        const microphone = await listen(this.#meter, () => run !== this.#run);
        if (run === this.#run) this.#learn({ microphone });
      });
    });
    await this.#during(run, "camera", async () => {
      const { result, track } = await tryCamera();
      if (!this.#hold(run, track)) return;
      this.preview = track === null ? null : new MediaStream([track]);
      this.#learn({ camera: result });
    });
    while (run === this.#run && this.results.microphone === null) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  async #tryNetwork(run: number): Promise<void> {
    const unsupported = whyUnsupported(window);
    if (unsupported !== null) return this.#learn({ encryption: { is: "failed", why: unsupported } });
    // In the click that began it, before anything is waited for.
    const context = new AudioContext();
    let rehearsal: Rehearsal | null = null;
    try {
      await this.#during(run, "encryption", async () => {
        const { rehearse } = await import("./encryption");
        rehearsal = await rehearse(Object.values(NUMBERS)).catch(() => null);
      });
      if (rehearsal === null) return this.#learn({ encryption: { is: "failed", why: "engine" } });
      const { workers, agree } = rehearsal as Rehearsal;
      const tone = toneIn(context);
      for (const transport of ["udp", "tcp"] as const) {
        if (run !== this.#run) return;
        await this.#during(run, transport, async () => {
          const result = await tryPath(transport, NUMBERS[transport], workers, tone);
          if (run === this.#run) this.#learn({ [transport]: result });
        });
      }
      if (run === this.#run) this.#learn({ encryption: encryptionOf(agree, this.results) });
    } finally {
      (rehearsal as Rehearsal | null)?.close();
      void context.close().catch(() => undefined);
    }
  }

  async #during(run: number, check: Check, act: () => Promise<void>): Promise<void> {
    if (run !== this.#run) return;
    this.running = new Set([...this.running, check]);
    await act();
    if (run === this.#run) this.running = new Set([...this.running].filter((other) => other !== check));
  }

  /** Keeps a track until the test is over; lets go at once of one that comes too late. */
  #hold(run: number, track: MediaStreamTrack | null): boolean {
    if (run !== this.#run) {
      track?.stop();
      return false;
    }
    if (track !== null) this.#tracks.push(track);
    return true;
  }

  #letGo(): void {
    this.preview = null;
    this.#meter.listenTo(null);
    for (const track of this.#tracks) track.stop();
    this.#tracks = [];
  }

  #learn(news: Partial<Results>): void {
    this.results = { ...this.results, ...news };
  }
}

/** What was sealed must have been opened on whatever way sound came back. */
function encryptionOf(agree: boolean, { udp, tcp }: Results): EncryptionResult {
  if (!agree) return { is: "failed", why: "mismatch" };
  const ways = [udp, tcp].filter((path) => path?.is === "working");
  if (ways.length === 0) return { is: "untried" };
  const frames = ways.reduce((sum, { opened }) => sum + opened, 0);
  return ways.every(({ opened }) => opened > 0) ? { is: "working", frames } : { is: "failed", why: "not_opened" };
}

const UNKNOWN: Results = { camera: null, microphone: null, speaker: null, udp: null, tcp: null, encryption: null };

/** By which numbers the frame workers tell the ways apart. */
const NUMBERS = { udp: 1, tcp: 2 } as const;
