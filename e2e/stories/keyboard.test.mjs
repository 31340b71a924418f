// SPDX-License-Identifier: MIT OR Apache-2.0
// Whoever has no mouse makes a meeting, talks in it, changes settings and leaves; whoever enlarges the page or turns the
// phone loses nothing of it.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const [name, mode] of [["chromium", "e2ee"], ["firefox", "standard"]]) {
  story(`a meeting is made, talked in and left without a mouse in ${name}`, async (set, { person, bot }) => {
    const ada = await person(set[name], "Ada");
    await ada.goTo(`${set.server.origin}/`);
    await ada.expect("button", NAMES.newMeeting);
    await skip(ada);
    if (mode === "standard") {
      await tabTo(ada, "End-to-end");
      await ada.page.keyboard.press("ArrowDown");
    }
    await tabTo(ada, NAMES.newMeeting);
    await ada.page.keyboard.press("Enter");
    await ada.expect("button", NAMES.joinNow);
    const link = ada.page.url();
    await skip(ada);
    await tabTo(ada, NAMES.yourName);
    await ada.page.keyboard.type("Ada");
    await ada.page.keyboard.press("Enter");
    await ada.expect("button", NAMES.leave);

    const robot = bot(Bot.join(link, ["--name", "Robo"]));
    await ada.expect("group", "Robo");
    await skip(ada);
    await tabTo(ada, NAMES.chat);
    await ada.page.keyboard.press("Enter");
    await ada.expect("complementary", NAMES.chat);
    await until("the focus goes into the chat", async () => (await focused(ada)).isInPanel);
    await tabTo(ada, "Message");
    await ada.page.keyboard.type("Hello");
    await ada.page.keyboard.press("Enter");
    await robot.sees("the message", (view) => view.chat.some(({ text }) => text === "Hello"));
    await ada.page.keyboard.press("Escape");
    await ada.expectGone("complementary", NAMES.chat);
    await until("the focus comes back from the chat", async () => (await focused(ada)).name.startsWith(NAMES.chat));

    // What stands before: Tab would lead out of the page first.
    await skip(ada);
    await tabTo(ada, "Settings");
    await ada.page.keyboard.press("Enter");
    await ada.expect("dialog", "Settings");
    await ada.page.keyboard.press("Escape");
    await ada.expectGone("dialog", "Settings");
    await until("the focus comes back from the settings", async () => (await focused(ada)).name.startsWith("Settings"));
    await skip(ada);
    await tabTo(ada, NAMES.leave);
    await ada.page.keyboard.press("Enter");
    await ada.reads("You left the meeting");
    await until("the focus is at what happened", async () => (await focused(ada)).name === "You left the meeting");
    ada.hasNoComplaints();
  });
}

for (const [what, size] of [["a page enlarged to twice its size", { width: 640, height: 400 }], ["a phone held sideways", { width: 844, height: 390 }]]) {
  story(`${what} has everything of a call within the screen`, async ({ server, chromium }, { person, bot }) => {
    const ada = await person(chromium, "Ada", size);
    const link = await ada.makeMeeting(server.origin, "e2ee");
    await fits(ada);
    await ada.joinNow();
    bot(Bot.join(link, ["--name", "Robo", "--picture", "3"]));
    await ada.seesPattern("Robo", 3);
    await fits(ada);
    for (const button of [NAMES.microphoneOff, NAMES.cameraOff, "More", NAMES.leave]) await isOnScreen(ada, button);
    await ada.openPanel(NAMES.chat);
    await isOnScreen(ada, "Send");
    await fits(ada);
    ada.hasNoComplaints();
  });
}

/** Presses Tab until the focus is on what is called so. */
async function tabTo(person, name) {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    if ((await focused(person)).name.startsWith(name)) return;
    await person.page.keyboard.press("Tab");
  }
  throw new Error(`no Tab leads to "${name}"; the focus is on ${JSON.stringify(await focused(person))}`);
}

/** Follows the skip link, which is what Tab reaches first. */
async function skip(person) {
  await person.page.evaluate(() => {
    document.activeElement?.blur();
    // From the top, as on a page that was just opened.
    getSelection()?.collapse(document.body, 0);
  });
  await tabTo(person, "Skip to");
  await person.page.keyboard.press("Enter");
  await until("the skip link leads on", async () => !(await focused(person)).name.startsWith("Skip to"));
}

/** What has the focus, by its name, and whether that is in a panel. */
async function focused(person) {
  return await person.page.evaluate(() => {
    const element = document.activeElement;
    const label = element?.labels?.[0]?.textContent ?? null;
    const name = (element?.getAttribute("aria-label") ?? label ?? element?.textContent ?? "").trim();
    return { name, isInPanel: element?.closest("aside, [role=complementary]") != null };
  });
}

async function fits(person) {
  const overflow = await person.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${overflow} px wider than the screen`);
}

async function isOnScreen(person, name) {
  const button = await person.expect("button", name);
  await until(`"${name}" lies within the screen`, () =>
    button.evaluate((element) => {
      const { left, right, top, bottom, width } = element.getBoundingClientRect();
      return width > 0 && left >= 0 && top >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
    }),
  );
}
