// SPDX-License-Identifier: MIT OR Apache-2.0
// The made-up server behind the gallery's account screens.

import { Api } from "../src/account/api";
import { KeptLinks } from "../src/account/kept-links";
import { ReturnTo } from "../src/account/return-to";
import { Site } from "../src/account/site.svelte";
import type {
  Account,
  AccountEntry,
  AuditEntry,
  Denial,
  InstanceInfo,
  OperatorAccount,
  OwnMeeting,
  PolicyInfo,
  Right,
  Session,
} from "../src/generated/http";
import type { Memory } from "../src/room/memory";
import type { Toasts } from "../src/room/toasts.svelte";

/** Returns the site behind a screen's name. */
export function siteFor(name: string, memory: Memory, toasts: Toasts): Site {
  const isGuest = /^(home|prejoin|call|end|sign-in|redeem|policy)/.test(name) && !name.endsWith("-signed-in");
  const answers = answersFor(name);
  const api = new Api(async (path, init) => {
    const route = `${init.method} ${path.split("?")[0]}`;
    if (route === "GET /api/session") return Response.json(isGuest ? { account: null, is_fresh: false } : SESSION);
    const answer = answers[route];
    if (answer === undefined) return Response.json({ code: "not_found", message: route }, { status: 404 });
    return Response.json(answer, { status: typeof answer === "object" && answer !== null && "message" in answer ? 403 : 200 });
  });
  const links = new KeptLinks(localStorage);
  links.keep(`/m/${MEETINGS[0]?.id}#e.${"A".repeat(86)}`);
  links.keep(`/m/${MEETINGS[1]?.id}#s.${"A".repeat(43)}`);
  const surroundings = {
    memory,
    toasts,
    go: () => undefined,
    createMeeting: () => new Promise<string>(() => undefined),
    hostLink: () => Promise.resolve(null),
  };
  const site = new Site(surroundings, api, links, new ReturnTo(null));
  void site.load();
  return site;
}

function answersFor(name: string): Record<string, unknown> {
  const answers: Record<string, unknown> = {
    "GET /api/instance": INSTANCE,
    "GET /api/policy": POLICY,
    "POST /api/sign-in/email/begin": { ceremony: "c" },
    "POST /api/sign-in/email/finish": { code: "wrong_credentials", message: "" },
    "GET /api/account": name === "account-new" ? NEW_ACCOUNT : name === "account-suspended" ? SUSPENDED : ACCOUNT,
    "GET /api/account/rights": name === "account-new" ? NEW_RIGHTS : RIGHTS,
    "GET /api/account/passkeys": name === "account-new" ? [] : PASSKEYS,
    "GET /api/account/sessions": SESSIONS,
    "GET /api/account/organisations": [{ domain: "example.net", record_name: "_incamera.example.net", record_value: "incamera=mV1Wb0m1qSBPyUVqz5b0n7s7bqPzv1b3Qh1yZJcMdG8", is_proven: false }],
    "POST /api/account/organisations": { domain: "example.net", record_name: "_incamera.example.net", record_value: "incamera=mV1Wb0m1qSBPyUVqz5b0n7s7bqPzv1b3Qh1yZJcMdG8", is_proven: false },
    "GET /api/account/vouchers": name === "account-new" ? { code: "not_allowed", message: "", denial: DENIAL } : { free_slots: 3, vouchers: [{ id: "1", created_at: T, expires_at: T + 14 * DAY, is_used: false }, { id: "2", created_at: T - 9 * DAY, expires_at: T + 5 * DAY, is_used: true }] },
    "POST /api/account/vouchers": { voucher: { id: "3", created_at: T, expires_at: T + 14 * DAY, is_used: false }, code: "7GQK-M2XD-93TB-HV5C" },
    "POST /api/account/passkeys/begin": { code: "fresh_sign_in_needed", message: "" },
    "GET /api/meetings": name === "meetings-none" ? [] : MEETINGS,
    "GET /api/operator/accounts": { accounts: name === "operator-none" ? [] : ACCOUNTS, next: "50" },
    [`GET /api/operator/accounts/${ACCOUNT.id}`]: { account: { ...SUSPENDED, name: "Diego Fernández de la Vega y Montalbán" }, sessions: 3, open_meetings: 2 } satisfies OperatorAccount,
    "GET /api/operator/invitations": [{ id: "1", email: "chidi@example.org", created_at: T - DAY }, { id: "2", email: "a.rather.long.address.that.has.to.be.broken@somewhere.example.org", created_at: T - 3 * DAY }],
    "GET /api/operator/organisations": [{ domain: "example.org", is_by_operator: false, verified_at: T - 40 * DAY }, { domain: "university.example", is_by_operator: true, verified_at: T - 90 * DAY }],
    "GET /api/operator/denied": [{ id: "4", kind: "phone", created_at: T - 4 * DAY, until: T + 361 * DAY }, { id: "3", kind: "email", created_at: T - 4 * DAY, until: T + 361 * DAY }],
    "GET /api/operator/meetings": { live: 12, participants: 83, connections: 91 },
    "GET /api/operator/mail": { has_relay: false, mails: [{ id: "1", to: "ana@example.org", subject: "Your code for Meet Example: 402 117", text: "Your code is 402 117.\n\nIt is valid for 10 minutes, once. If you did not ask for it, do nothing.", created_at: T }] },
    "GET /api/operator/configuration": [{ key: "http.listen", value: "127.0.0.1:8080" }, { key: "policy", value: "verified-e2ee" }, { key: "mail.password", value: "(hidden)" }, { key: "media.public_address", value: "203.0.113.7" }],
    "GET /api/operator/audit": AUDIT,
  };
  return answers;
}

const T = 1_795_474_231;
const DAY = 86_400;

const SESSION: Session = { account: { id: "mV1Wb0m1qSBPyUVqz5b0nQ", name: "Ana Lindqvist", standing: "good", plan: "free", is_operator: true }, is_fresh: true };

const INSTANCE: InstanceInfo = {
  name: "Meet Example",
  sign_in: { email: true, passkey: true, providers: [{ id: "university", name: "University of Example" }, { id: "gitlab", name: "GitLab" }] },
  phone: true,
  payment_link: "https://pay.example/abc",
  identity_key: "",
  policy: { name: "verified-e2ee", hash: "9f2b".repeat(16) },
};

const DENIAL: Denial = {
  rule: "e2ee-needs-a-strong-binding",
  reason: "Hosting end-to-end encrypted meetings needs an account with one strong binding.",
  unlocked_by: [["phone"], ["organisation"], ["payment"], ["voucher"], ["assured_oidc"]],
};

const NEW_RIGHTS: Right[] = [
  { action: "join", allowed: true },
  { action: "host_standard", allowed: true },
  { action: "host_e2ee", allowed: false, denial: DENIAL },
  { action: "record_locally", allowed: true },
  { action: "vouch", allowed: false, denial: { ...DENIAL, rule: "vouching-needs-a-strong-binding", reason: "Vouching for others needs an account with a phone number, an organisation, a payment or a provider's assurance.", unlocked_by: [["phone"], ["organisation"]] } },
  { action: "manage_accounts", allowed: false, denial: { ...DENIAL, unlocked_by: [] } },
];

const RIGHTS: Right[] = NEW_RIGHTS.map(({ action }) => ({ action, allowed: true }));

const ACCOUNT: Account = {
  id: "mV1Wb0m1qSBPyUVqz5b0nQ",
  name: "Ana Lindqvist",
  standing: "good",
  plan: "free",
  limits: { people: 25, minutes: 90, open_meetings: 10 },
  bindings: [
    { id: "1", kind: "email", label: "ana.lindqvist@example.org", issuer: "example.org", verified_at: T - 60 * DAY },
    { id: "2", kind: "phone", label: "…42", verified_at: T - 20 * DAY, expires_at: T + 345 * DAY },
    { id: "3", kind: "oidc", label: "GitLab", issuer: "https://gitlab.example", verified_at: T - 5 * DAY },
  ],
  is_operator: true,
  created_at: T - 60 * DAY,
};

const NEW_ACCOUNT: Account = { ...ACCOUNT, name: "", bindings: [], is_operator: false };

const SUSPENDED: Account = { ...ACCOUNT, standing: "suspended", reason: "Three reports of unwanted visits in other people’s meetings.", suspended_until: T + 30 * DAY, is_operator: false };

const PASSKEYS = [
  { id: "1", name: "Firefox on Linux", created_at: T - 60 * DAY, last_used_at: T - 3600 },
  { id: "2", name: "Phone", created_at: T - 2 * DAY },
];

const SESSIONS = [
  { id: "1", device: "Firefox on Linux", signed_in_by: "passkey", created_at: T - 3600, last_used_at: T, is_current: true },
  { id: "2", device: "Safari on iOS", signed_in_by: "email", created_at: T - 9 * DAY, last_used_at: T - 2 * DAY, is_current: false },
  { id: "3", device: "Chrome on Windows", signed_in_by: "oidc", created_at: T - 9 * DAY, last_used_at: T - 5 * DAY, is_current: false },
];

const MEETINGS: OwnMeeting[] = [
  { id: "AAECAwQFBgcICQoLDA0ODw", mode: "e2ee", title: "Editorial board", starts_at: T + DAY, minutes: 60, people: 25, has_lobby: true, created_at: T - DAY, is_ended: false, is_live: true },
  { id: "BBECAwQFBgcICQoLDA0ODw", mode: "standard", people: 25, has_lobby: false, created_at: T - DAY, is_ended: false, is_live: false },
  { id: "CCECAwQFBgcICQoLDA0ODw", mode: "e2ee", title: "A conversation with a rather long title that has to be broken somewhere", starts_at: T + 8 * DAY, minutes: 90, people: 25, has_lobby: false, created_at: T - 9 * DAY, is_ended: false, is_live: false },
  { id: "DDECAwQFBgcICQoLDA0ODw", mode: "e2ee", title: "Interview", people: 25, has_lobby: false, created_at: T - 12 * DAY, is_ended: true, is_live: false },
];

const ACCOUNTS: AccountEntry[] = [
  { id: ACCOUNT.id, name: "Ana Lindqvist", standing: "good", plan: "free", is_operator: true, bindings: ["email", "phone", "oidc", "organisation"], created_at: T - 60 * DAY },
  { id: "bV1Wb0m1qSBPyUVqz5b0nQ", name: "Ben Adeyemi", standing: "limited", plan: "paid", is_operator: false, bindings: ["email", "payment"], created_at: T - 50 * DAY },
  { id: "cV1Wb0m1qSBPyUVqz5b0nQ", name: "", standing: "good", plan: "free", is_operator: false, bindings: ["email"], created_at: T - 40 * DAY },
  { id: "dV1Wb0m1qSBPyUVqz5b0nQ", name: "Diego Fernández de la Vega y Montalbán", standing: "suspended", plan: "free", is_operator: false, bindings: ["email", "voucher"], created_at: T - 30 * DAY },
  { id: "eV1Wb0m1qSBPyUVqz5b0nQ", name: "Тарас Шевчук", standing: "terminated", plan: "free", is_operator: false, bindings: [], created_at: T - 20 * DAY },
];

const AUDIT: AuditEntry[] = [
  { at: T, actor: ACCOUNT.id, action: "standing_changed", subject: "dV1Wb0m1qSBPyUVqz5b0nQ", detail: "suspended: three reports of unwanted visits in other people’s meetings" },
  { at: T - 3600, action: "operator_made", subject: ACCOUNT.id, detail: "" },
];

const CASES = ["Register by e-mail", "HostMeeting standard", "HostMeeting e2ee", "JoinMeeting", "Vouch", "ManageAccounts", "ShareScreen as participant, closed by the hosts"];
const PEOPLE = ["guest", "unbound", "email", "phone", "oidc", "assured_oidc", "organisation", "payment", "voucher", "paid_plan", "invitation", "limited", "suspended", "terminated", "operator"];

const POLICY: PolicyInfo = {
  name: "verified-e2ee",
  hash: "9f2b".repeat(16),
  cedar: `@id("everybody-joins-by-link")\n@reason("Everybody who has a meeting's link may join it, without an account.")\npermit (principal, action == Action::"JoinMeeting", resource);\n\n@id("plan-limits-people")\n@reason("A meeting for so many people needs a larger plan.")\nforbid (principal, action == Action::"HostMeeting", resource)\nwhen { context.people > context.limits.people };\n`,
  rules: [
    { id: "everybody-joins-by-link", effect: "permit", reason: "Everybody who has a meeting's link may join it, without an account." },
    { id: "e2ee-needs-a-strong-binding", effect: "permit", reason: DENIAL.reason },
    { id: "our-own-rule", effect: "permit", reason: "A rule that the operator wrote." },
    { id: "plan-limits-people", effect: "forbid", reason: "A meeting for so many people needs a larger plan." },
  ],
  table: { actions: CASES, rows: PEOPLE.map((actor, row) => ({ actor, decisions: CASES.map((_, column) => ({ allowed: (row * 3 + column) % 4 !== 0, rule: "everybody-joins-by-link" })) })) },
};
