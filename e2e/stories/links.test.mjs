// SPDX-License-Identifier: MIT OR Apache-2.0
// Links that lead nowhere say so, and let nobody in.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { damageSecret, withoutSecret } from "../lib/links.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const browserName of ["chromium", "firefox"]) {
  story(`a link with a wrong secret gets in nowhere in ${browserName}`, async (set, { person, bot }) => {
    const { invitation } = await set.server.newMeeting("e2ee");
    const inside = bot(Bot.join(invitation, ["--name", "Inside"]));
    await inside.sees("oneself", (view) => view.state === "active");
    const mallory = await person(set[browserName], "Mallory");
    await mallory.goTo(damageSecret(invitation));
    await mallory.type(NAMES.yourName, "Mallory");
    await mallory.press(NAMES.joinNow);
    await mallory.reads("This link does not open the meeting");
    assert.equal(await mallory.find("group", "Inside"), null);
    const report = (await inside.leave()).reports[0];
    assert.deepEqual(report.received, [], "nobody opened a frame of hers");
    assert.ok(report.view.participants.every(({ name }) => name !== "Mallory"));
  });

  story(`a link without its secret says so in ${browserName}`, async (set, { person }) => {
    const { invitation } = await set.server.newMeeting("e2ee");
    const one = await person(set[browserName], "One");
    await one.goTo(withoutSecret(invitation));
    await one.reads("The link is missing its secret");
    assert.equal(await one.find("button", NAMES.joinNow), null);
  });
}

story("a link of no meeting, and a cut one, say so", async ({ server, chromium }, { person }) => {
  const { invitation } = await server.newMeeting("e2ee");
  const one = await person(chromium, "One");
  await one.goTo(invitation.replace(/\/m\/.{22}/, `/m/${"A".repeat(22)}`));
  await one.reads("There is no such meeting here");
  await one.goTo("about:blank");
  await one.goTo(invitation.slice(0, -7));
  await one.reads("The link is damaged");
});

story("a pasted link leads to the meeting's pre-join page", async ({ server, chromium }, { person }) => {
  const { invitation } = await server.newMeeting("standard");
  const one = await person(chromium, "One");
  await one.goTo(`${server.origin}/`);
  await one.type(NAMES.link, "something else");
  await one.press(NAMES.join);
  await one.reads("That is not a meeting link");
  await one.type(NAMES.link, invitation);
  await one.press(NAMES.join);
  await one.expect("button", NAMES.joinNow);
  assert.equal(one.page.url(), invitation);
});
