// SPDX-License-Identifier: MIT OR Apache-2.0
// The server's account routes, one method each.

import type {
  Account,
  AccountPage,
  AuditEntry,
  Ceremony,
  ConfigurationEntry,
  DeniedEntry,
  InstanceInfo,
  InvitationEntry,
  LiveMeetings,
  Mailbox,
  MeetingChange,
  OperatorAccount,
  OrganisationClaim,
  OrganisationEntry,
  OwnMeeting,
  PasskeyBegun,
  PasskeyEntry,
  Plan,
  PolicyInfo,
  Right,
  Session,
  SessionEntry,
  StandingChange,
  VoucherMade,
  Vouchers,
} from "../generated/http";
import { send, type Fetcher } from "./http";

/** The server, as an account's pages see it. Every method rejects with a `Refused`. */
export class Api {
  readonly #fetcher: Fetcher;

  constructor(fetcher: Fetcher = (path, init) => fetch(path, init)) {
    this.#fetcher = fetcher;
  }

  instance = () => this.#read<InstanceInfo>("/api/instance");
  policy = () => this.#read<PolicyInfo>("/api/policy");
  session = () => this.#read<Session>("/api/session");
  signOut = () => this.#write<null>("DELETE", "/api/session");

  beginPasskeySignIn = () => this.#write<PasskeyBegun>("POST", "/api/sign-in/passkey/begin");
  finishPasskeySignIn = (ceremony: string, credential: unknown) =>
    this.#write<Session>("POST", "/api/sign-in/passkey/finish", { ceremony, credential });
  beginEmailSignIn = (email: string) => this.#write<Ceremony>("POST", "/api/sign-in/email/begin", { email });
  finishEmailSignIn = (ceremony: string, code: string, name: string) =>
    this.#write<Session>("POST", "/api/sign-in/email/finish", { ceremony, code, ...(name === "" ? {} : { name }) });
  signInAsOperator = (token: string) => this.#write<Session>("POST", "/api/sign-in/operator", { token });

  account = () => this.#read<Account>("/api/account");
  rename = (name: string) => this.#write<Account>("PATCH", "/api/account", { name });
  erase = () => this.#write<null>("DELETE", "/api/account");
  /** Returns everything that the server holds about the account, as it came. */
  exportData = () => this.#read<unknown>("/api/account/export");
  rights = () => this.#read<Right[]>("/api/account/rights");

  sessions = () => this.#read<SessionEntry[]>("/api/account/sessions");
  endSession = (id: string) => this.#write<null>("DELETE", `/api/account/sessions/${part(id)}`);

  passkeys = () => this.#read<PasskeyEntry[]>("/api/account/passkeys");
  beginPasskey = () => this.#write<PasskeyBegun>("POST", "/api/account/passkeys/begin");
  finishPasskey = (ceremony: string, credential: unknown, name: string) =>
    this.#write<PasskeyEntry>("POST", "/api/account/passkeys/finish", { ceremony, credential, name });
  renamePasskey = (id: string, name: string) => this.#write<PasskeyEntry>("PATCH", `/api/account/passkeys/${part(id)}`, { name });
  removePasskey = (id: string) => this.#write<null>("DELETE", `/api/account/passkeys/${part(id)}`);

  beginEmail = (email: string) => this.#write<Ceremony>("POST", "/api/account/bindings/email/begin", { email });
  finishEmail = (ceremony: string, code: string) => this.#write<unknown>("POST", "/api/account/bindings/email/finish", { ceremony, code });
  beginPhone = (phone: string) => this.#write<Ceremony>("POST", "/api/account/bindings/phone/begin", { phone });
  finishPhone = (ceremony: string, code: string) => this.#write<unknown>("POST", "/api/account/bindings/phone/finish", { ceremony, code });
  useVoucher = (code: string) => this.#write<unknown>("POST", "/api/account/bindings/voucher", { code });
  removeBinding = (id: string) => this.#write<null>("DELETE", `/api/account/bindings/${part(id)}`);

  vouchers = () => this.#read<Vouchers>("/api/account/vouchers");
  makeVoucher = () => this.#write<VoucherMade>("POST", "/api/account/vouchers");
  withdrawVoucher = (id: string) => this.#write<null>("DELETE", `/api/account/vouchers/${part(id)}`);

  organisations = () => this.#read<OrganisationClaim[]>("/api/account/organisations");
  claimOrganisation = (domain: string) => this.#write<OrganisationClaim>("POST", "/api/account/organisations", { domain });
  checkOrganisation = (domain: string) => this.#write<OrganisationClaim>("POST", `/api/account/organisations/${part(domain)}/check`);

  meetings = () => this.#read<OwnMeeting[]>("/api/meetings");
  changeMeeting = (id: string, change: MeetingChange) => this.#write<OwnMeeting>("PATCH", `/api/meetings/${part(id)}`, change);
  endMeeting = (id: string) => this.#write<unknown>("POST", `/api/meetings/${part(id)}/end`);
  deleteMeeting = (id: string) => this.#write<null>("DELETE", `/api/meetings/${part(id)}`);

  operatorAccounts = (search: string, after: string | null) =>
    this.#read<AccountPage>(`/api/operator/accounts?${new URLSearchParams({ ...(search === "" ? {} : { search }), ...(after === null ? {} : { after }) })}`);
  operatorAccount = (id: string) => this.#read<OperatorAccount>(`/api/operator/accounts/${part(id)}`);
  changeStanding = (id: string, change: StandingChange) => this.#write<OperatorAccount>("PUT", `/api/operator/accounts/${part(id)}/standing`, change);
  changePlan = (id: string, plan: Plan) => this.#write<OperatorAccount>("PUT", `/api/operator/accounts/${part(id)}/plan`, { plan });
  vouchFor = (id: string) => this.#write<OperatorAccount>("POST", `/api/operator/accounts/${part(id)}/bindings/voucher`);
  removeBindingOf = (id: string, binding: string) =>
    this.#write<unknown>("DELETE", `/api/operator/accounts/${part(id)}/bindings/${part(binding)}`);
  invitations = () => this.#read<InvitationEntry[]>("/api/operator/invitations");
  invite = (email: string) => this.#write<InvitationEntry>("POST", "/api/operator/invitations", { email });
  withdrawInvitation = (id: string) => this.#write<null>("DELETE", `/api/operator/invitations/${part(id)}`);
  denied = () => this.#read<DeniedEntry[]>("/api/operator/denied");
  removeDenied = (id: string) => this.#write<null>("DELETE", `/api/operator/denied/${part(id)}`);
  operatorOrganisations = () => this.#read<OrganisationEntry[]>("/api/operator/organisations");
  addOrganisation = (domain: string) => this.#write<OrganisationEntry>("POST", "/api/operator/organisations", { domain });
  removeOrganisation = (domain: string) => this.#write<null>("DELETE", `/api/operator/organisations/${part(domain)}`);
  liveMeetings = () => this.#read<LiveMeetings>("/api/operator/meetings");
  mailbox = () => this.#read<Mailbox>("/api/operator/mail");
  configuration = () => this.#read<ConfigurationEntry[]>("/api/operator/configuration");
  audit = () => this.#read<AuditEntry[]>("/api/operator/audit");

  async #read<T>(path: string): Promise<T> {
    return (await send(this.#fetcher, "GET", path)) as T;
  }

  async #write<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
    return (await send(this.#fetcher, method, path, body)) as T;
  }
}

/** Where signing in with a provider begins; `back` is where the browser returns to. */
export function providerSignIn(provider: string, back: string): string {
  return `/api/sign-in/oidc/${part(provider)}?${new URLSearchParams({ return: back })}`;
}

/** Where an account is linked to a provider. */
export function providerLink(provider: string): string {
  return `/api/account/bindings/oidc/${part(provider)}`;
}

function part(text: string): string {
  return encodeURIComponent(text);
}
