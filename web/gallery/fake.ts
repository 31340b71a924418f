// SPDX-License-Identifier: MIT OR Apache-2.0
// A client that stands still: drawn pictures instead of cameras.

import type { LocalMedia, LocalState, OpenedLink, RoomClient, Unsubscribe } from "../src/room/client";
import type { Sample } from "../src/room/statistics";
import type { TrackKind, View } from "../src/room/view";
import type { Scene } from "./scenes";

export class FakeClient implements RoomClient {
  readonly #scene: Scene;
  readonly #streams = new Map<string, MediaStream>();
  readonly local: LocalMedia;
  #state: LocalState;
  #measured = 0;
  #listener: ((state: LocalState) => void) | null = null;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#state = scene.local;
    const set = (part: Partial<LocalState>): Promise<void> => {
      this.#state = { ...this.#state, ...part };
      this.#listener?.(this.#state);
      return Promise.resolve();
    };
    this.local = {
      state: () => this.#state,
      onChange: (listener) => {
        this.#listener = listener;
        return () => (this.#listener = null);
      },
      stream: (kind) => (kind === "camera" && this.#state.camera.isOn ? this.#draw(1, "camera") : null),
      setMicrophone: (isOn) => set({ microphone: { ...this.#state.microphone, isOn, failure: null } }),
      setCamera: (isOn) => set({ camera: { ...this.#state.camera, isOn, failure: null } }),
      setBoth: () => Promise.resolve(),
      switchDevice: () => Promise.resolve(),
      flipCamera: () => Promise.resolve(),
      setBackground: (choice) => void set({ background: { choice, isStarting: false, failure: null } }),
      keepOwnBackground: async () => false,
      ownBackground: async () => null,
      setNoiseSuppression: (on) => set({ noiseSuppression: on ? "on" : "off" }),
      onDeviceChange: () => () => undefined,
      startShare: () => set({ screen: { isOn: true, hasAudio: false } }).then(() => null),
      stopShare: () => void set({ screen: { isOn: false, hasAudio: false } }),
      microphoneLevel: () => (this.#state.microphone.isOn ? 0.45 : 0),
    };
  }

  open(): Promise<OpenedLink> {
    return Promise.resolve({ mode: this.#scene.mode, invitation: "https://meet.example/m/AAECAwQFBgcICQoLDA0ODw#e.x", isHost: this.#scene.isGuest !== true });
  }

  start(): void {}
  send(): void {}
  subscribe(): void {}
  setAway(): void {}

  breakout(): RoomClient {
    return this;
  }

  onView(listener: (view: View) => void): Unsubscribe {
    if (this.#scene.view !== null) listener(this.#scene.view);
    const { then } = this.#scene;
    if (then !== undefined) setTimeout(() => listener(then), 1200);
    return () => undefined;
  }

  onBroken(): Unsubscribe {
    return () => undefined;
  }

  mediaStreamFor(participant: number, kind: TrackKind): MediaStream | null {
    return kind === "camera" || kind === "screen" ? this.#draw(participant, kind) : null;
  }

  /** A good connection, except in the scene of a bad one. */
  statistics(): Promise<Sample> {
    const index = this.#measured++;
    const isBad = this.#scene.isWeak ?? false;
    const receiving = (this.#scene.view?.participants ?? []).filter(({ isMe }) => !isMe).map(({ participant }) => ({
      participant, kind: "camera" as const, line: `${participant}/1`, bytes: index * 190_000, packets: index * 190, lost: isBad ? index * 30 : 0, frames: index * 75,
      height: 360, codec: "VP9", frozen: 0, samples: 0, concealed: 0, jitter: 0.004,
    }));
    const sending = [{ kind: "camera" as const, bytes: index * 500_000, codec: "VP9", height: 720, framesPerSecond: 30, fractionLost: 0, roundTrip: 0.038, limitedBy: "none" as const }];
    const path = { protocol: "udp" as const, roundTrip: 0.038, encryption: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, AEAD_AES_256_GCM" };
    return Promise.resolve({ at: index * 3000, path, bytesSent: index * 520_000, bytesReceived: index * 800_000, sending, receiving });
  }

  onStreams(): Unsubscribe {
    return () => undefined;
  }

  dispose(): void {}

  #draw(participant: number, kind: "camera" | "screen"): MediaStream {
    const key = `${participant}/${kind}`;
    const known = this.#streams.get(key);
    if (known !== undefined) return known;
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const context = canvas.getContext("2d");
    const paint = (): void => {
      if (context !== null) (kind === "camera" ? paintPerson : paintDocument)(context, participant);
    };
    paint();
    setInterval(paint, 200);
    const stream = canvas.captureStream(5);
    this.#streams.set(key, stream);
    return stream;
  }
}

function paintPerson(context: CanvasRenderingContext2D, participant: number): void {
  const hue = (participant * 67) % 360;
  const wall = context.createLinearGradient(0, 0, 640, 360);
  wall.addColorStop(0, `hsl(${hue} 24% 72%)`);
  wall.addColorStop(1, `hsl(${(hue + 40) % 360} 26% 48%)`);
  context.fillStyle = wall;
  context.fillRect(0, 0, 640, 360);
  context.fillStyle = `hsl(${(hue + 200) % 360} 30% 34%)`;
  context.beginPath();
  context.ellipse(320, 372, 150, 120, 0, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = `hsl(28 ${28 + (participant * 7) % 20}% ${42 + ((participant * 13) % 34)}%)`;
  context.beginPath();
  context.ellipse(320, 172, 62, 78, 0, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = `hsl(${(participant * 31) % 50} 24% ${16 + ((participant * 5) % 18)}%)`;
  context.beginPath();
  context.ellipse(320, 122, 68, 46, 0, Math.PI, 0);
  context.fill();
}

function paintDocument(context: CanvasRenderingContext2D): void {
  context.fillStyle = "#fbfbf9";
  context.fillRect(0, 0, 640, 360);
  context.fillStyle = "#22303c";
  context.fillRect(48, 40, 260, 18);
  context.fillStyle = "#c3cbd2";
  for (let line = 0; line < 9; line++) context.fillRect(48, 84 + line * 22, 300 - ((line * 37) % 90), 8);
  context.fillStyle = "#0b6e69";
  for (let bar = 0; bar < 6; bar++) context.fillRect(400 + bar * 32, 280 - bar * 28, 20, 20 + bar * 28);
}
