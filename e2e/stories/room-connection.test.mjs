// SPDX-License-Identifier: MIT OR Apache-2.0
// What the person learns of the connection, and what can be given up to save it.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { comingVideos, installRoomWatch } from "../lib/room.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const browser of ["chromium", "firefox"]) {
  story(`own camera, others' cameras, shared screens are given up in this order, sound never (${browser})`, async (set, { person, bot }) => {
    const ada = await person(set[browser], "Ada");
    await ada.page.evaluateOnNewDocument(installRoomWatch);
    const link = await ada.makeMeeting(set.server.origin, "e2ee");
    await ada.joinNow();
    const ben = await person(set.chromium, "Ben");
    await ben.enter(link);
    await ben.press(NAMES.share);
    const robot = bot(Bot.join(link, ["--name", "Robo", "--publish", "camera"]));
    await ada.expect("group", "Ben’s screen");
    const adaSends = (kind, isOn) =>
      robot.sees(`${kind} of Ada ${isOn ? "on" : "off"}`, (view) => view.participants.some(({ name, tracks }) => name === "Ada" && tracks.includes(kind) === isOn));
    await adaSends("camera", true);
    await until("a screen and two cameras come in", async () => (await comingVideos(ada)) >= 2);

    const save = async (what) => {
      await ada.press("More");
      await ada.press("Connection", "menuitem");
      await ada.press(what, "radio");
      await ada.press("Close");
      await ada.expectGone("dialog", "Connection");
    };
    await save("Own camera off");
    await adaSends("camera", false);
    await save("Others’ cameras off too");
    await ada.reads("Ben’s screen");
    await until("only a screen is asked for", async () => (await comingVideos(ada)) <= 1);
    const screen = await ada.video("Ben’s screen");
    assert.ok(await screen.isVisible(), "the screen is still to be seen");
    await save("Shared screens off too: only sound");
    await until("no video comes in", async () => (await comingVideos(ada)) === 0);
    await ada.reads("Not shown, to save bandwidth");
    await adaSends("microphone", true);
    await ben.hears(1);

    await save("Give up nothing");
    await adaSends("camera", true);
    await until("videos come in again", async () => (await comingVideos(ada)) >= 2);
  });
}

for (const browser of ["chromium", "firefox"]) {
  story(`the connection is told in words first, then in numbers (${browser})`, async (set, { person, bot }) => {
    const ada = await person(set[browser], "Ada");
    const link = await ada.makeMeeting(set.server.origin, "standard");
    await ada.joinNow();
    bot(Bot.join(link, ["--name", "Robo"]));
    await ada.expect("group", "Robo");
    await ada.press("More");
    await ada.press("Connection", "menuitem");
    await ada.reads("Your connection is good.", "Sound and picture take the direct way (UDP).", "Lost on the way to you", /Camera, sent/, /Camera, from Robo/);
    ada.hasNoComplaints();
  });
}
