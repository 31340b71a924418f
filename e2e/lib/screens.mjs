// SPDX-License-Identifier: MIT OR Apache-2.0
// Every screen of the product, and how one gets there: shared by the accessibility story and by `npm run screens`.

import { Bot } from "./bot.mjs";
import { withoutSecret } from "./links.mjs";
import { NAMES } from "./person.mjs";

/**
 * @typedef {{person: import("./person.mjs").Person, server: import("./server.mjs").Server, bot: (bot: Bot) => Bot}} Scene
 * @type {Array<{name: string, arrange: (scene: Scene) => Promise<void>}>}
 */
export const SCREENS = [
  {
    name: "home",
    async arrange({ person, server }) {
      await person.goTo(`${server.origin}/`);
      await person.expect("button", NAMES.newMeeting);
    },
  },
  {
    name: "pre-join",
    async arrange({ person, server }) {
      await person.makeMeeting(server.origin, "e2ee");
      await person.expect("button", NAMES.cameraOff);
    },
  },
  {
    name: "pre-join-standard",
    async arrange({ person, server }) {
      await person.makeMeeting(server.origin, "standard");
      await person.expect("button", NAMES.cameraOff);
    },
  },
  {
    name: "pre-join-no-devices",
    async arrange({ person, server }) {
      await person.page.evaluateOnNewDocument(() => {
        if (!navigator.mediaDevices) return;
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
      });
      await person.makeMeeting(server.origin, "e2ee");
      await person.reads(/blocks the camera/);
    },
  },
  {
    name: "call-alone",
    async arrange({ person, server }) {
      await person.makeMeeting(server.origin, "e2ee");
      await person.joinNow();
    },
  },
  { name: "call-grid", arrange: (scene) => joinBots(scene) },
  {
    name: "call-speaker",
    async arrange(scene) {
      await joinBots(scene);
      await scene.person.press((await scene.person.find("button", "Layout")) ? "Layout" : "More");
      await scene.person.press("Speaker", "menuitemradio");
      await scene.person.expectGone("menuitemradio", "Speaker");
    },
  },
  {
    name: "call-menu",
    async arrange(scene) {
      await joinBots(scene);
      await scene.person.press("More");
      await scene.person.expect("menuitem", "End meeting for everyone");
    },
  },
  {
    name: "call-host-controls",
    async arrange(scene) {
      await joinBots(scene);
      await openHostControls(scene.person);
    },
  },
  {
    name: "call-suspended",
    async arrange(scene) {
      await joinBots(scene);
      await openHostControls(scene.person);
      await scene.person.press("Suspend everything", "menuitemcheckbox");
      await scene.person.press("Bring back …");
      await scene.person.expect("dialog", "Bring back piece by piece");
    },
  },
  {
    name: "call-people",
    async arrange(scene) {
      await joinBots(scene);
      await scene.person.openPanel(NAMES.people);
    },
  },
  {
    name: "call-actions",
    async arrange(scene) {
      await joinBots(scene);
      await scene.person.openPanel(NAMES.people);
      await scene.person.press("Actions for Robo 1");
      await scene.person.expect("menuitem", "Remove from meeting");
    },
  },
  {
    name: "call-chat",
    async arrange(scene) {
      await joinBots(scene, ["--say", "Good morning! Is the picture all right?"]);
      await scene.person.say("Clear as day.");
      await scene.person.reads("Is the picture all right?", "Clear as day.");
    },
  },
  {
    name: "call-encryption",
    async arrange(scene) {
      await joinBots(scene);
      await scene.person.openEncryption();
    },
  },
  {
    name: "call-waiting",
    async arrange(scene) {
      const { person, server, bot } = scene;
      const link = await person.makeMeeting(server.origin, "e2ee");
      await person.joinNow();
      await openHostControls(person);
      await person.press("Lobby", "menuitemcheckbox");
      await person.page.keyboard.press("Escape");
      await person.expectGone("menuitemcheckbox", "Lobby");
      bot(Bot.join(link, ["--people", "2", "--name", "Robo"]));
      await person.openPanel(NAMES.people);
      await person.expect("button", "Admit Robo 2");
    },
  },
  {
    name: "call-new-link",
    async arrange({ person, server }) {
      await person.makeMeeting(server.origin, "e2ee");
      await person.joinNow();
      await openHostControls(person);
      await person.press("New link", "menuitem");
      await person.expect("button", "Make new link");
    },
  },
  {
    name: "call-breakouts",
    async arrange(scene) {
      await joinBots(scene);
      await openHostControls(scene.person);
      await scene.person.press("Breakout rooms", "menuitem");
      await scene.person.expect("dialog", "Breakout rooms");
    },
  },
  {
    name: "call-poll",
    async arrange(scene) {
      await joinBots(scene);
      await scene.person.press("More");
      await scene.person.press("Polls", "menuitem");
      await scene.person.press("New poll");
      await scene.person.expect("textbox", "Question");
    },
  },
  {
    name: "call-record",
    async arrange(scene) {
      await joinBots(scene);
      await scene.person.press("More");
      await scene.person.press("Record", "menuitem");
      await scene.person.expect("alertdialog", "Record this meeting?");
    },
  },
  {
    name: "call-connection",
    async arrange(scene) {
      await joinBots(scene);
      await scene.person.press("More");
      await scene.person.press("Connection", "menuitem");
      await scene.person.expect("dialog", "Connection");
    },
  },
  ...["Audio", "Video", "Notifications", "Shortcuts", "General"].map((page) => ({
    name: `call-settings-${page.toLowerCase()}`,
    async arrange({ person, server }) {
      await person.makeMeeting(server.origin, "e2ee");
      await person.joinNow();
      await openSettings(person, page);
    },
  })),
  {
    name: "connection-test",
    async arrange({ person, server }) {
      await person.goTo(`${server.origin}/test`);
      await person.expect("button", "Start test");
    },
  },
  {
    name: "end",
    async arrange({ person, server }) {
      await person.makeMeeting(server.origin, "e2ee");
      await person.joinNow();
      await person.press(NAMES.leave);
      await person.reads("You left the meeting");
    },
  },
  {
    name: "missing-secret",
    async arrange({ person, server }) {
      const { invitation } = await server.newMeeting("e2ee");
      await person.goTo(withoutSecret(invitation));
      await person.reads("The link is missing its secret");
    },
  },
];

/** On a phone they stand in the menu "More". */
async function openHostControls(person) {
  await person.press((await person.find("button", "Host controls")) ? "Host controls" : "More");
  await person.expect("menuitemcheckbox", "Lock meeting");
}

/** On a phone they stand in the menu "More". */
async function openSettings(person, page) {
  if (await person.find("button", "Settings")) await person.press("Settings");
  else {
    await person.press("More");
    await person.press("Settings", "menuitem");
  }
  await person.expect("dialog", "Settings");
  await person.press(page, "tab");
}

async function joinBots({ person, server, bot }, args = []) {
  const link = await person.makeMeeting(server.origin, "e2ee");
  await person.joinNow();
  bot(Bot.join(link, ["--people", "3", "--name", "Robo", ...args]));
  for (const number of [1, 2, 3]) await person.seesPattern(`Robo ${number}`, number);
}
