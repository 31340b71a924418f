// SPDX-License-Identifier: MIT OR Apache-2.0
// Passkeys, with a virtual authenticator that keeps them and checks its holder.

import assert from "node:assert/strict";
import { enterCode, plugAuthenticator, signInWithCode } from "../lib/account-pages.mjs";
import { ACCOUNTS, stage } from "../lib/story.mjs";
import { Visitor } from "../lib/visitor.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage(ACCOUNTS);

story("a passkey is added, signs in, is renamed, and signs in no more once it is removed", async (set, { person }) => {
  const ada = await person(set.chromium, "Ada");
  const device = await plugAuthenticator(ada);
  await signInWithCode(ada, set, "ada@fern.example");
  await ada.press("Add a passkey");
  await ada.reads("Passkey added.");
  const [made] = await device.credentials();
  assert.ok(made.isResidentCredential, "it is found without a name being typed");

  await ada.press("Sign out");
  await signInWithPasskey(ada, set.server);
  await ada.reads("Signed in with a passkey.");

  const name = await passkeyName(ada);
  await ada.press(`Rename ${name}`);
  await ada.type("Name", "Desk");
  await ada.press("Save");
  await ada.expect("button", "Remove Desk");
  await ada.press("Remove Desk");
  await ada.press("Remove");
  await ada.expectGone("button", "Remove Desk");
  assert.equal((await device.credentials()).length, 1, "the authenticator still has it");

  await ada.press("Sign out");
  await ada.goTo(`${set.server.origin}/sign-in`);
  await ada.press("Sign in with a passkey");
  await ada.reads("That passkey was not accepted here.");
  assert.equal(await signedIn(ada), null);
});

story("an account has several passkeys, and none of them signs in without its holder", async (set, { person }) => {
  const [desk, phone] = await Promise.all([person(set.chromium, "Berta"), person(set.chromium, "Berta")]);
  const devices = await Promise.all([plugAuthenticator(desk), plugAuthenticator(phone)]);
  await signInWithCode(desk, set, "berta@fern.example");
  await desk.press("Add a passkey");
  await desk.reads("Passkey added.");
  await phone.goTo(`${set.server.origin}/sign-in`);
  await enterCode(phone, set.mail, "berta@fern.example");
  await phone.expect("heading", "Account");
  await phone.press("Add a passkey");
  await phone.reads("Passkey added.");
  assert.deepEqual((await Promise.all(devices.map((device) => device.credentials()))).map(({ length }) => length), [1, 1]);

  // The same authenticator holds one passkey of an account, not two.
  await phone.press("Add a passkey");
  await phone.reads("This device holds a passkey for this account already.");

  await desk.press("Sign out");
  await devices[0].recognise(false);
  await desk.goTo(`${set.server.origin}/sign-in`);
  await desk.press("Sign in with a passkey");
  await desk.reads("No passkey was used.");
  assert.equal(await signedIn(desk), null);
  await devices[0].recognise(true);
  await signInWithPasskey(desk, set.server);
});

story("a passkey's answer works once, for the ceremony that it was asked in", async (set, { person }) => {
  const cleo = await person(set.chromium, "Cleo");
  await plugAuthenticator(cleo);
  await signInWithCode(cleo, set, "cleo@fern.example");
  await cleo.press("Add a passkey");
  await cleo.reads("Passkey added.");

  const ceremony = async () => await new Visitor(set.server.origin).get("POST", "/api/sign-in/passkey/begin", {});
  const [one, other] = [await ceremony(), await ceremony()];
  const credential = await cleo.page.evaluate(async (options) => {
    const answer = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) });
    return answer.toJSON();
  }, one.options);
  const finish = async (id) => (await new Visitor(set.server.origin).ask("POST", "/api/sign-in/passkey/finish", { ceremony: id, credential })).status;
  assert.equal(await finish(other.ceremony), 401, "it answers another challenge");
  assert.equal(await finish(one.ceremony), 200);
  assert.equal(await finish(one.ceremony), 401, "it has been used");
});

story("the last way to sign in cannot be removed, and an old sign-in is asked to confirm itself first", async (set, { person }) => {
  const dora = await person(set.chromium, "Dora");
  const device = await plugAuthenticator(dora);
  await signInWithCode(dora, set, "dora@fern.example");
  await dora.press("Remove dora@fern.example");
  await dora.press("Remove");
  await dora.reads("That is the only way to sign in to this account.");
  await dora.press("Cancel");

  await dora.press("Add a passkey");
  await dora.reads("Passkey added.");
  await device.unplug();
  await set.server.ageSignIns();
  await dora.press("Remove dora@fern.example");
  await dora.press("Remove");
  await dora.expect("dialog", "Confirm that it is you");
  await enterCode(dora, set.mail, "dora@fern.example");
  await dora.expectGone("button", "Remove dora@fern.example");
  assert.deepEqual((await account(dora)).bindings, []);
});

async function signInWithPasskey(person, server) {
  await person.goTo(`${server.origin}/sign-in`);
  // The field for the address suggests passkeys: the authenticator, which needs no finger, may take that up by itself.
  await until(`${person.name} is signed in`, async () => {
    const button = await person.find("button", "Sign in with a passkey");
    await button?.click().catch(() => {});
    return (await person.find("heading", "Account")) !== null;
  });
}

async function passkeyName(person) {
  const { length, 0: passkey } = await person.page.evaluate(async () => await (await fetch("/api/account/passkeys")).json());
  assert.equal(length, 1);
  return passkey.name;
}

async function signedIn(person) {
  return await person.page.evaluate(async () => (await (await fetch("/api/session")).json()).account);
}

async function account(person) {
  return await person.page.evaluate(async () => await (await fetch("/api/account")).json());
}
