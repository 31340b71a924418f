// SPDX-License-Identifier: MIT OR Apache-2.0
// People come back: after leaving, after a reload, after the network or the server was away.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { BEHIND, Network } from "../lib/network.mjs";
import { Server } from "../lib/server.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const browserName of ["chromium", "firefox"]) {
  story(`after leaving and after a reload one joins again in ${browserName}`, async (set, { person, bot }) => {
    const { invitation } = await set.server.newMeeting("e2ee");
    const robot = bot(Bot.join(invitation, ["--name", "Robo", "--picture", "2"]));
    const ada = await person(set[browserName], "Ada", { pattern: 11 });
    await ada.enter(invitation);
    await ada.seesPattern("Robo", 2);

    await ada.press(NAMES.leave);
    await ada.reads("You left the meeting");
    await robot.sees("nobody else", (view) => view.participants.length === 1);
    await ada.press("Rejoin");
    await ada.expect("button", NAMES.joinNow);
    await ada.joinNow();
    await ada.seesPattern("Robo", 2);

    await ada.press(NAMES.microphoneOff);
    await ada.page.reload({ waitUntil: "domcontentloaded" });
    await ada.expect("button", NAMES.joinNow);
    await ada.expect("button", NAMES.microphoneOn);
    await ada.joinNow();
    await ada.seesPattern("Robo", 2);
    await robot.sees("Ada once, with her key, still muted", (view) => {
      const adas = view.participants.filter(({ name }) => name === "Ada");
      return adas.length === 1 && adas[0].key === "ready" && adas[0].tracks.join() === "camera" && adas[0].alarm === null;
    });
  });
}

for (const mode of ["e2ee", "standard"]) {
  story(`a restart of the server loses no meeting, and people come back by themselves in ${mode} mode`, async ({ server, chromium, firefox }, { person, bot }) => {
    const ada = await person(chromium, "Ada", { pattern: 11 });
    const eva = await person(firefox, "Eva", { pattern: 13 });
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    await eva.enter(link);
    const robot = bot(Bot.join(link, ["--name", "Robo", "--picture", "3"]));
    for (const one of [ada, eva]) await one.seesPattern("Robo", 3);
    await ada.press(NAMES.microphoneOff);

    await server.halt("SIGKILL");
    for (const one of [ada, eva]) await one.reads("Reconnecting");
    await server.resume();

    for (const one of [ada, eva]) await one.seesPattern("Robo", 3);
    await ada.seesPattern("Eva", 13);
    await eva.seesPattern("Ada", 11);
    await robot.sees("both again, Ada still muted", (view) => {
      const ofAda = view.participants.filter(({ name }) => name === "Ada");
      return view.state === "active" && view.participants.length === 3 && ofAda[0]?.tracks.join() === "camera";
    });
    await ada.expect("button", NAMES.microphoneOn);
  });
}

for (const browserName of ["chromium", "firefox"]) {
  story(`after the network was cut one is back within three seconds in ${browserName}`, async (set, tools) => {
    const server = await Server.start(BEHIND);
    tools.finally(() => server.stop());
    const network = await Network.before(server);
    tools.finally(() => network.close());
    const { invitation } = await server.newMeeting("e2ee");
    const robot = tools.bot(Bot.join(invitation, ["--name", "Robo", "--picture", "2"]));
    await robot.sees("itself", (view) => view.state === "active");
    const eva = await tools.person(set.chromium, "Eva", { pattern: 13 });
    await eva.enter(invitation);
    await eva.seesPattern("Robo", 2);
    network.shield();
    const ada = await tools.person(set[browserName], "Ada", { pattern: 11 });
    await ada.enter(invitation.replace(server.origin, network.origin));
    await ada.seesPattern("Robo", 2);
    await eva.seesPattern("Ada", 11);
    await ada.press(NAMES.microphoneOff);

    network.cut();
    await ada.reads("Reconnecting");
    network.heal();
    const returnedAt = Date.now();
    await ada.seesPattern("Robo", 2);
    assert.ok(Date.now() - returnedAt < 3000, `it took ${Date.now() - returnedAt} ms`);
    await eva.seesPattern("Ada", 11);
    await ada.expect("button", NAMES.microphoneOn);
    await robot.sees("Ada muted and connected", (view) => {
      return view.participants.some(({ name, isConnected, tracks }) => name === "Ada" && isConnected && tracks.join() === "camera");
    });
  });
}
