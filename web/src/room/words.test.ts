// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { DeviceFailure } from "./client";
import { deviceTroubles, noticeText, promise } from "./words";

test("each device failure names the device and what to do", () => {
  const failures: DeviceFailure[] = ["permission_denied", "blocked_by_system", "no_device", "device_busy", "device_lost", "unsupported"];
  const texts = failures.flatMap((failure) => deviceTroubles({ camera: state(failure), microphone: state(null) }));
  expect(new Set(texts.map(({ title }) => title)).size).toBe(failures.length);
  for (const { title } of texts) expect(title).toContain("camera");
  expect(deviceTroubles({ camera: state(null), microphone: state(null) })).toEqual([]);
});

test("what is wrong with both is said once", () => {
  expect(deviceTroubles({ camera: state("no_device"), microphone: state("no_device") })).toHaveLength(1);
  expect(deviceTroubles({ camera: state("no_device"), microphone: state("device_busy") })).toHaveLength(2);
});

test("a standard meeting is never called end-to-end", () => {
  expect(JSON.stringify(promise("standard"))).not.toMatch(/end-to-end/i);
});

test("a notice about somebody names them", () => {
  expect(noticeText("removal_stalled", "Ben")).toContain("Ben");
  expect(noticeText("commit_refused", null)).not.toContain("null");
});

function state(failure: DeviceFailure | null) {
  return { isOn: false, isStarting: false, deviceId: null, failure };
}
