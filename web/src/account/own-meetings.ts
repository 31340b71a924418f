// SPDX-License-Identifier: MIT OR Apache-2.0
// The account's meetings in the order and the form in which their page shows them.

import type { OwnMeeting } from "../generated/http";

/** Returns those that are open, the next one first, and those that have ended, the last one first. */
export function inOrder(meetings: readonly OwnMeeting[]): { open: OwnMeeting[]; ended: OwnMeeting[] } {
  const time = ({ starts_at, created_at }: OwnMeeting): number => starts_at ?? created_at;
  return {
    // Meetings without a time come first: they may be entered at any time, so the latest is the likeliest.
    open: meetings
      .filter(({ is_ended }) => !is_ended)
      .toSorted((one, other) => {
        if (one.starts_at === undefined || other.starts_at === undefined) {
          return Number(one.starts_at !== undefined) - Number(other.starts_at !== undefined) || other.created_at - one.created_at;
        }
        return one.starts_at - other.starts_at;
      }),
    ended: meetings.filter(({ is_ended }) => is_ended).toSorted((one, other) => time(other) - time(one)),
  };
}

/** Returns day and time as the fields of a form have them, in the browser's time zone. */
export function fieldsOf(seconds: number): { date: string; time: string } {
  const at = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return {
    date: `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    time: `${two(at.getHours())}:${two(at.getMinutes())}`,
  };
}

/** Returns seconds since 1970 for what a form's fields say, `null` if they say no time. */
export function secondsOf(date: string, time: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^\d{2}:\d{2}/.test(time)) return null;
  const milliseconds = new Date(`${date}T${time}`).getTime();
  return Number.isNaN(milliseconds) ? null : Math.round(milliseconds / 1000);
}

/** Returns the next full hour, in seconds since 1970: what most meetings begin at. */
export function nextHour(now: number): number {
  return (Math.floor(now / 3_600_000) + 1) * 3600;
}
