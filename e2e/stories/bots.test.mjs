// SPDX-License-Identifier: MIT OR Apache-2.0
// Bots alone in a meeting: the whole path from sealing to opening, without a browser.

import assert from "node:assert/strict";
import { Bot, received } from "../lib/bot.mjs";
import { damageSecret } from "../lib/links.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: [] });

// Counts are told five times a second: frames that were opened before the removal may be told after it.
const IN_FLIGHT = 4;

for (const mode of ["e2ee", "standard"]) {
  story(`three bots see and hear each other in ${mode} mode`, async ({ server }, { bot }) => {
    const { invitation } = await server.newMeeting(mode);
    const bots = bot(Bot.join(invitation, ["--people", "3", "--expect-people", "3"]));
    const { code, reports, stderr } = await bots.finish();
    assert.equal(code, 0, stderr);
    for (const report of reports) {
      const others = ["Bot 1", "Bot 2", "Bot 3"].filter((name) => name !== report.name);
      for (const other of others) {
        const number = other.at(-1);
        const camera = received(report, other, "camera");
        assert.deepEqual(Object.keys(camera.pictures), [number], `${report.name} sees the picture of ${other}`);
        assert.equal(camera.unknownFrames, 0, "every frame is one that was sent, byte for byte");
        assert.ok(received(report, other, "microphone").opened >= 10);
      }
      assert.equal(report.dropped.not_authentic ?? 0, 0);
    }
    const codes = new Set(reports.map((report) => report.view.safetyCode?.digits));
    assert.equal(codes.size, 1, "the safety code is the same for all");
    assert.equal(codes.has(undefined), mode === "standard", "and exists exactly in end-to-end meetings");
  });

  story(`whom a host removes can no longer open frames in ${mode} mode, nor can theirs be opened`, async ({ server }, { bot }) => {
    const { hostLink, invitation } = await server.newMeeting(mode);
    const stayer = bot(Bot.join(invitation, ["--name", "Stayer", "--picture", "2"]));
    await stayer.sees("oneself", (view) => view.state === "active");
    const removed = bot(Bot.join(invitation, ["--name", "Removed", "--picture", "3", "--until-removed"]));
    await stayer.sees("the one to be removed", (view) => view.participants.length === 2);
    // The host's coming makes a new epoch in an MLS group, and none where the server makes the keys.
    const before = stayer.view().epoch + (mode === "e2ee" ? 1 : 0);
    await stayer.sees("the name of the other, and the key", (view) => view.participants.some(({ name, key }) => name === "Removed" && key === "ready"));
    const idOfRemoved = stayer.idOf("Removed");
    await stayer.opensMore(idOfRemoved);
    const host = bot(Bot.join(hostLink, ["--name", "Host", "--remove", "Removed"]));
    const end = await removed.finish();
    assert.equal(end.code, 0, end.stderr);
    assert.equal(end.reports[0].view.leftBecause, "removed");
    for (const one of [stayer, host]) {
      await one.sees("host and stayer only, under a new key", (view) => {
        const names = view.participants.map(({ name }) => name).sort();
        return names.join() === "Host,Stayer" && view.epoch > before;
      });
    }
    const ofRemoved = [stayer.opened(idOfRemoved), host.opened(idOfRemoved)];
    await Promise.all([stayer.opensMore(stayer.idOf("Host")), host.opensMore(host.idOf("Stayer"))]);
    assert.ok(stayer.opened(idOfRemoved) <= ofRemoved[0] + IN_FLIGHT, "the stayer opens no more frames of whom was removed");
    assert.ok(host.opened(idOfRemoved) <= ofRemoved[1] + IN_FLIGHT, "nor does the host");
  });
}

story("a wrong secret gets in nowhere", async ({ server }, { bot }) => {
  const { invitation } = await server.newMeeting("e2ee");
  const inside = bot(Bot.join(invitation, ["--name", "Inside"]));
  await inside.sees("oneself", (view) => view.state === "active");
  const { code, stderr, reports } = await bot(Bot.join(damageSecret(invitation), ["--name", "Outside"])).finish();
  assert.equal(code, 1);
  assert.match(stderr, /wrong_secret/);
  assert.deepEqual(reports[0].received, [], "nothing was opened");
  const report = (await inside.leave()).reports[0];
  assert.deepEqual(report.received, [], "nothing of the outsider was opened");
});

story("links of another mode, of no meeting and without a secret are refused with a reason", async ({ server }, { bot }) => {
  const { invitation } = await server.newMeeting("e2ee");
  const fragment = invitation.split("#e.")[1];
  const host = Buffer.from(fragment, "base64url").subarray(32).toString("base64url");
  const asStandard = invitation.replace(`#e.${fragment}`, `#s.${host}`);
  const unknown = invitation.replace(/\/m\/.{22}/, `/m/${"A".repeat(22)}`);
  for (const [link, reason] of [
    [asStandard, /wrong_mode/],
    [unknown, /unknown_meeting/],
    [invitation.split("#")[0], /lacks its secret/],
    [`${server.origin}/m/x#e.${fragment}`, /not a meeting link/],
  ]) {
    const { code, stderr } = await bot(Bot.join(link)).finish();
    assert.equal(code, 1, link);
    assert.match(stderr, reason);
  }
});
