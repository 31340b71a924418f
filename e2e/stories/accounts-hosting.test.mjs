// SPDX-License-Identifier: MIT OR Apache-2.0
// Who may host what under the default policy, and a policy file that changes while the server runs.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { signInWithCode } from "../lib/account-pages.mjs";
import { ROOT } from "../lib/process.mjs";
import { Server } from "../lib/server.mjs";
import { ACCOUNTS, stage } from "../lib/story.mjs";
import { Visitor } from "../lib/visitor.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage(ACCOUNTS);

story("a guest who wants to host is told what it takes, and is led there and back", async (set, { person }) => {
  const ada = await person(set.chromium, "Ada");
  await newMeeting(ada, set.server, "Standard");
  await ada.reads("To host standard meetings, sign in to an account with a verified e-mail address.");
  await ada.press("Sign in");
  await ada.type("E-mail", "ada@fern.example");
  await ada.press("Send code");
  await ada.type("Six-digit code", await set.mail.codeFor("ada@fern.example"));
  await ada.type("Your name", "Ada");
  await ada.press("Continue");
  await ada.expect("button", "New meeting");
  await ada.press("Standard", "radio");
  await ada.press("New meeting");
  await ada.expect("button", "Join now");
  await ada.reads("Signed in as Ada");
});

story("an address hosts standard meetings, and a voucher unlocks end-to-end ones", async (set, { person }) => {
  const { server, chromium } = set;
  const [berta, operator] = await Promise.all([person(chromium, "Berta"), Visitor.withOperatorLink(server)]);
  await signInWithCode(berta, set, "berta@fern.example");
  await berta.makeMeeting(server.origin, "standard");
  await newMeeting(berta, server, "End-to-end");
  await berta.reads("Enter a voucher to host end-to-end encrypted meetings.");
  const answer = await berta.page.evaluate(async () => {
    const made = await fetch("/api/meetings", { method: "POST", headers: { "content-type": "application/json" }, body: '{"mode":"e2ee"}' });
    return { status: made.status, body: await made.json() };
  });
  assert.deepEqual([answer.status, answer.body.denial.rule], [403, "e2ee-needs-a-strong-binding"], "the server says so, not only the page");

  await berta.press("Enter a voucher");
  // The page opens what is needed.
  await berta.type("Voucher", "AAAA-AAAA-AAAA-AAAA");
  await berta.press("Use voucher");
  await berta.reads("That voucher is not right");
  const { code } = await operator.get("POST", "/api/account/vouchers", {});
  await berta.type("Voucher", code);
  await berta.press("Use voucher");
  await berta.reads("The voucher was accepted.");
  await berta.makeMeeting(server.origin, "e2ee");

  const second = await Visitor.withAccount(set, "cleo@fern.example", "Cleo");
  assert.equal((await second.ask("POST", "/api/account/bindings/voucher", { code })).status, 401, "a voucher works once");
});

story("a guest joins by link, whatever the policy says about hosting", async (set, { person }) => {
  const [dora, gil] = await Promise.all([person(set.chromium, "Dora"), person(set.chromium, "Gil")]);
  const member = await Visitor.withAccount(set, "dora@fern.example", "Dora");
  await member.lendTo(dora);
  const link = await dora.makeMeeting(set.server.origin, "standard");
  await dora.joinNow();
  await gil.enter(link);
  await gil.expect("group", "Dora");
});

story("a changed policy file is in force without a restart, and a broken one never", async ({ chromium }, tools) => {
  const [base, rules, open] = await Promise.all(["base", "verified-e2ee", "open"].map((name) => readFile(join(ROOT, "core", "policy", "presets", `${name}.cedar`), "utf8")));
  let file;
  const server = await Server.start(async ({ directory }) => {
    file = join(directory, "house.cedar");
    await writeFile(file, `${base}\n${rules}`);
    return { INCAMERA__POLICY: file };
  });
  tools.finally(() => server.stop());
  const [gil, reader] = await Promise.all([tools.person(chromium, "Gil"), tools.person(chromium, "Reader")]);
  await newMeeting(gil, server, "Standard");
  await gil.reads("To host standard meetings, sign in to an account with a verified e-mail address.");
  await readsPolicy(reader, server, `${base}\n${rules}`);

  const house = `${base}\n${open}\n@id("mondays-are-for-everybody")\n@reason("On Mondays everybody hosts.")\npermit(principal, action == Action::"HostMeeting", resource);\n`;
  await writeFile(file, house);
  await until("the file is in force", async () => (await (await fetch(`${server.origin}/api/policy`)).json()).hash === sha256(house));
  await readsPolicy(reader, server, house);
  await reader.reads("On Mondays everybody hosts.");
  await gil.makeMeeting(server.origin, "standard");

  for (const broken of ["permit(", house.replace('@reason("On Mondays everybody hosts.")\n', ""), `${house}permit(principal, action == Action::"Host", resource);\n`]) {
    const refusals = () => server.child.stderr.split("the policy file is not usable").length;
    const before = refusals();
    await writeFile(file, broken);
    await until("the server says that the file is broken", () => refusals() > before);
    assert.equal((await (await fetch(`${server.origin}/api/policy`)).json()).hash, sha256(house), "the old one stays");
  }
  await gil.makeMeeting(server.origin, "standard");
  await writeFile(file, `${base}\n${rules}`);
  await until("the mended file is in force", async () => (await (await fetch(`${server.origin}/api/policy`)).json()).hash === sha256(`${base}\n${rules}`));
  await newMeeting(gil, server, "Standard");
  await gil.reads("To host standard meetings, sign in to an account with a verified e-mail address.");
});

async function newMeeting(person, server, mode) {
  await person.goTo(`${server.origin}/`);
  await person.press(mode, "radio");
  await person.press("New meeting");
}

/** The page shows the text that is in force, and its hash. */
async function readsPolicy(person, server, text) {
  await person.goTo(`${server.origin}/policy`);
  await person.reads(sha256(text), "Everybody who has a meeting's link may join it, without an account.");
  const shown = await person.page.$eval("pre", (pre) => pre.textContent);
  assert.equal(shown.trim(), text.trim());
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}
