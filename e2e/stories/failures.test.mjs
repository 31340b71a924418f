// SPDX-License-Identifier: MIT OR Apache-2.0
// What can go wrong on a person's side is said in words, with what to do next.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

/** Runs in the page, before its scripts: every device fails with this name. */
function failDevices(name) {
  if (!navigator.mediaDevices) return;
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", name));
}

for (const [error, title, next] of [
  ["NotAllowedError", /blocks the camera|camera[^.]*blocked/i, /site settings/],
  ["NotFoundError", /no camera/i, /plug one in/i],
  ["NotReadableError", /camera[^.]* in use/i, /close that program/i],
]) {
  for (const browserName of ["chromium", "firefox"]) {
    story(`${error} is explained, and one may join without devices, in ${browserName}`, async (set, { person, bot }) => {
      const { invitation } = await set.server.newMeeting("e2ee");
      const robot = bot(Bot.join(invitation, ["--name", "Robo", "--picture", "2"]));
      const ada = await person(set[browserName], "Ada");
      await ada.page.evaluateOnNewDocument(failDevices, error);
      await ada.goTo(invitation);
      await ada.reads(title, next);
      await ada.expect("button", NAMES.cameraOn);
      await ada.joinNow();
      await ada.seesPattern("Robo", 2);
      await robot.sees("Ada without tracks", (view) => view.participants.some(({ name, tracks }) => name === "Ada" && tracks.length === 0));
    });
  }
}

story("a browser that cannot encrypt is told so", async ({ server, chromium }, { person }) => {
  const { invitation } = await server.newMeeting("e2ee");
  const ada = await person(chromium, "Ada");
  await ada.page.evaluateOnNewDocument(() => {
    delete globalThis.RTCRtpScriptTransform;
  });
  await ada.goTo(invitation);
  await ada.reads("This browser cannot encrypt calls");
  assert.equal(await ada.find("button", NAMES.joinNow), null);
});

story("a second tab of the same stay takes over, and the first says so", async ({ server, chromium }, { person }) => {
  const { invitation } = await server.newMeeting("e2ee");
  const ada = await person(chromium, "Ada");
  await ada.enter(invitation);
  // A duplicated tab carries the session storage along.
  const stored = await ada.page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  const second = await ada.page.browserContext().newPage();
  await second.evaluateOnNewDocument((entries) => {
    for (const [key, value] of Object.entries(JSON.parse(entries))) sessionStorage.setItem(key, value);
  }, stored);
  await second.goto(invitation);
  const button = await second.waitForSelector('::-p-aria([name="Join now"][role="button"])');
  await button.click();
  await ada.reads("The meeting continues in another tab");
  await second.close();
});

story("an ended meeting says so to whoever is in it and whoever comes later", async ({ server, chromium }, { person }) => {
  const host = await person(chromium, "Hanna");
  const guest = await person(chromium, "Guest");
  const link = await host.makeMeeting(server.origin, "e2ee");
  await host.joinNow();
  await guest.enter(link);
  await host.endMeeting();
  await host.reads("You ended the meeting");
  await guest.reads("The meeting has ended");
  const late = await person(chromium, "Late");
  await late.goTo(link);
  await late.reads("The meeting has ended");
});
