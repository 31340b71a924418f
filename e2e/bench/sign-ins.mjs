// SPDX-License-Identifier: MIT OR Apache-2.0
// How many people sign in per second with a code by e-mail, and what a call notices of an attack on signing in. Everybody
// comes from another address, as a proxy would say. Prints one line of JSON; `cargo xtask bench sign-ins` starts it.
//
//     node bench/sign-ins.mjs SECONDS

import { setTimeout as pause } from "node:timers/promises";
import { Bot } from "../lib/bot.mjs";
import { MailServer } from "../lib/mail.mjs";
import { Server } from "../lib/server.mjs";
import { Visitor } from "../lib/visitor.mjs";

// As many as find the page open at nine in the morning; the server lets fewer than that prove something at once.
const AT_ONCE = 64;

const seconds = Number(process.argv[2]);
const mail = await MailServer.start();
const server = await Server.start(() =>
  Promise.resolve({ ...mail.configuration, INCAMERA__POLICY: "open", INCAMERA__HTTP__TRUSTED_PROXIES: `["127.0.0.1"]` }),
);
/** The newest code by address: looking through all letters for each would be the slowest part. @type {Map<string, string>} */
const codes = new Map();
mail.child.listeners.push((line) => {
  const event = JSON.parse(line);
  if (event.event === "letter") codes.set(event.to[0], /\b\d{3} ?\d{3}\b/.exec(event.text)?.[0].replace(" ", "") ?? "");
});
let people = 0;
let bots;
try {
  const signIns = await during(seconds, signIn);
  const { invitation } = await server.newMeeting("standard");
  bots = Bot.join(invitation, ["--people", "2"]);
  await bots.sees("each other", (view) => view.participants.length === 2 && view.participants.every((one) => one.isMe || one.key === "ready"), 2);
  const quiet = await framesDuring(bots, () => pause(seconds * 1000));
  let attack;
  const attacked = await framesDuring(bots, async () => (attack = await during(seconds, guess)));
  process.stdout.write(`${JSON.stringify({ signIns, attack, framesPerSecond: { quiet, attacked } })}\n`);
} finally {
  await bots?.child.stop();
  await server.stop();
  await mail.stop();
}

/** Does `one` again and again, many at once, and counts. */
async function during(length, one) {
  const begunAt = performance.now();
  const counts = { done: 0, failed: 0 };
  const again = async () => {
    while (performance.now() - begunAt < length * 1000) counts[(await one()) ? "done" : "failed"] += 1;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, again));
  return { ...counts, perSecond: counts.done / ((performance.now() - begunAt) / 1000) };
}

async function signIn() {
  const { visitor, from, email } = somebody();
  const begun = await visitor.ask("POST", "/api/sign-in/email/begin", { email }, from);
  if (begun.status !== 202) return false;
  while (!codes.has(email)) await pause(2);
  const { ceremony } = begun.body;
  const finished = await visitor.ask("POST", "/api/sign-in/email/finish", { ceremony, code: codes.get(email), name: "Ana" }, from);
  return finished.status === 200;
}

/** Guesses a code: refused, or the server is broken. */
async function guess() {
  const { visitor, from, email } = somebody();
  const { status, body } = await visitor.ask("POST", "/api/sign-in/email/begin", { email }, from);
  if (status !== 202) return status === 429 || status === 503;
  const finished = await visitor.ask("POST", "/api/sign-in/email/finish", { ceremony: body.ceremony, code: "000000" }, from);
  return finished.status !== 200;
}

function somebody() {
  people += 1;
  const address = `10.${(people >> 16) & 255}.${(people >> 8) & 255}.${people & 255}`;
  return { visitor: new Visitor(server.origin), from: { "x-forwarded-for": address }, email: `person${people}@example.org` };
}

async function framesDuring(crowd, act) {
  const opened = () => [...crowd.counts.values()].flat().reduce((sum, one) => sum + one.opened, 0);
  const [before, begunAt] = [opened(), performance.now()];
  await act();
  return (opened() - before) / ((performance.now() - begunAt) / 1000);
}
