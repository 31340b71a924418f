// SPDX-License-Identifier: MIT OR Apache-2.0
// A host removes somebody, in front of browsers.

import assert from "node:assert/strict";
import { Bot, received } from "../lib/bot.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const mode of ["e2ee", "standard"]) {
  story(`the host removes Bob: his frames stop everywhere, and everybody's stop for him, in ${mode} mode`, async ({ server, chromium, firefox }, { person, bot }) => {
    const host = await person(chromium, "Hanna", { pattern: 21 });
    const bob = await person(chromium, "Bob", { pattern: 22 });
    const eva = await person(firefox, "Eva", { pattern: 23 });
    const link = await host.makeMeeting(server.origin, mode);
    await host.joinNow();
    await Promise.all([bob.enter(link), eva.enter(link)]);
    const robot = bot(Bot.join(link, ["--name", "Robo"]));
    for (const one of [host, eva]) await one.seesPattern("Bob", 22);
    await bob.seesPattern("Eva", 23);
    const codeBefore = mode === "e2ee" ? await host.safetyCode() : null;
    await robot.sees("Bob's key", (view) => view.participants.some(({ name, key }) => name === "Bob" && key === "ready"));

    await host.remove("Bob");
    await bob.reads("You were removed from the meeting");
    await eva.expectGone("group", "Bob");
    assert.equal(await bob.find("group", "Eva"), null, "Bob sees nobody any more");

    // Life goes on for the others, under other keys.
    await host.seesPattern("Eva", 23);
    await eva.seesPattern("Hanna", 21);
    if (mode === "e2ee") {
      const codes = [await host.safetyCode(), await eva.safetyCode()];
      assert.equal(codes[0], codes[1]);
      assert.notEqual(codes[0], codeBefore, "the keys have changed");
    }
    await robot.sees("Bob gone", (view) => view.participants.every(({ name }) => name !== "Bob"));
    const report = (await robot.leave()).reports[0];
    const others = received(report, "Eva", "camera").lastAfterMs;
    const ofBob = report.received.filter((track) => track.name === "Bob" && track.kind === "camera");
    for (const track of ofBob) assert.ok(track.lastAfterMs < others, "the bot opened nothing of Bob's at the end");
  });
}

story("only hosts are offered to remove people", async ({ server, chromium }, { person }) => {
  const host = await person(chromium, "Hanna");
  const guest = await person(chromium, "Guest");
  const link = await host.makeMeeting(server.origin, "e2ee");
  await host.joinNow();
  await guest.enter(link);
  await guest.openPanel("People");
  await guest.press("Actions for Hanna");
  await guest.expect("menuitem", "Pin");
  assert.equal(await guest.find("menuitem", "Remove from meeting"), null);
});
