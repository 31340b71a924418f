// SPDX-License-Identifier: MIT OR Apache-2.0
// What page and session worker say to each other. No key crosses here: key updates go from worker to worker.

import type { Command, Directive, Mode, TrackKind, View } from "../generated";
import type { CreateMeeting, Denial } from "../generated/http";

/** What a new meeting may be told besides its mode and its keys. */
export type MeetingDetails = Omit<CreateMeeting, "mode" | "host_key" | "admission_key">;

/** What a session begins with. */
export interface SessionStart {
  link: string;
  name: string;
  active: TrackKind[];
  resume: Uint8Array | null;
}

/** Into which of a meeting's breakout rooms, and by what. `link` is the meeting's then, `resume` the room's. */
export interface BreakoutEntry {
  room: string;
  /** What the session in the meeting gave to be kept. */
  stay: Uint8Array;
  /** What its view shows for the room. */
  pass: string;
}

/** From the page to the session worker. */
export type ToSession =
  /** Reads a link and keeps the host key of a host link. */
  | { type: "open"; request: number; link: string }
  /** Makes a meeting, and keeps its host key. */
  | { type: "create"; request: number; mode: Mode; details: MeetingDetails }
  /** Asks for the link that makes its holder host. */
  | { type: "hostLink"; request: number; invitation: string }
  /** Where key updates go; the port's other end is in a frame worker. */
  | { type: "frames"; port: MessagePort }
  /** Enters the meeting; once per worker. */
  | ({ type: "start"; breakout: BreakoutEntry | null } & SessionStart)
  | { type: "command"; command: Command };

/** From the session worker to the page. */
export type FromSession =
  | { type: "opened"; request: number; mode: Mode; invitation: string; isHost: boolean }
  | { type: "created"; request: number; invitation: string }
  /** `null` if this browser does not hold the meeting's host key. */
  | { type: "hostLink"; request: number; link: string | null }
  | { type: "failed"; request: number; code: SessionFailure; denial: Denial | null }
  | { type: "ready" }
  | { type: "broken" }
  | { type: "view"; view: View }
  | { type: "directive"; directive: Directive }
  /** To be kept for the next start in the same meeting. Grants no key. */
  | { type: "resume"; meeting: string; token: Uint8Array };

/** Why a link could not be read or a meeting not be made. */
export type SessionFailure =
  | "not_a_link"
  | "missing_secret"
  | "damaged_secret"
  | "unreachable"
  | "rate_limited"
  | "unavailable"
  | "not_allowed"
  | "account_suspended"
  | "internal"
  | "engine_failed";

/** From the session worker to a frame worker, on their port. */
export type ToFrames =
  /** First: the compiled engine, so that it is fetched and compiled once. */
  | { type: "engine"; module: WebAssembly.Module }
  /** One key update, in order. */
  | { type: "keys"; update: Uint8Array };
