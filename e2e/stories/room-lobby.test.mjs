// SPDX-License-Identifier: MIT OR Apache-2.0
// The lobby: a host switches it on, somebody asks to come in, and is let in or turned away; hands and mutes go through.

import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const mode of ["e2ee", "standard"]) {
  story(`a host lets Eva in from the lobby and turns Max away in ${mode} mode`, async ({ server, chromium, firefox }, { person }) => {
    const ada = await person(chromium, "Ada", { pattern: 11 });
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    await ada.press("Host controls");
    await ada.press("Lobby", "menuitemcheckbox");
    await ada.page.keyboard.press("Escape");

    const eva = await person(firefox, "Eva", { pattern: 13 });
    await knock(eva, link);
    await ada.press(NAMES.people);
    await ada.press("Admit Eva");
    await eva.expect("button", NAMES.leave);
    await eva.seesPattern("Ada", 11);
    await ada.seesPattern("Eva", 13);

    const max = await person(chromium, "Max", { pattern: 12 });
    await knock(max, link);
    await ada.press("Turn away Max");
    await max.reads("You were not let in");
    await ada.expectGone("group", "Max");
  });
}

async function knock(one, link) {
  await one.goTo(link);
  await one.expect("button", NAMES.joinNow);
  await one.type(NAMES.yourName, one.name);
  await one.press(NAMES.joinNow);
  await one.expect("button", "Leave the lobby");
}
