// SPDX-License-Identifier: MIT OR Apache-2.0
// The seam between the page and what it shows: the page knows these interfaces and nothing of workers, sockets,
// peer connections or keys.

import type { CreateMeeting, Denial } from "../generated/http";
import type { Ended } from "../effects/background";
import type { Drawn } from "../effects/backdrops";
import type { Sample } from "./statistics";
import type { Command, Mode, TrackKind, VideoRequest, View } from "./view";

/** One stay in one meeting: made on the pre-join page, disposed of when the person is out again. */
export interface RoomClient {
  /**
   * Reads a link, keeps the host key of a host link, and begins to load what the call needs (WASM, workers).
   * Rejects with a {@link RoomError} whose code is a {@link LinkFailure} or `engine_failed`.
   */
  open(link: string): Promise<OpenedLink>;

  /** Enters the meeting with the tracks that are on. Errors arrive as `view.leftBecause`. May be called before `open` is done. */
  start(options: StartOptions): void;

  /** Asks something of the session. */
  send(command: Command): void;

  /** Calls `listener` with each view, at once with the latest if there is one. */
  onView(listener: (view: View) => void): Unsubscribe;

  /** Calls `listener` when the machinery itself breaks: the call cannot go on. */
  onBroken(listener: (code: EngineFailure) => void): Unsubscribe;

  /** Makes a client for a breakout room of this meeting, on the same devices; {@link start} says which. */
  breakout(): RoomClient;

  /** Sends and receives no media here for as long as the person is in a breakout room. The session goes on. */
  setAway(isAway: boolean): void;

  /** Says which videos are on screen, most wanted first. The client forwards the list after a reconnect again. */
  subscribe(videos: readonly VideoRequest[]): void;

  /** Returns a remote track's stream while one of the receiving slots carries it. */
  mediaStreamFor(participant: number, kind: TrackKind): MediaStream | null;

  /** Calls `listener` whenever an answer of {@link mediaStreamFor} has changed. */
  onStreams(listener: () => void): Unsubscribe;

  /** Resolves to what the connection has carried so far, `null` while there is none. */
  statistics(): Promise<Sample | null>;

  /** Microphone, camera, screen of this device; works before {@link start}. */
  readonly local: LocalMedia;

  /** Stops every local track, closes connections and ends the workers. */
  dispose(): void;
}

/** The devices of this computer and what is captured from them. */
export interface LocalMedia {
  /** Returns a snapshot; a new object whenever something has changed. */
  state(): LocalState;

  /** Calls `listener` after each change of {@link state}. */
  onChange(listener: (state: LocalState) => void): Unsubscribe;

  /** Returns the stream to preview, or `null` while that kind is off. */
  stream(kind: TrackKind): MediaStream | null;

  /**
   * Turns the microphone on or off, asking for permission where needed; before {@link RoomClient.start} as after.
   * Never rejects: a failure shows as `state().microphone.failure` and `isOn` false.
   */
  setMicrophone(on: boolean): Promise<void>;

  /** Like {@link setMicrophone}. */
  setCamera(on: boolean): Promise<void>;

  /** Turns both on in one permission prompt; if that fails, each by itself, so that one missing device does not cost the other. */
  setBoth(wanted: { microphone: boolean; camera: boolean }): Promise<void>;

  /** Chooses a device. For `speaker` it only notes the id: the page sets it as the sink of its audio elements. */
  switchDevice(kind: DeviceKind, deviceId: string): Promise<void>;

  /** Changes to the camera on the other side of a phone. A failure shows as `state().camera.failure`. */
  flipCamera(): Promise<void>;

  /** Cleans the microphone's sound of noise on this device, or leaves that to the browser; kept for the next meeting. */
  setNoiseSuppression(on: boolean): Promise<void>;

  /** Puts something behind the person in the camera's picture; kept for the next meeting. */
  setBackground(choice: BackgroundChoice): void;

  /** Keeps a picture for the choice `own`, in this browser only, and chooses it. Resolves to whether it is a picture. */
  keepOwnBackground(file: Blob): Promise<boolean>;

  /** Resolves to the kept picture. */
  ownBackground(): Promise<Blob | null>;

  /** Calls `listener` when a device went away and another one stands in, and when it is back. */
  onDeviceChange(listener: (change: DeviceChange) => void): Unsubscribe;

  /** Opens the browser's picker. Resolves to `null` once sharing (or cancelled), else to what went wrong. */
  startShare(): Promise<ShareFailure | null>;

  /** Ends sharing. */
  stopShare(): void;

  /** Returns how loud the microphone is, 0 to 1 on a perceptual scale; 0 while it is off. Cheap: polled per animation frame. */
  microphoneLevel(): number;
}

export interface LocalState {
  microphone: CaptureState;
  camera: CaptureState;
  screen: { isOn: boolean; hasAudio: boolean };
  /** Labels are empty before permission was given. */
  microphones: readonly DeviceOption[];
  cameras: readonly DeviceOption[];
  /** Empty where the browser cannot choose (no `setSinkId`). */
  speakers: readonly DeviceOption[];
  /** The chosen one while it is there; `null` for the system's own. */
  speakerId: string | null;
  /** The camera looks away from the person: its picture is not to be mirrored. */
  isCameraFacingAway: boolean;
  /** There is a camera on the other side. */
  canFlipCamera: boolean;
  noiseSuppression: NoiseSuppression;
  background: BackgroundState;
  /** The microphone is off, and somebody speaks into it. */
  isTalkingWhileMuted: boolean;
  /** The microphone is on, and for some seconds nothing at all has come from it. */
  isMicrophoneSilent: boolean;
}

/** How far the cleaning of the microphone's sound is. After `failed` the sound goes out as the browser gives it. */
export type NoiseSuppression = "off" | "starting" | "on" | "failed";

/** What stands behind the person: the room, the room blurred, a drawn picture, or the person's own. */
export type BackgroundChoice = "none" | "blur" | Drawn | "own";

export interface BackgroundState {
  choice: BackgroundChoice;
  /** The camera is on, and its picture not yet to be seen. */
  isStarting: boolean;
  /** Why it was switched off, and the camera with it; `null` after the next choice. */
  failure: Ended | null;
}

/** What became of a device. */
export interface DeviceChange {
  kind: DeviceKind;
  type: "lost" | "returned";
  /** The device that went or came; empty if the browser does not name it. */
  label: string;
  /** What is used from here on; `null` for nothing, or for the system's own speaker. */
  inUse: string | null;
}

export interface CaptureState {
  /** What the person wants and has. */
  isOn: boolean;
  /** The browser is asking, or the device is opening. */
  isStarting: boolean;
  /** The device in use. */
  deviceId: string | null;
  /** Why it could not be turned on; `null` after it could, or was turned off. */
  failure: DeviceFailure | null;
}

export interface DeviceOption {
  id: string;
  label: string;
}

export interface StartOptions {
  link: string;
  name: string;
  /** Into which of the meeting's breakout rooms, with the pass that the meeting's view shows for it. */
  breakout?: { room: string; pass: string } | null;
}

export interface OpenedLink {
  mode: Mode;
  /** The whole link to share: never the host link. */
  invitation: string;
  /** Whether this browser holds the meeting's host key. */
  isHost: boolean;
}

export type DeviceKind = "microphone" | "camera" | "speaker";

export type DeviceFailure =
  /** The person or the browser said no (NotAllowedError). */
  | "permission_denied"
  /** The operating system said no. */
  | "blocked_by_system"
  /** No such device (NotFoundError, OverconstrainedError). */
  | "no_device"
  /** In use by another program (NotReadableError, AbortError). */
  | "device_busy"
  /** The device went away while it was on. */
  | "device_lost"
  /** No `mediaDevices` here. */
  | "unsupported";

export type ShareFailure = "permission_denied" | "blocked_by_system" | "unsupported" | "failed";

/** What is wrong with a link. */
export type LinkFailure = "not_a_link" | "missing_secret" | "damaged_secret";

/** What can break on this device. */
export type EngineFailure = "engine_failed";

/** Why a meeting could not be made. */
export type CreateFailure = "unreachable" | "rate_limited" | "unavailable" | "not_allowed" | "account_suspended" | "internal" | EngineFailure;

/** What a new meeting may be told besides its mode and its keys. */
export type MeetingDetails = Omit<CreateMeeting, "mode" | "host_key" | "admission_key">;

/** A refusal with a stable code. */
export class RoomError extends Error {
  constructor(
    readonly code: LinkFailure | CreateFailure,
    /** What the policy said, if it was the policy. */
    readonly denial: Denial | null = null,
  ) {
    super(code);
    this.name = "RoomError";
  }
}

export type Unsubscribe = () => void;

/** What the page loads lazily: `src/media/client.ts` exports exactly this. */
export interface RoomModule {
  /** Makes a client; its session worker and WASM start loading with {@link RoomClient.open}. */
  createRoomClient(): RoomClient;

  /**
   * Makes a meeting: the session worker makes the keys, keeps the host key and posts the request.
   * Resolves to the whole invitation link. Rejects with a {@link RoomError}.
   */
  createMeeting(mode: Mode, details?: MeetingDetails): Promise<{ link: string }>;

  /** Resolves to the link that makes its holder host, or `null` if this browser does not hold the meeting's host key. */
  hostLink(invitation: string): Promise<string | null>;
}
