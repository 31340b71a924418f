// SPDX-License-Identifier: MIT OR Apache-2.0
// The policy's own words in the page's language: the reasons of its rules, the people and the acts of its table.

import { m } from "../../generated/paraglide/messages";

export interface Reason {
  text: string;
  /** The text's own language, where it is not the page's. */
  lang: "en" | undefined;
}

/**
 * Returns a rule's reason in the page's language. A policy is the operator's text, in English: only what stands there
 * word for word as in a preset is translated.
 */
export function reasonText(rule: string | null, reason: string): Reason {
  const known = rule === null ? undefined : RULES[rule];
  return known !== undefined && known({}, { locale: "en" }) === reason ? { text: known(), lang: undefined } : { text: reason, lang: "en" };
}

/** Returns who is meant in the policy's table. */
export function actorText(actor: string): string {
  return ACTORS[actor]?.() ?? actor;
}

/** The acts that concern most people, in the order of the short table. */
export const MAIN_ACTS: readonly string[] = ["JoinMeeting", "Register by e-mail", "HostMeeting standard", "HostMeeting e2ee", "Vouch", "ManageAccounts"];

/** Returns what is asked in the policy's table. */
export function askedText(action: string): string {
  return ACTS[action]?.() ?? action;
}

type Message = (inputs?: Record<string, never>, options?: { locale?: "en" }) => string;

const RULES: Readonly<Record<string, Message | undefined>> = {
  "everybody-sees-the-rules": m.policy_rule_everybody_sees_the_rules,
  "everybody-may-test-the-connection": m.policy_rule_everybody_may_test_the_connection,
  "everybody-may-sign-in": m.policy_rule_everybody_may_sign_in,
  "the-first-link-makes-the-operator": m.policy_rule_the_first_link_makes_the_operator,
  "banned-identities-stay-out": m.policy_rule_banned_identities_stay_out,
  "own-data-stays-in-reach": m.policy_rule_own_data_stays_in_reach,
  "own-account-is-changed-by-its-owner": m.policy_rule_own_account_is_changed_by_its_owner,
  "suspended-accounts-stay-as-they-are": m.policy_rule_suspended_accounts_stay_as_they_are,
  "vouching-needs-a-strong-binding": m.policy_rule_vouching_needs_a_strong_binding,
  "limited-accounts-vouch-for-nobody": m.policy_rule_limited_accounts_vouch_for_nobody,
  "vouchers-are-scarce": m.policy_rule_vouchers_are_scarce,
  "suspended-accounts-host-nothing": m.policy_rule_suspended_accounts_host_nothing,
  "limited-accounts-host-standard-meetings-only": m.policy_rule_limited_accounts_host_standard_meetings_only,
  "the-operator-hosts": m.policy_rule_the_operator_hosts,
  "plan-limits-people": m.policy_rule_plan_limits_people,
  "plan-limits-length": m.policy_rule_plan_limits_length,
  "plan-limits-open-meetings": m.policy_rule_plan_limits_open_meetings,
  "owners-manage-their-meetings": m.policy_rule_owners_manage_their_meetings,
  "meetings-are-seen-by-link": m.policy_rule_meetings_are_seen_by_link,
  "everybody-joins-by-link": m.policy_rule_everybody_joins_by_link,
  "meetings-rest-while-their-owner-is-suspended": m.policy_rule_meetings_rest_while_their_owner_is_suspended,
  "removed-people-stay-out": m.policy_rule_removed_people_stay_out,
  "locked-meetings-stay-closed": m.policy_rule_locked_meetings_stay_closed,
  "full-meetings-stay-closed": m.policy_rule_full_meetings_stay_closed,
  "the-lobby-waits-for-a-host": m.policy_rule_the_lobby_waits_for_a_host,
  "everybody-takes-part": m.policy_rule_everybody_takes_part,
  "hosts-stopped-everything": m.policy_rule_hosts_stopped_everything,
  "hosts-closed-microphones": m.policy_rule_hosts_closed_microphones,
  "hosts-closed-cameras": m.policy_rule_hosts_closed_cameras,
  "hosts-keep-the-screen": m.policy_rule_hosts_keep_the_screen,
  "hosts-closed-the-chat": m.policy_rule_hosts_closed_the_chat,
  "hosts-keep-names": m.policy_rule_hosts_keep_names,
  "hosts-allow-no-recording": m.policy_rule_hosts_allow_no_recording,
  "hosts-run-the-meeting": m.policy_rule_hosts_run_the_meeting,
  "co-hosts-do-not-act-on-hosts": m.policy_rule_co_hosts_do_not_act_on_hosts,
  "hosts-lead-the-meeting": m.policy_rule_hosts_lead_the_meeting,
  "the-operator-runs-the-instance": m.policy_rule_the_operator_runs_the_instance,
  "metrics-stay-in-the-house": m.policy_rule_metrics_stay_in_the_house,
  "payments-need-a-signature": m.policy_rule_payments_need_a_signature,
  "everybody-may-register": m.policy_rule_everybody_may_register,
  "everybody-hosts": m.policy_rule_everybody_hosts,
  "hosting-needs-a-binding": m.policy_rule_hosting_needs_a_binding,
  "e2ee-needs-an-organisation-or-a-plan": m.policy_rule_e2ee_needs_an_organisation_or_a_plan,
  "registering-needs-an-invitation": m.policy_rule_registering_needs_an_invitation,
  "hosting-needs-an-invitation": m.policy_rule_hosting_needs_an_invitation,
  "e2ee-needs-a-strong-binding": m.policy_rule_e2ee_needs_a_strong_binding,
};

const ACTORS: Readonly<Record<string, (() => string) | undefined>> = {
  guest: m.policy_actor_guest,
  unbound: m.policy_actor_unbound,
  email: m.policy_actor_email,
  phone: m.policy_actor_phone,
  oidc: m.policy_actor_oidc,
  assured_oidc: m.policy_actor_assured_oidc,
  organisation: m.policy_actor_organisation,
  payment: m.policy_actor_payment,
  voucher: m.policy_actor_voucher,
  paid_plan: m.policy_actor_paid_plan,
  invitation: m.policy_actor_invitation,
  limited: m.policy_actor_limited,
  suspended: m.policy_actor_suspended,
  terminated: m.policy_actor_terminated,
  operator: m.policy_actor_operator,
};

const ACTS: Readonly<Record<string, (() => string) | undefined>> = {
  JoinMeeting: m.policy_act_join,
  "Register by e-mail": m.policy_act_register,
  "HostMeeting standard": m.policy_act_host_standard,
  "HostMeeting e2ee": m.policy_act_host_e2ee,
  Vouch: m.policy_act_vouch,
  ManageAccounts: m.policy_act_manage_accounts,
};
