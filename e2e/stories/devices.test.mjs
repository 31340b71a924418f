// SPDX-License-Identifier: MIT OR Apache-2.0
// Cameras, microphones and speakers: changed, unplugged and plugged in during a call, and what is done with their sound.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { TWO_OF_EACH, captures, installDevices, plug, unplug } from "../lib/devices.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"], chromiumArgs: ["--use-fake-device-for-media-stream=fps=30,device-count=2"] });

/** Somebody with devices of the story's own. */
async function personWith(person, browser, name, devices = TWO_OF_EACH, options = {}) {
  const one = await person(browser, name, options);
  await one.page.evaluateOnNewDocument(installDevices, devices);
  return one;
}

/** How often the page has negotiated, from here on. Firefox and Chromium call it by the same method. */
async function countOffers(one) {
  await one.page.evaluateOnNewDocument(() => {
    window.offersOfTheStory = 0;
    const original = RTCPeerConnection.prototype.setLocalDescription;
    RTCPeerConnection.prototype.setLocalDescription = function (...args) {
      window.offersOfTheStory += 1;
      return original.apply(this, args);
    };
  });
  return () => one.page.evaluate(() => window.offersOfTheStory);
}

async function openSettings(one, page) {
  await one.press("Settings");
  await one.expect("dialog", "Settings");
  if (page !== undefined) await one.press(page, "tab");
}

async function closeSettings(one) {
  await one.page.keyboard.press("Escape");
  await one.expectGone("dialog", "Settings");
}

/** Chooses an entry of a select by its text. */
async function choose(one, label, text) {
  const select = await one.expect("combobox", label);
  await select.evaluate((element, wanted) => {
    const option = [...element.options].find((candidate) => candidate.text === wanted);
    if (!option) throw new Error(`there is no ${wanted} among ${[...element.options].map((each) => each.text)}`);
    element.value = option.value;
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }, text);
}

for (const [mine, other] of [["chromium", "firefox"], ["firefox", "chromium"]]) {
  story(`another camera takes over during a call, without negotiating anew (${mine})`, async (set, { person }) => {
    const ada = await personWith(person, set[mine], "Ada");
    const offers = await countOffers(ada);
    const eva = await person(set[other], "Eva", { pattern: 13 });
    const link = await ada.makeMeeting(set.server.origin, "e2ee");
    await ada.joinNow();
    await eva.enter(link);
    await eva.seesPattern("Ada", 11);
    const before = await offers();

    await openSettings(ada, "Video");
    await choose(ada, "Camera", "Window camera");
    await eva.seesPattern("Ada", 12);
    await closeSettings(ada);

    await ada.press("Choose camera");
    await ada.press("Desk camera", "menuitemradio");
    await eva.seesPattern("Ada", 11);
    assert.equal(await offers(), before, "no new offer");
    assert.deepEqual((await captures(ada)).filter((id) => id.startsWith("camera")), ["camera-11"], "the other camera is let go");
  });

  story(`a camera that is unplugged is replaced, and is back when it is plugged in again (${mine})`, async (set, { person }) => {
    const ada = await personWith(person, set[mine], "Ada");
    const eva = await person(set[other], "Eva", { pattern: 13 });
    const link = await ada.makeMeeting(set.server.origin, "standard");
    await ada.press("Choose camera");
    await ada.press("Window camera", "menuitemradio");
    await ada.joinNow();
    await eva.enter(link);
    await eva.seesPattern("Ada", 12);

    await unplug(ada, "camera-12");
    await ada.reads("Window camera is gone. Desk camera is used until it is back.");
    await eva.seesPattern("Ada", 11);

    await plug(ada, "camera-12");
    await ada.reads("Window camera is back and in use.");
    await eva.seesPattern("Ada", 12);
  });

  story(`a muted microphone stays muted whatever becomes of the devices (${mine})`, async (set, { person }) => {
    const ada = await personWith(person, set[mine], "Ada");
    const link = await ada.makeMeeting(set.server.origin, "e2ee");
    await ada.joinNow();
    const eva = await person(set[other], "Eva");
    await eva.enter(link);
    await ada.press(NAMES.microphoneOff);
    await ada.expect("button", NAMES.microphoneOn);

    await openSettings(ada, "Audio");
    await choose(ada, "Microphone", "Headset");
    await closeSettings(ada);
    await unplug(ada, "microphone-2");
    await plug(ada, "microphone-2");
    assert.ok(await ada.find("button", NAMES.microphoneOn), "still muted");
    assert.deepEqual((await captures(ada)).filter((id) => id.startsWith("microphone")), [], "nothing is captured");

    await ada.press(NAMES.microphoneOn);
    await ada.expect("button", NAMES.microphoneOff);
    assert.deepEqual((await captures(ada)).filter((id) => id.startsWith("microphone")), ["microphone-2"], "the chosen one is on");
  });

  story(`the chosen devices are remembered over a reload (${mine})`, async (set, { person }) => {
    const ada = await personWith(person, set[mine], "Ada");
    await ada.makeMeeting(set.server.origin, "e2ee");
    await ada.press("Choose camera");
    await ada.press("Window camera", "menuitemradio");
    await until("the window camera is on", async () => (await captures(ada)).includes("camera-12"));
    await ada.page.reload();
    await until("it is on again", async () => (await captures(ada)).includes("camera-12"));
    assert.equal((await captures(ada)).includes("camera-11"), false);
  });

  story(`Space is held to speak, and still presses the focused button (${mine})`, async (set, { person }) => {
    const ada = await personWith(person, set[mine], "Ada");
    await ada.makeMeeting(set.server.origin, "e2ee");
    await ada.joinNow();
    await ada.press(NAMES.microphoneOff);
    await ada.expect("button", NAMES.microphoneOn);
    await ada.page.evaluate(() => document.activeElement.blur());

    await ada.page.keyboard.down(" ");
    await ada.expect("button", NAMES.microphoneOff);
    await ada.page.keyboard.up(" ");
    await ada.expect("button", NAMES.microphoneOn);

    await ada.page.focus('[aria-label="Turn off camera"]');
    await ada.page.keyboard.press(" ");
    await ada.expect("button", NAMES.cameraOn);
    assert.ok(await ada.find("button", NAMES.microphoneOn), "nobody spoke");

    await openSettings(ada, "Audio");
    await ada.press("Change key");
    await ada.page.keyboard.press("v");
    await ada.reads("Key: V");
    await closeSettings(ada);
    await ada.page.evaluate(() => document.activeElement.blur());
    await ada.page.keyboard.press(" ");
    assert.ok(await ada.find("button", NAMES.microphoneOn), "Space no longer speaks");
    await ada.page.keyboard.down("v");
    await ada.expect("button", NAMES.microphoneOff);
    await ada.page.keyboard.up("v");
    await ada.expect("button", NAMES.microphoneOn);
  });

  story(`the settings show the camera, mirrored or not, and hide the own tile (${mine})`, async (set, { person, bot }) => {
    const ada = await personWith(person, set[mine], "Ada");
    const link = await ada.makeMeeting(set.server.origin, "e2ee");
    await ada.joinNow();
    // Whoever is alone sees themselves in any case.
    bot(Bot.join(link, ["--name", "Robo"]));
    await ada.expect("group", "Robo");
    await openSettings(ada, "Video");
    await until("the preview plays", async () => {
      const video = await (await ada.find("group", "Preview of your camera"))?.$("video");
      return await video?.evaluate((element) => element.videoWidth > 0 && getComputedStyle(element).transform.startsWith("matrix(-1"));
    });
    await ada.press("Mirror my video", "switch");
    await until("it is not mirrored", async () => {
      const video = await (await ada.find("group", "Preview of your camera"))?.$("video");
      return await video?.evaluate((element) => getComputedStyle(element).transform === "none");
    });
    await ada.press("Hide my own tile", "switch");
    await closeSettings(ada);
    await ada.expectGone("group", "Ada (you)");
  });

  story(`the speaker test plays a sound (${mine})`, async (set, { person }) => {
    const ada = await personWith(person, set[mine], "Ada");
    await ada.makeMeeting(set.server.origin, "e2ee");
    await ada.joinNow();
    await ada.page.evaluate(() => {
      window.playedInTheStory = [];
      const original = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = function () {
        window.playedInTheStory.push(this);
        return original.call(this);
      };
    });
    await openSettings(ada, "Audio");
    await ada.press("Test speaker");
    await ada.reads("Two tones were played.");
    const played = await ada.page.evaluate(() => window.playedInTheStory.some((audio) => audio.src.startsWith("blob:") && audio.currentTime > 0.1));
    assert.ok(played, "time went on in the sound");
    ada.hasNoComplaints();
  });
}

story("sound comes from the chosen speaker, and from the system's own when that is gone", async ({ server, chromium, firefox }, { person }) => {
  const ada = await person(chromium, "Ada");
  const eva = await person(firefox, "Eva");
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await eva.enter(link);
  const sinks = () => ada.page.evaluate(() => [...document.querySelectorAll("audio")].map((audio) => audio.sinkId));
  await until("Ada has Eva's sound", async () => (await sinks()).length === 1);
  await openSettings(ada, "Audio");
  await choose(ada, "Speaker", "Fake Audio Output 2");
  await closeSettings(ada);
  const [chosen] = await until("it is on the chosen speaker", async () => ((await sinks())[0] === "" ? undefined : await sinks()));
  await ada.page.evaluate((gone) => {
    const original = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
    navigator.mediaDevices.enumerateDevices = async () => (await original()).filter(({ deviceId }) => deviceId !== gone);
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  }, chosen);
  await ada.reads("Fake Audio Output 2 is gone.");
  await until("it is on the system's own", async () => (await sinks())[0] === "");
});

story("who speaks while muted is told so, and can be heard with one click", async ({ server, chromium }, { person }) => {
  const speaker = { kind: "audioinput", deviceId: "microphone-1", label: "Loud", sound: "speech" };
  const ada = await personWith(person, chromium, "Ada", [TWO_OF_EACH[0], speaker]);
  await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await ada.press(NAMES.microphoneOff);
  await ada.reads("You are muted: nobody hears what you say.");
  await until("the hint's button is pressed", async () => {
    const buttons = await ada.page.$$("button");
    for (const button of buttons) {
      if ((await button.evaluate((element) => element.innerText)) === NAMES.microphoneOn) return button.click().then(() => true);
    }
    return false;
  });
  await ada.expect("button", NAMES.microphoneOff);
});

story("a microphone that gives nothing is noticed", async ({ server, chromium }, { person }) => {
  const silent = { kind: "audioinput", deviceId: "microphone-1", label: "Dead", sound: "nothing" };
  const ada = await personWith(person, chromium, "Ada", [TWO_OF_EACH[0], silent, TWO_OF_EACH[3]]);
  await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await ada.reads("No sound comes from your microphone.");
  await openSettings(ada, "Audio");
  await choose(ada, "Microphone", "Headset");
  const dialog = await ada.expect("dialog", "Settings");
  await until("the notice goes with the other microphone", async () => !(await dialog.evaluate((element) => element.innerText)).includes("No sound comes"));
});

story("a fan is heard until noise suppression is switched on", async ({ server, chromium, firefox }, { person }) => {
  const fan = { kind: "audioinput", deviceId: "microphone-1", label: "Beside the fan", sound: "fan" };
  const ada = await personWith(person, chromium, "Ada", [TWO_OF_EACH[0], fan]);
  const eva = await person(firefox, "Eva");
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  await eva.enter(link);
  await eva.hears(1);

  await openSettings(ada, "Audio");
  await ada.press("Noise suppression", "switch");
  await eva.hears(0);
  await ada.press("Noise suppression", "switch");
  await eva.hears(1);
  ada.hasNoComplaints();
});

story("where noise suppression cannot run the person is heard all the same", async ({ server, firefox }, { person }) => {
  const ada = await person(firefox, "Ada");
  const eva = await person(firefox, "Eva");
  const link = await ada.makeMeeting(server.origin, "standard");
  await ada.joinNow();
  await eva.enter(link);
  await eva.hears(1);
  await openSettings(ada, "Audio");
  // Without a sound card Firefox runs no AudioContext.
  await ada.press("Noise suppression", "switch");
  await ada.reads("It does not run in this browser.");
  await eva.hears(1);
});

story("a phone's camera is turned around from the menu, and its screen stays awake", async ({ server, chromium }, { person }) => {
  const devices = [
    { kind: "videoinput", deviceId: "camera-11", label: "Front", facing: "user" },
    { kind: "videoinput", deviceId: "camera-12", label: "Back", facing: "environment" },
    TWO_OF_EACH[2],
  ];
  const ada = await personWith(person, chromium, "Ada", devices);
  await ada.page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
  await ada.page.evaluateOnNewDocument(() => {
    window.locksOfTheStory = [];
    const original = WakeLock.prototype.request;
    WakeLock.prototype.request = async function (type) {
      window.locksOfTheStory.push(type);
      return original.call(this, type);
    };
  });
  await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  assert.deepEqual(await ada.page.evaluate(() => window.locksOfTheStory), ["screen"]);
  const isMirrored = async () => await (await ada.video("Ada (you)"))?.evaluate((video) => getComputedStyle(video).transform.startsWith("matrix(-1"));
  await until("the front camera is mirrored", isMirrored);
  await ada.press("More");
  await ada.press("Turn the camera around", "menuitem");
  await until("the back camera is on alone", async () => (await captures(ada)).filter((id) => id.startsWith("camera")).join() === "camera-12");
  await ada.seesPattern("Ada (you)", 12);
  assert.equal(await isMirrored(), false);
  await ada.press("More");
  await ada.press("Turn the camera around", "menuitem");
  await until("the front camera is on alone", async () => (await captures(ada)).filter((id) => id.startsWith("camera")).join() === "camera-11");
});
