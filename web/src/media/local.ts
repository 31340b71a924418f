// SPDX-License-Identifier: MIT OR Apache-2.0
// The devices of this computer and what is captured from them.

import type { TrackKind } from "../generated";
import type { BackgroundChoice, DeviceChange, DeviceKind, DeviceOption, LocalMedia, LocalState, ShareFailure, Unsubscribe } from "../room/client";
import { BackgroundStage } from "./background";
import { Capture } from "./capture";
import { DeviceList } from "./device-list";
import { Listeners } from "./listeners";
import { MicrophoneWatch } from "./microphone-watch";
import { NoiseStage } from "./noise";
import { constraintsFor, type Facing, facingOf, openDevice, openDevices } from "./opening";
import { keepOwnPicture, loadOwnPicture } from "./own-picture";
import { type DevicePreferences, keepPreferences, loadPreferences } from "./preferences";
import { ScreenShare } from "./share";

/** Microphone, camera and screen. */
export class LocalDevices implements LocalMedia {
  readonly #preferences: DevicePreferences = loadPreferences();
  readonly #listeners = new Listeners<LocalState>();
  readonly #changes = new Listeners<DeviceChange>();
  readonly #watch = new MicrophoneWatch(() => this.#changed());
  readonly #noise: NoiseStage;
  readonly #background: BackgroundStage;
  readonly #microphone: Capture;
  readonly #camera: Capture;
  readonly #share = new ScreenShare(() => this.#changed());
  readonly #deviceListener = (): void => void this.#listDevices();
  #devices = new DeviceList([]);
  #facing: Facing | null = null;
  #isClosed = false;
  #state: LocalState;

  constructor() {
    this.#noise = new NoiseStage(
      this.#preferences.suppressesNoise ?? false,
      async (track, stalled) => (await import("../effects/noise")).cleanNoise(track, stalled),
      () => this.#noiseChanged(),
    );
    this.#background = new BackgroundStage(
      this.#preferences.background ?? "none",
      {
        backdrop: async (choice) => (await import("./backdrop")).loadBackdrop(choice),
        compose: async (source, backdrop, ended) => (await import("../effects/background")).replaceBackground(source, backdrop, ended),
      },
      { changed: () => this.#changed(), failed: () => void this.#camera.set(false) },
    );
    this.#microphone = new Capture(
      { open: (deviceId, isExact) => openDevice("audio", { deviceId, isExact, suppressesNoise: this.#leavesNoiseToBrowser() }), releasesWhenOff: false },
      this.#preferences.microphone ?? null,
      { changed: () => this.#changed(), lost: (id) => this.#tellLost("microphone", id) },
    );
    this.#camera = new Capture(
      { open: (deviceId, isExact) => openDevice("video", { deviceId, isExact, facing: isExact ? null : this.#facing }), releasesWhenOff: true },
      this.#preferences.camera ?? null,
      { changed: () => this.#changed(), lost: (id) => this.#tellLost("camera", id) },
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

  onDeviceChange(listener: (change: DeviceChange) => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  stream(kind: TrackKind): MediaStream | null {
    switch (kind) {
      case "microphone":
        return this.#microphone.stream();
      case "camera":
        return this.#camera.track() === null ? null : this.#background.stream();
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
        return this.#microphone.track() === null ? null : this.#noise.output();
      case "camera":
        return this.#camera.track() === null ? null : this.#background.output();
      case "screen":
        return this.#share.video();
      case "screen_audio":
        return this.#share.audio();
    }
  }

  /** Returns whether a kind is on. A camera is, with nothing to publish, while its background effect starts. */
  isOn(kind: TrackKind): boolean {
    return kind === "camera" ? this.#camera.track() !== null : this.track(kind) !== null;
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
    switch (kind) {
      case "microphone":
        return await this.#microphone.choose(deviceId);
      case "camera":
        this.#facing = null;
        return await this.#camera.choose(deviceId);
      case "speaker":
        return this.#changed();
    }
  }

  async flipCamera(): Promise<void> {
    this.#facing = facingOf(this.#camera.track()) === "environment" ? "user" : "environment";
    // A phone opens one of its cameras at a time.
    await this.#camera.changeOver();
    if (this.#camera.state().failure !== null) this.#facing = null;
  }

  async setNoiseSuppression(on: boolean): Promise<void> {
    if (this.#noise.isWanted() === on && this.#noise.state() !== "failed") return;
    this.#preferences.suppressesNoise = on;
    keepPreferences(this.#preferences);
    this.#noise.set(on);
    await this.#microphone.reopen();
  }

  setBackground(choice: BackgroundChoice): void {
    this.#preferences.background = choice;
    keepPreferences(this.#preferences);
    this.#background.set(choice);
  }

  async keepOwnBackground(file: Blob): Promise<boolean> {
    try {
      await keepOwnPicture(file);
    } catch {
      return false;
    }
    this.setBackground("own");
    return true;
  }

  ownBackground(): Promise<Blob | null> {
    return loadOwnPicture();
  }

  startShare(): Promise<ShareFailure | null> {
    return this.#share.start();
  }

  stopShare(): void {
    this.#share.stop();
  }

  microphoneLevel(): number {
    return this.#microphone.track() === null ? 0 : this.#watch.level();
  }

  close(): void {
    this.#isClosed = true;
    navigator.mediaDevices?.removeEventListener("devicechange", this.#deviceListener);
    this.#changes.clear();
    this.#share.stop();
    this.#microphone.close();
    this.#camera.close();
    this.#noise.close();
    this.#background.close();
    this.#changed();
    this.#watch.close();
    this.#listeners.clear();
  }

  async #openBoth(): Promise<void> {
    const finishMicrophone = this.#microphone.beginOpening();
    const finishCamera = this.#camera.beginOpening();
    const microphone = { deviceId: this.#microphone.chosen(), isExact: false, suppressesNoise: this.#leavesNoiseToBrowser() };
    const camera = { deviceId: this.#camera.chosen(), isExact: false, facing: this.#facing };
    const open = async (kind: "audio" | "video", wish: typeof microphone | typeof camera, finish: typeof finishCamera): Promise<void> => {
      try {
        finish(await openDevice(kind, wish));
      } catch (error) {
        finish(error instanceof Error ? error : new Error("unknown"));
      }
    };
    try {
      const stream = await openDevices({ audio: constraintsFor("audio", microphone), video: constraintsFor("video", camera) });
      finishMicrophone(stream.getAudioTracks()[0] ?? new Error("no track"));
      finishCamera(stream.getVideoTracks()[0] ?? new Error("no track"));
    } catch {
      await open("audio", microphone, finishMicrophone);
      await open("video", camera, finishCamera);
    }
  }

  async #listDevices(): Promise<void> {
    const listed = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    if (this.#isClosed) return;
    const before = this.#devices;
    this.#devices = before.followedBy(listed);
    this.#changed();
    await this.#returnTo("microphone", this.#microphone, before);
    await this.#returnTo("camera", this.#camera, before);
    this.#followSpeaker(before);
  }

  async #returnTo(kind: "microphone" | "camera", capture: Capture, before: DeviceList): Promise<void> {
    const chosen = capture.chosen();
    if (chosen === null || !capture.isStandIn() || !this.#devices.hasGained(before, kind, chosen)) return;
    await capture.goBack();
    if (!capture.isStandIn()) this.#tell({ kind, type: "returned", label: this.#devices.labelOf(chosen), inUse: this.#devices.labelOf(chosen) });
  }

  #followSpeaker(before: DeviceList): void {
    const chosen = this.#preferences.speaker;
    if (chosen === undefined) return;
    const label = this.#devices.labelOf(chosen);
    if (before.hasGained(this.#devices, "speaker", chosen)) this.#tell({ kind: "speaker", type: "lost", label, inUse: null });
    if (this.#devices.hasGained(before, "speaker", chosen)) this.#tell({ kind: "speaker", type: "returned", label, inUse: label });
  }

  #tellLost(kind: "microphone" | "camera", deviceId: string | null): void {
    const { isOn, deviceId: inUse } = (kind === "microphone" ? this.#microphone : this.#camera).state();
    this.#tell({ kind, type: "lost", label: this.#devices.labelOf(deviceId), inUse: isOn ? this.#devices.labelOf(inUse) : null });
  }

  #tell(change: DeviceChange): void {
    this.#changes.tell(change);
  }

  #leavesNoiseToBrowser(): boolean {
    return !this.#noise.isWanted() || this.#noise.state() === "failed";
  }

  #noiseChanged(): void {
    this.#changed();
    // Opened without the browser's own cleaning, which is wanted after all.
    if (this.#noise.state() === "failed") void this.#microphone.reopen();
  }

  #changed(): void {
    this.#noise.follow(this.#microphone.held());
    this.#background.follow(this.#camera.track());
    this.#watch.follow(this.#microphone.held(), this.#microphone.track() !== null);
    this.#state = this.#snapshot();
    this.#listeners.tell(this.#state);
  }

  #snapshot(): LocalState {
    const microphone = this.#microphone.state();
    const camera = this.#camera.state();
    const cameras = this.#devices.options("camera");
    const facing = facingOf(this.#camera.track());
    const speakers = "setSinkId" in HTMLMediaElement.prototype ? this.#devices.options("speaker") : [];
    return {
      microphone,
      camera,
      screen: { isOn: this.#share.video() !== null, hasAudio: this.#share.audio() !== null },
      microphones: this.#devices.options("microphone"),
      cameras,
      speakers,
      speakerId: this.#speakerAmong(speakers),
      isCameraFacingAway: facing === "environment" && isPhone(),
      canFlipCamera: facing !== null && cameras.length > 1 && isPhone(),
      noiseSuppression: this.#noise.state(),
      background: this.#background.state(),
      isTalkingWhileMuted: this.#watch.isTalkingWhileMuted,
      isMicrophoneSilent: this.#watch.isSilent,
    };
  }

  #speakerAmong(speakers: readonly DeviceOption[]): string | null {
    const chosen = this.#preferences.speaker;
    return chosen !== undefined && speakers.some(({ id }) => id === chosen) ? chosen : null;
  }
}

/** A device that is held in the hand: its cameras look two ways. */
function isPhone(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
