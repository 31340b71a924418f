// SPDX-License-Identifier: MIT OR Apache-2.0
// Breakout rooms: opened, entered, left, spoken to, called back; whoever reloads comes back to where it was.

import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

for (const mode of ["e2ee", "standard"]) {
  story(`Ada sends Eva and Max into rooms, visits one and calls them back in ${mode} mode`, async ({ server, chromium, firefox }, { person }) => {
    const ada = await person(chromium, "Ada", { pattern: 11 });
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    const eva = await person(firefox, "Eva", { pattern: 13 });
    const max = await person(chromium, "Max", { pattern: 12 });
    for (const guest of [eva, max]) await guest.enter(link);
    await ada.expect("group", "Max");
    await ada.expect("group", "Eva");

    await manage(ada);
    await ada.type("Name of room 1", "Red");
    await ada.type("Name of room 2", "Blue");
    await ada.choose("Room of Eva", "Red");
    await ada.choose("Room of Max", "Blue");
    await ada.press("Open rooms");
    await ada.press("Close");

    await eva.reads("You are assigned to Red.");
    await eva.press("Join Red");
    await eva.reads("You are in Red");
    await max.press("Join Blue");
    await max.reads("You are in Blue");
    await eva.expectGone("group", "Max");

    // Max is moved to Red, where he goes by himself, and the two talk.
    await manage(ada);
    await ada.choose("Room of Max", "Red");
    await ada.press("Close");
    await max.reads("A host moved you to Red.", "You are in Red");
    await eva.seesPattern("Max", 12);
    await max.seesPattern("Eva", 13);
    await max.hears(1);
    await eva.expectGone("group", "Ada");
    await ada.press(NAMES.people);
    await ada.reads("In Red");

    // Ada says something to all rooms, and comes along.
    await manage(ada);
    await ada.type("Message to all rooms", "Five more minutes.");
    await ada.press("Send to all rooms");
    await eva.reads("Ada to all rooms", "Five more minutes.");
    await ada.press("Join Red");
    await ada.reads("You are in Red");
    await ada.seesPattern("Eva", 13);
    await eva.seesPattern("Ada", 11);

    // A reload leads back into the room.
    await max.page.reload({ waitUntil: "domcontentloaded" });
    await max.joinNow();
    await max.reads("You are in Red");
    await max.seesPattern("Ada", 11);

    // Who leaves the room is asked whereto.
    await eva.press(NAMES.leave);
    await eva.press("Back to the main meeting");
    await eva.reads("Breakout rooms are open");
    await ada.expectGone("group", "Eva");

    await manage(ada);
    await ada.press("Call everyone back");
    await max.reads("Rooms close in");
    await max.reads("You are back in the main meeting.");
    for (const [one, other, pattern] of [[ada, "Max", 12], [max, "Eva", 13], [eva, "Ada", 11]]) await one.seesPattern(other, pattern);
  });
}

async function manage(host) {
  await host.press("Host controls");
  await host.press("Breakout rooms", "menuitem");
  await host.expect("dialog", "Breakout rooms");
}
