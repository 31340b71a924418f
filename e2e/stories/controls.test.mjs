// SPDX-License-Identifier: MIT OR Apache-2.0
// Mute, camera, chat and screen sharing, as the others notice them.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

story("who mutes is not heard, and is heard again after", async ({ server, chromium, firefox }, { person }) => {
  const ada = await person(chromium, "Ada", { pattern: 11 });
  const eva = await person(firefox, "Eva", { pattern: 13 });
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await eva.enter(link);
  for (const [one, other] of [[ada, eva], [eva, ada]]) {
    await other.hears(1);
    await one.press(NAMES.microphoneOff);
    await one.expect("button", NAMES.microphoneOn);
    await other.hears(0);
    await one.press(NAMES.microphoneOn);
    await other.hears(1);
  }
});

story("who turns the camera off is not seen, and is seen again after", async ({ server, chromium, firefox }, { person, bot }) => {
  const ada = await person(chromium, "Ada", { pattern: 11 });
  const eva = await person(firefox, "Eva", { pattern: 13 });
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await eva.enter(link);
  const robot = bot(Bot.join(link));
  const numbers = { Ada: 11, Eva: 13 };
  for (const [one, other] of [[ada, eva], [eva, ada]]) {
    await other.seesPattern(one.name, numbers[one.name]);
    await one.press(NAMES.cameraOff);
    await robot.sees("no camera", (view) => view.participants.some(({ name, tracks }) => name === one.name && !tracks.includes("camera")));
    await until(`${other.name} sees no picture of ${one.name}`, async () => {
      const video = await other.video(one.name);
      return !video || !(await video.isVisible());
    });
    await one.press(NAMES.cameraOn);
    await other.seesPattern(one.name, numbers[one.name]);
  }
});

for (const mode of ["e2ee", "standard"]) {
  story(`chat reaches everybody in ${mode} mode`, async ({ server, chromium, firefox }, { person, bot }) => {
    const ada = await person(chromium, "Ada");
    const eva = await person(firefox, "Eva");
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    await eva.enter(link);
    const robot = bot(Bot.join(link, ["--name", "Robo", "--say", "beep boop"]));
    for (const one of [ada, eva]) {
      await one.openPanel(NAMES.chat);
      await one.reads("beep boop", "Robo");
    }
    await ada.say("hello <b>world</b> & all");
    await eva.reads("hello <b>world</b> & all", "Ada");
    await eva.say("grüß dich 👋");
    await ada.reads("grüß dich 👋", "Eva");
    await robot.sees("both messages", (view) => {
      const texts = view.chat.map(({ name, text }) => `${name}: ${text}`);
      return texts.includes("Ada: hello <b>world</b> & all") && texts.includes("Eva: grüß dich 👋");
    });
  });
}

story("a shared screen is a tile of its own until it is stopped", async ({ server, chromium, firefox }, { person, bot }) => {
  const ada = await person(chromium, "Ada", { pattern: 11 });
  const eva = await person(firefox, "Eva", { pattern: 13 });
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await eva.enter(link);
  const robot = bot(Bot.join(link, ["--name", "Robo"]));
  await ada.press(NAMES.share);
  await robot.sees("a screen", (view) => view.participants.some(({ name, tracks }) => name === "Ada" && tracks.includes("screen")));
  await eva.expect("group", "Ada’s screen");
  await until("Eva sees the screen", async () => {
    const video = await eva.video("Ada’s screen");
    return video && (await video.evaluate((element) => element.videoWidth > 0 && !element.paused));
  });
  await eva.seesPattern("Ada", 11);
  await ada.press("Stop sharing");
  await eva.expectGone("group", "Ada’s screen");
  const report = (await robot.leave()).reports[0];
  const screen = report.received.find(({ kind }) => kind === "screen");
  assert.ok(screen?.decodable > 0, "the bot decoded the screen");
});
