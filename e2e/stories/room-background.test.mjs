// SPDX-License-Identifier: MIT OR Apache-2.0
// Something else behind the person: what the others see, from the first frame to the last.

import assert from "node:assert/strict";
import { installFigureCamera, readFigure, watchStripes } from "../lib/figure.mjs";
import { NAMES } from "../lib/person.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

/** Somebody in front of a striped wall. */
async function figure(person, browser, name) {
  const one = await person(browser, name);
  await one.page.evaluateOnNewDocument(installFigureCamera);
  return one;
}

async function seesFigure(one, name, what, isSo) {
  return await until(`${one.name} sees ${name} ${what}`, async () => {
    const video = await one.video(name);
    const seen = video && (await video.evaluate(readFigure));
    if (!seen || !isSo(seen)) throw new Error(JSON.stringify(seen));
    return seen;
  });
}

const isStriped = ({ contrast }) => contrast > 120;
const isEven = ({ contrast, face }) => contrast < 40 && isFace(face);
const isFace = ([red, green, blue]) => red > 150 && red - blue > 25 && green > 100;

/** Opens the settings' page about the picture. */
async function openVideo(one) {
  await one.press("Settings");
  await one.press("Video", "tab");
  await one.expect("radio", "Blur");
}

async function closeSettings(one) {
  await one.page.keyboard.press("Escape");
  await one.expectGone("dialog", "Settings");
}

for (const [mode, mine, other] of [["e2ee", "chromium", "firefox"], ["standard", "firefox", "chromium"]]) {
  story(`the room is blurred or covered for the others, and never seen through a gap (${mode}, ${mine})`, async (set, { person }) => {
    const ada = await figure(person, set[mine], "Ada");
    const eva = await person(set[other], "Eva");
    const link = await ada.makeMeeting(set.server.origin, mode);
    await ada.joinNow();
    await eva.enter(link);
    await seesFigure(eva, "Ada", "in her room", isStriped);

    await openVideo(ada);
    await ada.press("Blur", "radio");
    const blurred = await seesFigure(eva, "Ada", "before a blurred room", isEven);
    // From here on no frame with stripes may come, whatever happens.
    await eva.page.evaluate(watchStripes, "Ada");

    await ada.press("Hills", "radio");
    await seesFigure(eva, "Ada", "before hills", (seen) => isEven(seen) && seen.border[0] - blurred.border[0] > 25);
    await ada.press("Blur", "radio");
    await seesFigure(eva, "Ada", "before a blurred room again", (seen) => isEven(seen) && Math.abs(seen.border[0] - blurred.border[0]) < 20);
    await closeSettings(ada);

    await ada.press(NAMES.cameraOff);
    await ada.press(NAMES.cameraOn);
    await eva.seesMovement("Ada");
    await seesFigure(eva, "Ada", "before a blurred room, with the camera on again", isEven);
    assert.ok((await eva.page.evaluate(() => window.strongestStripes)) < 60, "no frame showed the room");

    await openVideo(ada);
    await ada.press("None", "radio");
    await seesFigure(eva, "Ada", "in her room", isStriped);
    ada.hasNoComplaints();
  });
}

story("a computer that is too slow for the effect turns the camera off, and says so", async (set, { person }) => {
  const ada = await figure(person, set.chromium, "Ada");
  await ada.page.evaluateOnNewDocument(() => {
    const taken = window.createImageBitmap;
    // What every frame has to pass takes as long as on a computer that is far too slow, once the story says so.
    window.createImageBitmap = async (...args) => {
      if (window.isSlow) await new Promise((resolve) => setTimeout(resolve, 400));
      return await taken.apply(window, args);
    };
  });
  await ada.makeMeeting(set.server.origin, "e2ee");
  await ada.joinNow();
  await openVideo(ada);
  await ada.press("Blur", "radio");
  await seesFigure(ada, "Ada (you)", "before a blurred room", isEven);
  await ada.page.evaluate(watchStripes, "Ada (you)");
  await ada.page.evaluate(() => (window.isSlow = true));
  await ada.reads("this computer is too slow for it. Your camera is off too.");
  await closeSettings(ada);
  await ada.expect("button", NAMES.cameraOn);
  assert.ok((await ada.page.evaluate(() => window.strongestStripes)) < 60, "the room was not shown");
  await ada.press(NAMES.cameraOn);
  await seesFigure(ada, "Ada (you)", "in her room, as she was told", isStriped);
});
