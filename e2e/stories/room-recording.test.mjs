// SPDX-License-Identifier: MIT OR Apache-2.0
// A recording on the device of whoever makes it: everybody is told and asked, and only who agrees is in the file.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { stage } from "../lib/story.mjs";
import { keepSavedFiles, readRecording } from "../lib/recording.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

/** Waits until so many seconds more are recorded. */
async function recordsFor(one, seconds) {
  const elapsed = async () => {
    const [, minutes, rest] = /Recording (\d+):(\d\d)/.exec(await one.text()) ?? [];
    return Number(minutes) * 60 + Number(rest);
  };
  const from = await elapsed();
  await until(`${seconds} seconds more are recorded`, async () => (await elapsed()) >= from + seconds);
}

for (const [mode, mine, other] of [["e2ee", "chromium", "firefox"], ["standard", "firefox", "chromium"]]) {
  story(`whoever agrees is in the recording, whoever declines or has not answered is not (${mode}, ${mine})`, async (set, { person, bot }) => {
    const ada = await person(set[mine], "Ada", { pattern: 11 });
    await ada.page.evaluateOnNewDocument(keepSavedFiles);
    const eva = await person(set[other], "Eva", { pattern: 13 });
    const link = await ada.makeMeeting(set.server.origin, mode);
    await ada.joinNow();
    bot(Bot.join(link, ["--name", "Yes", "--picture", "1"]));
    await ada.expect("group", "Yes");
    bot(Bot.join(link, ["--name", "No", "--picture", "2", "--decline-recording"]));
    await ada.expect("group", "No");
    await eva.enter(link);
    for (const [name, number] of [["Yes", 1], ["No", 2], ["Eva", 13]]) await ada.seesPattern(name, number);

    await ada.press("More");
    await ada.press("Record", "menuitem");
    await ada.press("Start recording");
    await ada.reads("1 of 3 agreed");
    // Eva is told and asked, and is not in it before she answers.
    await eva.reads("Ada is recording this meeting", "Incamera cannot stop anybody from filming the screen.");
    await recordsFor(ada, 2);
    await eva.press("Agree");
    await eva.reads("You are in it");
    await ada.reads("2 of 3 agreed");
    await recordsFor(ada, 4);
    await eva.press("Leave the recording");
    await eva.reads("You are not in it");
    await ada.reads("1 of 3 agreed");
    await ada.press("More");
    await ada.press("Stop recording", "menuitem");
    await ada.reads("The recording is saved.");
    await eva.expectGone("group", "Ada is recording");

    const file = await ada.page.evaluate(readRecording, 4);
    assert.ok(file.seconds > 4, JSON.stringify(file));
    assert.deepEqual(file.seen, [[11], [1], [], [13]], "only those who agreed can be seen");
    assert.match(file.name, /meeting-\d{4}-\d\d-\d\d-\d{4}\.webm$/);
    // Firefox mixes no sound on a machine without a sound card, and says so.
    if (mine === "chromium") assert.ok(file.loudness > 0.005, JSON.stringify(file));
    else await ada.reads("the recording has none either");
    ada.hasNoComplaints();
  });
}

story("where recording is not allowed there is none, and one that runs ends", async (set, { person }) => {
  const ada = await person(set.chromium, "Ada", { pattern: 11 });
  const link = await ada.makeMeeting(set.server.origin, "e2ee");
  await ada.joinNow();
  const eva = await person(set.chromium, "Eva", { pattern: 13 });
  await eva.page.evaluateOnNewDocument(keepSavedFiles);
  await eva.enter(link);
  await eva.press("More");
  await eva.press("Record", "menuitem");
  await eva.press("Start recording");
  await ada.reads("Eva is recording this meeting");

  await ada.press("Host controls");
  await ada.press("What participants may do …", "menuitem");
  await ada.press("Record on their device", "switch");
  await eva.reads("Your recording has ended.");
  await ada.expectGone("button", "Decline");
  await eva.press("More");
  const record = await eva.expect("menuitem", "Record");
  assert.equal(await record.evaluate((item) => item.getAttribute("aria-disabled")), "true");
});
