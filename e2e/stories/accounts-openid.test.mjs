// SPDX-License-Identifier: MIT OR Apache-2.0
// Signing in through a real OpenID provider, and through one that hands out tokens which nobody may accept.

import assert from "node:assert/strict";
import { nameOneself, signInWithCode, signInWithProvider } from "../lib/account-pages.mjs";
import { TAMPERINGS } from "../lib/openid.mjs";
import { ACCOUNTS, PROVIDER, stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ ...ACCOUNTS, hasOpenId: true });
const CONTINUE = `Continue with ${PROVIDER.name}`;

story("somebody signs in through a provider, which is then who they are", async ({ server, chromium, openid }, { person }) => {
  const ada = await person(chromium, "Ada");
  await ada.goTo(`${server.origin}/sign-in`);
  await signInWithProvider(ada, openid, CONTINUE, "ada");
  await nameOneself(ada);
  await ada.reads(PROVIDER.name, "Signed in through a provider.");
  const { id, bindings } = await account(ada);
  assert.deepEqual(bindings.map(({ kind }) => kind).filter((kind) => kind === "oidc"), ["oidc"]);

  await ada.press("Sign out");
  await ada.goTo(`${server.origin}/sign-in`);
  await signInWithProvider(ada, openid, CONTINUE, "ada");
  await ada.expect("heading", "Account");
  assert.equal((await account(ada)).id, id, "the same account");
});

story("a provider is connected only by somebody who is signed in, and to one account", async (set, { person }) => {
  const { server, chromium, openid } = set;
  const [berta, carl] = await Promise.all([person(chromium, "Berta"), person(chromium, "Carl")]);
  // The provider says the same address: that alone joins nothing.
  await signInWithCode(berta, set, "berta@provider.example");
  await carl.goTo(`${server.origin}/sign-in`);
  await signInWithProvider(carl, openid, CONTINUE, "berta");
  await nameOneself(carl);
  assert.notEqual((await account(carl)).id, (await account(berta)).id);

  await signInWithProvider(berta, openid, `Connect ${PROVIDER.name}`, "berta");
  await berta.reads("That login belongs to another account here.");
  assert.ok(!(await account(berta)).bindings.some(({ kind }) => kind === "oidc"));
  const guest = await fetch(`${server.origin}/api/account/bindings/oidc/${PROVIDER.id}`, { redirect: "manual" });
  assert.match(guest.headers.get("location"), /^\/account\?problem=/, "a guest is not even sent to the provider");
});

story("a provider that checked who somebody is unlocks hosting end-to-end", async (set, { person, finally: afterwards }) => {
  const { server, chromium, openid } = set;
  afterwards(() => (openid.claims = {}));
  const dora = await person(chromium, "Dora");
  await signInWithCode(dora, set, "dora@fern.example");
  await refusedEndToEnd(dora, server);
  openid.claims = { verified_claims: { verification: { trust_framework: "eidas", assurance_level: "high" }, claims: { given_name: "Dora", birthdate: "1990-01-01" } } };
  await dora.goTo(`${server.origin}/account`);
  await signInWithProvider(dora, openid, `Connect ${PROVIDER.name}`, "dora");
  await dora.expect("button", `Remove ${PROVIDER.name}`);
  await dora.makeMeeting(server.origin, "e2ee");
  const stored = await dora.page.evaluate(async () => await (await fetch("/api/account/export")).text());
  assert.match(stored, /eidas/, "how it was checked is kept");
  assert.doesNotMatch(stored, /1990-01-01/, "what was checked is not");
});

for (const tampering of Object.keys(TAMPERINGS)) {
  story(`a token with ${tampering} is refused in words`, async ({ server, chromium, openid }, { person, finally: afterwards }) => {
    afterwards(() => (openid.tampering = undefined));
    openid.tampering = tampering;
    const eve = await person(chromium, "Eve");
    const tokens = openid.tokens;
    await eve.goTo(`${server.origin}/sign-in`);
    await signInWithProvider(eve, openid, CONTINUE, "eve");
    await eve.reads("The provider did not confirm who you are.");
    assert.equal(openid.tokens, tokens + 1, "the token was asked for and handed out");
    assert.equal(await eve.page.evaluate(async () => (await (await fetch("/api/session")).json()).account), null);
  });
}

story("whoever turns back at the provider, or comes back with another's answer, is not signed in", async ({ server, chromium, openid }, { person }) => {
  const finn = await person(chromium, "Finn");
  await finn.goTo(`${server.origin}/sign-in`);
  await finn.press(CONTINUE);
  await until("Finn is at the provider", () => finn.page.url().startsWith(openid.issuer));
  await finn.press("[ Cancel ]", "link");
  await finn.reads("The provider did not confirm who you are.");

  await finn.goTo(`${server.origin}/api/sign-in/oidc/${PROVIDER.id}/callback?state=another&code=another`);
  await finn.reads("The provider did not confirm who you are.");

  // The code that Gina's browser should bring, in Finn's browser.
  const gina = await person(chromium, "Gina");
  let stolen;
  await gina.page.setRequestInterception(true);
  gina.page.on("request", (request) => {
    if (request.url().includes("/callback?")) {
      stolen = request.url();
      void request.abort();
    } else {
      void request.continue();
    }
  });
  await gina.goTo(`${server.origin}/sign-in`);
  await signInWithProvider(gina, openid, CONTINUE, "gina");
  await finn.goTo(stolen);
  await finn.reads("The provider did not confirm who you are.");
  assert.equal(await finn.page.evaluate(async () => (await (await fetch("/api/session")).json()).account), null);
});

story("a provider that is down is told in words, and leaves the other ways open", async (set, { person }) => {
  const { server, chromium, openid } = set;
  await openid.stop();
  await server.halt();
  await server.resume();
  const hans = await person(chromium, "Hans");
  await hans.goTo(`${server.origin}/sign-in`);
  await hans.press(CONTINUE);
  await hans.reads("The provider cannot be reached.");
  await signInWithCode(hans, set, "hans@fern.example");
});

async function refusedEndToEnd(person, server) {
  await person.goTo(`${server.origin}/`);
  await person.press("End-to-end", "radio");
  await person.press("New meeting");
  await person.expect("button", "Connect an identity provider that checked who you are");
}

async function account(person) {
  return await person.page.evaluate(async () => await (await fetch("/api/account")).json());
}
