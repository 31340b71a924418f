// SPDX-License-Identifier: MIT OR Apache-2.0
// Signing in with a passkey or a code; how the person comes back from a provider is the server's.

import type { Session } from "../generated/http";
import { Act } from "./act.svelte";
import type { Api } from "./api";
import { CodeFlow } from "./code-flow.svelte";
import { canSuggestPasskeys, usePasskey } from "./passkeys";

/** One attempt to sign in, by whichever way works first. */
export class SignIn {
  readonly passkey = new Act();
  readonly code: CodeFlow<Session>;
  readonly #api: Api;
  readonly #entered: (session: Session) => void;
  #suggesting: AbortController | null = null;

  /** `name` is what a new account is to be called; `entered` is told once somebody is signed in. */
  constructor(api: Api, name: string, entered: (session: Session) => void) {
    this.#api = api;
    this.#entered = (session) => {
      this.stopSuggesting();
      entered(session);
    };
    this.code = new CodeFlow({ begin: api.beginEmailSignIn, finish: (ceremony, code) => api.finishEmailSignIn(ceremony, code, name) });
  }

  /** Asks for a passkey. */
  async usePasskey(): Promise<void> {
    // A browser does one of these at a time.
    this.stopSuggesting();
    const session = await this.passkey.run(async () => {
      const { ceremony, options } = await this.#api.beginPasskeySignIn();
      return this.#api.finishPasskeySignIn(ceremony, await usePasskey(options));
    });
    if (session !== null) this.#entered(session);
    else void this.suggest();
  }

  /** Has the browser offer passkeys among a field's suggestions, until one is chosen or {@link stopSuggesting}. */
  async suggest(): Promise<void> {
    if (this.#suggesting !== null) return;
    const suggesting = new AbortController();
    this.#suggesting = suggesting;
    if (!(await canSuggestPasskeys()) || suggesting.signal.aborted) return;
    const renewal = setTimeout(() => {
      this.stopSuggesting();
      void this.suggest();
    }, RENEW_AFTER_MS);
    suggesting.signal.addEventListener("abort", () => clearTimeout(renewal));
    let begun;
    let credential;
    try {
      begun = await this.#api.beginPasskeySignIn();
      credential = await usePasskey(begun.options, { isSuggestion: true, signal: suggesting.signal });
    } catch {
      // A suggestion that nobody took is no failure: the button is there.
      return;
    }
    const { ceremony } = begun;
    const session = await this.passkey.run(() => this.#api.finishPasskeySignIn(ceremony, credential));
    if (session !== null) this.#entered(session);
  }

  stopSuggesting(): void {
    this.#suggesting?.abort();
    this.#suggesting = null;
  }

  /** Has the code checked. Returns whether somebody is signed in. */
  async checkCode(code: string): Promise<boolean> {
    const session = await this.code.check(code);
    if (session !== null) this.#entered(session);
    return session !== null;
  }
}

// The server forgets a challenge after five minutes; whoever takes longer over the page gets a fresh one in time.
const RENEW_AFTER_MS = 240_000;
