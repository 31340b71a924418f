// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { place, type Placement } from "./order";
import type { ParticipantView } from "./view";
import { UNTOUCHED } from "./made-up";

const GRID = { layout: "grid", pinned: null, spotlight: null, isSelfHidden: false } as const;

test("alone one sees oneself", () => {
  expect(keys(place([me()], GRID))).toEqual({ stage: ["1/camera"], others: [], floating: null });
});

test("between two the own picture floats", () => {
  expect(keys(place([me(), person(2)], GRID))).toEqual({ stage: [], others: ["2/camera"], floating: "1/camera" });
});

test("among three everyone has a tile, the own one last", () => {
  expect(keys(place([me(), person(2), person(3)], GRID))).toEqual({ stage: [], others: ["2/camera", "3/camera", "1/camera"], floating: null });
});

test("a shared screen takes the stage, and its sharer keeps their tile", () => {
  const placement = place([me(), person(2), { ...person(3), tracks: ["screen", "camera"] }], GRID);
  expect(keys(placement)).toEqual({ stage: ["3/screen"], others: ["2/camera", "3/camera", "1/camera"], floating: null });
});

test("one's own shared screen does not mirror itself", () => {
  expect(keys(place([{ ...me(), tracks: ["screen"] }, person(2)], GRID)).stage).toEqual([]);
});

test("who is pinned goes before who speaks and what is shared", () => {
  const people = [me(), person(2), { ...person(3), tracks: ["screen" as const] }];
  expect(keys(place(people, { ...GRID, pinned: "2/camera", spotlight: 3 })).stage).toEqual(["2/camera"]);
  expect(keys(place(people, { ...GRID, pinned: "9/camera" })).stage).toEqual(["3/screen"]);
});

test("the speaker layout shows whoever speaks", () => {
  expect(keys(place([me(), person(2), person(3)], { ...GRID, layout: "speaker", spotlight: 3 }))).toEqual({
    stage: ["3/camera"],
    others: ["2/camera", "1/camera"],
    floating: null,
  });
});

test("speaker and sidebar differ in where the others stand", () => {
  const people = [me(), person(2), person(3)];
  expect(place(people, { ...GRID, layout: "speaker" }).strip).toBe("below");
  expect(place(people, { ...GRID, layout: "sidebar" })).toMatchObject({ strip: "beside", stage: [{ key: "2/camera" }] });
});

test("several shared screens share the stage, four at most", () => {
  const people = [me(), ...[2, 3, 4, 5, 6].map((id) => ({ ...person(id), tracks: ["screen" as const] }))];
  const placement = keys(place(people, GRID));
  expect(placement.stage).toEqual(["2/screen", "3/screen", "4/screen", "5/screen"]);
  expect(placement.others).toContain("6/screen");
  expect(keys(place(people, { ...GRID, pinned: "6/screen" })).stage).toEqual(["6/screen"]);
});

test("whom a host chose is on everybody's stage but their own, and one's own pin goes before", () => {
  const people = [me(), person(2), { ...person(3), tracks: ["screen" as const] }];
  expect(keys(place(people, { ...GRID, chosen: 2 })).stage).toEqual(["2/camera"]);
  expect(keys(place(people, { ...GRID, chosen: 2, pinned: "3/screen" })).stage).toEqual(["3/screen"]);
  expect(keys(place(people, { ...GRID, chosen: 1 })).stage).toEqual(["3/screen"]);
});

test("a pinned screen is not its sharer's face", () => {
  const people = [me(), { ...person(2), tracks: ["screen" as const, "camera" as const] }, person(3)];
  expect(keys(place(people, { ...GRID, pinned: "2/camera" })).stage).toEqual(["2/camera"]);
  expect(keys(place(people, { ...GRID, pinned: "2/camera" })).others).toContain("2/screen");
});

test("the own picture can be hidden, but not when nobody else is there", () => {
  expect(keys(place([me(), person(2), person(3)], { ...GRID, isSelfHidden: true })).others).toEqual(["2/camera", "3/camera"]);
  expect(keys(place([me()], { ...GRID, isSelfHidden: true })).stage).toEqual(["1/camera"]);
});

test("a ghost gets no tile", () => {
  expect(keys(place([me(), { ...person(2), alarm: "ghost" }], GRID))).toEqual({ stage: ["1/camera"], others: [], floating: null });
});

function keys({ stage, others, floating }: Placement) {
  return { stage: stage.map(({ key }) => key), others: others.map(({ key }) => key), floating: floating?.key ?? null };
}

function me(): ParticipantView {
  return { ...person(1), isMe: true };
}

function person(participant: number): ParticipantView {
  return { participant, name: `P${participant}`, isMe: false, isHost: false, isConnected: true, tracks: [], key: "ready", alarm: null, identity: { level: "guest", by: null, accountName: null }, looksLike: null, ...UNTOUCHED };
}
