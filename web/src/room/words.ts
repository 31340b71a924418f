// SPDX-License-Identifier: MIT OR Apache-2.0
// What goes wrong and what is promised, in words with the next step. Codes come in, sentences go out.

import { m } from "../generated/paraglide/messages";
import type { CaptureState, CreateFailure, DeviceChange, DeviceFailure, DeviceKind, LinkFailure, ShareFailure } from "./client";
import { shownName } from "./names";
import type { Alarm, Mode, NoticeCode, ParticipantView } from "./view";

/** What the person reads about a device that cannot be used. */
export interface DeviceTrouble {
  title: string;
  text: string;
}

/** Returns what to say about the devices: at most one thing for each, and one for both if it is the same. */
export function deviceTroubles({ camera, microphone }: { camera: CaptureState; microphone: CaptureState }): DeviceTrouble[] {
  const { failure } = camera;
  if (failure !== null && failure === microphone.failure && BOTH.includes(failure)) return [DEVICE[failure]({ kind: "both" })];
  return [
    ...(camera.failure === null ? [] : [deviceWords("camera", camera.failure)]),
    ...(microphone.failure === null ? [] : [deviceWords("microphone", microphone.failure)]),
  ];
}

/** Returns what to say about one device. */
export function deviceWords(kind: "microphone" | "camera", failure: DeviceFailure): DeviceTrouble {
  return DEVICE[failure]({ kind });
}

/** Returns what to say about a device that went away or came back. */
export function deviceChangeText({ kind, type, label, inUse }: DeviceChange): string {
  const device = label === "" ? NAME_OF[kind]() : label;
  if (type === "returned") return m.device_returned({ device });
  if (kind === "speaker") return m.device_lost_speaker({ device });
  if (inUse === null) return kind === "camera" ? m.device_lost_camera({ device }) : m.device_lost_microphone({ device });
  return m.device_lost_stand_in({ device, other: inUse === "" ? NAME_OF[kind]() : inUse });
}

const NAME_OF: Readonly<Record<DeviceKind, () => string>> = { microphone: m.device_microphone, camera: m.device_camera, speaker: m.device_speaker };

const BOTH: readonly DeviceFailure[] = ["permission_denied", "blocked_by_system", "no_device"];

const DEVICE: Readonly<Record<DeviceFailure, (about: { kind: "microphone" | "camera" | "both" }) => DeviceTrouble>> = {
  permission_denied: (about) => ({ title: m.trouble_permission_title(about), text: m.trouble_permission_text(about) }),
  blocked_by_system: (about) => ({ title: m.trouble_system_title(about), text: m.trouble_system_text(about) }),
  no_device: (about) => ({ title: m.trouble_missing_title(about), text: m.trouble_missing_text() }),
  device_busy: (about) => ({ title: m.trouble_busy_title(about), text: m.trouble_busy_text(about) }),
  device_lost: (about) => ({ title: m.trouble_lost_title(about), text: m.trouble_lost_text() }),
  unsupported: (about) => ({ title: m.trouble_unsupported_title(about), text: m.trouble_unsupported_text() }),
};

/** Returns what to say when sharing did not start. */
export function shareTrouble(failure: ShareFailure): string {
  return SHARE[failure]();
}

const SHARE: Readonly<Record<ShareFailure, () => string>> = {
  permission_denied: m.share_permission_denied,
  blocked_by_system: m.share_blocked_by_system,
  unsupported: m.share_unsupported,
  failed: m.share_failed,
};

/** Returns what to say when a meeting could not be made. */
export function createTrouble(failure: CreateFailure): string {
  return CREATE[failure]();
}

const CREATE: Readonly<Record<CreateFailure, () => string>> = {
  unreachable: m.home_create_unreachable,
  rate_limited: m.home_create_rate_limited,
  unavailable: m.home_create_unavailable,
  not_allowed: m.account_problem_not_allowed,
  account_suspended: m.account_problem_suspended,
  internal: m.home_create_internal,
  engine_failed: m.home_create_engine_failed,
};

/** Returns what to say about a pasted link. */
export function linkTrouble(failure: LinkFailure): string {
  return LINK[failure]();
}

const LINK: Readonly<Record<LinkFailure, () => string>> = {
  not_a_link: m.home_link_not_a_link,
  missing_secret: m.home_link_missing_secret,
  damaged_secret: m.home_link_damaged_secret,
};

/** Returns what a notice says; `who` is the name of the person it is about, if it is about one. */
export function noticeText(code: NoticeCode, who: string | null): string {
  return NOTICE[code](who);
}

const NOTICE: Readonly<Record<NoticeCode, (name: string | null) => string>> = {
  commit_refused: (name) => (name === null ? m.notice_commit_refused() : m.notice_commit_refused_by({ name })),
  removal_stalled: (name) => (name === null ? m.notice_removal_stalled() : m.notice_removal_stalled_of({ name })),
  ghost_refused: () => m.notice_ghost_refused(),
  rolled_back: () => m.notice_rolled_back(),
  sending_resumed: () => m.notice_sending_resumed(),
  server_forged: () => m.notice_server_forged(),
  unsigned_end: () => m.notice_unsigned_end(),
  group_recreated: () => m.notice_group_recreated(),
  media_refused: () => m.notice_media_refused(),
  act_refused: () => m.notice_act_refused(),
  false_identity: (name) => (name === null ? m.notice_false_identity() : m.notice_false_identity_of({ name })),
  messages_missed: () => m.notice_messages_missed(),
  commits_withheld: () => m.notice_commits_withheld(),
  muted_by_host: () => m.notice_muted_by_host(),
  asked_to_unmute: () => m.notice_asked_to_unmute(),
  not_allowed: () => m.notice_not_allowed(),
  act_forged: () => m.notice_act_forged(),
  removed_by_host: (name) => (name === null ? m.notice_removed_by_host() : m.notice_removed_by_host_of({ name })),
  vanished: (name) => (name === null ? m.notice_vanished() : m.notice_vanished_of({ name })),
  link_replaced: (name) => (name === null ? m.notice_link_replaced() : m.notice_link_replaced_of({ name })),
  role_changed: (name) => (name === null ? m.notice_role_changed() : m.notice_role_changed_of({ name })),
};

/** Returns whether a notice is a warning, to be kept on screen until dismissed. */
export function isWarning(code: NoticeCode): boolean {
  return !CALM.has(code);
}

const CALM: ReadonlySet<NoticeCode> = new Set([
  "sending_resumed",
  "rolled_back",
  "act_refused",
  "muted_by_host",
  "asked_to_unmute",
  "not_allowed",
  "removed_by_host",
  "vanished",
  "role_changed",
  "link_replaced",
]);

/** Returns what is wrong with a participant. */
export function alarmText(alarm: Alarm, name: string): string {
  return ALARM[alarm]({ name });
}

const ALARM: Readonly<Record<Alarm, (about: { name: string }) => string>> = {
  not_in_group: m.alarm_not_in_group,
  not_in_roster: m.alarm_not_in_roster,
  ghost: m.alarm_ghost,
  false_identity: m.alarm_false_identity,
};

/** Returns what hosts switched on or off. */
export function settingText(setting: "lock" | "lobby" | "suspension", on: boolean): string {
  return SETTING[setting][on ? "on" : "off"]();
}

const SETTING = {
  lock: { on: m.host_locked_said, off: m.host_unlocked_said },
  lobby: { on: m.host_lobby_on_said, off: m.host_lobby_off_said },
  suspension: { on: m.host_suspended_said, off: m.host_resumed_said },
} as const;

/** Returns what somebody has become. */
export function roleText(participant: Pick<ParticipantView, "role" | "isMe" | "name">): string {
  return participant.isMe ? OWN_ROLE[participant.role]() : OTHERS_ROLE[participant.role]({ name: shownName(participant) });
}

const OWN_ROLE = { host: m.host_you_are_host, co_host: m.host_you_are_co_host, participant: m.host_you_are_participant } as const;
const OTHERS_ROLE = { host: m.host_is_host, co_host: m.host_is_co_host, participant: m.host_is_participant } as const;

/** Returns the line about a meeting's encryption before joining. */
export function promise(mode: Mode): { title: string; text: string } {
  return mode === "e2ee"
    ? { title: m.promise_e2ee_title(), text: m.promise_e2ee_text() }
    : { title: m.promise_standard_title(), text: m.promise_standard_text() };
}
