// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { DeviceFailure } from "./client";
import { deviceTroubles, ending, noticeText, promise, type EndCode } from "./words";

test("each way out says something else and offers a way on", () => {
  const codes: EndCode[] = [
    "left", "ended_by_you", "meeting_ended", "unsigned_end", "removed", "superseded", "connection_lost", "meeting_full",
    "unknown_meeting", "wrong_secret", "missing_secret", "damaged_secret", "not_a_link", "wrong_mode", "browser_too_old",
    "insecure_context", "engine_failed", "group_refused", "foreign_token", "rate_limited", "media_refused", "unavailable",
  ];
  const endings = codes.map(ending);
  expect(new Set(endings.map(({ title }) => title)).size).toBe(codes.length);
  for (const { text, steps } of endings) {
    expect(text).toMatch(/\.$/);
    expect(steps.length).toBeGreaterThan(0);
  }
});

test("nobody is offered to rejoin what has ended or removed them", () => {
  for (const code of ["ended_by_you", "meeting_ended", "removed"] as const) {
    expect(ending(code).steps).toEqual(["home"]);
  }
});

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
