// SPDX-License-Identifier: MIT OR Apache-2.0
// A meeting as a calendar file (RFC 5545). Made in the browser, because the link in it carries the meeting's secret.

/** What a calendar is told. */
export interface CalendarEvent {
  /** Unique in the world and the same each time, so that saving again changes the entry that is there. */
  uid: string;
  title: string;
  startsAt: Date;
  minutes: number;
  /** The whole link. */
  link: string;
  description: string;
}

/** Returns the text of an .ics file with one event. `now` becomes its time stamp. */
export function calendarFile(event: CalendarEvent, now: Date): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Incamera//Incamera//EN",
    "CALSCALE:GREGORIAN",
    "BEGIN:VEVENT",
    `UID:${escapeText(event.uid)}`,
    `DTSTAMP:${utc(now)}`,
    `DTSTART:${utc(event.startsAt)}`,
    `DTEND:${utc(new Date(event.startsAt.getTime() + event.minutes * 60_000))}`,
    `SUMMARY:${escapeText(event.title)}`,
    `LOCATION:${escapeText(event.link)}`,
    // A value of type URI is not escaped (section 3.3.13).
    `URL:${event.link}`,
    `DESCRIPTION:${escapeText(event.description)}`,
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

/** Returns a name for the file that every system takes. */
export function calendarFileName(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return `${plain === "" ? "meeting" : plain.toLowerCase()}.ics`;
}

/** Section 3.3.5, form 2. */
function utc(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** Section 3.3.11; control characters other than a line break have no place in a calendar. */
function escapeText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "")
    .replace(/[\\;,]/g, (character) => `\\${character}`)
    .replaceAll("\n", "\\n");
}

/** Section 3.1: no line is longer than 75 octets; a character is never cut in two. */
function fold(line: string): string {
  const encoder = new TextEncoder();
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const length = encoder.encode(character).length;
    if (octets + length > MOST_OCTETS) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += length;
  }
  return folded;
}

const MOST_OCTETS = 75;
