// SPDX-License-Identifier: MIT OR Apache-2.0
// Whoever runs the installation: how they become its operator, and what their console does.

import assert from "node:assert/strict";
import { nameOneself } from "../lib/account-pages.mjs";
import { Server } from "../lib/server.mjs";
import { stage } from "../lib/story.mjs";
import { Visitor } from "../lib/visitor.mjs";
import { until } from "../lib/wait.mjs";

const SECRET = "whsec_that_nobody_reads";
// Without a mail relay.
const { story } = stage({ env: { INCAMERA__POLICY: "verified-e2ee", INCAMERA__PAYMENT__WEBHOOK_SECRET: SECRET } });

story("the first start prints a link that makes its holder the operator, once", async ({ chromium }, tools) => {
  const server = await Server.start();
  tools.finally(() => server.stop());
  const link = server.operatorLink;
  const ada = await tools.person(chromium, "Ada");
  await ada.goTo(link);
  await ada.press("Become the operator");
  await ada.reads("You have no way to sign in again");
  assert.ok(!ada.page.url().includes("#"), "the token has left the address bar");
  await ada.press("Operator’s console", "link");
  await ada.expect("searchbox", "Search accounts");

  const eve = await tools.person(chromium, "Eve");
  await eve.goTo(link);
  await eve.press("Become the operator");
  await eve.reads("That link was used already, or is not right.");
  await eve.goTo(`${server.origin}/operator`);
  await eve.expect("heading", "Sign in");

  await server.halt();
  await server.resume();
  assert.doesNotMatch(server.child.stdout, /operator#/, "there is an operator: no link is printed any more");
  await ada.goTo(`${server.origin}/operator`);
  await ada.expect("searchbox", "Search accounts");
});

/** The operator of the file's server. @type {Visitor} */
let operator;

story("without a mail relay, codes wait in a mailbox that only the operator reads", async ({ server, chromium }, { person }) => {
  assert.match(server.child.stderr, /no mail relay is configured/, "the server says so at its start");
  operator = await Visitor.withOperatorLink(server);
  const [ada, root] = await Promise.all([person(chromium, "Ada"), person(chromium, "Root")]);
  await ada.goTo(`${server.origin}/sign-in`);
  await ada.type("E-mail", "ada@fern.example");
  await ada.press("Send code");
  await ada.expect("heading", "Enter the code");

  await operator.lendTo(root);
  await root.goTo(`${server.origin}/operator/mail`);
  await root.reads("No mail relay is configured.", "ada@fern.example");
  const code = /\b\d{6}\b/.exec(await root.text())?.[0];
  assert.ok(code, "the code is in the mailbox");
  await ada.type("Six-digit code", code);
  await nameOneself(ada);
  await ada.reads("ada@fern.example");
  await ada.goTo(`${server.origin}/operator/mail`);
  await ada.reads("Only the operator of this server sees this page.");
});

story("an account is found, suspended with a reason until a day, its meetings rest, and it is let go again", async ({ server, chromium }, { person }) => {
  const member = await accountOf(server, "grace@fern.example", "Grace");
  const [grace, guest, root] = await Promise.all([person(chromium, "Grace"), person(chromium, "Gil"), person(chromium, "Root")]);
  await Promise.all([member.lendTo(grace), operator.lendTo(root)]);
  const link = await grace.makeMeeting(server.origin, "standard");

  await openAccount(root, server, "Grace");
  await root.press("Change standing");
  await root.press("Suspended", "radio");
  await root.type("Reason", "Two reports of spam");
  await root.choose("Until", "For 7 days");
  await root.press("Save standing");
  await root.reads("Suspended", "Two reports of spam");

  await guest.goTo(link);
  await guest.type("Your name", "Gil");
  await guest.press("Join now");
  await guest.reads("The operator closed this meeting");
  assert.ok(!(await guest.text()).includes("suspended"), "of the account a guest learns nothing");
  const again = await accountOf(server, "grace@fern.example");
  await again.lendTo(grace);
  await grace.goTo(`${server.origin}/account`);
  await grace.reads("The operator has set this account to: Suspended", "Two reports of spam", "Until");
  assert.equal((await again.ask("POST", "/api/meetings", { mode: "standard" })).body.code, "account_suspended");

  await root.press("Change standing");
  await root.press("Good", "radio");
  await root.press("Save standing");
  await root.expectGone("dialog", "Change standing");
  await guest.goTo(link);
  await guest.expect("button", "Join now");
  await guest.joinNow("Gil");
  assert.equal((await again.ask("POST", "/api/meetings", { mode: "standard" })).status, 201);
});

story("the operator vouches, and a terminated account's address stays out until it is taken off the deny list", async ({ server, chromium }, { person }) => {
  const [member, root] = await Promise.all([accountOf(server, "mallory@fern.example", "Mallory"), person(chromium, "Root")]);
  await operator.lendTo(root);
  await openAccount(root, server, "Mallory");
  await root.press("Vouch");
  await until("Mallory has a voucher", async () => (await member.get("GET", "/api/account")).bindings.some(({ kind }) => kind === "voucher"));
  assert.equal((await member.ask("POST", "/api/meetings", E2EE)).status, 201, "the voucher unlocks end-to-end encrypted meetings");

  await root.press("Change standing");
  await root.press("Terminated", "radio");
  await root.type("Reason", "Sold access");
  await root.press("Save standing");
  await root.expectGone("dialog", "Change standing");
  assert.equal((await member.ask("POST", "/api/meetings", { mode: "standard" })).body.code, "account_suspended");
  await member.get("DELETE", "/api/account");
  const back = await begin(server, "mallory@fern.example");
  assert.deepEqual([back.status, back.body.denial?.rule], [403, "banned-identities-stay-out"], "erasing does not open the door again");

  await root.press("Deny list", "link");
  await root.reads("Since");
  const { id } = (await operator.get("GET", "/api/operator/denied")).at(0);
  await root.press(`Remove E-mail address ${id}`);
  await root.press("Remove");
  await root.expectGone("button", `Remove E-mail address ${id}`);
  assert.equal((await begin(server, "mallory@fern.example")).status, 200);
});

story("the console shows the configuration in force without its secrets, and counts of meetings without people", async ({ server, chromium }, { person }) => {
  const root = await person(chromium, "Root");
  await operator.lendTo(root);
  await root.goTo(`${server.origin}/operator/configuration`);
  await root.reads("payment.webhook_secret", "Hidden", "verified-e2ee", "accounts.denied_days");
  for (const part of ["configuration", "audit", "mail", "accounts", "meetings"]) {
    const answer = await operator.get("GET", `/api/operator/${part}`);
    assert.ok(!JSON.stringify(answer).includes(SECRET), `the secret is not in ${part}`);
  }
  await root.press("Meetings now", "link");
  await root.reads("People in them");
  assert.deepEqual(Object.keys(await operator.get("GET", "/api/operator/meetings")).sort(), ["connections", "live", "participants"]);
  await root.press("Audit", "link");
  await root.reads("Detail");
});

const E2EE = { mode: "e2ee" };

async function openAccount(person, server, name) {
  await person.goTo(`${server.origin}/operator`);
  await person.type("Search accounts", name.toLowerCase(), "searchbox");
  await person.reads(name);
  await person.press(name, "link");
  await person.expect("heading", name);
}

/** Signs in with the code that the operator finds in the mailbox. */
async function accountOf(server, email, name) {
  const visitor = new Visitor(server.origin);
  const { body } = await begin(server, email, name, visitor);
  visitor.account = body.account;
  return visitor;
}

async function begin(server, email, name, visitor = new Visitor(server.origin)) {
  const { ceremony } = await visitor.get("POST", "/api/sign-in/email/begin", { email });
  const code = await until(`a code for ${email} in the mailbox`, async () => {
    const { mails } = await operator.get("GET", "/api/operator/mail");
    const newest = mails.find(({ id, to }) => to === email && !read.has(id));
    if (newest) read.add(newest.id);
    return newest && /\b\d{6}\b/.exec(newest.text)?.[0];
  });
  return await visitor.ask("POST", "/api/sign-in/email/finish", { ceremony, code, name });
}

const read = new Set();
