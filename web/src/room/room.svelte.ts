// SPDX-License-Identifier: MIT OR Apache-2.0
// One stay as the page sees it: the client's snapshots made reactive, and what the person is told about changes.

import { Changes, type Change } from "./changes";
import type { DeviceKind, EngineFailure, LocalState, OpenedLink, RoomClient, ShareFailure } from "./client";
import type { ReadLink } from "./link";
import type { Memory, Wanted } from "./memory";
import { shownName } from "./names";
import type { Toasts } from "./toasts.svelte";
import type { Command, TrackKind, View } from "./view";
import { VisibleVideos } from "./visible";
import { deviceWords, isWarning, noticeText, shareTrouble } from "./words";

/** A stay, from the pre-join page to the end screen. */
export class Room {
  readonly link: ReadLink;
  readonly visible: VisibleVideos;
  readonly toasts: Toasts;
  readonly #client: RoomClient;
  readonly #memory: Memory;
  readonly #changes = new Changes();
  readonly #stop: (() => void)[];

  #view = $state.raw<View | null>(null);
  #local: LocalState = $state.raw() as LocalState;
  #opened = $state.raw<OpenedLink | null>(null);
  #broken = $state<EngineFailure | null>(null);
  #streams = $state(0);
  #unread = $state(0);
  #isChatOpen = false;

  constructor(client: RoomClient, link: ReadLink, memory: Memory, toasts: Toasts) {
    this.#client = client;
    this.link = link;
    this.#memory = memory;
    this.toasts = toasts;
    this.#local = client.local.state();
    this.visible = new VisibleVideos((videos) => client.subscribe(videos), () => devicePixelRatio);
    this.#stop = [
      client.onView((view) => this.#handleView(view)),
      client.onStreams(() => void this.#streams++),
      client.onBroken((code) => void (this.#broken = code)),
      client.local.onChange((state) => void (this.#local = state)),
    ];
  }

  get view(): View | null {
    return this.#view;
  }

  get local(): LocalState {
    return this.#local;
  }

  get broken(): EngineFailure | null {
    return this.#broken;
  }

  /** How many messages came while the chat was closed. */
  get unread(): number {
    return this.#unread;
  }

  /** What to share. Until the session has read it, an invitation is its own address, and a host link nothing. */
  get invitation(): string | null {
    return this.#opened?.invitation ?? (this.link.isHostLink ? null : new URL(this.link.address, location.origin).href);
  }

  /** Reads the link and begins to load the encryption. Rejects like {@link RoomClient.open}. */
  async open(): Promise<OpenedLink> {
    this.#opened = await this.#client.open(this.link.address);
    return this.#opened;
  }

  /** Turns on what was on before a reload. */
  restoreDevices(): Promise<void> {
    return this.#client.local.setBoth(this.#memory.wanted(this.link.meeting));
  }

  start(name: string): void {
    this.#client.start({ link: this.#opened?.invitation ?? this.link.address, name });
  }

  send(command: Command): void {
    this.#client.send(command);
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.#remember({ ...this.#wanted(), microphone: on });
    await this.#client.local.setMicrophone(on);
    this.#tellDevice("microphone", on);
  }

  async setCamera(on: boolean): Promise<void> {
    this.#remember({ ...this.#wanted(), camera: on });
    await this.#client.local.setCamera(on);
    this.#tellDevice("camera", on);
  }

  async toggleShare(): Promise<void> {
    if (this.#local.screen.isOn) {
      this.#client.local.stopShare();
      this.toasts.say("You stopped sharing");
      return;
    }
    const failure: ShareFailure | null = await this.#client.local.startShare();
    if (failure !== null) this.toasts.show(shareTrouble(failure), { tone: "warning" });
    else if (this.#local.screen.isOn) this.toasts.say("You are sharing your screen");
  }

  switchDevice(kind: DeviceKind, id: string): Promise<void> {
    return this.#client.local.switchDevice(kind, id);
  }

  /** Returns a remote track's stream; reactive. */
  streamOf(participant: number, kind: TrackKind): MediaStream | null {
    void this.#streams;
    return this.#client.mediaStreamFor(participant, kind);
  }

  /** Returns an own stream; reactive. */
  ownStream(kind: TrackKind): MediaStream | null {
    void this.#local;
    return this.#client.local.stream(kind);
  }

  microphoneLevel(): number {
    return this.#client.local.microphoneLevel();
  }

  /** Notes whether messages are being read as they come. */
  setChatOpen(isOpen: boolean): void {
    this.#isChatOpen = isOpen;
    if (isOpen) this.#unread = 0;
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
    this.#client.dispose();
  }

  #tellDevice(kind: "microphone" | "camera", on: boolean): void {
    const word = kind === "microphone" ? "Microphone" : "Camera";
    if (this.#local[kind].isOn === on) return this.toasts.say(`${word} ${on ? "on" : "off"}`);
    // Before the call it stands beside the preview.
    if (this.#view === null) return;
    const failure = this.#local[kind].failure;
    if (failure === null) return;
    const { title, text } = deviceWords(kind, failure);
    this.toasts.show(`${title}. ${text}`, { tone: "warning" });
  }

  #wanted(): Wanted {
    return this.#memory.wanted(this.link.meeting);
  }

  #remember(wanted: Wanted): void {
    this.#memory.rememberWanted(this.link.meeting, wanted);
  }

  #handleView(view: View): void {
    this.#view = view;
    for (const change of this.#changes.handleView(view)) this.#tell(change, view);
  }

  #tell(change: Change, view: View): void {
    // In a large meeting people come and go all the time: it is no news.
    const isLarge = view.participants.length > QUIET_ABOVE;
    switch (change.type) {
      case "joined":
        if (!isLarge) this.toasts.showPerson(shownName(change.participant), "joined");
        break;
      case "left":
        if (!isLarge) this.toasts.showPerson(shownName(change.participant), "left");
        break;
      case "share_started":
        this.toasts.say(`${shownName(change.participant)} is sharing their screen`);
        break;
      case "share_ended":
        this.toasts.say(`${shownName(change.participant)} stopped sharing`);
        break;
      case "message":
        if (!this.#isChatOpen) this.#unread++;
        this.toasts.say(`${change.message.name === "" ? "Guest" : change.message.name}: ${change.message.text}`);
        break;
      case "notice":
        this.toasts.show(noticeText(change.notice.code, change.who), { tone: isWarning(change.notice.code) ? "warning" : "info" });
        break;
      case "reconnecting":
        this.toasts.say("The connection was lost. Reconnecting.");
        break;
      case "reconnected":
        this.toasts.show("You are connected again");
        break;
    }
  }
}

const QUIET_ABOVE = 8;
