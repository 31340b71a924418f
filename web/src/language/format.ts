// SPDX-License-Identifier: MIT OR Apache-2.0
// Numbers and times as the page's language writes them.

import { getLocale } from "../generated/paraglide/runtime";

/** Returns a number with the language's separators. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(getLocale()).format(value);
}

/** Returns day and time of day, such as "24 Nov 2026, 14:05". */
export function formatDateTime(at: Date): string {
  return new Intl.DateTimeFormat(getLocale(), { dateStyle: "medium", timeStyle: "short" }).format(at);
}

/** Returns a time of day, such as "14:05". */
export function formatTime(at: Date): string {
  return new Intl.DateTimeFormat(getLocale(), { timeStyle: "short" }).format(at);
}

/** Returns a day, such as "24 Nov 2026". */
export function formatDate(at: Date): string {
  return new Intl.DateTimeFormat(getLocale(), { dateStyle: "medium" }).format(at);
}

/** Returns day of the week, day and time of day, such as "Tuesday, 24 November, 14:05". */
export function formatAppointment(at: Date): string {
  return new Intl.DateTimeFormat(getLocale(), { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }).format(at);
}

/** Returns how long ago something was, such as "2 hours ago". */
export function formatAgo(at: Date, now: Date): string {
  const format = new Intl.RelativeTimeFormat(getLocale(), { numeric: "auto" });
  const minutes = Math.round((at.getTime() - now.getTime()) / 60_000);
  if (Math.abs(minutes) < 60) return format.format(minutes, "minute");
  if (Math.abs(minutes) < 24 * 60) return format.format(Math.round(minutes / 60), "hour");
  return format.format(Math.round(minutes / (24 * 60)), "day");
}

/** Returns things one after the other, such as "a, b and c". */
export function formatList(things: readonly string[], type: "conjunction" | "disjunction" = "conjunction"): string {
  return new Intl.ListFormat(getLocale(), { type }).format(things);
}

/** Returns a part of a whole, such as "3.2%". */
export function formatPart(value: number): string {
  return new Intl.NumberFormat(getLocale(), { style: "percent", maximumFractionDigits: 1 }).format(value);
}

/** Returns seconds as milliseconds, such as "84 ms". */
export function formatMilliseconds(seconds: number): string {
  return new Intl.NumberFormat(getLocale(), { style: "unit", unit: "millisecond", maximumFractionDigits: 0 }).format(seconds * 1000);
}

/** Returns bits per second, such as "1,240 kb/s". */
export function formatRate(bits: number): string {
  return new Intl.NumberFormat(getLocale(), { style: "unit", unit: "kilobit-per-second", maximumFractionDigits: 0 }).format(bits / 1000);
}
