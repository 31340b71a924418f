// SPDX-License-Identifier: MIT OR Apache-2.0
// What the page loads when it needs a call: joins session worker, frame workers, peer connection and devices.

import type { Command, Directive, Mode, TrackKind, TrackSource, VideoWish, View } from "../generated";
import type { FrameCounts } from "../frames/messages";
import type { EngineFailure, MeetingDetails, OpenedLink, RoomClient, StartOptions, Unsubscribe } from "../room/client";
import type { Sample } from "../room/statistics";
import { FrameWorkers } from "./frame-workers";
import { Listeners } from "./listeners";
import { LocalDevices } from "./local";
import { Peer } from "./peer";
import { keepResumeToken, loadResumeToken, meetingOf } from "./resume";
import { SessionLink } from "./session-link";

/** Makes a client; its session worker and WASM start loading with {@link RoomClient.open}. */
export function createRoomClient(): RoomClient {
  return new Client();
}

/** Makes a meeting; its keys are made and kept by a session worker that ends with it. */
export async function createMeeting(mode: Mode, details: MeetingDetails = {}): Promise<{ link: string }> {
  const session = new SessionLink({});
  try {
    return { link: await session.create(mode, details) };
  } finally {
    session.close();
  }
}

/** Resolves to the link that makes its holder host, or `null` if this browser does not hold the host key. */
export async function hostLink(invitation: string): Promise<string | null> {
  const session = new SessionLink({});
  try {
    return await session.hostLink(invitation);
  } finally {
    session.close();
  }
}

/** One stay in one meeting, as the page holds it. */
export class Client implements RoomClient {
  readonly local: LocalDevices;
  /** In a breakout room, the devices are those of the meeting that it is of. */
  readonly #ownsDevices: boolean;
  readonly #views = new Listeners<View>();
  readonly #streams = new Listeners<void>();
  readonly #broken = new Listeners<EngineFailure>();
  #session: SessionLink | null = null;
  #workers: FrameWorkers | null = null;
  #peer: Peer | null = null;
  /** Laid out beforehand: on a busy machine that takes as long as all the rest of joining. */
  #spare: Peer | null = null;
  #view: View | null = null;
  #videos: readonly VideoWish[] = [];
  #subscribeTimer: ReturnType<typeof setTimeout> | null = null;
  #published = "";
  #isStarted = false;
  /** The person is in a breakout room: nothing is sent or shown here. */
  #isAway = false;
  /** The transport that was asked for, open or not. */
  #transport: number | null = null;
  readonly #stopListening: Unsubscribe;
  #isDisposed = false;

  constructor(devices: LocalDevices | null = null) {
    this.local = devices ?? new LocalDevices();
    this.#ownsDevices = devices === null;
    this.#stopListening = this.local.onChange(() => this.#localChanged());
  }

  async open(link: string): Promise<OpenedLink> {
    const { mode, invitation, isHost } = await this.#load().open(link);
    this.#spare ??= this.#makePeer();
    return { mode, invitation, isHost };
  }

  start({ link, name, breakout = null }: StartOptions): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const active = this.#activeKinds();
    this.#published = active.join();
    const stay = loadResumeToken(meetingOf(link));
    if (breakout === null) return this.#load().start({ link, name, active, resume: stay }, null);
    if (stay === null) return this.#broken.tell("engine_failed");
    this.#load().start({ link, name, active, resume: loadResumeToken(breakout.room) }, { ...breakout, stay });
  }

  send(command: Command): void {
    this.#session?.command(command);
  }

  breakout(): RoomClient {
    return new Client(this.local);
  }

  setAway(isAway: boolean): void {
    if (this.#isAway === isAway) return;
    this.#isAway = isAway;
    this.#localChanged();
    this.subscribe(this.#videos);
    if (isAway) return this.#closePeer();
    if (this.#transport !== null) this.send({ type: "transportFailed", transport: this.#transport });
  }

  onView(listener: (view: View) => void): Unsubscribe {
    if (this.#view !== null) listener(this.#view);
    return this.#views.add(listener);
  }

  onBroken(listener: (code: EngineFailure) => void): Unsubscribe {
    return this.#broken.add(listener);
  }

  subscribe(videos: readonly VideoWish[]): void {
    this.#videos = videos;
    this.#subscribeTimer ??= setTimeout(() => this.#sendSubscription(), SUBSCRIBE_WITHIN_MS);
  }

  async statistics(): Promise<Sample | null> {
    // A connection that is closed meanwhile has nothing left to say.
    return (await this.#peer?.statistics().catch(() => null)) ?? null;
  }

  mediaStreamFor(participant: number, kind: TrackKind): MediaStream | null {
    return this.#peer?.streamFor(participant, kind) ?? null;
  }

  onStreams(listener: () => void): Unsubscribe {
    return this.#streams.add(listener);
  }

  /** Returns what each frame worker has sealed, opened and dropped. */
  frameCounts(): Promise<FrameCounts[]> {
    return this.#workers?.counts() ?? Promise.resolve([]);
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#subscribeTimer !== null) clearTimeout(this.#subscribeTimer);
    this.#views.clear();
    this.#broken.clear();
    this.#closePeer();
    this.#spare?.close();
    this.#streams.clear();
    this.#stopListening();
    if (this.#ownsDevices) this.local.close();
    this.#session?.close();
    this.#workers?.close();
  }

  #load(): SessionLink {
    if (this.#session !== null) return this.#session;
    const session = new SessionLink({
      view: (view) => {
        this.#view = view;
        this.#views.tell(view);
      },
      directive: (directive) => this.#handleDirective(directive),
      resume: keepResumeToken,
      broken: () => this.#broken.tell("engine_failed"),
    });
    this.#session = session;
    this.#workers = new FrameWorkers(
      {
        keyframeWanted: (transport, mid) => this.#requestKeyframe(transport, mid),
        keysMissing: () => this.send({ type: "keysMissing" }),
        broken: () => this.#broken.tell("engine_failed"),
      },
      (port) => session.addFrameWorker(port),
    );
    return session;
  }

  #handleDirective(directive: Directive): void {
    switch (directive.type) {
      case "newTransport":
        return this.#openPeer(directive.transport);
      case "answer":
        return this.#peerFor(directive.transport)?.answer(directive.sdp);
      case "slot":
        return this.#peerFor(directive.transport)?.assignSlot(directive.mid, directive.source);
      case "moreSlots":
        return this.#peer?.addSlots(directive.audio, directive.video);
      case "keyframe":
        return this.#peer?.produceKeyframe(directive.kind);
      case "closeTransport":
        return this.#closePeer();
    }
  }

  #openPeer(transport: number): void {
    this.#closePeer();
    this.#transport = transport;
    if (this.#isAway) return;
    const peer = this.#spare ?? this.#makePeer();
    this.#spare = null;
    this.#peer = peer;
    for (const kind of KINDS) peer?.setTrack(kind, this.local.track(kind));
    peer?.offer(transport);
  }

  #makePeer(): Peer | null {
    if (this.#workers === null || this.#isDisposed) return null;
    return new Peer(this.#workers, {
      send: (command) => this.send(command),
      streamsChanged: () => this.#streams.tell(),
    });
  }

  #closePeer(): void {
    if (this.#peer === null) return;
    this.#peer.close();
    this.#peer = null;
    this.#streams.tell();
  }

  #peerFor(transport: number): Peer | null {
    return this.#peer?.transport() === transport ? this.#peer : null;
  }

  #requestKeyframe(transport: number, mid: string): void {
    const source: TrackSource | null = this.#peerFor(transport)?.sourceOf(mid) ?? null;
    if (source !== null) this.send({ type: "requestKeyframe", source });
  }

  #localChanged(): void {
    for (const kind of KINDS) this.#peer?.setTrack(kind, this.local.track(kind));
    const active = this.#activeKinds();
    if (!this.#isStarted || this.#published === active.join()) return;
    this.#published = active.join();
    this.send({ type: "setTracks", active });
  }

  #activeKinds(): TrackKind[] {
    return KINDS.filter((kind) => !this.#isAway && this.local.isOn(kind));
  }

  #sendSubscription(): void {
    this.#subscribeTimer = null;
    this.send({ type: "subscribe", videos: this.#isAway ? [] : [...this.#videos] });
  }
}

const KINDS: readonly TrackKind[] = ["microphone", "camera", "screen", "screen_audio"];

// Long enough to gather the changes of one layout, short enough not to be seen.
const SUBSCRIBE_WITHIN_MS = 20;
