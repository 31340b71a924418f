// SPDX-License-Identifier: MIT OR Apache-2.0
// Who somebody in a call is: guest, signed in or verified, as the others' browsers have checked it.

import assert from "node:assert/strict";
import { ACCOUNTS, PROVIDER, stage } from "../lib/story.mjs";
import { nameOneself, signInWithProvider } from "../lib/account-pages.mjs";
import { Visitor } from "../lib/visitor.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ ...ACCOUNTS, browsers: ["chromium", "firefox"], hasOpenId: true });
const VERIFIED = `Verified by ${PROVIDER.name}`;
const SIGNED_IN = "Signed in";

story("in an end-to-end encrypted meeting everybody sees who is a guest, signed in or verified", async (set, { person }) => {
  const { server, chromium, firefox, openid } = set;
  const [vera, sam, gil] = await Promise.all([person(chromium, "Vera"), person(chromium, "Sam"), person(firefox, "Gil")]);
  openid.claims = { name: "Vera", verified_claims: { verification: { trust_framework: "eidas", assurance_level: "high" }, claims: {} } };
  await vera.goTo(`${server.origin}/sign-in`);
  await signInWithProvider(vera, openid, `Continue with ${PROVIDER.name}`, "vera");
  await nameOneself(vera);
  const member = await Visitor.withAccount(set, "sam@fern.example", "Sam");
  await member.lendTo(sam);

  const link = await vera.makeMeeting(server.origin, "e2ee");
  await vera.joinNow();
  await Promise.all([sam.enter(link), gil.enter(link)]);
  const levels = { Vera: VERIFIED, Sam: SIGNED_IN, Gil: "Guest" };
  for (const watcher of [vera, sam, gil]) {
    for (const [name, level] of Object.entries(levels)) {
      const tile = name === watcher.name ? `${name} (you)` : name;
      await inTile(watcher, tile, level);
    }
    await watcher.openPanel("People");
    for (const [name, level] of Object.entries(levels)) await inRow(watcher, name, level);
  }
});

story("a name alone never looks verified, and one that looks like another's is marked", async (set, { person }) => {
  const { server, chromium, openid } = set;
  const [vera, mallory] = await Promise.all([person(chromium, "Vera"), person(chromium, "Mallory")]);
  openid.claims = { name: "Vera", verified_claims: { verification: { trust_framework: "eidas", assurance_level: "high" }, claims: {} } };
  await vera.goTo(`${server.origin}/sign-in`);
  await signInWithProvider(vera, openid, `Continue with ${PROVIDER.name}`, "vera");
  await vera.expect("heading", "Account");
  const link = await vera.makeMeeting(server.origin, "e2ee");
  await vera.joinNow();
  // A Cyrillic е.
  await mallory.goTo(link);
  await mallory.type("Your name", "V\u0435ra");
  await mallory.press("Join now");
  await mallory.expect("button", "Leave call");
  await inTile(vera, "V\u0435ra", "Not Vera (you): only the name looks alike", "Not Vera: only the name looks alike");
  await vera.openPanel("People");
  await inRow(vera, "V\u0435ra", "Guest");
  await inRow(vera, "V\u0435ra", "only the name looks alike");
  await inTile(mallory, "Vera", VERIFIED);
  assert.ok(!(await tileText(mallory, "Vera")).includes("looks alike"), "the verified one is not the one that is marked");
});

async function inTile(person, name, ...levels) {
  await until(`${person.name} sees "${levels[0]}" in the tile of ${name}`, async () => {
    const text = await tileText(person, name);
    if (!levels.some((level) => text.includes(level))) throw new Error(text);
    return true;
  });
}

async function tileText(person, name) {
  const tile = await person.expect("group", name);
  return await tile.evaluate((group) => group.textContent);
}

async function inRow(person, name, level) {
  await until(`${person.name} sees "${level}" in the row of ${name}`, async () => {
    const rows = await person.page.$$eval("#people-panel li", (items) => items.map((item) => item.innerText.replace(/\s+/g, " ")));
    if (!rows.some((row) => row.includes(name) && row.includes(level))) throw new Error(JSON.stringify(rows));
    return true;
  });
}
