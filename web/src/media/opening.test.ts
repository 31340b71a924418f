// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { constraintsFor } from "./opening";

test("a remembered device is preferred, a device that was just chosen is insisted on", () => {
  expect(constraintsFor("video", { deviceId: "c1", isExact: false }).deviceId).toEqual({ ideal: "c1" });
  expect(constraintsFor("video", { deviceId: "c1", isExact: true }).deviceId).toEqual({ exact: "c1" });
  expect(constraintsFor("video", { deviceId: null, isExact: false })).not.toHaveProperty("deviceId");
});

test("the side of a phone goes before the device", () => {
  const constraints = constraintsFor("video", { deviceId: "front", isExact: false, facing: "environment" });
  expect(constraints.facingMode).toEqual({ exact: "environment" });
  expect(constraints).not.toHaveProperty("deviceId");
});

test("the browser leaves the noise alone where RNNoise takes it out, and always the echo to itself", () => {
  expect(constraintsFor("audio", { deviceId: null, isExact: false })).toMatchObject({ noiseSuppression: true, echoCancellation: true });
  expect(constraintsFor("audio", { deviceId: null, isExact: false, suppressesNoise: false })).toMatchObject({ noiseSuppression: false, echoCancellation: true });
});
