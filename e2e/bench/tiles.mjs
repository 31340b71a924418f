// SPDX-License-Identifier: MIT OR Apache-2.0
// What a room full of tiles costs one Chromium tab: frames of the interface and long tasks, memory, and what stays behind
// after many joins and leaves. The others are bots. Prints one line of JSON; `cargo xtask bench tiles` starts it.
//
//     node bench/tiles.mjs TILES SECONDS JOINS

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Bot } from "../lib/bot.mjs";
import { launchChromium } from "../lib/browsers.mjs";
import { Person } from "../lib/person.mjs";
import { comingVideos, installRoomWatch, tiles } from "../lib/room.mjs";
import { Server } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

const [count, seconds, joins] = process.argv.slice(2).map(Number);
// How many come and go at a time: a join alone takes half a second.
const AT_ONCE = 10;
// After how many joins what stayed behind is counted.
const COUNT_EVERY = 50;
// A room fills as fast as the bots can make their keys.
const FULL_WITHIN = 300_000;

const server = await Server.start();
const chromium = await launchChromium();
const bots = [];
try {
  const person = await Person.at(chromium, "Watcher", { width: 1600, height: 1000 });
  await person.page.evaluateOnNewDocument(installRoomWatch);
  // In standard mode a crowd is there within seconds; the tiles are the same.
  const link = await person.makeMeeting(server.origin, "standard");
  await person.joinNow();
  const line = { tiles: count, load: load() };
  if (count > 1) {
    bots.push(Bot.join(link, ["--people", String(count - 1), "--name", "Robo"]));
    Object.assign(line, await measureFull(person));
    for (const bot of bots.splice(0)) await bot.leave();
    await until("everybody left", async () => (await tiles(person)).length === 1, FULL_WITHIN);
  }
  if (joins > 0) line.leak = await measureLeak(person, link);
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await Promise.all(bots.map((bot) => bot.child.stop()));
  await chromium.close();
  await server.stop();
}

/** Waits until all tiles are there, and measures some seconds of it. */
async function measureFull(person) {
  await until(`${count} tiles`, async () => (await tiles(person)).length === count, FULL_WITHIN);
  const moving = () => person.page.evaluate(() => [...document.querySelectorAll("[data-participant][role=group] video")].filter((video) => video.getVideoPlaybackQuality().totalVideoFrames > 0).length);
  await until("all of them move", async () => (await moving()) >= count - 1, FULL_WITHIN).catch(() => {});
  // What appearing costs is not what staying costs.
  await pause(3000);
  const before = { cpu: cpuTime(), load: load() };
  const frames = await person.page.evaluate(watchFrames, seconds * 1000);
  return {
    moving: await moving(),
    coming: await comingVideos(person),
    ...frames,
    memoryMb: await memory(person),
    loadMeanwhile: before.load,
    // All cores idle are 0: with nothing left, frames are late whatever the page does.
    machineBusy: busy(before.cpu, cpuTime()),
  };
}

/** Runs in the page: frames per second of the main thread, the longest pause between two, and the tasks that held it up. */
async function watchFrames(milliseconds) {
  const gaps = [];
  let longTasks = 0;
  const observer = new PerformanceObserver((list) => (longTasks += list.getEntries().length));
  observer.observe({ type: "longtask" });
  await new Promise((resolve) => {
    const start = performance.now();
    let last = start;
    requestAnimationFrame(function frame(now) {
      gaps.push(now - last);
      last = now;
      if (now - start > milliseconds) resolve();
      else requestAnimationFrame(frame);
    });
  });
  observer.disconnect();
  gaps.sort((one, other) => one - other);
  const sum = gaps.reduce((total, gap) => total + gap, 0);
  const at = (part) => Math.round(gaps[Math.floor((gaps.length - 1) * part)]);
  return { framesPerSecond: (1000 * gaps.length) / sum, gap95Ms: at(0.95), gapMaxMs: at(1), longTasks };
}

/** The resident memory of the tab's process, in MB. */
async function memory(person) {
  const session = await person.page.createCDPSession();
  const { processInfo } = await (await chromium.browser.target().createCDPSession()).send("SystemInfo.getProcessInfo");
  await session.detach();
  // Of the tabs' processes the one that has the room is the largest by far.
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => resident(id));
  return Math.max(...renderers);
}

/** Lets people come and go, and counts what stays behind. */
async function measureLeak(person, link) {
  const session = await person.page.createCDPSession();
  await session.send("Performance.enable");
  const rows = [];
  let joined = 0;
  for (;;) {
    if (joined % COUNT_EVERY === 0) rows.push({ joined, ...(await left(session)) });
    if (joined >= joins) break;
    const bot = Bot.join(link, ["--people", String(AT_ONCE), "--name", `Guest ${joined}`]);
    bots.push(bot);
    await until("they are shown", async () => (await tiles(person)).length === 1 + AT_ONCE, FULL_WITHIN);
    await bot.leave();
    bots.splice(bots.indexOf(bot), 1);
    await until("they are gone", async () => (await tiles(person)).length === 1, FULL_WITHIN);
    joined += AT_ONCE;
  }
  return rows;
}

/** What is there after everything that can be thrown away has been. */
async function left(session) {
  for (let round = 0; round < 3; round += 1) {
    await session.send("HeapProfiler.collectGarbage");
    await pause(200);
  }
  const { metrics } = await session.send("Performance.getMetrics");
  const value = (name) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  return { heapMb: value("JSHeapUsedSize") / 1e6, nodes: value("Nodes"), listeners: value("JSEventListeners") };
}

function resident(pid) {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1000);
}

function load() {
  return Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]);
}

function cpuTime() {
  const [user, nice, system, idle, wait] = readFileSync("/proc/stat", "utf8").split("\n")[0].split(/\s+/).slice(1).map(Number);
  return { busy: user + nice + system, idle: idle + wait };
}

function busy(before, after) {
  const spent = after.busy - before.busy;
  return spent / (spent + after.idle - before.idle);
}
