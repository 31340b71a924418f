// SPDX-License-Identifier: MIT OR Apache-2.0
// The devices of this computer and what is captured from them.

import type { TrackKind } from "../generated";
import type { DeviceKind, DeviceOption, LocalMedia, LocalState, ShareFailure, Unsubscribe } from "../room/client";
import { Capture } from "./capture";
import { LevelMeter } from "./level";
import { Listeners } from "./listeners";
import { type DevicePreferences, keepPreferences, loadPreferences } from "./preferences";
import { ScreenShare } from "./share";

/** Microphone, camera and screen. */
export class LocalDevices implements LocalMedia {
  readonly #preferences: DevicePreferences = loadPreferences();
  readonly #listeners = new Listeners<LocalState>();
  readonly #meter = new LevelMeter();
  readonly #microphone: Capture;
  readonly #camera: Capture;
  readonly #share = new ScreenShare(() => this.#changed());
  readonly #deviceListener = (): void => void this.#listDevices();
  #devices: MediaDeviceInfo[] = [];
  #metered: MediaStreamTrack | null = null;
  #state: LocalState;

  constructor() {
    this.#microphone = new Capture(
      { open: (id, isExact) => openOne("audio", id, isExact), releasesWhenOff: false },
      this.#preferences.microphone ?? null,
      () => this.#changed(),
    );
    this.#camera = new Capture(
      { open: (id, isExact) => openOne("video", id, isExact), releasesWhenOff: true },
      this.#preferences.camera ?? null,
      () => this.#changed(),
    );
    this.#state = this.#snapshot();
    navigator.mediaDevices?.addEventListener("devicechange", this.#deviceListener);
    void this.#listDevices();
  }

  state(): LocalState {
    return this.#state;
  }

  onChange(listener: (state: LocalState) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  stream(kind: TrackKind): MediaStream | null {
    switch (kind) {
      case "microphone":
        return this.#microphone.stream();
      case "camera":
        return this.#camera.stream();
      case "screen":
        return this.#share.stream();
      case "screen_audio":
        return null;
    }
  }

  /** Returns the track to publish, or `null` while that kind is off. */
  track(kind: TrackKind): MediaStreamTrack | null {
    switch (kind) {
      case "microphone":
        return this.#microphone.track();
      case "camera":
        return this.#camera.track();
      case "screen":
        return this.#share.video();
      case "screen_audio":
        return this.#share.audio();
    }
  }

  async setMicrophone(on: boolean): Promise<void> {
    await this.#microphone.set(on);
    await this.#listDevices();
  }

  async setCamera(on: boolean): Promise<void> {
    await this.#camera.set(on);
    await this.#listDevices();
  }

  async setBoth(wanted: { microphone: boolean; camera: boolean }): Promise<void> {
    const canAskOnce =
      wanted.microphone && wanted.camera && this.track("microphone") === null && this.track("camera") === null;
    if (canAskOnce) await this.#openBoth();
    else await Promise.all([this.#microphone.set(wanted.microphone), this.#camera.set(wanted.camera)]);
    await this.#listDevices();
  }

  async switchDevice(kind: DeviceKind, deviceId: string): Promise<void> {
    this.#preferences[kind] = deviceId;
    keepPreferences(this.#preferences);
    if (kind === "microphone") await this.#microphone.choose(deviceId);
    else if (kind === "camera") await this.#camera.choose(deviceId);
    else this.#changed();
  }

  startShare(): Promise<ShareFailure | null> {
    return this.#share.start();
  }

  stopShare(): void {
    this.#share.stop();
  }

  microphoneLevel(): number {
    return this.#metered === null ? 0 : this.#meter.level();
  }

  close(): void {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#deviceListener);
    this.#share.stop();
    this.#microphone.close();
    this.#camera.close();
    this.#meter.close();
    this.#metered = null;
    this.#changed();
    this.#listeners.clear();
  }

  async #openBoth(): Promise<void> {
    const finishMicrophone = this.#microphone.beginOpening();
    const finishCamera = this.#camera.beginOpening();
    const open = async (kind: "audio" | "video", chosen: string | null, finish: typeof finishCamera): Promise<void> => {
      try {
        finish(await openOne(kind, chosen, false));
      } catch (error) {
        finish(error instanceof Error ? error : new Error("unknown"));
      }
    };
    try {
      const stream = await openDevices({
        audio: constraintsFor("audio", this.#microphone.chosen(), false),
        video: constraintsFor("video", this.#camera.chosen(), false),
      });
      finishMicrophone(stream.getAudioTracks()[0] ?? new Error("no track"));
      finishCamera(stream.getVideoTracks()[0] ?? new Error("no track"));
    } catch {
      await open("audio", this.#microphone.chosen(), finishMicrophone);
      await open("video", this.#camera.chosen(), finishCamera);
    }
  }

  async #listDevices(): Promise<void> {
    this.#devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    this.#changed();
  }

  #changed(): void {
    const track = this.#microphone.track();
    if (track !== this.#metered) {
      this.#metered = track;
      this.#meter.listenTo(track);
    }
    this.#state = this.#snapshot();
    this.#listeners.tell(this.#state);
  }

  #snapshot(): LocalState {
    return {
      microphone: this.#microphone.state(),
      camera: this.#camera.state(),
      screen: { isOn: this.#share.video() !== null, hasAudio: this.#share.audio() !== null },
      microphones: this.#options("audioinput"),
      cameras: this.#options("videoinput"),
      speakers: "setSinkId" in HTMLMediaElement.prototype ? this.#options("audiooutput") : [],
      speakerId: this.#preferences.speaker ?? null,
    };
  }

  #options(kind: MediaDeviceKind): DeviceOption[] {
    return this.#devices
      .filter((device) => device.kind === kind && device.deviceId !== "")
      .map((device) => ({ id: device.deviceId, label: device.label }));
  }
}

async function openOne(kind: "audio" | "video", deviceId: string | null, isExact: boolean): Promise<MediaStreamTrack> {
  const stream = await openDevices({ [kind]: constraintsFor(kind, deviceId, isExact) });
  const [track] = stream.getTracks();
  if (track === undefined) throw new DOMException("no track", "NotFoundError");
  return track;
}

function openDevices(constraints: MediaStreamConstraints): Promise<MediaStream> {
  if (typeof navigator.mediaDevices?.getUserMedia !== "function") {
    return Promise.reject(new DOMException("no media devices here", "NotSupportedError"));
  }
  return navigator.mediaDevices.getUserMedia(constraints);
}

function constraintsFor(kind: "audio" | "video", deviceId: string | null, isExact: boolean): MediaTrackConstraints {
  const device = deviceId === null ? {} : { deviceId: isExact ? { exact: deviceId } : { ideal: deviceId } };
  return kind === "audio"
    ? { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true }
    : { ...device, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
}
