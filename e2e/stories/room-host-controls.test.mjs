// SPDX-License-Identifier: MIT OR Apache-2.0
// What hosts decide and what the others notice of it; and a host who uses nothing but the keyboard.

import assert from "node:assert/strict";
import { axeIsContent } from "../lib/axe.mjs";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

// On a phone the menus are sheets; axe looks at those in the stories about screens.
const DESK = [[1280, 800]];

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const mode of ["e2ee", "standard"]) {
  story(`a host mutes, asks, stops, names, shares the work and suspends everything in ${mode} mode`, async ({ server, chromium, firefox }, { person }) => {
    const ada = await person(chromium, "Ada", { pattern: 11 });
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    const eva = await person(firefox, "Eva", { pattern: 13 });
    await eva.enter(link);
    await ada.seesPattern("Eva", 13);
    await eva.expect("button", NAMES.microphoneOff);
    await ada.openPanel(NAMES.people);

    // Muted, and kept so.
    await choose(ada, "Mute everyone");
    await eva.expect("button", NAMES.microphoneOn);
    await ada.reads("Muted by a host");
    await choose(ada, "They may unmute themselves", "menuitemcheckbox");
    await isKeptFrom(eva, NAMES.microphoneOn, "The hosts do not let you unmute yourself");
    await choose(ada, "They may unmute themselves", "menuitemcheckbox");
    await until("Eva may speak again", async () => (await disabled(eva, NAMES.microphoneOn)) === "false");

    // Asked, without being torn from what she does.
    await eva.openPanel(NAMES.chat);
    await eva.type("Message", "I am ty");
    await act(ada, "Eva", "Ask to unmute");
    await eva.reads("Ada asks you to turn on your microphone");
    assert.equal(await eva.page.evaluate(() => document.activeElement?.tagName), "TEXTAREA", "the focus stayed where she writes");
    await eva.press("Unmute");
    await eva.expect("button", NAMES.microphoneOff);

    await act(ada, "Eva", "Stop video");
    await eva.expect("button", NAMES.cameraOn);
    await ada.reads("Camera stopped by a host");
    await eva.press(NAMES.cameraOn);
    await ada.seesPattern("Eva", 13);

    await act(ada, "Eva", "Rename …");
    await ada.type("New name", "Eva Lovelace");
    await ada.press("Save");
    await eva.expect("group", "Eva Lovelace (you)");

    await act(ada, "Eva Lovelace", "Make co-host");
    await eva.reads("You are a co-host of this meeting now.");
    await eva.expect("button", "Host controls");
    await act(ada, "Eva Lovelace", "Take back role");
    await eva.expectGone("button", "Host controls");

    // Everything stops, and comes back one by one.
    await choose(ada, "Suspend everything", "menuitemcheckbox");
    await eva.expect("button", NAMES.cameraOn);
    await eva.expect("button", NAMES.microphoneOn);
    await eva.reads("Everything is suspended");
    await isKeptFrom(eva, NAMES.cameraOn, "The hosts do not let you turn on your camera");
    await ada.press("Bring back …");
    await ada.press("Turn on their camera", "switch");
    await ada.reads("What participants may do");
    await until("only the camera is back", async () => (await disabled(eva, NAMES.cameraOn)) === "false" && (await disabled(eva, NAMES.microphoneOn)) === "true");
    await eva.press(NAMES.cameraOn);
    await ada.press("Allow everything again");
    await until("the microphone is back too", async () => (await disabled(eva, NAMES.microphoneOn)) === "false");
    await ada.press("Done");
    await ada.seesPattern("Eva Lovelace", 13);

    await choose(ada, "End for everyone");
    await ada.press("End meeting");
    await eva.reads("The meeting has ended");
    ada.hasNoComplaints();
  });
}

story("a host leads a meeting by keyboard alone, and axe has nothing to say on the way", async ({ server, chromium }, { person, bot }) => {
  const ada = await person(chromium, "Ada");
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  bot(Bot.join(link, ["--name", "Robo", "--seconds", "120"]));
  await ada.expect("group", "Robo");
  const { keyboard } = ada.page;
  const focused = (name) =>
    until(`the focus is on "${name}"`, async () => {
      const found = await focusedName(ada);
      if (found !== name) throw new Error(`it is on "${found?.slice(0, 60)}"`);
      return true;
    });
  /** Goes along the toolbar with the arrow keys. */
  const reach = async (name) => {
    await keyboard.press("F2");
    for (let step = 0; (await focusedName(ada)) !== name; step += 1) {
      assert.ok(step < 20, `"${name}" stands in the toolbar`);
      await keyboard.press("ArrowRight");
    }
  };
  /** Opens the menu of the focused button and takes an item by its name. */
  const take = async (item) => {
    const opener = await focusedName(ada);
    await keyboard.press("Enter");
    await until("the focus is in the menu", () => ada.page.evaluate(() => document.activeElement?.matches("[role^=menuitem]")));
    await ada.comesToRest();
    for (let step = 0; (await focusedName(ada)) !== item; step += 1) {
      assert.ok(step < 30, `"${item}" stands in the menu of "${opener}"`);
      await keyboard.press("ArrowDown");
      await ada.comesToRest();
    }
    await keyboard.press("Enter");
    return opener;
  };

  // A tooltip tells the name; an open menu has the floor.
  await reach("Host controls");
  const tips = () => ada.page.evaluate(() => [...document.querySelectorAll(".tooltip")].filter((tip) => tip.checkVisibility()).map((tip) => tip.textContent.trim()));
  await until("the tooltip is there", async () => (await tips()).includes("Host controls"));
  await keyboard.press("Enter");
  await ada.expect("menuitemcheckbox", "Lock meeting");
  await (await ada.expect("button", NAMES.people)).hover();
  assert.deepEqual(await tips(), []);
  await axeIsContent(ada, DESK);
  await keyboard.press("Escape");
  await focused("Host controls");

  await take("Lock meeting");
  await focused("Host controls");
  await reach("Host controls");
  await until("the tooltip says so", async () => (await tips()).includes("Host controls · locked"));
  await take("Lock meeting");
  await focused("Host controls");
  await take("Lobby");
  await focused("Host controls");
  await take("What participants may do …");
  await ada.expect("dialog", "What participants may do");
  await axeIsContent(ada, DESK);
  await keyboard.press("Escape");
  await focused("Host controls");

  bot(Bot.join(link, ["--name", "Wanda", "--seconds", "120"]));
  await until("somebody waits", async () => /^\(1\)/.test(await ada.page.title()));
  await keyboard.down("Control");
  await keyboard.down("Shift");
  await keyboard.press("L");
  await keyboard.up("Shift");
  await keyboard.up("Control");
  await ada.expect("button", "Admit Wanda");
  await axeIsContent(ada, DESK);
  await tabTo(ada, "Admit Wanda");
  await keyboard.press("Enter");
  await ada.expect("group", "Wanda");

  await tabTo(ada, "Actions for Robo");
  await take("Mute");
  await focused("Actions for Robo");
  await ada.reads("Muted by a host");
  await take("Rename …");
  await ada.expect("dialog", "Rename Robo");
  await axeIsContent(ada, DESK);
  await focused("New name");
  await keyboard.type("Robin");
  await keyboard.press("Enter");
  await ada.expect("group", "Robin");
  await focused("Actions for Robin");
  await take("Remove from meeting");
  await ada.expectGone("group", "Robin");
  await until("the focus is not lost", async () => (await focusedName(ada)) !== null && (await ada.page.evaluate(() => document.activeElement !== document.body)));

  await reach("Host controls");
  await take("End for everyone");
  await ada.expect("alertdialog", "End the meeting for everyone?");
  await axeIsContent(ada, DESK);
  await keyboard.press("Escape");
  await focused("Host controls");
  await take("End for everyone");
  await tabTo(ada, "End meeting");
  await keyboard.press("Enter");
  await ada.reads("You ended the meeting");
  await axeIsContent(ada, DESK);
});

/** Takes something from the host's menu. */
async function choose(host, what, role = "menuitem") {
  await host.press("Host controls");
  await host.press(what, role);
  await host.expectGone(role, what);
}

/** Takes something from the menu of somebody's row in the open panel "People". */
async function act(host, name, what) {
  await host.press(`Actions for ${name}`);
  await host.press(what, "menuitem");
}

async function disabled(person, name) {
  return await (await person.find("button", name))?.evaluate((button) => button.getAttribute("aria-disabled"));
}

/** Finds a button out of use that says why. */
async function isKeptFrom(person, name, reason) {
  await until(`${person.name} is kept from "${name}"`, async () => (await disabled(person, name)) === "true");
  const said = await (await person.find("button", name)).evaluate((button) => document.getElementById(button.getAttribute("aria-describedby"))?.textContent);
  assert.equal(said, reason);
}

/** Presses Tab until the focus is on something of this name. */
async function tabTo(person, name) {
  for (let step = 0; (await focusedName(person)) !== name; step += 1) {
    assert.ok(step < 60, `Tab reaches "${name}"`);
    await person.page.keyboard.press("Tab");
  }
}

async function focusedName(person) {
  return await person.page.evaluate(() => {
    const { activeElement: focused } = document;
    return focused?.getAttribute("aria-label") ?? (focused?.id ? document.querySelector(`label[for="${focused.id}"]`)?.textContent : null) ?? focused?.textContent?.trim() ?? null;
  });
}
