// SPDX-License-Identifier: MIT OR Apache-2.0
// How long somebody at Chromium waits from the click on "Join now" to the first picture of somebody else, and until
// everybody is shown. The others are bots that are there already. Prints one line of JSON; `cargo xtask bench join`
// starts it.
//
//     node bench/join.mjs (e2ee|standard) PEOPLE RUNS

import { setTimeout as pause } from "node:timers/promises";
import { Bot } from "../lib/bot.mjs";
import { launchChromium } from "../lib/browsers.mjs";
import { NAMES, Person } from "../lib/person.mjs";
import { Server } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

// While somebody looks at the preview the page loads the WebAssembly; nobody clicks sooner.
const LOOKS_FOR = 1500;

const [mode, people, runs] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const others = people - 1;
const server = await Server.start();
const chromium = await launchChromium();
let bots;
try {
  const { invitation } = await server.newMeeting(mode);
  bots = Bot.join(invitation, ["--people", String(others)]);
  const isAlone = (view) => view.state === "active" && view.participants.length === others;
  await bots.sees("all bots", (view) => isAlone(view) && view.participants.every((one) => one.isMe || one.key === "ready"), others);
  const results = [];
  for (let run = 0; run < runs; run += 1) {
    results.push(await measure(chromium, invitation, `Person ${run}`));
    await bots.sees("the person gone", isAlone, others);
  }
  const figures = (of) => results.map((result) => Math.round(of(result)));
  const line = {
    mode,
    people,
    shownMs: figures(({ clicked, shown }) => Math.min(...shown) - clicked),
    allMs: figures(({ clicked, shown }) => Math.max(...shown) - clicked),
    decodedMs: figures(({ clicked, decoded }) => Math.min(...decoded) - clicked),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await bots?.child.stop();
  await chromium.close();
  await server.stop();
}

async function measure(browser, link, name) {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(watch);
  const person = new Person(page, name);
  await person.goTo(link);
  await person.expect("button", NAMES.joinNow);
  await person.type(NAMES.yourName, name);
  await pause(LOOKS_FOR);
  await person.press(NAMES.joinNow);
  const times = await until(`${name} sees ${others} others`, async () => {
    const seen = await page.evaluate(() => globalThis.benchTimes);
    if (seen.clicked === null || seen.shown.length < others) throw new Error(JSON.stringify(seen));
    return seen;
  }).catch(async (error) => {
    await person.keepEvidence(`bench-join-${mode}-${people}`);
    throw error;
  });
  await person.press(NAMES.leave);
  await person.expectGone("toolbar", "Call controls");
  await page.browserContext().close();
  return times;
}

/** Runs in the page: notes when "Join now" was clicked, and when each tile had its first decoded and shown picture. */
function watch() {
  const times = { clicked: null, shown: [], decoded: [] };
  globalThis.benchTimes = times;
  const isJoin = (target) => target instanceof Element && target.closest("button")?.textContent.trim() === "Join now";
  document.addEventListener("click", ({ target }) => isJoin(target) && (times.clicked = performance.now()), true);
  // By element: a tile is called otherwise until its participant's name is known.
  const watched = new WeakSet();
  const decoded = new WeakSet();
  setInterval(() => {
    for (const video of document.querySelectorAll('[role="group"][aria-label] video')) {
      const name = video.closest('[role="group"]').getAttribute("aria-label");
      if (name.endsWith(" (you)") || times.clicked === null) continue;
      if (!decoded.has(video) && video.getVideoPlaybackQuality().totalVideoFrames > 0) {
        decoded.add(video);
        times.decoded.push(performance.now());
      }
      if (watched.has(video)) continue;
      watched.add(video);
      video.requestVideoFrameCallback(() => times.shown.push(performance.now()));
    }
  }, 5);
}
