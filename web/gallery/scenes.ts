// SPDX-License-Identifier: MIT OR Apache-2.0
// The made-up meetings of the gallery.

import { m } from "../src/generated/paraglide/messages";
import type { CaptureState, DeviceFailure, LocalState } from "../src/room/client";
import type { IdentityView } from "../src/generated/IdentityView";
import type { Mode, ParticipantView, TrackKind, View } from "../src/room/view";
import { UNLED, UNTOUCHED } from "../src/room/made-up";

export interface Scene {
  mode: Mode;
  view: View | null;
  local: LocalState;
  toasts?: readonly (readonly [string, "info" | "warning"])[];
  /** The own link is not the host's. */
  isGuest?: boolean;
  /** The own connection loses much. */
  isWeak?: boolean;
  /** Becomes the view a moment later, so that there is a picture to freeze. */
  then?: View;
}

/** Returns the meeting behind a screen's name. */
export function sceneOf(name: string): Scene {
  const mode: Mode = name.includes("standard") ? "standard" : "e2ee";
  const scene: Scene = { mode, view: viewOf(people(4), { mode, safetyCode: mode === "e2ee" ? CODE : null }), local: local() };
  switch (name) {
    case "prejoin-denied":
      return { ...scene, local: local({ camera: failed("permission_denied"), microphone: failed("permission_denied") }) };
    case "prejoin-lobby":
      return { ...scene, isGuest: true };
    case "prejoin-busy":
      return { ...scene, local: local({ camera: failed("device_busy") }) };
    case "prejoin-asking":
      return { ...scene, local: local({ camera: { ...OFF, isStarting: true }, microphone: { ...OFF, isStarting: true } }) };
    case "call-joining":
      return { ...scene, view: null };
    case "call-alone":
      return { ...scene, view: viewOf(people(1)) };
    case "call-two":
      return { ...scene, view: viewOf(people(2)) };
    case "call-nine":
      return { ...scene, view: viewOf(people(9)) };
    case "call-many":
      return { ...scene, view: viewOf(people(49)) };
    case "call-toasts":
      return {
        ...scene,
        toasts: [
          [m.notice_ghost_refused(), "warning"],
          [m.said_joined({ who: "Chidi Okafor", count: 1 }), "info"],
          [m.call_meeting_link_copied(), "info"],
        ],
      };
    case "call-share": {
      const all = people(5);
      all[1]?.tracks.push("screen");
      return { ...scene, view: viewOf(all) };
    }
    case "call-sharing":
      return { ...scene, local: { ...local(), screen: { isOn: true, hasAudio: false } } };
    case "call-shares": {
      const all = people(7);
      all[1]?.tracks.push("screen");
      all[3]?.tracks.push("screen");
      return { ...scene, view: viewOf(all) };
    }
    case "call-lobby":
      return { ...scene, view: viewOf([], { state: "lobby", lobbyMessage: "We begin in five minutes.", active: [] }) };
    case "call-led": {
      const all = people(4);
      Object.assign(all[1] ?? {}, { handRaised: 1 });
      Object.assign(all[2] ?? {}, { handRaised: 2 });
      const view = viewOf(all, { myRole: "host" });
      const waiting = [{ id: 20, name: "Priya" }, { id: 21, name: "Jakub Novák" }];
      return { ...scene, view, then: { ...view, waiting, reactions: [{ id: 0, participant: 4, emoji: "👏" }], settings: { ...view.settings, hasLobby: true } } };
    }
    case "call-suspended": {
      const view = viewOf(people(4), { myRole: "host" });
      return { ...scene, view: { ...view, settings: { ...view.settings, isSuspended: true, isLocked: true, hasLobby: true } } };
    }
    case "call-held": {
      const all = people(4);
      Object.assign(all[1] ?? {}, { tracks: [], heldByHost: ["microphone", "camera"] });
      Object.assign(all[2] ?? {}, { stoppedByServer: ["microphone", "camera"], role: "co_host" });
      Object.assign(all[3] ?? {}, { stoppedByServer: ["microphone"], tracks: ["camera"] });
      return { ...scene, view: viewOf(all, { myRole: "host" }) };
    }
    case "call-asked": {
      const view = viewOf(people(4), { iAmHost: false, active: ["camera"] });
      return { ...scene, view, local: { ...local(), microphone: { ...OFF } }, then: { ...view, notices: [{ id: 0, code: "asked_to_unmute", participant: 2 }] } };
    }
    case "call-changed": {
      const view = viewOf(people(3));
      return { ...scene, view, then: { ...view, epoch: 8, keyChange: { id: 8, why: "renewed", participants: [2], unexplained: 1 } } };
    }
    case "call-recorded":
      return { ...scene, view: viewOf(people(4), { recordings: [{ participant: 2, isMine: false, answer: null }, { participant: 3, isMine: false, answer: true }] }) };
    case "call-weak":
      return { ...scene, isWeak: true };
    case "call-locked": {
      const all = people(5);
      const [, waiting, alarmed, gone] = all;
      if (waiting !== undefined) waiting.key = "waiting";
      if (alarmed !== undefined) Object.assign(alarmed, { key: "waiting", alarm: "not_in_group" });
      if (gone !== undefined) gone.isConnected = false;
      return { ...scene, view: viewOf(all, { isSendingPaused: true }) };
    }
    case "call-reconnecting": {
      const view = viewOf(people(4));
      return { ...scene, view, then: { ...view, state: "reconnecting", speakers: [] } };
    }
    case "call-chat":
      return { ...scene, then: { ...scene.view as View, chat: CHAT } };
    case "call-whispers": {
      const view = viewOf(people(4), { iAmHost: false });
      return { ...scene, view, then: { ...view, chat: [...CHAT.slice(0, 3), ...WHISPERS] } };
    }
    case "call-whispers-standard": {
      const view = viewOf(people(4), { mode, safetyCode: null, iAmHost: false, iMay: { ...UNLED.iMay, mayChat: false } });
      return { ...scene, view: { ...view, participants: view.participants.map((one, at) => (at === 1 ? { ...one, role: "host" } : one)) }, then: { ...view, participants: view.participants.map((one, at) => (at === 1 ? { ...one, role: "host" } : one)), chat: WHISPERS } };
    }
    case "call-polls":
      return { ...scene, then: viewOf(people(4), { myRole: "host", polls: POLLS, timer: TIMER }) };
    case "call-voting": {
      const view = viewOf(people(4), { iAmHost: false });
      return { ...scene, view, then: { ...view, polls: POLLS.slice(1).map((poll) => ({ ...poll, myVote: null, iMayClose: false })), timer: { ...TIMER, iMayStop: false } } };
    }
    case "call-captions": {
      const view = viewOf(people(4), { iAmHost: false });
      return { ...scene, view, then: { ...view, captions: CAPTIONS, timer: { ...TIMER, isOver: true, iMayStop: false } } };
    }
    default:
      return scene;
  }
}

function viewOf(participants: ParticipantView[], part: Partial<View> = {}): View {
  return {
    state: "active",
    leftBecause: null,
    mode: "e2ee",
    me: 1,
    participants,
    iAmHost: true,
    safetyCode: CODE,
    epoch: 7,
    chat: [],
    speakers: participants.length > 1 ? [2] : [],
    active: ["microphone", "camera"],
    isSendingPaused: false,
    notices: [],
    ...UNLED,
    keyChange: { id: 6, why: "joined", participants: [2], unexplained: 0 },
    ...part,
  };
}

function people(count: number): ParticipantView[] {
  return Array.from({ length: count }, (_, index) => {
    const tracks: TrackKind[] = [];
    if (index % 3 !== 2) tracks.push("camera");
    if (index % 4 !== 3) tracks.push("microphone");
    return {
      participant: index + 1,
      name: NAMES[index % NAMES.length] ?? "",
      isMe: index === 0,
      isHost: index === 0,
      isConnected: true,
      tracks,
      key: "ready",
      alarm: null,
      identity: IDENTITIES[index % IDENTITIES.length] as IdentityView,
      looksLike: index === 3 && count === 4 ? 2 : null,
      ...UNTOUCHED,
      stay: `stay${index}`,
      role: index === 0 ? "host" : "participant",
    };
  });
}

function local(part: Partial<LocalState> = {}): LocalState {
  return {
    microphone: { ...OFF, isOn: true, deviceId: "m1" },
    camera: { ...OFF, isOn: true, deviceId: "c1" },
    screen: { isOn: false, hasAudio: false },
    microphones: [
      { id: "m1", label: "Built-in microphone" },
      { id: "m2", label: "Yeti Stereo Microphone (b58e:9e84)" },
    ],
    cameras: [
      { id: "c1", label: "FaceTime HD Camera" },
      { id: "c2", label: "Desk camera" },
    ],
    speakers: [
      { id: "s1", label: "Built-in speakers" },
      { id: "s2", label: "Headphones" },
    ],
    speakerId: "s1",
    isCameraFacingAway: false,
    canFlipCamera: false,
    noiseSuppression: "off",
    background: { choice: "none", isStarting: false, failure: null },
    isTalkingWhileMuted: false,
    isMicrophoneSilent: false,
    ...part,
  };
}

function failed(failure: DeviceFailure): CaptureState {
  return { ...OFF, failure };
}

const OFF: CaptureState = { isOn: false, isStarting: false, deviceId: null, failure: null };

const CODE = { emoji: ["🐢", "🌳", "🚲", "🍓", "💡", "🔔", "⚓"], names: ["turtle", "tree", "bicycle", "strawberry", "light bulb", "bell", "anchor"], digits: "408122957731064485209913756620" };

const IDENTITIES: readonly IdentityView[] = [
  { level: "verified", by: "example.org", accountName: "Ana Lindqvist" },
  { level: "verified", by: "example.org", accountName: "Ben Adeyemi" },
  { level: "signed_in", by: null, accountName: "Chidi" },
  { level: "guest", by: null, accountName: null },
];

const NAMES = [
  "Ana Lindqvist", "Ben Adeyemi", "Chidi Okafor", "Mei-Ling Tan", "Öznur Çelik", "Diego Fernández de la Vega y Montalbán",
  "Priya", "Jakub Novák", "Sofía", "Тарас Шевчук", "Yuki 🎈", "Lars",
];

const CHAT = [
  { id: 1, from: 2, name: "Ben Adeyemi", text: "Morning! Can everyone hear me?", isMine: false, replyTo: null, whisper: null, isUndelivered: false },
  { id: 2, from: 1, name: "Ana Lindqvist", text: "Loud and clear.", isMine: true, replyTo: null, whisper: null, isUndelivered: false },
  { id: 3, from: 3, name: "Chidi Okafor", text: "Here is the draft for today:", isMine: false, replyTo: null, whisper: null, isUndelivered: false },
  { id: 4, from: 3, name: "Chidi Okafor", text: "https://example.org/a-rather-long-address/that-has-to-be-broken-somewhere/or-else-it-would-leave-the-panel", isMine: false, replyTo: null, whisper: null, isUndelivered: false },
  { id: 5, from: 2, name: "Ben Adeyemi", text: "Thanks. I will share my screen in a moment, then we can go through it page by page.", isMine: false, replyTo: null, whisper: null, isUndelivered: false },
  { id: 6, from: 1, name: "Ana Lindqvist", text: "👍", isMine: true, replyTo: null, whisper: null, isUndelivered: false },
  { id: 7, from: 3, name: "Chidi Okafor", text: "**Today**\n1. the *draft*\n2. `cargo xtask run`\n\n```\nlet meeting = room.open();\n```", isMine: false, replyTo: null, whisper: null, isUndelivered: false },
];

const WHISPERS: View["chat"] = [
  { id: 20, from: 2, name: "Ben Adeyemi", text: "Shall we move the second point to Thursday? I would rather not say so in front of everyone.", isMine: false, replyTo: null, whisper: { with: 2, name: "Ben Adeyemi" }, isUndelivered: false },
  { id: 21, from: 1, name: "Ana Lindqvist", text: "Yes, let us.", isMine: true, replyTo: { id: 20, name: "Ben Adeyemi", text: "Shall we move the second point to Thursday? I would rather not say so in front of everyone." }, whisper: { with: 2, name: "Ben Adeyemi" }, isUndelivered: false },
  { id: 22, from: 1, name: "Ana Lindqvist", text: "Are you still there?", isMine: true, replyTo: null, whisper: { with: 9, name: "Priya" }, isUndelivered: true },
];

const POLLS: View["polls"] = [
  { id: 0, opener: 2, question: "Can everyone hear the room?", answers: [{ text: "Yes", votes: 9 }, { text: "No", votes: 0 }], myVote: 0, isOpen: false, iMayClose: false },
  {
    id: 1, opener: 1, question: "When shall we meet again, so that everyone who wants to can be there?",
    answers: [{ text: "Monday at nine", votes: 2 }, { text: "Tuesday in the afternoon, after the review", votes: 5 }, { text: "Not at all", votes: 0 }],
    myVote: 1, isOpen: true, iMayClose: true,
  },
];

const TIMER: NonNullable<View["timer"]> = { id: 0, of: 1, label: "Break", lengthMs: 300_000, leftMs: 271_000, isOver: false, iMayStop: true };

const CAPTIONS: View["captions"] = [
  { id: 0, participant: 2, text: "and so I think that we should begin with the second point, since it takes the longest", isFinal: true, lang: "en" },
  { id: 1, participant: 3, text: "yes, I would be happy with", isFinal: false, lang: "en" },
];
