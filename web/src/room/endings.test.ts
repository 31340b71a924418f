// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { ending, type EndCode } from "./endings";

test("each way out says something else and offers a way on", () => {
  const codes: EndCode[] = [
    "left", "ended_by_you", "meeting_ended", "unsigned_end", "removed", "superseded", "connection_lost", "meeting_full",
    "unknown_meeting", "wrong_secret", "missing_secret", "damaged_secret", "not_a_link", "wrong_mode", "browser_too_old",
    "insecure_context", "engine_failed", "group_refused", "foreign_token", "rate_limited", "media_refused", "unavailable",
  ];
  const endings = codes.map(ending);
  expect(new Set(endings.map(({ title }) => title())).size).toBe(codes.length);
  for (const { text, steps } of endings) {
    expect(text()).toMatch(/\.$/);
    expect(steps.length).toBeGreaterThan(0);
  }
});

test("nobody is offered to rejoin what has ended or removed them", () => {
  for (const code of ["ended_by_you", "meeting_ended", "removed"] as const) {
    expect(ending(code).steps).toEqual(["home"]);
  }
});
