// SPDX-License-Identifier: MIT OR Apache-2.0
// Two tabs of Chromium, one Firefox and a bot in one meeting: the main thing.

import assert from "node:assert/strict";
import { Bot, received } from "../lib/bot.mjs";
import { stage } from "../lib/story.mjs";

// What the bots of one process show, over and over.
const PICTURES = 4;

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const mode of ["e2ee", "standard"]) {
  story(`two Chromium tabs, Firefox and a bot see and hear each other in ${mode} mode`, async ({ server, chromium, firefox }, { person, bot }) => {
    const ada = await person(chromium, "Ada", { pattern: 11 });
    const bob = await person(chromium, "Bob", { pattern: 12 });
    const eva = await person(firefox, "Eva", { pattern: 13 });
    const link = await ada.makeMeeting(server.origin, mode);
    await Promise.all([ada.joinNow(), bob.enter(link), eva.enter(link)]);
    const robot = bot(Bot.join(link, ["--name", "Robo", "--picture", "4"]));

    const numbers = { Ada: 11, Bob: 12, Eva: 13, Robo: 4 };
    const people = [ada, bob, eva];
    for (const one of people) {
      for (const [name, number] of Object.entries(numbers)) {
        if (name !== one.name) await one.seesPattern(name, number);
      }
      await one.hears(3);
    }

    await robot.sees("four people with keys", (view) => view.participants.length === 4 && view.participants.every(({ key }) => key === "ready"));
    if (mode === "e2ee") {
      const codes = await Promise.all(people.map((one) => one.safetyCode()));
      const ofBot = robot.view().safetyCode.digits.replace(/\D/g, "");
      assert.deepEqual(codes, [ofBot, ofBot, ofBot], "one safety code");
    }

    const report = (await robot.leave()).reports[0];
    for (const name of ["Ada", "Bob", "Eva"]) {
      assert.ok(received(report, name, "camera")?.decodable > 10, `the bot decodes the camera of ${name}`);
      assert.ok(received(report, name, "microphone")?.opened > 10, `the bot opens the voice of ${name}`);
    }
    for (const one of people) {
      await one.expectGone("group", "Robo");
      one.hasNoComplaints();
    }
  });
}

story("the browsers' own fake devices work as well as the pattern", async ({ server, chromium, firefox }, { person }) => {
  const ada = await person(chromium, "Ada");
  const eva = await person(firefox, "Eva");
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await Promise.all([ada.joinNow(), eva.enter(link)]);
  await ada.seesMovement("Eva");
  await eva.seesMovement("Ada");
  await ada.hears(1);
  await eva.hears(1);
});

story("in a crowd Firefox opens the frames of everybody, with both of its frame workers", async ({ server, firefox }, { person, bot }) => {
  const { invitation } = await server.newMeeting("e2ee");
  // The first worker has fifteen slots.
  const names = Array.from({ length: 16 }, (_, index) => `Bot ${index + 1}`);
  const crowd = bot(Bot.join(invitation, ["--people", `${names.length}`]));
  await crowd.sees("everybody", (view) => view.participants.length === names.length, names.length);
  const eva = await person(firefox, "Eva", { pattern: 13 });
  await eva.enter(invitation);
  for (const [index, name] of names.entries()) await eva.seesPattern(name, 1 + (index % PICTURES));
});
