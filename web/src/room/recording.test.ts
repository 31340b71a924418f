// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { recordedScene } from "./recording";
import type { ParticipantView, View } from "./view";

test("only whoever agreed is in the recording, and oneself", () => {
  const scene = recordedScene(view({ agreed: [2], declined: [3] }));
  expect(scene.tiles).toEqual([
    { type: "person", key: "1/camera", participant: 1, name: "P1", isMe: true, hasPicture: true },
    { type: "person", key: "2/camera", participant: 2, name: "P2", isMe: false, hasPicture: true },
    { type: "left_out", key: "3/left_out" },
    { type: "left_out", key: "4/left_out" },
  ]);
  expect(scene.sounds).toEqual([
    { participant: 1, kind: "microphone", isMe: true },
    { participant: 2, kind: "microphone", isMe: false },
  ]);
});

test("nothing of whoever is out can be told from its place, not even its name", () => {
  const scene = recordedScene(view({ agreed: [], declined: [2, 3, 4] }));
  expect(JSON.stringify(scene)).not.toMatch(/P[234]/);
});

test("while no recording runs, nobody is in it", () => {
  const scene = recordedScene(view(null));
  expect(scene.sounds).toEqual([]);
  expect(scene.tiles.map(({ type }) => type)).toEqual(["left_out", "left_out", "left_out", "left_out"]);
});

test("the screen of whoever agreed is recorded, of others not", () => {
  const shared = view({ agreed: [2], declined: [] });
  for (const one of shared.participants) one.tracks.push("screen", "screen_audio");
  const scene = recordedScene(shared);
  expect(scene.tiles.filter(({ type }) => type === "screen").map(({ key }) => key)).toEqual(["1/screen", "2/screen"]);
  expect(scene.sounds.filter(({ kind }) => kind === "screen_audio").map(({ participant }) => participant)).toEqual([1, 2]);
});

function view(myRecording: View["myRecording"]): View {
  const participants = [1, 2, 3, 4].map((participant) => ({ participant, name: `P${participant}`, isMe: participant === 1, tracks: ["camera", "microphone"] }) as unknown as ParticipantView);
  return { participants, myRecording } as unknown as View;
}
