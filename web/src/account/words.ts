// SPDX-License-Identifier: MIT OR Apache-2.0
// Every code of the account's pages in words.

import type { AccountEntry, BindingKind, Plan, SessionEntry, Standing } from "../generated/http";
import { m } from "../generated/paraglide/messages";
import { formatNumber } from "../language/format";
import { RoomError, type CreateFailure } from "../room/client";
import { createTrouble } from "../room/words";
import { Refused, type RefusalCode } from "./http";
import { PasskeyError, type PasskeyFailure } from "./passkeys";
import type { OperatorSection } from "./route";
import type { Unlock } from "./unlock";

/** Returns what to say when something did not work. */
export function problemText(problem: unknown): string {
  if (problem instanceof PasskeyError) return PASSKEY[problem.code]();
  if (problem instanceof RoomError) return createTrouble(problem.code as CreateFailure);
  if (!(problem instanceof Refused)) return m.account_problem_internal();
  if (problem.code === "rate_limited" && problem.retryAfter !== null) return waitText(problem.retryAfter);
  return (REFUSALS[problem.code] ?? m.account_problem_internal)();
}

function waitText(seconds: number): string {
  if (seconds < 90) return m.account_problem_wait_seconds({ count: seconds });
  if (seconds < 5400) return m.account_problem_wait_minutes({ count: Math.ceil(seconds / 60) });
  return m.account_problem_wait_hours({ count: Math.ceil(seconds / 3600) });
}

const PASSKEY: Readonly<Record<PasskeyFailure, () => string>> = {
  cancelled: m.account_passkey_cancelled,
  already_there: m.account_passkey_already_there,
  wrong_address: m.account_passkey_wrong_address,
  unsupported: m.account_passkey_unsupported,
  failed: m.account_passkey_failed,
};

const REFUSALS: Partial<Record<RefusalCode, () => string>> = {
  unreachable: m.account_problem_unreachable,
  unavailable: m.account_problem_unavailable,
  rate_limited: m.account_problem_rate_limited,
  wrong_credentials: m.account_problem_wrong_credentials,
  not_allowed: m.account_problem_not_allowed,
  account_suspended: m.account_problem_suspended,
  conflict: m.account_problem_conflict,
  malformed: m.account_problem_malformed,
  too_large: m.account_problem_malformed,
  not_found: m.account_problem_not_found,
  unknown_meeting: m.account_problem_not_found,
  meeting_ended: m.account_problem_meeting_ended,
  foreign_origin: m.account_problem_foreign_origin,
};

/** Returns what somebody is told who came back from a provider without being signed in. */
export function providerProblem(code: string): string {
  switch (code) {
    case "wrong_credentials":
      return m.sign_in_provider_refused();
    case "conflict":
      return m.sign_in_provider_taken();
    case "unavailable":
      return m.sign_in_provider_unavailable();
    case "not_allowed":
      return m.sign_in_provider_not_allowed();
    default:
      return problemText(new Refused(code as RefusalCode));
  }
}

/** Returns what a kind of binding is called. */
export function kindName(kind: BindingKind): string {
  return KIND[kind]();
}

const KIND: Readonly<Record<BindingKind, () => string>> = {
  email: m.account_kind_email,
  phone: m.account_kind_phone,
  oidc: m.account_kind_oidc,
  organisation: m.account_kind_organisation,
  payment: m.account_kind_payment,
  voucher: m.account_kind_voucher,
};

/** Returns the step that brings an unlock, as a button says it. */
export function stepText(unlock: Unlock): string {
  return STEP[unlock]();
}

const STEP: Readonly<Record<Unlock, () => string>> = {
  account: m.policy_step_account,
  email: m.policy_step_email,
  phone: m.policy_step_phone,
  oidc: m.policy_step_oidc,
  organisation: m.policy_step_organisation,
  payment: m.policy_step_payment,
  voucher: m.policy_step_voucher,
  assured_oidc: m.policy_step_assured_oidc,
  paid_plan: m.policy_step_paid_plan,
  invitation: m.policy_step_invitation,
};

/** Returns an unlock as a thing that an account has. */
export function thingText(unlock: Unlock): string {
  return THING[unlock]();
}

const THING: Readonly<Record<Unlock, () => string>> = {
  account: m.policy_thing_account,
  email: m.policy_thing_email,
  phone: m.policy_thing_phone,
  oidc: m.policy_thing_oidc,
  organisation: m.policy_thing_organisation,
  payment: m.policy_thing_payment,
  voucher: m.policy_thing_voucher,
  assured_oidc: m.policy_thing_assured_oidc,
  paid_plan: m.policy_thing_paid_plan,
  invitation: m.policy_thing_invitation,
};

/** What a person can want to do, by the names of `GET /api/account/rights`. */
export type Wanted = "join" | "host_standard" | "host_e2ee" | "record_locally" | "vouch" | "manage_accounts";

/** Returns whether the page has words for an action. */
export function isWanted(action: string): action is Wanted {
  return action in INFINITIVE;
}

/** Returns an action as it stands behind "to". */
export function infinitive(action: Wanted): string {
  return INFINITIVE[action]();
}

const INFINITIVE: Readonly<Record<Wanted, () => string>> = {
  join: m.policy_to_join,
  host_standard: m.policy_to_host_standard,
  host_e2ee: m.policy_to_host_e2ee,
  record_locally: m.policy_to_record_locally,
  vouch: m.policy_to_vouch,
  manage_accounts: m.policy_to_manage_accounts,
};

/** Returns an action as the line of a list. */
export function actionTitle(action: Wanted): string {
  return ACTION[action]();
}

const ACTION: Readonly<Record<Wanted, () => string>> = {
  join: m.policy_action_join,
  host_standard: m.policy_action_host_standard,
  host_e2ee: m.policy_action_host_e2ee,
  record_locally: m.policy_action_record_locally,
  vouch: m.policy_action_vouch,
  manage_accounts: m.policy_action_manage_accounts,
};

/** Returns an action as something that one does, in the middle of a sentence. */
export function doing(action: Wanted): string {
  return DOING[action]();
}

const DOING: Readonly<Record<Wanted, () => string>> = {
  join: m.policy_doing_join,
  host_standard: m.policy_doing_host_standard,
  host_e2ee: m.policy_doing_host_e2ee,
  record_locally: m.policy_doing_record_locally,
  vouch: m.policy_doing_vouch,
  manage_accounts: m.policy_doing_manage_accounts,
};

export function standingName(standing: Standing): string {
  return STANDING[standing]();
}

const STANDING: Readonly<Record<Standing, () => string>> = {
  good: m.account_standing_good,
  limited: m.account_standing_limited,
  suspended: m.account_standing_suspended,
  terminated: m.account_standing_terminated,
};

export function planName(plan: Plan): string {
  return plan === "paid" ? m.account_plan_paid() : m.account_plan_free();
}

/** Returns how a session was opened. */
export function signedInBy(by: SessionEntry["signed_in_by"]): string {
  return SIGNED_IN_BY[by]();
}

const SIGNED_IN_BY: Readonly<Record<SessionEntry["signed_in_by"], () => string>> = {
  passkey: m.account_signed_in_by_passkey,
  email: m.account_signed_in_by_email,
  oidc: m.account_signed_in_by_oidc,
  operator_link: m.account_signed_in_by_operator_link,
};

/** Returns browser and system in the page's language; the server says `Firefox on Linux`. */
export function deviceName(device: string): string {
  const [, browser, system] = /^(.+) on (.+)$/.exec(device) ?? [];
  if (browser !== undefined && system !== undefined) return m.account_device({ browser, system });
  return device === "" ? m.account_device_unknown() : device;
}

/** Returns what to call an account that may have no name. */
export function accountName({ name, id }: Pick<AccountEntry, "name" | "id">): string {
  return name === "" ? m.operator_nameless({ id: id.slice(0, 6) }) : name;
}

export function sectionName(section: OperatorSection): string {
  return SECTION[section]();
}

const SECTION: Readonly<Record<OperatorSection, () => string>> = {
  accounts: m.operator_accounts,
  invitations: m.operator_invitations,
  organisations: m.operator_organisations,
  denied: m.operator_denied,
  meetings: m.operator_meetings,
  mail: m.operator_mail,
  configuration: m.operator_configuration,
  audit: m.operator_audit,
};

/** Returns a length such as "45 minutes" or "1 hour 30 minutes". */
export function minutesText(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return m.account_minutes({ count: rest });
  return rest === 0 ? m.account_hours({ count: hours }) : m.account_hours_and_minutes({ hours: formatNumber(hours), minutes: formatNumber(rest) });
}

/** Returns what an entry of the audit log is about. */
export function auditText(action: string): string {
  return AUDIT[action]?.() ?? action;
}

const AUDIT: Readonly<Record<string, (() => string) | undefined>> = {
  account_made: m.operator_audit_account_made,
  account_erased: m.operator_audit_account_erased,
  operator_made: m.operator_audit_operator_made,
  standing_changed: m.operator_audit_standing_changed,
  plan_granted: m.operator_audit_plan_granted,
  binding_added: m.operator_audit_binding_added,
  binding_removed: m.operator_audit_binding_removed,
  passkey_added: m.operator_audit_passkey_added,
  passkey_removed: m.operator_audit_passkey_removed,
  voucher_issued: m.operator_audit_voucher_issued,
  voucher_withdrawn: m.operator_audit_voucher_withdrawn,
  invitation_made: m.operator_audit_invitation_made,
  invitation_withdrawn: m.operator_audit_invitation_withdrawn,
  denied_lifted: m.operator_audit_denied_lifted,
  organisation_proved: m.operator_audit_organisation_proved,
  organisation_removed: m.operator_audit_organisation_removed,
  data_exported: m.operator_audit_data_exported,
  mail_read: m.operator_audit_mail_read,
  policy_changed: m.operator_audit_policy_changed,
};
