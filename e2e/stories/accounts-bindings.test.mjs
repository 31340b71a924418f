// SPDX-License-Identifier: MIT OR Apache-2.0
// What speaks for an account: a phone number, vouchers, an organisation, payments; and the sessions of its browsers. All of it
// from the account's page, with a real gateway, name server and payment webhook behind it.

import assert from "node:assert/strict";
import { after } from "node:test";
import { NameServer, PaymentProvider, SmsGateway } from "../lib/account-outside.mjs";
import { enterCode, signInWithCode } from "../lib/account-pages.mjs";
import { ACCOUNTS, stage } from "../lib/story.mjs";
import { Visitor } from "../lib/visitor.mjs";
import { until } from "../lib/wait.mjs";

const [sms, names] = await Promise.all([SmsGateway.start(), NameServer.start()]);
const payments = new PaymentProvider("whsec_of_the_stories");
const env = { ...ACCOUNTS.env, ...sms.configuration, ...names.configuration, ...payments.configuration };
const { story } = stage({ ...ACCOUNTS, env, browsers: ["chromium", "firefox"] });
after(() => [sms, names].forEach((server) => server.stop()));

const E2EE = { mode: "e2ee" };

story("a verified phone number unlocks end-to-end meetings and vouching, and a voucher is withdrawn, or handed over and used", async (set, { person }) => {
  const { server, chromium, firefox } = set;
  const [ada, ben] = await Promise.all([person(chromium, "Ada"), person(firefox, "Ben")]);
  const member = await Visitor.withAccount(set, "ben@moss.example", "Ben");
  await signInWithCode(ada, set, "ada@fern.example");

  await ada.press("Verify a phone number");
  await ada.type("Phone number", "+1 202 555 0100");
  await ada.press("Send code");
  await ada.reads("No code can be sent to that number from here.");
  await ada.type("Phone number", "+49 151 23456789");
  await ada.press("Send code");
  await ada.type("Six-digit code", await sms.codeFor("+4915123456789"));
  await ada.expectGone("dialog", "Verify a phone number");
  await ada.reads("…89");
  assert.equal(sms.messages.length, 1, "nothing went to the other country");
  assert.equal(sms.messages[0].authorization, "Bearer of-the-stories");
  assert.match(sms.messages[0].text, /@localhost #\d{6}$/, "the code is bound to this site");
  await ada.makeMeeting(server.origin, "e2ee");

  await ada.goTo(`${server.origin}/account`);
  const slip = await voucherOf(ada);
  await ada.press("Withdraw");
  await ada.reads("The voucher was withdrawn.");
  const code = await voucherOf(ada);
  assert.equal((await member.ask("POST", "/api/meetings", E2EE)).status, 403, "an address alone does not do");
  await member.lendTo(ben);
  await ben.goTo(`${server.origin}/account`);
  await ben.press("Enter a voucher");
  await ben.type("Voucher", slip);
  await ben.press("Use voucher");
  await ben.reads("That voucher is not right");
  await ben.type("Voucher", code.toLowerCase().replaceAll("-", " "));
  await ben.press("Use voucher");
  await ben.reads("The voucher was accepted.");
  await ben.makeMeeting(server.origin, "e2ee");

  await ada.page.reload();
  await ada.reads("Used");
  await ada.press("Remove …89");
  await ada.press("Remove");
  await until("nobody vouches for Ben any more", async () => (await member.ask("POST", "/api/meetings", E2EE)).status === 403);
});

story("a TXT record proves an organisation, and a payment gives the paid plan until it is cancelled", async (set, { person }) => {
  const { server, chromium } = set;
  const [cleo, member] = await Promise.all([person(chromium, "Cleo"), Visitor.withAccount(set, "cleo@reed.example", "Cleo")]);
  await member.lendTo(cleo);
  await cleo.goTo(`${server.origin}/account`);
  await cleo.press("Prove an organisation");
  await cleo.type("Domain", "reed.example");
  await cleo.press("Show the record");
  await cleo.reads("_incamera.reed.example");
  await cleo.press("Check");
  await cleo.reads("The record is not there yet");
  const [claim] = await member.get("GET", "/api/account/organisations");
  await cleo.reads(claim.record_value);
  names.records.set(claim.record_name, claim.record_value);
  await cleo.press("Check");
  await cleo.reads("reed.example is proven.");
  assert.equal((await member.ask("POST", "/api/meetings", E2EE)).status, 201, "the organisation speaks for Cleo");

  await cleo.goTo(`${server.origin}/account`);
  const link = await cleo.expect("link", "Get the paid plan");
  assert.equal(new URL(await link.evaluate((anchor) => anchor.href)).searchParams.get("client_reference_id"), member.account.id);
  await payments.subscribed(server, member.account.id);
  await cleo.page.reload();
  await cleo.reads("Paid");
  assert.equal((await member.get("GET", "/api/account")).plan, "paid");
  await payments.cancelled(server);
  await cleo.page.reload();
  await cleo.expect("link", "Get the paid plan");
  assert.equal((await member.get("GET", "/api/account")).plan, "free");
});

story("whoever signs a browser out from the list finds it signed out", async (set, { person }) => {
  const { server, chromium, firefox } = set;
  const [dora, elsewhere] = await Promise.all([person(chromium, "Dora"), person(firefox, "Dora")]);
  const one = await Visitor.withAccount(set, "dora@fern.example", "Dora");
  await one.lendTo(dora);
  await elsewhere.goTo(`${server.origin}/sign-in`);
  await enterCode(elsewhere, set.mail, "dora@fern.example");
  await elsewhere.expect("heading", "Account");
  await dora.goTo(`${server.origin}/account`);
  await dora.press("Sign out Firefox on Linux");
  await dora.expect("alertdialog", "Sign out Firefox on Linux?");
  await dora.press("Sign out");
  await until("one session is left", async () => (await one.get("GET", "/api/account/sessions")).length === 1);
  await elsewhere.page.reload();
  await elsewhere.expect("heading", "Sign in");
  await dora.page.reload();
  await dora.reads("dora@fern.example");
});

/** Makes a voucher on the account's page, and returns its code. @param {import("../lib/person.mjs").Person} person */
async function voucherOf(person) {
  await person.press("Make a voucher");
  const code = await until(`${person.name} has a voucher`, async () => /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}/.exec(await person.text())?.[0]);
  await person.press("Done");
  await person.expectGone("dialog", "Your voucher");
  return code;
}
