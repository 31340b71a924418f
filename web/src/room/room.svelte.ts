// SPDX-License-Identifier: MIT OR Apache-2.0
// One stay as the page sees it: the client's snapshots made reactive, and what the person is told about changes.

import { m } from "../generated/paraglide/messages";
import { Changes, type Change } from "./changes";
import type { BackgroundChoice, DeviceKind, EngineFailure, LocalState, OpenedLink, RoomClient, ShareFailure } from "./client";
import { happenings, heldBack, leads, type Happening } from "./happenings";
import type { ReadLink } from "./link";
import { lookUp } from "./meeting";
import { plainText } from "./markdown";
import { Protection } from "./protection.svelte";
import type { Memory, Wanted } from "./memory";
import { shownName } from "./names";
import { RoomPreferences, type Topic } from "./preferences.svelte";
import { QualityWatch, type Quality } from "./quality";
import { isShown, maySendCamera, nextSaving, type Saving } from "./saving";
import { Sounds, type Sound } from "./sounds";
import type { Sample } from "./statistics";
import type { Toasts } from "./toasts.svelte";
import type { Command, TrackKind, View } from "./view";
import { VisibleVideos } from "./visible";
import { deviceChangeText, deviceWords, isWarning, noticeText, roleText, settingText, shareTrouble } from "./words";

/** A stay, from the pre-join page to the end screen. */
export class Room {
  readonly link: ReadLink;
  readonly visible: VisibleVideos;
  readonly toasts: Toasts;
  readonly preferences: RoomPreferences;
  readonly protection: Protection;
  /** In a breakout room: the meeting that it is of, which goes on meanwhile. */
  readonly main: Room | null;
  readonly #sounds: Sounds;
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
  #saving = $state<Saving>("nothing");
  /** Whether the camera comes back when nothing is saved any more. */
  #hasSavedCamera = false;
  #quality: Quality = $state.raw({ own: null, weak: new Set<number>(), span: null });
  #sample: Sample | null = $state.raw(null);
  #watch = new QualityWatch();
  #hasLed = false;
  #stopTimer: ReturnType<typeof setTimeout> | undefined;
  #isAway = false;
  #askedBy = $state<string | null>(null);

  constructor(client: RoomClient, link: ReadLink, memory: Memory, toasts: Toasts, sounds = new Sounds(), main: Room | null = null) {
    this.#client = client;
    this.main = main;
    // A room has no lobby of its own.
    this.#hasLed = main !== null;
    this.preferences = main?.preferences ?? new RoomPreferences(memory);
    this.protection = new Protection(memory, link.meeting);
    this.#sounds = sounds;
    this.link = link;
    this.#memory = memory;
    this.toasts = toasts;
    this.#local = client.local.state();
    this.visible = new VisibleVideos((videos) => client.subscribe(videos), () => devicePixelRatio);
    this.#stop = [
      client.onView((view) => this.#handleView(view)),
      client.onStreams(() => void this.#streams++),
      client.onBroken((code) => void (this.#broken = code)),
      client.local.onChange((state) => this.#handleLocal(state)),
      client.local.onDeviceChange((change) => this.#isAway || this.toasts.show(deviceChangeText(change), { tone: change.type === "lost" ? "warning" : "info" })),
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

  /** How many people wait for this participant to let them in. */
  get waitingCount(): number {
    return this.#view !== null && leads(this.#view) ? this.#view.waiting.length : 0;
  }

  /** Who asks this participant to turn the microphone on, until it is on or the person answered. */
  get askedBy(): string | null {
    return this.#local.microphone.isOn ? null : this.#askedBy;
  }

  /** Answers whoever asked to unmute. */
  answerUnmute(on: boolean): void {
    this.#askedBy = null;
    if (on) void this.setMicrophone(true);
  }

  /** What is given up to save bandwidth. */
  get saving(): Saving {
    return this.#saving;
  }

  /** How good the call is; changes with {@link measure}. */
  get quality(): Quality {
    return this.#quality;
  }

  /** What was measured last. */
  get sample(): Sample | null {
    return this.#sample;
  }

  /** Whether the own link makes its holder host: only that ends a meeting. */
  get holdsHostLink(): boolean {
    if (this.main !== null) return this.main.holdsHostLink;
    return this.#opened?.isHost ?? false;
  }

  /** What to share. Until the session has read it, an invitation is its own address, and a host link nothing. */
  get invitation(): string | null {
    if (this.main !== null) return this.main.invitation;
    const renewed = this.#view?.newLink ?? null;
    if (renewed !== null) return new URL(renewed, location.origin).href;
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

  /** Makes the stay in one of this meeting's breakout rooms; {@link enter} begins it. */
  breakout(id: string): Room {
    return new Room(this.#client.breakout(), { ...this.link, meeting: id }, this.#memory, this.toasts, this.#sounds, this);
  }

  /** Enters this breakout room with the pass that the meeting's view shows for it. */
  enter(pass: string): void {
    const me = this.main?.view?.participants.find(({ isMe }) => isMe);
    this.#client.start({ link: this.invitation ?? this.link.address, name: me?.name ?? "", breakout: { room: this.link.meeting, pass } });
  }

  /** Sends and shows nothing here for as long as the person is in a breakout room. */
  setAway(isAway: boolean): void {
    this.#isAway = isAway;
    this.#client.setAway(isAway);
  }

  /** Returns the breakout room that the person was in before a reload. */
  lastBreakout(): string | null {
    return this.#memory.breakout(this.link.meeting);
  }

  rememberBreakout(id: string | null): void {
    this.#memory.rememberBreakout(this.link.meeting, id);
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
    this.#hasSavedCamera = false;
    // Whoever turns it on has decided what the bandwidth is for.
    if (on && !maySendCamera(this.#saving)) await this.setSaving("nothing");
    this.#remember({ ...this.#wanted(), camera: on });
    await this.#client.local.setCamera(on);
    this.#tellDevice("camera", on);
  }

  /** Gives up what is to be saved, and takes back what is not. */
  async setSaving(saving: Saving): Promise<void> {
    const before = this.#saving;
    this.#saving = saving;
    this.visible.limit((kind) => isShown(kind, saving));
    if (!maySendCamera(saving) && this.#local.camera.isOn) {
      this.#hasSavedCamera = true;
      await this.#client.local.setCamera(false);
    }
    if (maySendCamera(saving) && this.#hasSavedCamera) {
      this.#hasSavedCamera = false;
      await this.#client.local.setCamera(true);
    }
    if (saving !== before) this.toasts.say(saving === "nothing" ? m.call_saving_off() : m.call_saving_on());
  }

  /** Reads the connection's counters once and judges them. */
  async measure(): Promise<void> {
    const sample = await this.#client.statistics();
    if (sample === null) {
      this.#watch = new QualityWatch();
      this.#quality = { own: null, weak: new Set(), span: null };
      this.#sample = null;
      return;
    }
    const before = this.#quality.own;
    this.#sample = sample;
    this.#quality = this.#watch.handleSample(sample);
    if (before === null && this.#quality.own !== null) this.#tellOwnTrouble();
  }

  /** Raises the own hand, or lowers it. */
  toggleHand(): void {
    this.send({ type: "hand", raised: !this.isHandRaised });
  }

  get isHandRaised(): boolean {
    return (this.#view?.participants.find(({ isMe }) => isMe)?.handRaised ?? null) !== null;
  }

  /** Plays a sound, unless it is off. */
  play(sound: Sound): void {
    if (!this.preferences.now.silenced.includes(sound)) this.#sounds.play(sound, this.#local.speakerId);
  }

  /** Plays a sound even if it is off, for whoever wants to know what it is like. */
  tryOut(sound: Sound): void {
    this.#sounds.play(sound, this.#local.speakerId);
  }

  /** Speaks while a key is held. A reload in the middle of a word does not leave the microphone on. */
  async holdToTalk(on: boolean): Promise<void> {
    await this.#client.local.setMicrophone(on);
    this.#tellDevice("microphone", on);
  }

  flipCamera(): Promise<void> {
    return this.#client.local.flipCamera();
  }

  setNoiseSuppression(on: boolean): Promise<void> {
    return this.#client.local.setNoiseSuppression(on);
  }

  setBackground(choice: BackgroundChoice): void {
    this.#client.local.setBackground(choice);
  }

  keepOwnBackground(file: Blob): Promise<boolean> {
    return this.#client.local.keepOwnBackground(file);
  }

  ownBackground(): Promise<Blob | null> {
    return this.#client.local.ownBackground();
  }

  async toggleShare(): Promise<void> {
    if (this.#local.screen.isOn) {
      this.#client.local.stopShare();
      this.toasts.say(m.said_you_stopped_sharing());
      return;
    }
    const failure: ShareFailure | null = await this.#client.local.startShare();
    if (failure !== null) this.toasts.show(shareTrouble(failure), { tone: "warning" });
    else if (this.#local.screen.isOn) this.toasts.say(m.call_sharing());
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
    clearTimeout(this.#stopTimer);
    if (this.main === null) this.#sounds.close();
    this.#client.dispose();
  }

  #handleLocal(state: LocalState): void {
    const before = this.#local;
    this.#local = state;
    if (state.background.failure !== null && before.background.failure === null) this.#tellBackground(state.background.failure);
    // Before the call nobody listens yet, and the page shows the level.
    if (this.#view === null || this.#isAway) return;
    if (state.isTalkingWhileMuted && !before.isTalkingWhileMuted) {
      this.toasts.show(m.hint_muted(), { action: { label: m.microphone_turn_on(), run: () => void this.setMicrophone(true) } });
    }
    if (state.isMicrophoneSilent && !before.isMicrophoneSilent) this.toasts.show(m.hint_silent(), { tone: "warning" });
    if (state.noiseSuppression === "failed" && before.noiseSuppression !== "failed") this.toasts.show(m.hint_noise_failed(), { tone: "warning" });
  }

  /** The camera went off with the effect: it comes back when the person says so, and shows the room. */
  #tellBackground(why: "too_slow" | "failed"): void {
    this.#hasSavedCamera = false;
    this.#remember({ ...this.#wanted(), camera: false });
    this.toasts.show(why === "too_slow" ? m.hint_background_slow() : m.hint_background_failed(), { tone: "warning" });
  }

  #tellDevice(kind: "microphone" | "camera", on: boolean): void {
    if (this.#local[kind].isOn === on) return this.toasts.say(TURNED[kind][on ? "on" : "off"]());
    // Before the call it stands beside the preview.
    if (this.#view === null) return;
    const failure = this.#local[kind].failure;
    if (failure === null) return;
    const { title, text } = deviceWords(kind, failure);
    this.toasts.show(`${title}. ${text}`, { tone: "warning" });
  }

  #wanted(): Wanted {
    return this.#memory.wanted((this.main ?? this).link.meeting);
  }

  #remember(wanted: Wanted): void {
    this.#memory.rememberWanted((this.main ?? this).link.meeting, wanted);
  }

  #handleView(view: View): void {
    const before = this.#view;
    this.#view = view;
    if (this.protection.handleView(before, view) && view.keyChange?.why === "renewed") {
      this.toasts.show(m.protection_unexpected_said(), { tone: "warning" });
    }
    const changes = this.#changes.handleView(view);
    // Whoever is in a breakout room hears of that one.
    if (this.#isAway) return void (this.#unread += changes.filter(({ type }) => type === "message").length);
    for (const change of changes) this.#tell(change, view);
    for (const happening of happenings(before, view)) this.#follow(happening, view);
    if (view.state === "active" && view.iAmHost && !this.#hasLed) void this.#openLobby();
  }

  #follow(happening: Happening, view: View): void {
    switch (happening.type) {
      case "admitted":
        return this.toasts.say(m.host_lobby_admitted());
      case "somebody_waits":
        this.toasts.show(m.host_somebody_waits());
        return this.play("knock");
      case "hand_raised": {
        const name = shownName(happening.participant);
        const isLarge = view.participants.length > QUIET_ABOVE;
        // Of many hands at once only the first is read out: the panel has them in order.
        if (leads(view)) this.toasts.showPerson(name, "raised", this.preferences.speaksOf("people") && !(isLarge && this.toasts.tellsOf("raised")));
        else if (!isLarge) this.#say("people", m.host_hand_said({ name }));
        if (leads(view) || !isLarge) this.play("hand");
        return;
      }
      case "reacted":
        if (view.participants.length <= QUIET_ABOVE) this.#say("people", m.host_reacted({ name: shownName(happening.participant), emoji: happening.emoji }));
        return;
      case "setting":
        // What concerns only those who come is news for those who let them in.
        if (happening.setting === "suspension" || leads(view)) this.toasts.say(settingText(happening.setting, happening.on));
        return;
      case "role":
        if (view.participants.length <= QUIET_ABOVE || happening.participant.isMe) this.toasts.show(roleText(happening.participant));
        return;
      case "asked_to_unmute":
        this.#askedBy = happening.by === null ? m.common_guest() : shownName(happening.by);
        return;
      case "stopped":
        clearTimeout(this.#stopTimer);
        this.#stopTimer = setTimeout(() => void this.#stopHeldBack(), SETTLES_WITHIN);
    }
  }

  /** Captures no more of what a host or the rules stopped, and leaves it off. */
  async #stopHeldBack(): Promise<void> {
    const view = this.#view;
    if (view === null || this.#isAway) return;
    const { microphone, camera, screen } = this.#local;
    const captured: TrackKind[] = [];
    if (microphone.isOn) captured.push("microphone");
    if (camera.isOn) captured.push("camera");
    if (screen.isOn) captured.push("screen");
    if (screen.hasAudio) captured.push("screen_audio");
    const stopped = heldBack(captured, view);
    if (stopped.includes("screen") || stopped.includes("screen_audio")) this.#client.local.stopShare();
    if (stopped.includes("microphone")) await this.setMicrophone(false);
    if (stopped.includes("camera")) await this.setCamera(false);
  }

  /** Begins the lobby of a meeting that was made with one. */
  async #openLobby(): Promise<void> {
    this.#hasLed = true;
    const { hasLobby } = await lookUp(this.link.meeting, this.link.mode);
    if (hasLobby && this.#view?.state === "active" && !this.#view.settings.hasLobby) this.send({ type: "setLobby", on: true });
  }

  #tell(change: Change, view: View): void {
    // In a large meeting people come and go all the time: it is no news.
    const isLarge = view.participants.length > QUIET_ABOVE;
    switch (change.type) {
      case "joined":
        if (isLarge) break;
        this.toasts.showPerson(shownName(change.participant), "joined", this.preferences.speaksOf("people"));
        this.play("join");
        break;
      case "left":
        if (isLarge) break;
        this.toasts.showPerson(shownName(change.participant), "left", this.preferences.speaksOf("people"));
        this.play("leave");
        break;
      case "share_started":
        this.#say("people", m.said_is_sharing({ name: shownName(change.participant) }));
        break;
      case "share_ended":
        this.#say("people", m.said_stopped_sharing({ name: shownName(change.participant) }));
        break;
      case "message":
        if (!this.#isChatOpen) this.#unread++;
        this.#say("message", (change.message.whisper === null ? m.said_message : m.together_said_whisper)({ name: shownName(change.message), text: plainText(change.message.text) }));
        this.play("chat");
        break;
      case "notice":
        // These two are told by what they brought about.
        if (change.notice.code === "asked_to_unmute" || change.notice.code === "role_changed") break;
        if (change.who !== null && (change.notice.code === "removed_by_host" || change.notice.code === "vanished")) {
          const did = change.notice.code === "vanished" ? "vanished" : "removed";
          this.toasts.showPerson(change.who, did, !(isLarge && this.toasts.tellsOf(did)));
          break;
        }
        this.toasts.show(noticeText(change.notice.code, change.who), { tone: isWarning(change.notice.code) ? "warning" : "info" });
        break;
      case "reconnecting":
        this.toasts.say(m.said_reconnecting());
        this.play("disconnect");
        break;
      case "reconnected":
        this.toasts.show(m.said_reconnected());
        break;
    }
  }

  #say(topic: Topic, text: string): void {
    if (this.preferences.speaksOf(topic)) this.toasts.say(text);
  }

  #tellOwnTrouble(): void {
    const next = nextSaving(this.#saving);
    const action = next === null ? null : { label: m.call_saving_begin(), run: () => void this.setSaving(next) };
    this.toasts.show(m.call_own_weak(), { action, isSpoken: this.preferences.speaksOf("warning") });
  }
}

const TURNED = {
  microphone: { on: m.microphone_on, off: m.microphone_off },
  camera: { on: m.camera_on, off: m.camera_off },
} as const;
const QUIET_ABOVE = 8;
// In milliseconds. A click on "off" and "on" in a row passes through the session within this; a muted person sees the button follow at once.
const SETTLES_WITHIN = 250;
