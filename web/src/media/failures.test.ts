// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { deviceFailure, shareFailure } from "./failures";

test.each([
  ["NotAllowedError", "Permission denied", "permission_denied"],
  ["NotAllowedError", "Permission denied by system", "blocked_by_system"],
  ["NotFoundError", "Requested device not found", "no_device"],
  ["OverconstrainedError", "", "no_device"],
  ["NotReadableError", "Could not start video source", "device_busy"],
  ["AbortError", "Starting videoinput failed", "device_busy"],
  ["TypeError", "undefined is not a function", "unsupported"],
])("%s (%s) from a device means %s", (name, message, code) => {
  expect(deviceFailure(new DOMException(message, name))).toBe(code);
});

test.each([
  ["NotAllowedError", "Permission denied", null],
  ["NotAllowedError", "Permission denied by system", "blocked_by_system"],
  ["NotReadableError", "Could not start video source", "failed"],
  ["TypeError", "undefined is not a function", "unsupported"],
])("%s (%s) from the screen picker means %s", (name, message, code) => {
  expect(shareFailure(new DOMException(message, name))).toBe(code);
});
