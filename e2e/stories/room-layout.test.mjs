// SPDX-License-Identifier: MIT OR Apache-2.0
// Where people stand on the page, and what it costs when they do not.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { comingVideos, installRoomWatch, tiles } from "../lib/room.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

story("tiles on other pages cost no bandwidth, and come when one turns to them", async ({ server, chromium }, { person, bot }) => {
  // Low enough for four tiles a page.
  const ada = await person(chromium, "Ada", { width: 560, height: 540 });
  await ada.page.evaluateOnNewDocument(installRoomWatch);
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  bot(Bot.join(link, ["--people", "6", "--name", "Robo"]));
  await ada.reads("1 / 2");
  await until("four videos come in", async () => (await comingVideos(ada)) === 4);
  assert.equal((await tiles(ada)).length, 4);
  await ada.press("More people");
  await ada.reads("2 / 2");
  // Two bots and oneself.
  await until("two videos come in", async () => (await comingVideos(ada)) === 2);
  await ada.press("Previous people");
  await until("four videos come in again", async () => (await comingVideos(ada)) === 4);
  ada.hasNoComplaints();
});

story("grid, speaker and sidebar are a choice that lasts", async ({ server, chromium, firefox }, { person, bot }) => {
  const { hostLink, invitation } = await server.newMeeting("e2ee");
  bot(Bot.join(hostLink, ["--people", "3", "--name", "Robo"]));
  for (const browser of [chromium, firefox]) {
    const eva = await person(browser, "Eva");
    await eva.enter(invitation);
    await until("all have a tile", async () => (await tiles(eva)).length >= 4);
    assert.ok(isEven(await tiles(eva)), "in the grid all are of one size");

    await choose(eva, "Speaker");
    await until("one is large, the others below", async () => {
      const [large, ...others] = largestFirst(await tiles(eva));
      return others.length >= 3 && others.every(({ y, width }) => y >= large.y + large.height && width < large.width / 3);
    });
    await choose(eva, "Sidebar");
    await until("one is large, the others beside", async () => {
      const [large, ...others] = largestFirst(await tiles(eva));
      return others.length >= 3 && others.every(({ x, width }) => x >= large.x + large.width && width < large.width / 3);
    });

    await eva.page.reload();
    await eva.expect("button", NAMES.joinNow);
    await eva.joinNow();
    await until("the sidebar is there again", async () => {
      const [large, ...others] = largestFirst(await tiles(eva));
      return others.length >= 3 && others.every(({ x }) => x >= large.x + large.width);
    });
    await choose(eva, "Grid");
    await until("all are of one size again", async () => isEven(await tiles(eva)));
    await eva.press(NAMES.leave);
  }
});

story("who is pinned takes the stage until unpinned, by a button that can be reached without a pointer", async ({ server, chromium }, { person, bot }) => {
  const ada = await person(chromium, "Ada");
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  bot(Bot.join(link, ["--people", "3", "--name", "Robo"]));
  const pin = await ada.expect("button", "Pin Robo 2");
  await pin.focus();
  await ada.page.keyboard.press("Enter");
  await until("Robo 2 is on stage", async () => largestFirst(await tiles(ada))[0].name === "Robo 2" && !isEven(await tiles(ada)));
  await ada.press("Unpin Robo 2");
  await until("nobody is", async () => isEven(await tiles(ada)));
});

for (const mode of ["e2ee", "standard"]) {
  story(`whom the host spotlights is on everybody's stage until that ends (${mode})`, async ({ server, chromium, firefox }, { person, bot }) => {
    const ada = await person(chromium, "Ada");
    const eva = await person(firefox, "Eva");
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    await eva.enter(link);
    bot(Bot.join(link, ["--people", "2", "--name", "Robo"]));
    for (const one of [ada, eva]) await one.expect("group", "Robo 2");
    const isLarge = async (one) => largestFirst(await tiles(one))[0].name === "Robo 2" && !isEven(await tiles(one));
    await ada.openPanel(NAMES.people);
    await ada.press("Actions for Robo 2");
    await ada.press("Spotlight for everyone", "menuitem");
    for (const one of [ada, eva]) await until(`${one.name} sees Robo 2 large`, () => isLarge(one));
    await eva.openPanel(NAMES.people);
    await eva.press("Actions for Robo 2");
    await eva.expect("menuitem", "Pin");
    assert.equal(await eva.find("menuitem", "End spotlight"), null, "who leads nothing is not offered it");
    await eva.page.keyboard.press("Escape");
    await ada.press("Actions for Robo 2");
    await ada.press("End spotlight", "menuitem");
    for (const one of [ada, eva]) await until(`${one.name} sees all alike`, async () => isEven(await tiles(one)));
  });
}

story("two shared screens stand on stage together", async ({ server, chromium, firefox }, { person }) => {
  const ada = await person(chromium, "Ada");
  const ben = await person(chromium, "Ben");
  const eva = await person(firefox, "Eva");
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await ben.enter(link);
  await eva.enter(link);
  for (const one of [ada, ben]) {
    await one.press(NAMES.share);
    await eva.expect("group", `${one.name}’s screen`);
  }
  await until("both screens are large and of one size", async () => {
    const all = await tiles(eva);
    const screens = all.filter(({ name }) => name.endsWith("screen"));
    const faces = all.filter(({ name }) => !name.endsWith("screen"));
    return screens.length === 2 && isEven(screens) && faces.length === 3 && faces.every(({ width }) => width < screens[0].width / 2);
  });
  for (const one of [ada, ben]) {
    await until(`Eva sees ${one.name}’s screen`, async () => {
      const video = await eva.video(`${one.name}’s screen`);
      return video && (await video.evaluate((element) => element.videoWidth > 0 && !element.paused));
    });
  }
  await ada.press("Stop sharing");
  await eva.expectGone("group", "Ada’s screen");
  await until("the other one has the stage for itself", async () => largestFirst(await tiles(eva))[0].name === "Ben’s screen");
});

story("the own picture is mirrored for oneself alone, and can be hidden", async ({ server, chromium, firefox }, { person }) => {
  const ada = await person(chromium, "Ada", { pattern: 11 });
  const eva = await person(firefox, "Eva", { pattern: 13 });
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await eva.enter(link);
  const isMirrored = async () => await (await ada.video("Ada (you)"))?.evaluate((video) => getComputedStyle(video).transform.startsWith("matrix(-1"));
  assert.equal(await isMirrored(), true);
  await ada.press("Layout");
  await ada.press("Mirror my video", "menuitemcheckbox");
  await until("Ada no longer sees herself mirrored", async () => (await isMirrored()) === false);
  await eva.seesPattern("Ada", 11);
  await choose(ada, "Hide own picture", "menuitem");
  await ada.expectGone("group", "Ada (you)");
  await eva.seesPattern("Ada", 11);
  await choose(ada, "Show own picture", "menuitem");
  await ada.expect("group", "Ada (you)");
});

for (const browser of ["chromium", "firefox"]) {
  story(`the small window has the picture and the controls, where the browser has one (${browser})`, async (set, { person, bot }) => {
    const ada = await person(set[browser], "Ada");
    const link = await ada.makeMeeting(set.server.origin, "e2ee");
    await ada.joinNow();
    const robot = bot(Bot.join(link, ["--name", "Robo"]));
    await ada.expect("group", "Robo");
    await ada.press("Layout");
    await ada.expect("menuitemradio", "Grid");
    const isOffered = (await ada.find("menuitem", "Open small window")) !== null;
    assert.equal(isOffered, await ada.page.evaluate(() => "documentPictureInPicture" in globalThis));
    if (!isOffered) return;
    await ada.press("Open small window", "menuitem");
    const inside = (what) => ada.page.evaluate((code) => new Function("page", `return ${code}`)(globalThis.documentPictureInPicture.window?.document), what);
    await until("the window is open, moves and has its styles", () =>
      inside('(() => { const v = page?.querySelector(".large video"); return (v?.videoWidth ?? 0) > 0 && !v.paused && page.defaultView.getComputedStyle(v).objectFit === "cover"; })()'),
    );
    await inside(`page.querySelector('[aria-label="Turn off microphone"]').click()`);
    await robot.sees("Ada muted", (view) => view.participants.some(({ name, tracks }) => name === "Ada" && !tracks.includes("microphone")));
    await ada.expect("button", NAMES.microphoneOn);
    await inside(`page.querySelector('[aria-label="Leave call"]').click()`);
    await ada.expect("heading", "You left the meeting");
    await until("the window has gone", () => ada.page.evaluate(() => globalThis.documentPictureInPicture.window === null));
    ada.hasNoComplaints();
  });
}

async function choose(person, name, role = "menuitemradio") {
  if (!(await person.find(role, name))) await person.press("Layout");
  await person.press(name, role);
  await person.expectGone(role, name);
}

function isEven(all) {
  return all.every(({ width, height }) => Math.abs(width - all[0].width) <= 1 && Math.abs(height - all[0].height) <= 1);
}

function largestFirst(all) {
  return [...all].sort((one, other) => other.width * other.height - one.width * one.height);
}
