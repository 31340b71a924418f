// SPDX-License-Identifier: MIT OR Apache-2.0
// The call by keyboard alone: shortcuts, help, panels, and where the focus is after.

import assert from "node:assert/strict";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const set = stage({ browsers: ["chromium", "firefox"] });

for (const browser of ["chromium", "firefox"]) {
  set.story(`shortcuts work with modifiers, alone only once switched on, and Space presses the focused button (${browser})`, async (scene, { person }) => {
    const ada = await person(scene[browser], "Ada");
    await ada.makeMeeting(scene.server.origin, "e2ee");
    await ada.joinNow();
    await chord(ada, ["Control"], "d");
    await ada.expect("button", NAMES.microphoneOn);
    await chord(ada, ["Control"], "e");
    await ada.expect("button", NAMES.cameraOn);
    await ada.page.keyboard.press("d");
    await chord(ada, ["Control"], "e");
    await ada.expect("button", NAMES.cameraOff);
    assert.ok(await ada.find("button", NAMES.microphoneOn), "a letter alone did nothing");

    await (await ada.expect("button", NAMES.microphoneOn)).focus();
    await ada.page.keyboard.press(" ");
    await ada.expect("button", NAMES.microphoneOff);
    assert.equal(await focusedName(ada), NAMES.microphoneOff, "the focus stayed where it was");

    await chord(ada, ["Control", "Shift"], "H");
    await ada.expect("button", "Lower hand");
    await chord(ada, ["Control", "Shift"], "H");
    await ada.expect("button", "Raise hand");

    await chord(ada, ["Shift"], "?");
    await ada.expect("dialog", "Keyboard shortcuts");
    await ada.press("Letters alone work too", "switch");
    await ada.page.keyboard.press("Escape");
    await ada.expectGone("dialog", "Keyboard shortcuts");
    await ada.page.keyboard.press("d");
    await ada.expect("button", NAMES.microphoneOn);

    await ada.openPanel(NAMES.chat);
    await ada.type("Message", "good d?");
    assert.ok(await ada.find("button", NAMES.microphoneOn), "what is typed is text");
    assert.equal(await ada.find("dialog", "Keyboard shortcuts"), null);
    ada.hasNoComplaints();
  });
}

set.story("keys can be changed, not to what the browser or another action has, and taken away", async ({ server, chromium }, { person }) => {
  const ada = await person(chromium, "Ada");
  await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await ada.press("Settings");
  await ada.press("Shortcuts", "tab");
  const change = "Change keys for “Microphone on or off”";
  await ada.press(change);
  await chord(ada, ["Control"], "e");
  await ada.reads("“Camera on or off” has these keys already.");
  await ada.page.keyboard.press("k");
  await ada.reads("Hold Ctrl, Command or Alt with it");
  await chord(ada, ["Control", "Shift"], "K");
  await ada.reads("Ctrl+Shift+K");
  await ada.press("Remove keys for “Camera on or off”");
  await ada.press("Close");
  await ada.expectGone("dialog", "Settings");

  await chord(ada, ["Control"], "d");
  await chord(ada, ["Control"], "e");
  await chord(ada, ["Control", "Shift"], "K");
  await ada.expect("button", NAMES.microphoneOn);
  assert.ok(await ada.find("button", NAMES.cameraOff), "the camera has no keys any more");
  const button = await ada.expect("button", NAMES.microphoneOn);
  assert.equal(await button.evaluate((element) => element.getAttribute("aria-keyshortcuts")), "Control+Shift+K");
  await button.focus();
  await ada.reads("Microphone off", "Ctrl+Shift+K");
});

set.story("panels take the focus and give it back", async ({ server, chromium, firefox }, { person }) => {
  for (const browser of [chromium, firefox]) {
    const ada = await person(browser, "Ada");
    await ada.makeMeeting(server.origin, "standard");
    await ada.joinNow();
    await ada.page.keyboard.press("F2");
    assert.equal(await focusedName(ada), NAMES.microphoneOff);
    await chord(ada, ["Control", "Shift"], "M");
    await until("the focus is in the chat", () => ada.page.evaluate(() => document.activeElement?.closest("#chat-panel") !== null));
    await ada.page.keyboard.press("Escape");
    await ada.expectGone("complementary", NAMES.chat);
    await until("the focus is back", async () => (await focusedName(ada)) === NAMES.microphoneOff);

    await (await ada.expect("button", NAMES.people)).focus();
    await ada.page.keyboard.press("Enter");
    await ada.expect("complementary", NAMES.people);
    await until("the focus is in the panel", () => ada.page.evaluate(() => document.activeElement?.closest("#people-panel") !== null));
    await ada.page.keyboard.press("Escape");
    await until("the focus is on its button", async () => (await focusedName(ada)) === NAMES.people);

    const skip = await ada.page.$(".skip-link");
    await skip.focus();
    await ada.page.keyboard.press("Enter");
    await until("the focus is on the controls", async () => (await focusedName(ada)) === NAMES.microphoneOff);
    await ada.press(NAMES.leave);
  }
});

async function chord(person, modifiers, key) {
  for (const modifier of modifiers) await person.page.keyboard.down(modifier);
  await person.page.keyboard.press(key);
  for (const modifier of modifiers.toReversed()) await person.page.keyboard.up(modifier);
}

async function focusedName(person) {
  return await person.page.evaluate(() => {
    const { activeElement: focused } = document;
    return focused?.getAttribute("aria-label") ?? (focused?.id ? document.querySelector(`label[for="${focused.id}"]`)?.textContent : null) ?? focused?.textContent?.trim() ?? null;
  });
}
