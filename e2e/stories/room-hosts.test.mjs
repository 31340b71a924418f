// SPDX-License-Identifier: MIT OR Apache-2.0
// Hosts change the link, keep somebody out, hand the meeting over; and what they decide holds against a client that obeys
// nobody.

import assert from "node:assert/strict";
import { axeIsContent } from "../lib/axe.mjs";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const mode of ["e2ee", "standard"]) {
  story(`a host replaces the link, keeps somebody out and back in, and hands over in ${mode} mode`, async ({ server, chromium, firefox }, { person }) => {
    const ada = await person(chromium, "Ada", { pattern: 11 });
    const first = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    const eva = await person(firefox, "Eva", { pattern: 13 });
    await eva.enter(first);
    await ada.seesPattern("Eva", 13);

    // Another link: everybody here has it, nobody comes in by the one before.
    await choose(ada, "New link");
    await ada.reads("Make a new link?", "stops working at once");
    if (mode === "e2ee") await isAccessible(ada);
    await ada.press("Make new link");
    await ada.reads("Here is the new link");
    const second = await shownLink(ada);
    assert.notEqual(second, first);
    await ada.press("Done");
    await eva.reads("Ada made a new link for this meeting");
    for (const one of [ada, eva]) assert.equal(one.page.url(), second, `${one.name}'s address bar`);
    const late = await person(chromium, "Late");
    await comesBy(late, first);
    await late.reads("This link is no longer good", "Ask the person who invited you for the new link");
    await eva.page.reload({ waitUntil: "domcontentloaded" });
    await eva.joinNow();
    await ada.seesPattern("Eva", 13);
    await comesBy(late, second);
    await late.expect("group", "Eva");

    // Kept out: by the same browser there is no way back, with whatever link, until the host says so.
    await ada.openPanel(NAMES.people);
    await act(ada, "Late", "Remove and keep out");
    await ada.reads("Remove Late and keep them out?");
    if (mode === "e2ee") await isAccessible(ada);
    await ada.press("Remove and keep out");
    await late.reads("A host keeps you out of this meeting");
    await ada.reads("Here is the new link");
    const third = await shownLink(ada);
    await ada.press("Done");
    await eva.expectGone("group", "Late");
    await comesBy(late, third);
    await late.reads("A host keeps you out of this meeting");
    await ada.press("Let Late back in");
    await ada.expectGone("button", "Let Late back in");
    await comesBy(late, third);
    await late.expect("group", "Ada");
    await ada.expect("group", "Late");

    // Handed over: the new host does all that hosts do, and the first one can go.
    await act(ada, "Eva", "Make host");
    await ada.press("Make host");
    await eva.reads("You are a host of this meeting now");
    await ada.press(NAMES.leave);
    await ada.reads("You left the meeting");
    await choose(eva, "New link");
    await eva.press("Make new link");
    await eva.reads("Here is the new link");
    const fourth = await shownLink(eva);
    await eva.press("Done");
    await until("late has the new link", () => late.page.url() === fourth);
    // The host link is good for ever, and becomes the present one.
    await ada.press("Rejoin");
    await ada.expect("button", NAMES.joinNow);
    await ada.joinNow();
    await ada.seesPattern("Eva", 13);
    assert.equal(ada.page.url(), fourth);
    await choose(eva, "End for everyone");
    await eva.press("End meeting");
    for (const one of [ada, late]) await one.reads("The meeting has ended");
    for (const one of [ada, eva]) one.hasNoComplaints();
  });

  story(`a client that obeys no host is heard, seen and read by nobody in ${mode} mode`, async ({ server, chromium, firefox }, { person, bot }) => {
    const ada = await person(chromium, "Ada");
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    const eva = await person(firefox, "Eva");
    await eva.enter(link);
    const ways = "unmute,share,chat,stay,ignore-suspend";
    const mallory = bot(Bot.join(link, ["--name", "Mallory", "--say", "Hello", "--misbehave", ways, "--seconds", "120"]));
    const robo = bot(Bot.join(link, ["--name", "Robo", "--listen-only"]));
    await robo.sees("Mallory", (view) => view.participants.some(({ name, tracks }) => name === "Mallory" && tracks.length === 2));
    const id = robo.idOf("Mallory");
    const opened = () => ["microphone", "camera", "screen"].map((kind) => robo.opened(id, kind));
    await until("Robo opens what Mallory sends", () => robo.opened(id, "microphone") > 20 && robo.opened(id, "camera") > 10);
    await ada.seesMovement("Mallory");
    await eva.openPanel(NAMES.chat);
    await eva.reads("Hello");
    const lines = () => eva.page.evaluate(() => document.getElementById("chat-panel").innerText.split("Hello").length - 1);

    // Share, chat and microphone are closed; what Mallory sends all the same reaches nobody.
    await choose(ada, "What participants may do …");
    for (const what of ["Share their screen", "Write in the chat", "Turn on their microphone"]) await ada.press(what, "switch");
    await ada.press("Done");
    await choose(ada, "Mute everyone");
    await holds("no voice and no word", async () => [robo.opened(id, "microphone"), await lines()].join());
    const said = await lines();
    await robo.opensMore(id);
    assert.equal(robo.opened(id, "screen"), 0, "no screen");
    assert.equal(await lines(), said, "no word since");

    await choose(ada, "Suspend everything", "menuitemcheckbox");
    await holds("nothing at all", () => opened().join());
    assert.equal(await eva.seesNoMovement("Mallory"), true);

    // Removed, it stays connected, sends, and tries to come back.
    await ada.remove("Mallory");
    await eva.expectGone("group", "Mallory");
    await holds("nothing of somebody who is gone", () => [opened().join(), robo.view().participants.length].join());
    assert.equal(await lines(), said);
    assert.ok(mallory.child.isRunning, "it has not given up");
    assert.equal(robo.view().participants.some(({ name }) => name === "Mallory"), false);
    await ada.expectGone("group", "Mallory");
  });
}

/** Has axe look at it, on a phone as well, and goes on at a desk. */
async function isAccessible(person) {
  await axeIsContent(person);
  await person.page.setViewport({ width: 1280, height: 800 });
}

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

/** Opens a link and tries to get in. */
async function comesBy(person, link) {
  await person.goTo("about:blank");
  await person.goTo(link);
  await person.expect("button", NAMES.joinNow);
  await person.type(NAMES.yourName, person.name);
  await person.press(NAMES.joinNow);
}

/** The link in the dialog. */
async function shownLink(host) {
  const link = await host.expect("group", "The meeting's new link");
  return await link.evaluate((element) => element.textContent);
}

/** Waits until a count stands still for a second and a half: nothing more comes. */
async function holds(what, count) {
  await until(what, async () => {
    const before = await count();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return (await count()) === before;
  });
}
