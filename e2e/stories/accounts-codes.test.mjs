// SPDX-License-Identifier: MIT OR Apache-2.0
// Codes by e-mail, through a real mail server that is not always well.

import assert from "node:assert/strict";
import { signInWithCode } from "../lib/account-pages.mjs";
import { ACCOUNTS, stage } from "../lib/story.mjs";
import { Visitor } from "../lib/visitor.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage(ACCOUNTS);

story("somebody signs in with a code, and finds themselves signed in after a restart of the server", async (set, { person }) => {
  const ada = await person(set.chromium, "Ada");
  await signInWithCode(ada, set, "ada@fern.example");
  await ada.reads("ada@fern.example", "This browser");
  const [cookie] = await ada.page.browserContext().cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Lax", "/"]);
  await set.server.halt();
  await set.server.resume();
  await ada.page.reload();
  await ada.reads("ada@fern.example");
  await ada.press("Sign out");
  await ada.expect("link", "Sign in");
  await ada.goTo(`${set.server.origin}/account`);
  await ada.expect("heading", "Sign in");
  assert.equal((await fetch(`${set.server.origin}/api/account`, { headers: { cookie: `${cookie.name}=${cookie.value}` } })).status, 403, "the cookie is worth nothing any more");
});

story("a code works once, and only where it was asked for", async ({ server, mail }) => {
  const visitor = new Visitor(server.origin);
  const first = (await begin(server, "berta@fern.example")).body.ceremony;
  const code = await mail.codeFor("berta@fern.example");
  const second = (await begin(server, "berta@fern.example")).body.ceremony;
  await mail.codeFor("berta@fern.example", 1);
  assert.equal((await finish(visitor, second, code)).status, 401, "it belongs to another ceremony");
  assert.equal((await finish(visitor, first, ` ${code.slice(0, 3)} ${code.slice(3)}`)).status, 200, "spaces do not matter");
  assert.equal((await finish(new Visitor(server.origin), first, code)).status, 401, "it has been used");
});

story("wrong codes are limited with a growing delay, whoever types them, and a restart forgets none", async ({ server, mail }) => {
  const email = "cleo@fern.example";
  const guess = async (ceremony, code) => await finish(new Visitor(server.origin), ceremony, code);
  const { ceremony } = (await begin(server, email)).body;
  const right = await mail.codeFor(email);
  for (let wrong = 0; wrong < 5; wrong += 1) assert.equal((await guess(ceremony, another(right))).status, 401);
  assert.equal((await guess(ceremony, right)).status, 401, "five wrong guesses end a code");

  const next = (await begin(server, email)).body.ceremony;
  const fresh = await mail.codeFor(email, 1);
  const limited = await guess(next, fresh);
  assert.deepEqual([limited.status, limited.body.code], [429, "rate_limited"], "not even the right code is looked at");
  assert.ok(limited.body.retry_after_s > 30 && limited.body.retry_after_s <= 60, `about a minute: ${limited.body.retry_after_s}`);
  await server.halt();
  await server.resume();
  assert.equal((await guess(next, fresh)).status, 429);

  // Somebody else is not held up.
  await Visitor.withAccount({ server, mail }, "dora@fern.example");
});

story("nobody's inbox is filled by others", async ({ server, mail }) => {
  const answers = [];
  for (let time = 0; time < 4; time += 1) answers.push((await begin(server, "eva@fern.example")).status);
  assert.deepEqual(answers, [202, 202, 202, 429]);
  await mail.codeFor("eva@fern.example", 2);
});

story("asking for a code looks the same whether or not there is an account, and whatever the relay does", async ({ server, mail }, tools) => {
  await Visitor.withAccount({ server, mail }, "finn@fern.example");
  tools.finally(() => mail.become("accept"));
  const seen = [];
  const look = async (what, email) => {
    const start = performance.now();
    const { status, body } = await begin(server, email);
    seen.push({ what, answer: JSON.stringify({ status, keys: Object.keys(body) }), took: performance.now() - start });
  };
  await look("an account", "finn@fern.example");
  await look("no account", "nobody@fern.example");
  for (const mood of ["refuse", "later", "stall"]) {
    await mail.become(mood);
    await look(`the relay would ${mood}`, `${mood}@fern.example`);
    await until(`the relay did ${mood}`, () => mail.attempts.some(({ to }) => to.includes(`${mood}@fern.example`)));
  }
  await mail.stop();
  await look("the relay is gone", "gone@fern.example");
  assert.equal(new Set(seen.map(({ answer }) => answer)).size, 1, JSON.stringify(seen));
  for (const { what, took } of seen) assert.ok(took < 500, `${what}: ${took} ms`);
  await mail.resume();
  // Those who waited for their code get it once the relay is back.
  await Promise.all(["later", "stall", "gone"].map((name) => mail.codeFor(`${name}@fern.example`)));
  assert.ok(!mail.letters.some(({ to }) => to.includes("refuse@fern.example")), "what the relay refuses for good is not tried again");
});

story("a wrong code is told, and a new one signs in", async (set, { person }) => {
  const gus = await person(set.chromium, "Gus");
  await gus.goTo(`${set.server.origin}/sign-in`);
  await gus.type("E-mail", "not an address");
  await gus.press("Send code");
  await gus.reads("That is not an e-mail address.");
  await gus.type("E-mail", "gus@fern.example");
  await gus.press("Send code");
  const code = await set.mail.codeFor("gus@fern.example");
  await gus.type("Six-digit code", another(code));
  await gus.reads("That code is not right, or no longer valid.");
  await gus.type("Six-digit code", code);
  await gus.expect("heading", "What should others call you?");
  await gus.press("Skip");
  await gus.expect("heading", "Account");
});

async function begin(server, email) {
  return await new Visitor(server.origin).ask("POST", "/api/sign-in/email/begin", { email });
}

async function finish(visitor, ceremony, code) {
  return await visitor.ask("POST", "/api/sign-in/email/finish", { ceremony, code });
}

/** Another code. */
function another(code) {
  return `${code[0] === "9" ? "0" : Number(code[0]) + 1}${code.slice(1)}`;
}
