// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { DeviceList } from "./device-list";

test("devices are listed by kind; nameless ones are none before permission", () => {
  const list = new DeviceList([device("audioinput", "m1", "Headset"), device("audiooutput", "s1", "Headset"), device("videoinput", "", "")]);
  expect(list.options("microphone")).toEqual([{ id: "m1", label: "Headset" }]);
  expect(list.options("speaker")).toEqual([{ id: "s1", label: "Headset" }]);
  expect(list.options("camera")).toEqual([]);
});

test("a device that is gone is still called by its name", () => {
  const before = new DeviceList([device("audioinput", "m1", "Headset"), device("audioinput", "m2", "Built-in")]);
  const after = before.followedBy([device("audioinput", "m2", "Built-in")]);
  expect(after.labelOf("m1")).toBe("Headset");
  expect(after.options("microphone")).toHaveLength(1);
  expect(after.labelOf("m3")).toBe("");
  expect(after.labelOf(null)).toBe("");
});

test("a device that is plugged in is gained, one that was there is not", () => {
  const before = new DeviceList([device("audioinput", "m2", "Built-in")]);
  const after = before.followedBy([device("audioinput", "m1", "Headset"), device("audioinput", "m2", "Built-in")]);
  expect(after.hasGained(before, "microphone", "m1")).toBe(true);
  expect(after.hasGained(before, "microphone", "m2")).toBe(false);
  expect(after.hasGained(before, "camera", "m1")).toBe(false);
  expect(before.hasGained(after, "microphone", "m1")).toBe(false);
});

test("devices that only get their names by a permission are not plugged in", () => {
  const before = new DeviceList([device("audioinput", "", "")]);
  const after = before.followedBy([device("audioinput", "m1", "Headset")]);
  expect(after.hasGained(before, "microphone", "m1")).toBe(false);
});

function device(kind: MediaDeviceKind, deviceId: string, label: string): MediaDeviceInfo {
  return { kind, deviceId, label, groupId: "" } as MediaDeviceInfo;
}
