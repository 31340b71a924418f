// SPDX-License-Identifier: MIT OR Apache-2.0
// Records the call as one file on this device: draws the picture, mixes the sound, writes what comes. Knows nothing of
// who agreed: it records the scene that it is given, and nothing else from that moment on.

import type { RecordedScene, RecordedSound, RecordedTile } from "../../room/recording";
import Ticker from "../../effects/worker/ticker?worker";
import { HEIGHT, WIDTH, paint } from "./painter";
import { type Sink, SinkFull, openSink } from "./sink";

/** What a recording is made of, asked anew for every picture. */
export interface RecordingSource {
  scene(): RecordedScene;
  stream(tile: { participant: number; isMe: boolean }, kind: "camera" | "screen" | "microphone" | "screen_audio"): MediaStream | null;
  /** What stands in the place of whoever is not in it. */
  leftOut: string;
}

/** Why a recording ended by itself. */
export type RecordingEnd = "full" | "failed";

/** A file that is open, and what is needed to fill it. */
export interface ChosenRecording {
  /** A browser that plays no sound, for want of anything to play it on, mixes none either. */
  hasSound: boolean;
  begin(source: RecordingSource, ended: (why: RecordingEnd) => void): Recorder;
}

/** Opens the file; `null` if the person closed the picker. Wants a click right before. Rejects where nothing can be recorded. */
export async function chooseRecording(): Promise<ChosenRecording | null> {
  const type = typeFor(TYPES);
  if (type === null) throw new Error("no type");
  const [container = "video/webm"] = type.split(";");
  const sink = await openSink(fileName(new Date(), container), container);
  if (sink === null) return null;
  const sound = new AudioContext();
  const hasSound = await isRunning(sound);
  // Firefox waits for ever for the sound that a type names.
  const used = hasSound ? type : (typeFor(SILENT_TYPES) ?? type);
  return { hasSound, begin: (source, ended) => new Recorder(sink, used, { sound, hasSound }, source, ended) };
}

function typeFor(types: readonly string[]): string | null {
  return types.find((one) => MediaRecorder.isTypeSupported(one)) ?? null;
}

async function isRunning(sound: AudioContext): Promise<boolean> {
  const patience = new Promise((resolve) => setTimeout(resolve, SOUND_WITHIN_MS));
  await Promise.race([sound.resume().catch(() => undefined), patience]);
  return sound.state === "running";
}

/** A recording that runs. */
export class Recorder {
  readonly #sink: Sink;
  readonly #source: RecordingSource;
  readonly #ended: (why: RecordingEnd) => void;
  readonly #canvas = document.createElement("canvas");
  readonly #context: CanvasRenderingContext2D | null;
  readonly #sound: AudioContext;
  readonly #mix: MediaStreamAudioDestinationNode;
  readonly #ticker = new Ticker();
  readonly #recorder: MediaRecorder;
  readonly #videos = new Map<string, HTMLVideoElement>();
  readonly #voices = new Map<string, { stream: MediaStream; node: MediaStreamAudioSourceNode }>();
  /** Everything is written in the order in which it came. */
  #written: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  constructor(sink: Sink, type: string, { sound, hasSound }: { sound: AudioContext; hasSound: boolean }, source: RecordingSource, ended: (why: RecordingEnd) => void) {
    this.#sink = sink;
    this.#sound = sound;
    this.#mix = sound.createMediaStreamDestination();
    this.#source = source;
    this.#ended = ended;
    [this.#canvas.width, this.#canvas.height] = [WIDTH, HEIGHT];
    this.#context = this.#canvas.getContext("2d", { alpha: false });
    // Silence is recorded as well: a file whose sound begins in the middle plays out of step.
    this.#hum();
    this.update();
    this.#draw();
    const picture = this.#canvas.captureStream();
    const stream = new MediaStream([...picture.getVideoTracks(), ...(hasSound ? this.#mix.stream.getAudioTracks() : [])]);
    this.#recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: PICTURE_RATE, audioBitsPerSecond: SOUND_RATE });
    this.#recorder.ondataavailable = ({ data }) => this.#write(data);
    this.#recorder.onerror = () => this.#fail("failed");
    this.#recorder.start(PART_MS);
    this.#ticker.onmessage = () => {
      this.update();
      this.#draw();
    };
  }

  /** Takes up what the source says at this moment: whoever is out is out with the next sample. */
  update(): void {
    const { tiles, sounds } = this.#source.scene();
    this.#followSounds(sounds);
    this.#followPictures(tiles);
  }

  /** Ends it. Resolves when everything is written. */
  stop(): Promise<void> {
    this.#stopped ??= this.#finish();
    return this.#stopped;
  }

  async #finish(): Promise<void> {
    this.#ticker.terminate();
    if (this.#recorder.state !== "inactive") {
      const ended = new Promise((resolve) => (this.#recorder.onstop = resolve));
      this.#recorder.stop();
      await ended;
    }
    for (const video of this.#videos.values()) video.srcObject = null;
    void this.#sound.close().catch(() => undefined);
    await this.#written;
    await this.#sink.finish();
  }

  #write(data: Blob): void {
    if (data.size === 0) return;
    this.#written = this.#written.then(() => this.#sink.write(data)).catch((error: unknown) => this.#fail(error instanceof SinkFull ? "full" : "failed"));
  }

  #fail(why: RecordingEnd): void {
    if (this.#stopped === null) this.#ended(why);
  }

  #draw(): void {
    if (this.#context === null) return;
    paint(this.#context, this.#source.scene(), this.#source.leftOut, (key) => this.#videos.get(key) ?? null);
  }

  #followPictures(tiles: readonly RecordedTile[]): void {
    const wanted = new Map<string, MediaStream>();
    for (const tile of tiles) {
      if (tile.type === "left_out" || (tile.type === "person" && !tile.hasPicture)) continue;
      const stream = this.#source.stream(tile, tile.type === "screen" ? "screen" : "camera");
      if (stream !== null) wanted.set(tile.key, stream);
    }
    for (const [key, video] of this.#videos) {
      if (wanted.get(key) === video.srcObject) continue;
      video.srcObject = null;
      this.#videos.delete(key);
    }
    for (const [key, stream] of wanted) {
      if (this.#videos.has(key)) continue;
      const video = document.createElement("video");
      video.muted = true;
      video.playsInline = true;
      video.srcObject = stream;
      video.play().catch(() => undefined);
      this.#videos.set(key, video);
    }
  }

  #followSounds(sounds: readonly RecordedSound[]): void {
    const wanted = new Map<string, MediaStream>();
    for (const sound of sounds) {
      const { participant, kind } = sound;
      const stream = this.#source.stream(sound, kind === "screen_audio" ? "screen_audio" : "microphone");
      if (stream !== null && stream.getAudioTracks().length > 0) wanted.set(`${participant}/${kind}`, stream);
    }
    for (const [key, { stream, node }] of this.#voices) {
      if (wanted.get(key) === stream) continue;
      node.disconnect();
      this.#voices.delete(key);
    }
    for (const [key, stream] of wanted) {
      if (this.#voices.has(key)) continue;
      const node = this.#sound.createMediaStreamSource(stream);
      node.connect(this.#mix);
      this.#voices.set(key, { stream, node });
    }
  }

  #hum(): void {
    const silence = this.#sound.createConstantSource();
    silence.offset.value = 0;
    silence.connect(this.#mix);
    silence.start();
  }
}

/** Returns the name of a file: it says when, and not who. */
export function fileName(at: Date, container: string): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `meeting-${day}-${two(at.getHours())}${two(at.getMinutes())}.${container === "video/mp4" ? "mp4" : "webm"}`;
}

// VP8 first: of what browsers write themselves it leaves the most of the processor to the call.
const TYPES = ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/webm", "video/mp4"];
const SILENT_TYPES = ["video/webm;codecs=vp8", "video/webm;codecs=vp9", "video/webm", "video/mp4"];
// In bits per second: letters on a shared screen stay sharp, an hour is about a gigabyte.
const PICTURE_RATE = 2_500_000;
const SOUND_RATE = 96_000;
// In milliseconds. Starting takes a tenth of a second; without a sound card it never happens.
const SOUND_WITHIN_MS = 1500;
// In milliseconds: as much is lost if the browser is ended.
const PART_MS = 2000;
