// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { LocalState, RoomClient } from "./client";
import type { ReadLink } from "./link";
import { Memory } from "./memory";
import { Room } from "./room.svelte";
import { Toasts } from "./toasts.svelte";
import type { View } from "./view";
import { UNLED, UNTOUCHED } from "./made-up";

const LINK: ReadLink = { meeting: "AAECAwQFBgcICQoLDA0ODw", mode: "e2ee", isHostLink: false, address: "/m/AAECAwQFBgcICQoLDA0ODw#e.x" };

test("what was turned off is still off after a reload", async () => {
  const tab = storage();
  const before = setup(tab);
  await before.room.restoreDevices();
  expect(before.asked).toEqual([{ microphone: true, camera: true }]);
  await before.room.setCamera(false);
  const after = setup(tab);
  await after.room.restoreDevices();
  expect(after.asked).toEqual([{ microphone: true, camera: false }]);
});

test("messages count as unread only while the chat is closed", () => {
  const { room, show } = setup();
  show(view({}));
  show(view({ chat: [message(1)] }));
  expect(room.unread).toBe(1);
  room.setChatOpen(true);
  expect(room.unread).toBe(0);
  show(view({ chat: [message(1), message(2)] }));
  expect(room.unread).toBe(0);
  room.setChatOpen(false);
  show(view({ chat: [message(1), message(2), message(3)] }));
  expect(room.unread).toBe(1);
});

test("coming and going is told in a small meeting and not in a large one", () => {
  const { room, show } = setup();
  show(view({ participants: people(1) }));
  show(view({ participants: people(2) }));
  expect(room.toasts.list.map(({ text }) => text)).toEqual(["P2 joined"]);
  const large = setup();
  large.show(view({ participants: people(20) }));
  large.show(view({ participants: people(21) }));
  expect(large.room.toasts.list).toEqual([]);
});

test("a device that fails before the call is said beside the preview, during the call at the bottom", async () => {
  const { room, show } = setup();
  await room.setMicrophone(true);
  expect(room.toasts.list).toEqual([]);
  show(view({}));
  await room.setMicrophone(true);
  expect(room.toasts.list.map(({ tone }) => tone)).toEqual(["warning"]);
});

test("after disposing nothing is heard of the client", () => {
  const { room, show } = setup();
  room.dispose();
  show(view({}));
  expect(room.view).toBeNull();
});

test("of twenty hands at once a host sees one message and hears of the first", () => {
  const { room, show } = setup();
  const down = people(25);
  show(view({ participants: down, iAmHost: true }));
  show(view({ participants: down.map((one, index) => ({ ...one, handRaised: index > 0 && index < 21 ? index : null })), iAmHost: true }));
  expect(room.toasts.list.map(({ text }) => text)).toEqual(["P2, P3 and 18 others raised their hands"]);
  expect(room.toasts.spoken.filter(({ text }) => text.includes("hand"))).toHaveLength(1);
});

test("whoever is asked to unmute is told so until they answered, and without a message that goes by itself", () => {
  const { room, show } = setup();
  const all = people(2);
  show(view({ participants: all }));
  show(view({ participants: all, notices: [{ id: 0, code: "asked_to_unmute", participant: 2 }] }));
  expect(room.askedBy).toBe("P2");
  expect(room.toasts.list).toEqual([]);
  room.answerUnmute(false);
  expect(room.askedBy).toBeNull();
});

/** A room whose microphone is always busy. */
function setup(tab = storage()) {
  const asked: { microphone: boolean; camera: boolean }[] = [];
  const views = new Set<(view: View) => void>();
  const on = { isOn: true, isStarting: false, deviceId: null, failure: null };
  const local: LocalState = {
    microphone: { ...on, isOn: false, failure: "device_busy" },
    camera: on,
    screen: { isOn: false, hasAudio: false },
    microphones: [],
    cameras: [],
    speakers: [],
    speakerId: null,
    isCameraFacingAway: false,
    canFlipCamera: false,
    noiseSuppression: "off",
    background: { choice: "none", isStarting: false, failure: null },
    isTalkingWhileMuted: false,
    isMicrophoneSilent: false,
  };
  const nothing = () => () => undefined;
  const client = {
    onView: (listener: (view: View) => void) => (views.add(listener), () => void views.delete(listener)),
    onStreams: nothing,
    onBroken: nothing,
    subscribe: () => undefined,
    dispose: () => undefined,
    local: {
      state: () => local,
      onChange: nothing,
      onDeviceChange: nothing,
      setBoth: async (wanted: { microphone: boolean; camera: boolean }) => void asked.push(wanted),
      setMicrophone: async () => undefined,
      setCamera: async () => undefined,
    },
  } as unknown as RoomClient;
  const room = new Room(client, LINK, new Memory(storage(), tab), new Toasts());
  return { room, asked, show: (one: View) => views.forEach((listener) => listener(one)) };
}

function people(count: number): View["participants"] {
  return Array.from({ length: count }, (_, index) => ({
    participant: index + 1, name: `P${index + 1}`, isMe: index === 0, isHost: false, isConnected: true, tracks: [], key: "ready" as const, alarm: null,
    identity: { level: "guest" as const, by: null, accountName: null }, looksLike: null, ...UNTOUCHED,
  }));
}

function message(id: number): View["chat"][number] {
  return { id, from: 2, name: "Ben", text: "hello", isMine: false, replyTo: null, whisper: null, isUndelivered: false };
}

function view(part: Partial<View>): View {
  return {
    state: "active", leftBecause: null, mode: "e2ee", me: 1, participants: [], iAmHost: false, safetyCode: null,
    epoch: 1, chat: [], speakers: [], active: [], isSendingPaused: false, notices: [], ...UNLED, ...part,
  };
}

function storage(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  } as unknown as Storage;
}
