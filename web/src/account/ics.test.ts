// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { calendarFile, calendarFileName, type CalendarEvent } from "./ics";

const NOW = new Date("2026-11-23T22:50:31.500Z");
const EVENT: CalendarEvent = {
  uid: "AAECAwQFBgcICQoLDA0ODw@meet.example",
  title: "Weekly",
  startsAt: new Date("2026-12-01T09:30:00+01:00"),
  minutes: 45,
  link: `https://meet.example/m/AAECAwQFBgcICQoLDA0ODw#e.${"A".repeat(86)}`,
  description: "Join here",
};

test("times are in UTC and the end follows from the length", () => {
  const lines = unfolded(calendarFile(EVENT, NOW));
  expect(lines).toContain("DTSTAMP:20261123T225031Z");
  expect(lines).toContain("DTSTART:20261201T083000Z");
  expect(lines).toContain("DTEND:20261201T091500Z");
});

test("every line ends with CRLF and none is longer than 75 octets", () => {
  const text = calendarFile({ ...EVENT, title: "Öffentliche Sitzung 🚲".repeat(12) }, NOW);
  expect(text.endsWith("END:VCALENDAR\r\n")).toBe(true);
  expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  for (const line of text.split("\r\n")) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
});

test("a folded line unfolds to what was meant, whole characters and all", () => {
  const title = "🚲".repeat(60);
  expect(unfolded(calendarFile({ ...EVENT, title }, NOW))).toContain(`SUMMARY:${title}`);
});

test("a title cannot add lines or properties of its own", () => {
  const lines = unfolded(calendarFile({ ...EVENT, title: "A;B,C\\D\r\nATTENDEE:mailto:x@y\u0007" }, NOW));
  expect(lines).toContain("SUMMARY:A\\;B\\,C\\\\D\\nATTENDEE:mailto:x@y");
  expect(lines.some((line) => line.startsWith("ATTENDEE"))).toBe(false);
});

test("the link keeps its secret, unescaped, as the address", () => {
  expect(unfolded(calendarFile(EVENT, NOW))).toContain(`URL:${EVENT.link}`);
});

test("saving again names the same event", () => {
  const uid = (text: string): string | undefined => unfolded(text).find((line) => line.startsWith("UID:"));
  expect(uid(calendarFile(EVENT, NOW))).toBe(uid(calendarFile({ ...EVENT, title: "Other" }, new Date(0))));
});

test("a file name is made of letters and digits only", () => {
  expect(calendarFileName("Sitzung: Öffentlich / 2026")).toBe("sitzung-offentlich-2026.ics");
  expect(calendarFileName("../../🚲")).toBe("meeting.ics");
});

function unfolded(text: string): string[] {
  return text.replaceAll("\r\n ", "").split("\r\n");
}
