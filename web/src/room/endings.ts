// SPDX-License-Identifier: MIT OR Apache-2.0
// The ways out of a meeting, each in words and with the next step. Codes come in, messages go out.

import { m } from "../generated/paraglide/messages";
import type { EngineFailure, LinkFailure } from "./client";
import type { SupportFailure } from "./support";
import type { LeftReason } from "./view";

/** Why the person is looking at the end screen. */
export type EndCode = LeftReason | LinkFailure | SupportFailure | EngineFailure;

/** What the person can do next. The first is the main one. */
export type NextStep = "rejoin" | "retry" | "ask_again" | "use_here" | "reload" | "home";

/** What the end screen says. */
export interface Ending {
  title: () => string;
  text: () => string;
  steps: readonly NextStep[];
  /** Whether it went as the person wanted it, is a thing to know, or keeps them out. */
  tone: "calm" | "notice" | "problem";
}

/** Returns what the end screen says. */
export function ending(code: EndCode): Ending {
  return ENDINGS[code];
}

/** Returns the label of a next step. */
export function stepLabel(step: NextStep): string {
  return STEPS[step]();
}

const STEPS: Readonly<Record<NextStep, () => string>> = {
  rejoin: m.end_step_rejoin,
  retry: m.end_step_retry,
  ask_again: m.host_step_ask_again,
  use_here: m.end_step_use_here,
  reload: m.end_step_reload,
  home: m.end_step_home,
};

const INTERNAL: Ending = { title: m.end_internal_title, text: m.end_internal_text, steps: ["retry", "home"], tone: "problem" };
const PROTOCOL: Ending = { title: m.end_protocol_title, text: m.end_protocol_text, steps: ["reload", "home"], tone: "problem" };
const GROUP: Ending = { title: m.end_group_title, text: m.end_group_text, steps: ["retry", "home"], tone: "problem" };

const ENDINGS: Readonly<Record<EndCode, Ending>> = {
  left: { title: m.end_left_title, text: m.end_left_text, steps: ["rejoin", "home"], tone: "calm" },
  ended_by_you: { title: m.end_ended_by_you_title, text: m.end_ended_by_you_text, steps: ["home"], tone: "calm" },
  meeting_ended: { title: m.end_meeting_ended_title, text: m.end_meeting_ended_text, steps: ["home"], tone: "calm" },
  unsigned_end: { title: m.end_unsigned_end_title, text: m.end_unsigned_end_text, steps: ["rejoin", "home"], tone: "notice" },
  kept_out: { title: m.end_kept_out_title, text: m.end_kept_out_text, steps: ["home"], tone: "notice" },
  link_replaced: { title: m.end_link_replaced_title, text: m.end_link_replaced_text, steps: ["home"], tone: "notice" },
  removed: { title: m.end_removed_title, text: m.end_removed_text, steps: ["home"], tone: "notice" },
  superseded: { title: m.end_superseded_title, text: m.end_superseded_text, steps: ["use_here", "home"], tone: "notice" },
  connection_lost: { title: m.end_connection_lost_title, text: m.end_connection_lost_text, steps: ["rejoin", "home"], tone: "problem" },
  meeting_full: { title: m.end_meeting_full_title, text: m.end_meeting_full_text, steps: ["retry", "home"], tone: "notice" },
  meeting_locked: { title: m.end_meeting_locked_title, text: m.end_meeting_locked_text, steps: ["retry", "home"], tone: "notice" },
  turned_away: { title: m.end_turned_away_title, text: m.end_turned_away_text, steps: ["ask_again", "home"], tone: "notice" },
  unsigned_removal: { title: m.end_unsigned_removal_title, text: m.end_unsigned_removal_text, steps: ["rejoin", "home"], tone: "problem" },
  unknown_meeting: { title: m.end_unknown_meeting_title, text: m.end_unknown_meeting_text, steps: ["home"], tone: "problem" },
  wrong_secret: { title: m.end_wrong_secret_title, text: m.end_wrong_secret_text, steps: ["home"], tone: "problem" },
  missing_secret: { title: m.end_missing_secret_title, text: m.end_missing_secret_text, steps: ["home"], tone: "problem" },
  damaged_secret: { title: m.end_damaged_secret_title, text: m.end_damaged_secret_text, steps: ["home"], tone: "problem" },
  not_a_link: { title: m.end_not_a_link_title, text: m.end_not_a_link_text, steps: ["home"], tone: "problem" },
  wrong_mode: { title: m.end_wrong_mode_title, text: m.end_wrong_mode_text, steps: ["home"], tone: "problem" },
  browser_too_old: { title: m.end_browser_too_old_title, text: m.end_browser_too_old_text, steps: ["home"], tone: "problem" },
  insecure_context: { title: m.end_insecure_context_title, text: m.end_insecure_context_text, steps: ["home"], tone: "problem" },
  engine_failed: { title: m.end_engine_failed_title, text: m.end_engine_failed_text, steps: ["reload", "home"], tone: "problem" },
  foreign_token: { title: m.end_foreign_token_title, text: m.end_foreign_token_text, steps: ["rejoin", "home"], tone: "notice" },
  rate_limited: { title: m.end_rate_limited_title, text: m.end_rate_limited_text, steps: ["rejoin", "home"], tone: "notice" },
  media_refused: { title: m.end_media_refused_title, text: m.end_media_refused_text, steps: ["retry", "home"], tone: "problem" },
  not_allowed: { title: m.end_not_allowed_title, text: m.end_not_allowed_text, steps: ["home"], tone: "notice" },
  time_limit: { title: m.end_time_limit_title, text: m.end_time_limit_text, steps: ["home"], tone: "notice" },
  account_suspended: { title: m.end_account_suspended_title, text: m.end_account_suspended_text, steps: ["home"], tone: "notice" },
  unavailable: { title: m.end_unavailable_title, text: m.end_unavailable_text, steps: ["retry", "home"], tone: "notice" },
  foreign_origin: { title: m.end_foreign_origin_title, text: m.end_foreign_origin_text, steps: ["reload", "home"], tone: "problem" },
  group_refused: GROUP,
  commit_refused: GROUP,
  invalid_commit: GROUP,
  stale_epoch: GROUP,
  not_host: INTERNAL,
  internal: INTERNAL,
  not_found: INTERNAL,
  wrong_credentials: INTERNAL,
  fresh_sign_in_needed: INTERNAL,
  conflict: INTERNAL,
  malformed: PROTOCOL,
  too_large: PROTOCOL,
  out_of_order: PROTOCOL,
  unsupported_version: PROTOCOL,
};
