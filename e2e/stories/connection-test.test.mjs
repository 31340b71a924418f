// SPDX-License-Identifier: MIT OR Apache-2.0
// A person tests device and network before a call, reads what to do, and takes a report along.

import assert from "node:assert/strict";
import { axeIsContent } from "../lib/axe.mjs";
import { Network, behind, ownAddress } from "../lib/network.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const ADDRESS = ownAddress();
const { story } = stage({ browsers: ["chromium", "firefox"], env: behind(ADDRESS) });

// A try that is blocked takes eight seconds, the other one five.
const TEST_WITHIN = 60_000;

for (const name of ["chromium", "firefox"]) {
  story(`the test tells ${name} what works, and what to do when UDP is blocked`, async (set, { person, finally: atEnd }) => {
    const network = await Network.before(set.server, ADDRESS);
    atEnd(() => network.close());
    const ada = await person(set[name], "Ada");
    await ada.page.evaluateOnNewDocument(keepCopies);
    await ada.makeMeeting(network.origin, "e2ee");
    await ada.press("Test your connection", "link");
    await ada.press("Start test");
    await ada.press("I hear them");
    await testIsOver(ada);
    // Firefox measures no sound on a machine without a sound card.
    const microphone = (await ada.text()).includes("does not say how loud") && name === "firefox" ? null : "good";
    const fine = { camera: "good", microphone, speaker: "good", udp: "good", tcp: "good", encryption: "good", loss: "good", delay: "good" };
    assert.deepEqual(await grades(ada), fine);
    await ada.reads("Everything works", /\d frames were encrypted here/);
    await axeIsContent(ada);

    await ada.press("Copy report");
    const report = await until("the report is copied", () => ada.page.evaluate(() => globalThis.copied));
    assert.match(report, /Connection over UDP: Good/);
    assert.match(report, /Encryption: Good\. [\d,]+ frames/);
    assert.match(report, name === "firefox" ? /Browser: Firefox \d+, Linux/ : /Browser: Chromium \d+, Linux/);
    assert.ok(!report.includes(ADDRESS), "the report names no address of the person's");
    for (const label of await deviceNames(ada)) assert.ok(!report.includes(label), `the report names no device: ${label}`);

    network.cutUdp();
    await ada.press("Test again");
    await testIsOver(ada);
    const { udp, tcp, encryption } = await grades(ada);
    assert.deepEqual({ udp, tcp, encryption }, { udp: "poor", tcp: "good", encryption: "good" });
    await ada.reads("Nothing gets through to the server over UDP", "Calls work over TCP", `allow UDP to this server on port ${set.server.mediaPort}`, "Speaker: Not tried.");
    ada.hasNoComplaints();
  });
}

story("a test without devices says what to do about them, and goes on", async ({ server, chromium }, { person }) => {
  const ada = await person(chromium, "Ada");
  await ada.page.evaluateOnNewDocument(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await ada.goTo(`${server.origin}/test`);
  await ada.press("Start test");
  await ada.press("I hear nothing");
  await ada.reads(/blocks the camera/, /blocks the microphone/, /site settings/, "Turn the volume up");
  // No relay stands before this server: the address that it names leads nowhere.
  await testIsOver(ada);
  const { camera, udp, tcp, encryption } = await grades(ada);
  assert.deepEqual({ camera, udp, tcp, encryption }, { camera: "poor", udp: "bad", tcp: "bad", encryption: null });
  await ada.reads("Try another network");
});

async function testIsOver(person) {
  await person.expect("button", "Test again", TEST_WITHIN);
}

/** How each check came out. */
async function grades(person) {
  return await person.page.evaluate(() =>
    Object.fromEntries([...document.querySelectorAll("[data-check]")].map((row) => [row.dataset.check, row.dataset.grade ?? null])),
  );
}

async function deviceNames(person) {
  const devices = await person.page.evaluate(async () => (await navigator.mediaDevices.enumerateDevices()).map(({ label }) => label));
  return devices.filter((label) => label !== "");
}

/** Runs in the page: a clipboard that asks nobody. */
function keepCopies() {
  if (navigator.clipboard === undefined) return;
  navigator.clipboard.writeText = async (text) => {
    globalThis.copied = text;
  };
}
