// SPDX-License-Identifier: MIT OR Apache-2.0
// What every page knows: who is signed in, what the installation offers, and how to get to another page.

import { createContext } from "svelte";

import type { InstanceInfo, Session } from "../generated/http";
import type { MeetingDetails } from "../room/client";
import type { Memory } from "../room/memory";
import type { Toasts } from "../room/toasts.svelte";
import type { Mode } from "../room/view";
import { Api } from "./api";
import { Freshness } from "./freshness.svelte";
import { KeptLinks } from "./kept-links";
import { ReturnTo } from "./return-to";
import type { Unlock } from "./unlock";

/** What the pages need of their surroundings. */
export interface Surroundings {
  memory: Memory;
  toasts: Toasts;
  /** Shows what is at an address of this site; with `isReplacing`, Back does not lead here again. */
  go(address: string, isReplacing?: boolean): void;
  /** Makes a meeting and returns its whole invitation. */
  createMeeting(mode: Mode, details: MeetingDetails): Promise<string>;
  /** Returns the link that makes its holder host, `null` if this browser does not hold the host key. */
  hostLink(invitation: string): Promise<string | null>;
}

/** The site, as all of its pages share it. */
export class Site {
  readonly api: Api;
  readonly memory: Memory;
  readonly toasts: Toasts;
  readonly links: KeptLinks;
  readonly returnTo: ReturnTo;
  readonly freshness = new Freshness();
  readonly go: Surroundings["go"];
  readonly createMeeting: Surroundings["createMeeting"];
  readonly hostLink: Surroundings["hostLink"];
  /** What the person set out to do when a denial sent them to their account page. */
  wish = $state.raw<Unlock | null>(null);
  #session = $state.raw<Session | null>(null);
  #instance = $state.raw<InstanceInfo | null>(null);
  #isUnreachable = $state(false);

  constructor({ memory, toasts, go, createMeeting, hostLink }: Surroundings, api = new Api(), links = KeptLinks.ofBrowser(), returnTo = ReturnTo.ofBrowser()) {
    this.memory = memory;
    this.toasts = toasts;
    this.go = go;
    this.createMeeting = createMeeting;
    this.hostLink = hostLink;
    this.api = api;
    this.links = links;
    this.returnTo = returnTo;
  }

  /** `null` until the server has said who is signed in. */
  get session(): Session | null {
    return this.#session;
  }

  /** `null` until the server has said what it offers. */
  get instance(): InstanceInfo | null {
    return this.#instance;
  }

  /** Whether the server did not answer the last time. */
  get isUnreachable(): boolean {
    return this.#isUnreachable;
  }

  /** Asks the server who is signed in and what it offers. */
  async load(): Promise<void> {
    const [session, instance] = await Promise.allSettled([this.api.session(), this.api.instance()]);
    if (session.status === "fulfilled") this.#session = session.value;
    if (instance.status === "fulfilled") this.#instance = instance.value;
    this.#isUnreachable = session.status === "rejected";
  }

  /** Somebody signed in. */
  enter(session: Session): void {
    this.#session = session;
  }

  /** Nobody is signed in any more. */
  leave(): void {
    this.#session = { account: null, is_fresh: false };
    this.wish = null;
  }

  /** The account is called otherwise from here on. */
  rename(name: string): void {
    const { session } = this;
    if (session !== null && session.account !== null) this.#session = { ...session, account: { ...session.account, name } };
  }

  /** Goes to the sign-in page, and afterwards back to where the person is. */
  signIn(back = location.pathname + location.search + location.hash): void {
    this.returnTo.remember(back);
    this.go("/sign-in");
  }
}

/** The site around the component. */
export const [siteOf, provideSite] = createContext<Site>();
