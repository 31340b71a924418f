// SPDX-License-Identifier: MIT OR Apache-2.0
// Nothing of what the bots show and say is on the wire or in the server's memory.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { Bot } from "../lib/bot.mjs";
import { Capture, found, isRtp, plaintextSlices, searchMemory } from "../lib/plaintext.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: [] });

// Longer than the bots' loop of four seconds, so that every frame has passed.
const SECONDS = "6";

for (const mode of ["e2ee", "standard"]) {
  story(`neither wire nor server memory holds a frame in ${mode} mode`, async ({ server }, tools) => {
    const { bot } = tools;
    const needles = await plaintextSlices([1, 2]);
    assert.ok(needles.length > 60, "there is something to search for");
    const { invitation } = await server.newMeeting(mode);
    const capture = await Capture.start(`udp portrange ${server.mediaPort}-${server.mediaPort + 15}`);
    tools.finally(() => capture.abandon());
    const bots = bot(Bot.join(invitation, ["--people", "2", "--expect-people", "2", "--seconds", SECONDS]));

    // Control: the same search finds the frames where they are, in the bot.
    await bots.sees("two people", (view) => view.participants.length === 2, 2);
    const ofBot = await searchMemory(bots.child.pid, needles);
    assert.equal(ofBot.found.length, needles.length, "the bot's memory holds every slice");

    // While frames flow, and once they have all flown.
    const during = await searchMemory(server.pid, needles);
    const { code, stderr } = await bots.finish();
    assert.equal(code, 0, stderr);
    const known = Buffer.from(new URL(invitation).pathname.slice(3));
    const after = await searchMemory(server.pid, [...needles, known]);
    assert.deepEqual(during.found, [], "frames in the server's memory during the call");
    assert.deepEqual(after.found, [known], "the search finds the meeting's id in the server, and no frame");
    assert.ok(after.bytes > 4 << 20, "the whole memory was read");

    // Control: what is on the wire is found.
    const control = randomBytes(24);
    await send(server.mediaPort, control);
    await capture.sees(control);
    const { bytes, packets } = await capture.finish();
    assert.ok(packets.filter(isRtp).length > 1000, `media was captured: ${packets.length} packets`);
    assert.deepEqual(found(bytes, [...needles, control]), [control], "only what was sent on purpose is on the wire");
  });
}

story("names and chat of an end-to-end meeting are not in the server's memory", async ({ server }, { bot }) => {
  const name = "Zaphod-Beeblebrox-of-Betelgeuse";
  const text = "the answer to everything is forty-two";
  const { invitation } = await server.newMeeting("e2ee");
  const listener = bot(Bot.join(invitation, ["--name", "Listener"]));
  await listener.sees("oneself", (view) => view.state === "active");
  const teller = bot(Bot.join(invitation, ["--name", name, "--say", text]));
  await listener.sees("name and text", (view) => {
    return view.participants.some((one) => one.name === name) && view.chat.some((message) => message.text === text);
  });
  const secret = new URL(invitation).hash.slice(3);
  const key = Buffer.from(secret, "base64url").subarray(0, 24);
  const needles = [Buffer.from(name), Buffer.from(text), Buffer.from(secret), key];
  assert.equal((await searchMemory(teller.child.pid, needles)).found.length, needles.length, "the search finds them in the bot");
  assert.deepEqual((await searchMemory(server.pid, needles)).found, []);
});

async function send(port, bytes) {
  const socket = createSocket("udp4");
  await new Promise((resolve, reject) => {
    socket.send(bytes, port, "127.0.0.1", (error) => (error ? reject(error) : resolve()));
  });
  socket.close();
}
