// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import type { Session } from "../generated/http";
import { Memory } from "../room/memory";
import { Toasts } from "../room/toasts.svelte";
import { Api } from "./api";
import { KeptLinks } from "./kept-links";
import { OwnAccount } from "./own-account.svelte";
import { ReturnTo } from "./return-to";
import { Site } from "./site.svelte";

const ANA: Session = { account: { id: "AAEC", name: "Ana", standing: "good", plan: "free", is_operator: false }, is_fresh: true };

test("the site knows who is signed in once the server has said so", async () => {
  const { site } = around({ "/api/session": ANA, "/api/instance": { name: "Meet" } });
  expect(site.session).toBeNull();
  await site.load();
  expect([site.session?.account?.name, site.instance?.name, site.isUnreachable]).toEqual(["Ana", "Meet", false]);
  site.rename("Ana L.");
  expect(site.session?.account?.name).toBe("Ana L.");
  site.leave();
  expect(site.session?.account).toBeNull();
});

test("without a server nobody is taken for signed out", async () => {
  const { site } = around({});
  await site.load();
  expect([site.session, site.isUnreachable]).toEqual([null, true]);
});

test("whoever is sent to sign in comes back with the meeting's secret, which is in no address meanwhile", () => {
  const { site, went } = around({});
  site.signIn("/m/AAECAwQFBgcICQoLDA0ODw#e.AAAA");
  expect(went).toEqual(["/sign-in"]);
  expect(site.returnTo.take()).toBe("/m/AAECAwQFBgcICQoLDA0ODw#e.AAAA");
});

test("an account without a passkey, an address or a provider has no way in", async () => {
  const bindings = [{ id: "1", kind: "voucher", label: "", verified_at: 0 }];
  const answers = {
    "/api/account": { bindings },
    "/api/account/rights": [],
    "/api/account/passkeys": [] as unknown[],
    "/api/account/sessions": [],
    "/api/account/organisations": [],
    "/api/account/vouchers": { code: "not_allowed" },
  };
  const own = new OwnAccount(around(answers).site.api);
  await own.load();
  expect([own.hasWayIn, own.vouchers]).toEqual([false, null]);
  answers["/api/account/passkeys"] = [{ id: "1" }];
  await own.refreshPasskeys();
  expect(own.hasWayIn).toBe(true);
});

function around(answers: Record<string, unknown>): { site: Site; went: string[] } {
  const went: string[] = [];
  const items = new Map<string, string>();
  const tab = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  } as unknown as Storage;
  const api = new Api(async (path) => {
    const answer = answers[path];
    if (answer === undefined) throw new TypeError("no network");
    return Response.json(answer, { status: typeof answer === "object" && answer !== null && "code" in answer ? 403 : 200 });
  });
  const surroundings = {
    memory: new Memory(null, null),
    toasts: new Toasts(),
    go: (address: string) => void went.push(address),
    createMeeting: () => Promise.reject(new Error("unused")),
    hostLink: () => Promise.resolve(null),
  };
  return { site: new Site(surroundings, api, new KeptLinks(null), new ReturnTo(tab)), went };
}
