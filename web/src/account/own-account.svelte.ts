// SPDX-License-Identifier: MIT OR Apache-2.0
// One's own account as its page shows it.

import type { Account, OrganisationClaim, PasskeyEntry, Right, SessionEntry, Vouchers } from "../generated/http";
import type { Api } from "./api";
import { Refused } from "./http";

/** What the server says about the account, part by part. */
export class OwnAccount {
  readonly #api: Api;
  account = $state.raw<Account | null>(null);
  rights = $state.raw<readonly Right[]>([]);
  passkeys = $state.raw<readonly PasskeyEntry[]>([]);
  sessions = $state.raw<readonly SessionEntry[]>([]);
  claims = $state.raw<readonly OrganisationClaim[]>([]);
  /** `null` where the policy lets the account vouch for nobody. */
  vouchers = $state.raw<Vouchers | null>(null);

  constructor(api: Api) {
    this.#api = api;
  }

  /** Whether there is a way to sign in again; whoever has none loses the account with the session. */
  get hasWayIn(): boolean {
    return this.passkeys.length > 0 || (this.account?.bindings.some(({ kind }) => kind === "email" || kind === "oidc") ?? false);
  }

  /** Fetches everything. Rejects with a `Refused`. */
  async load(): Promise<true> {
    const [account, rights, passkeys, sessions, claims, vouchers] = await Promise.all([
      this.#api.account(),
      this.#api.rights(),
      this.#api.passkeys(),
      this.#api.sessions(),
      this.#api.organisations(),
      this.#vouchers(),
    ]);
    Object.assign(this, { account, rights, passkeys, sessions, claims, vouchers });
    return true;
  }

  /** Fetches what changes with the bindings. */
  async refreshIdentity(): Promise<true> {
    const [account, rights, claims, vouchers] = await Promise.all([this.#api.account(), this.#api.rights(), this.#api.organisations(), this.#vouchers()]);
    Object.assign(this, { account, rights, claims, vouchers });
    return true;
  }

  async refreshPasskeys(): Promise<true> {
    this.passkeys = await this.#api.passkeys();
    return true;
  }

  async refreshSessions(): Promise<true> {
    this.sessions = await this.#api.sessions();
    return true;
  }

  async refreshVouchers(): Promise<true> {
    this.vouchers = await this.#vouchers();
    return true;
  }

  async #vouchers(): Promise<Vouchers | null> {
    try {
      return await this.#api.vouchers();
    } catch (error) {
      if (error instanceof Refused && (error.code === "not_allowed" || error.code === "account_suspended")) return null;
      throw error;
    }
  }
}
