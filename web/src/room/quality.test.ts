// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { QualityWatch } from "./quality";
import { spanBetween, type ReceivingLine, type Sample } from "./statistics";

test("one bad moment is no news, two are, and so is the end", () => {
  const watch = new QualityWatch();
  const losses = [0, 0, 200, 0, 200, 200, 0, 0];
  let lost = 0;
  const seen = losses.map((loss, index) => watch.handleSample(sample(index, [line(2, { packets: index * 500, lost: (lost += loss), frames: index * 75 })])).own);
  expect(seen).toEqual([null, null, null, null, null, "loss", "loss", null]);
});

test("who stands still while everything else comes is on a weak connection themselves", () => {
  const watch = new QualityWatch();
  const seen = [0, 1, 2, 3].map((index) => {
    const well = line(2, { packets: index * 500, frames: index * 75 });
    const ill = line(3, { packets: index * 3, frames: 0 });
    return [...watch.handleSample(sample(index, [well, ill])).weak];
  });
  expect(seen).toEqual([[], [], [3], [3]]);
});

test("on a bad connection of one's own nobody else is blamed", () => {
  const watch = new QualityWatch();
  const seen = [0, 1, 2, 3].map((index) => watch.handleSample(sample(index, [line(2, { packets: index * 100, lost: index * 100, frames: 0 })])));
  expect(seen.at(-1)).toMatchObject({ own: "loss" });
  expect(seen.flatMap(({ weak }) => [...weak])).toEqual([]);
});

test("a shared screen on which nothing moves is well, sound that was made up is not", () => {
  const watch = new QualityWatch();
  const seen = [0, 1, 2].map((index) =>
    [...watch.handleSample(sample(index, [
      { ...line(2, { packets: 0, frames: 0 }), kind: "screen" },
      { ...line(3, { packets: index * 150 }), kind: "microphone", height: 0, samples: index * 144_000, concealed: index * 40_000 },
    ])).weak],
  );
  expect(seen.at(-1)).toEqual([3]);
});

test("a long way is a slow connection", () => {
  const watch = new QualityWatch();
  const far = (index: number): Sample => ({ ...sample(index, []), path: { protocol: "udp", roundTrip: 0.9, encryption: null } });
  expect([0, 1, 2].map((index) => watch.handleSample(far(index)).own)).toEqual([null, null, "delay"]);
});

test("a slot that changed hands and a new connection are not compared with what was before", () => {
  const before = sample(0, [line(2, { packets: 900, lost: 300 })]);
  const after = sample(1, [{ ...line(3, { packets: 10, lost: 0 }), line: "4/1" }]);
  expect(spanBetween(before, after)?.lines).toEqual([]);
  expect(spanBetween({ ...before, bytesReceived: 5000 }, { ...after, bytesReceived: 10 })).toBeNull();
});

function sample(index: number, receiving: ReceivingLine[]): Sample {
  return { at: index * 3000, path: null, bytesSent: index * 1000, bytesReceived: index * 1000, sending: [], receiving };
}

function line(participant: number, part: Partial<ReceivingLine>): ReceivingLine {
  return {
    participant, kind: "camera", line: `${participant}/1`, bytes: 0, packets: 0, lost: 0, frames: 0, height: 360, codec: null,
    frozen: 0, samples: 0, concealed: 0, jitter: null, ...part,
  };
}
