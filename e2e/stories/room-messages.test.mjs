// SPDX-License-Identifier: MIT OR Apache-2.0
// What people do together beside talking: chat to one person, polls, the timer, captions.

import assert from "node:assert/strict";
import { axeIsContent } from "../lib/axe.mjs";
import { NAMES } from "../lib/person.mjs";
import { installRecogniser } from "../lib/recogniser.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const mode of ["e2ee", "standard"]) {
  story(`a poll, a timer and words for one person alone, with somebody who comes late (${mode})`, async ({ server, chromium, firefox }, { person }) => {
    const ada = await person(chromium, "Ada");
    const eva = await person(firefox, "Eva");
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    await eva.enter(link);
    await ada.expect("group", "Eva");

    await more(ada, "Timer …");
    await ada.type("Minutes", "5");
    await ada.type("What for (optional)", "Break");
    await ada.press("Start timer");
    await timerOf(eva);
    await more(ada, "Polls");
    await ada.press("New poll");
    await ada.type("Question", "Tea or coffee?");
    await ada.type("Answer 1", "Tea");
    await ada.type("Answer 2", "Coffee");
    await ada.press("Add answer");
    await ada.type("Answer 3", "Water");
    await ada.press("Open poll");
    await eva.press("Poll: Tea or coffee?");
    await eva.reads("Votes are not anonymous");
    await eva.press("Water", "radio");
    await eva.press("Tea", "radio");
    await ada.reads("1 vote");
    if (mode === "e2ee") await axeIsContent(ada);
    await ada.page.setViewport({ width: 1280, height: 800 });
    await eva.expectGone("menuitem", "Timer …");

    const max = await person(chromium, "Max");
    await max.enter(link);
    await timerOf(max);
    if (mode === "e2ee") {
      for (const one of [ada, eva]) await one.page.evaluate(noteWhenTimeIsUp);
      await more(ada, "Timer …");
      await ada.type("Minutes", "1");
      await ada.type("What for (optional)", "Last words");
      await ada.press("Start timer");
    }
    await max.press("Poll: Tea or coffee?");
    await max.reads("1 vote");
    await max.press("Coffee", "radio");
    await max.expectGone("button", "Close poll");
    for (const one of [ada, eva, max]) await until(`${one.name} counts one for tea and one for coffee`, async () => `${await counts(one)}` === "1,1,0");
    await ada.press("Close poll");
    for (const one of [eva, max]) await one.reads("Closed");
    assert.deepEqual(await counts(max), [1, 1, 0]);

    await ada.openPanel(NAMES.chat);
    await ada.choose("To", "Eva");
    await ada.reads(mode === "e2ee" ? "Only you and Eva can read this." : "The server could read it.");
    await ada.say("the *cake* is for Max");
    await until("Eva has one unread message", async () => {
      const button = await eva.find("button", NAMES.chat);
      return (await button?.evaluate((element) => document.getElementById(element.getAttribute("aria-describedby"))?.textContent)) === "1 unread message";
    });
    await eva.openPanel(NAMES.chat);
    await eva.reads("Only you and Ada", "the cake is for Max");
    await eva.press("Reply to Ada: the cake is for Max");
    await eva.say("I say nothing");
    await ada.reads("I say nothing", "Only you and Eva");
    assert.match(await ada.page.$eval("#chat-panel .quote", (quote) => quote.textContent), /Ada\s+the cake is for Max/);
    await ada.choose("To", "Everyone");
    await ada.say("good evening");
    await max.openPanel(NAMES.chat);
    await max.reads("good evening");
    assert.doesNotMatch(await max.text(), /cake|I say nothing|Only you/);
    if (mode === "e2ee") await axeIsContent(eva);

    await ada.choose("To", "Max");
    await max.press(NAMES.leave);
    await ada.reads("Max is gone and cannot read this.");
    await ada.choose("To", "Eva");
    await ada.reads(mode === "e2ee" ? "Only you and Eva can read this." : "The server could read it.");
    if (mode === "standard") {
      await ada.page.evaluate(() => document.querySelector(".strip .chip").click());
      await ada.press("Stop timer");
      await until("the timer is gone", async () => (await eva.page.$(".strip .chip")) === null);
    } else {
      for (const one of [ada, eva]) await until(`the time is up for ${one.name}`, () => one.page.evaluate(() => globalThis.timeIsUp === "Time is up: Last words"), 75_000);
    }
    for (const one of [ada, eva]) one.hasNoComplaints();
  });

  story(`captions come from a recogniser on the device, and where there is none the menu says why (${mode})`, async ({ server, chromium, firefox }, { person }) => {
    const ada = await person(chromium, "Ada");
    await ada.page.evaluateOnNewDocument(installRecogniser);
    const eva = await person(firefox, "Eva");
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    await eva.enter(link);
    await ada.expect("group", "Eva");
    assert.equal(await whyNot(eva), "This browser does not recognise speech.");
    if (mode === "e2ee") {
      // The browser as it is, without the story's recogniser.
      const max = await person(chromium, "Max");
      await max.enter(link);
      assert.match(await whyNot(max), /would send your voice elsewhere|has no speech recognition for .* on this device/);
    }

    await more(ada, "Caption my voice", "menuitemcheckbox");
    await until("the recogniser listens", () => ada.page.evaluate(() => globalThis.hearWords("good morn", false) === 1));
    await eva.press("Show captions");
    await until("Eva reads a guess or more", async () => (await captions(eva)).some((line) => line.startsWith("Ada good morn")));
    await ada.page.evaluate(() => globalThis.hearWords("good morning everybody", true));
    await until("and then all of it", async () => (await captions(eva)).includes("Ada good morning everybody"));
    if (mode === "e2ee") await axeIsContent(eva);
    await until("nothing is kept", async () => (await captions(eva)).length === 0);
    await ada.press(NAMES.microphoneOff);
    await until("whoever is muted is not listened to", () => ada.page.evaluate(() => globalThis.hearWords("for nobody", true) === 0));
  });
}

/** Chooses something in the menu "More". */
async function more(person, name, role = "menuitem") {
  await person.press("More");
  await person.press(name, role);
  await person.expectGone(role, name);
}

/** Notes what the timer says when it has run out: it does not say so for long. In the page. */
function noteWhenTimeIsUp() {
  new MutationObserver(() => (globalThis.timeIsUp ??= document.querySelector(".strip .over")?.innerText.trim())).observe(document.body, { childList: true, subtree: true });
}

/** Waits for the timer of five minutes. */
async function timerOf(person) {
  return await until(`${person.name} sees the timer`, () => person.page.evaluate(() => /^(5:00|[34]:[0-5]\d) Break$/.test(document.querySelector("[role=timer]")?.innerText.replace(/\s+/g, " ").replace("Timer: ", "").trim())));
}

/** The votes for each answer of the newest poll. */
async function counts(person) {
  return await person.page.evaluate(() => [...(document.querySelector("#polls-panel .poll")?.querySelectorAll(".count") ?? [])].map((count) => Number(count.textContent)));
}

/** Why somebody's voice cannot be captioned, by the menu. */
async function whyNot(person) {
  await person.press("More");
  const item = await person.expect("menuitemcheckbox", "Caption my voice");
  const why = await until("the menu says why", () =>
    item.evaluate((element) => {
      const text = document.getElementById(element.getAttribute("aria-describedby"))?.textContent ?? "";
      return element.getAttribute("aria-disabled") === "true" && !text.startsWith("Looking") ? text : undefined;
    }),
  );
  await item.click();
  assert.equal(await item.evaluate((element) => element.getAttribute("aria-checked")), "false", "it stays off");
  await person.page.keyboard.press("Escape");
  await person.expectGone("menuitemcheckbox", "Caption my voice");
  return why;
}

/** The captions on screen, each after its speaker. */
async function captions(person) {
  return await person.page.evaluate(() => [...document.querySelectorAll("section[aria-label=Captions] p")].map((line) => line.innerText.replace(/\s+/g, " ").trim()));
}
