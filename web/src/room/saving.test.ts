// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { isShown, maySendCamera, nextSaving, SAVINGS } from "./saving";

test("own camera, others' cameras, shared screens: in this order, and sound never", () => {
  const given = SAVINGS.map((saving) => [maySendCamera(saving), isShown("camera", saving), isShown("screen", saving), isShown("microphone", saving)]);
  expect(given).toEqual([
    [true, true, true, true],
    [false, true, true, true],
    [false, false, true, true],
    [false, false, false, true],
  ]);
  expect(nextSaving("cameras")).toBe("screens");
  expect(nextSaving("screens")).toBeNull();
});
