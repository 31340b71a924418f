// SPDX-License-Identifier: MIT OR Apache-2.0
// The lobby: a host switches it on, somebody asks to come in, and is let in or turned away; nobody gets past the lock.

import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const mode of ["e2ee", "standard"]) {
  story(`a host lets Eva in from the lobby, turns Max away and locks the meeting in ${mode} mode`, async ({ server, chromium, firefox }, { person }) => {
    const ada = await person(chromium, "Ada", { pattern: 11 });
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    await decide(ada, "Lobby");

    const eva = await person(firefox, "Eva", { pattern: 13 });
    await knock(eva, link);
    await eva.expect("button", NAMES.cameraOff);
    await until("the title of Ada's page counts who waits", async () => /^\(\d\)/.test(await ada.page.title()));
    await ada.press(NAMES.people);
    await ada.type("Message to those waiting", "Two minutes, please.");
    await ada.press("Send");
    await eva.reads("From the hosts", "Two minutes, please.");
    await ada.press("Admit Eva");
    await eva.expect("button", NAMES.leave);
    await eva.seesPattern("Ada", 11);
    await ada.seesPattern("Eva", 13);

    const max = await person(chromium, "Max", { pattern: 12 });
    await knock(max, link);
    await ada.press("Turn away Max");
    await max.reads("You were not let in", "ask the person who invited you");
    await max.expect("button", "Ask again");
    await ada.expectGone("group", "Max");

    await decide(ada, "Lock meeting");
    await max.press("Ask again");
    await max.press("Ask to join");
    await max.reads("The meeting is locked", "try again");
  });
}

/** Switches something for the whole meeting. */
async function decide(host, what) {
  await host.press("Host controls");
  await host.press(what, "menuitemcheckbox");
  await host.expectGone("menuitemcheckbox", what);
}

async function knock(one, link) {
  await one.goTo(link);
  await one.expect("button", "Ask to join");
  await one.type(NAMES.yourName, one.name);
  await one.press("Ask to join");
  await one.expect("button", "Leave the lobby");
}
