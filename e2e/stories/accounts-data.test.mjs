// SPDX-License-Identifier: MIT OR Apache-2.0
// Whose data it is: taken along, and erased. And in which language the pages say so.

import assert from "node:assert/strict";
import { download, enterCode, signInWithCode } from "../lib/account-pages.mjs";
import { ACCOUNTS, stage } from "../lib/story.mjs";
import { Visitor } from "../lib/visitor.mjs";

const { story } = stage(ACCOUNTS);

story("an account is exported and erased, and nothing of it is found afterwards", async (set, { person }) => {
  const { server, chromium, mail } = set;
  const [ada, operator] = await Promise.all([person(chromium, "Ada"), Visitor.withOperatorLink(server)]);
  await signInWithCode(ada, set, "ada@fern.example");
  await ada.makeMeeting(server.origin, "standard");
  await ada.goTo(`${server.origin}/account`);
  const { name, text } = await download(ada, "Export my data");
  assert.match(name, /\.json$/);
  const data = JSON.parse(text);
  assert.equal(data.accounts.name, "Ada");
  assert.equal(data.identity_bindings[0].label, "ada@fern.example");
  assert.equal(data.meetings.length, 1);
  const { id } = await ada.page.evaluate(async () => await (await fetch("/api/account")).json());
  const [meeting] = await ada.page.evaluate(async () => await (await fetch("/api/meetings")).json());
  const [session] = await ada.page.browserContext().cookies();

  await server.ageSignIns();
  await ada.press("Erase account");
  await ada.type("Type ERASE to confirm", "ERASE");
  await ada.press("Erase account");
  await ada.expect("dialog", "Confirm that it is you");
  await enterCode(ada, mail, "ada@fern.example");
  await ada.reads("Your account was erased.");

  const old = new Visitor(server.origin);
  old.cookie = `${session.name}=${session.value}`;
  assert.equal((await old.ask("GET", "/api/account")).status, 403);
  assert.equal((await operator.ask("GET", `/api/operator/accounts/${id}`)).status, 404);
  assert.deepEqual((await operator.get("GET", "/api/operator/accounts?search=ada")).accounts, []);
  assert.equal((await old.ask("GET", `/api/meetings/${meeting.id}`)).status, 404);
  const fresh = await Visitor.withAccount(set, "ada@fern.example");
  assert.notEqual(fresh.account.id, id, "the address makes a new account");
  assert.equal(fresh.account.name, "");
  assert.deepEqual(await fresh.get("GET", "/api/meetings"), []);
});

story("the pages speak German when asked to, and still do after a reload", async (set, { person }) => {
  const { server, chromium } = set;
  const [ada, member] = await Promise.all([person(chromium, "Ada"), Visitor.withAccount(set, "berta@fern.example", "Berta")]);
  await ada.goTo(`${server.origin}/`);
  assert.equal(await language(ada), "en");
  await ada.choose("Language", "Deutsch");
  await ada.reads("Neue Besprechung");
  assert.equal(await language(ada), "de");
  await ada.page.reload();
  await ada.reads("Neue Besprechung");
  await ada.goTo(`${server.origin}/sign-in`);
  await ada.reads("Anmelden");
  await member.lendTo(ada);
  for (const [path, word] of [["/account", "Sitzungen"], ["/meetings", "Meine Besprechungen"], ["/policy", "SHA-256"]]) {
    await ada.goTo(`${server.origin}${path}`);
    await ada.reads(word);
    assert.equal(await language(ada), "de");
  }
  await ada.choose("Sprache", "English");
  await ada.reads("Who may do what");
  assert.equal(await language(ada), "en");
});

async function language(person) {
  return await person.page.evaluate(() => document.documentElement.lang);
}
