// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { meetingOf } from "./resume";

test.each([
  ["https://example.org/m/AAAAAAAAAAAAAAAAAAAAA_#e.x", "AAAAAAAAAAAAAAAAAAAAA_"],
  ["/m/AAAAAAAAAAAAAAAAAAAAA-?x=1#e.x", "AAAAAAAAAAAAAAAAAAAAA-"],
])("%s is a link of meeting %s", (link, meeting) => {
  expect(meetingOf(link)).toBe(meeting);
});
