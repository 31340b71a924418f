// SPDX-License-Identifier: MIT OR Apache-2.0
// The meetings of an account: made with a time, kept in the browser that made them, seen by nobody else.

import assert from "node:assert/strict";
import { download } from "../lib/account-pages.mjs";
import { ACCOUNTS, stage } from "../lib/story.mjs";
import { Visitor } from "../lib/visitor.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage(ACCOUNTS);
const SECRET = /#\S{20,}/;

story("a meeting is made with title, time and lobby, saved to a calendar, joined, ended and deleted", async (set, { person }) => {
  const { server, chromium } = set;
  const [ada, gil, member] = await Promise.all([person(chromium, "Ada"), person(chromium, "Gil"), Visitor.withAccount(set, "ada@fern.example", "Ada")]);
  await member.lendTo(ada);
  await ada.goTo(`${server.origin}/meetings`);
  await ada.reads("No meetings yet.");
  await make(ada, { title: "Garden; plans, and more", lobby: true });
  await ada.reads("Encrypted by the server", "Lobby", "1 hour");

  const file = await download(ada, "Save to calendar");
  assert.match(file.name, /^garden-plans-and-more\.ics$/);
  const event = readCalendar(file.text);
  const [kept] = await member.get("GET", "/api/meetings");
  assert.equal(event.SUMMARY, "Garden; plans, and more");
  assert.equal(Date.parse(iso(event.DTSTART)) / 1000, kept.starts_at);
  assert.equal(Date.parse(iso(event.DTEND)) / 1000, kept.starts_at + kept.minutes * 60);
  assert.ok(event.UID.startsWith(kept.id) && event.DTSTAMP);
  assert.match(event.DESCRIPTION, SECRET);

  const link = await copiedLink(ada);
  assert.equal(link, event.LOCATION, "one link, copied or saved");
  assert.ok(!JSON.stringify(kept).includes(link.split("#")[1].slice(2, 20)), "the server has no part of the secret");
  await gil.goTo(link);
  await gil.expect("button", "Ask to join");
  await ada.press("Join", "link");
  await ada.expect("button", "Join now");
  assert.equal(ada.page.url(), link);

  await ada.goTo(`${server.origin}/meetings`);
  await ada.press("More about Garden; plans, and more");
  await ada.press("Edit", "menuitem");
  await ada.press("Set a date and time", "checkbox");
  await ada.reads("Saving takes the time away.");
  await ada.press("Save");
  await ada.expectGone("button", "Save to calendar");
  const [untimed] = await member.get("GET", "/api/meetings");
  assert.deepEqual([untimed.starts_at, untimed.minutes], [undefined, undefined]);

  await ada.press("More about Garden; plans, and more");
  await ada.press("End meeting", "menuitem");
  await ada.press("End meeting");
  await ada.expect("heading", "Ended");
  await gil.press("Ask to join");
  await gil.reads("The meeting has ended");
  await ada.press("More about Garden; plans, and more");
  await ada.press("Delete meeting", "menuitem");
  await ada.press("Delete meeting");
  await ada.reads("No meetings yet.");
  assert.deepEqual(await member.get("GET", "/api/meetings"), []);
  const stored = await ada.page.evaluate(() => JSON.stringify(localStorage));
  assert.ok(!stored.includes(link.split("#")[1]), "the browser has forgotten the secret");
});

story("the link stays in the browser that made the meeting; another one is told how to get it", async (set, { person }) => {
  const { server, chromium } = set;
  const [desk, phone, member] = await Promise.all([person(chromium, "Berta"), person(chromium, "Berta"), Visitor.withAccount(set, "berta@fern.example", "Berta")]);
  await Promise.all([member.lendTo(desk), member.lendTo(phone)]);
  await desk.goTo(`${server.origin}/meetings`);
  await make(desk, { title: "Choir" });
  const link = await copiedLink(desk);

  await phone.goTo(`${server.origin}/meetings`);
  await phone.reads("Choir", "The link of this meeting is not in this browser.");
  await phone.press("Add its link");
  await phone.type("Meeting link", link.replace(/\/m\/[^#]+/, "/m/AAAAAAAAAAAAAAAAAAAAAA"));
  await phone.press("Keep link");
  await phone.reads("That is the link of another meeting.");
  await phone.type("Meeting link", link);
  await phone.press("Keep link");
  await phone.expect("button", "Copy link");
});

story("nobody else sees, changes, ends or deletes an account's meeting, or its other objects", async (set) => {
  const [ada, eve, guest] = [await Visitor.withAccount(set, "cleo@fern.example", "Cleo"), await Visitor.withAccount(set, "eve@fern.example", "Eve"), new Visitor(set.server.origin)];
  const { id } = await ada.get("POST", "/api/meetings", { mode: "standard", title: "Not for Eve" });
  const { bindings } = await ada.get("GET", "/api/account");
  const [session] = await ada.get("GET", "/api/account/sessions");
  const attempts = [
    ["PATCH", `/api/meetings/${id}`, { title: "Eve's" }],
    ["POST", `/api/meetings/${id}/end`, {}],
    ["DELETE", `/api/meetings/${id}`],
    ["DELETE", `/api/account/sessions/${session.id}`],
    ["DELETE", `/api/account/bindings/${bindings[0].id}`],
  ];
  for (const [method, path, body] of attempts) {
    const foreign = await eve.ask(method, path, body);
    const unknown = await eve.ask(method, path.replace(/[^/]{22}/, "AAAAAAAAAAAAAAAAAAAAAA").replace(/\d+$/, "999999"), body);
    assert.equal(foreign.status, 404, `${method} ${path}`);
    assert.deepEqual(foreign.body, unknown.body, "as if there were none");
    assert.ok((await guest.ask(method, path, body)).status >= 400);
  }
  const seen = (await eve.ask("GET", `/api/meetings/${id}`)).body;
  assert.ok(!JSON.stringify(seen).includes("Not for Eve"), "whoever has the id learns what kind of meeting it is, not its title");
  assert.deepEqual(await eve.get("GET", "/api/meetings"), []);
  assert.equal((await ada.get("GET", "/api/meetings"))[0].title, "Not for Eve");
  assert.equal((await ada.get("GET", "/api/session")).account.name, "Cleo");
});

async function make(person, { title, lobby = false }) {
  await person.press("New meeting");
  await person.type("Title", title);
  await person.press("Standard", "radio");
  if (lobby) {
    await person.press("Set a date and time", "checkbox");
    await person.choose("Length", "1 hour");
    await person.press("Lobby", "checkbox");
    await until("the lobby is on", async () => await (await person.find("checkbox", "Lobby")).evaluate((box) => box.checked));
  }
  await person.press("Create meeting");
  await person.expectGone("dialog", "New meeting");
  await person.expect("heading", title);
}

async function copiedLink(person) {
  const { origin } = new URL(person.page.url());
  await person.page.browserContext().overridePermissions(origin, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  await person.press("Copy link");
  return await until("the link is copied", async () => {
    const text = await person.page.evaluate(() => navigator.clipboard.readText());
    return text.startsWith(origin) && text;
  });
}

/** Reads the one event of a calendar file as RFC 5545 says; fails where the file does not keep to it. */
function readCalendar(text) {
  assert.ok(text.endsWith("\r\n"));
  assert.ok(text.replaceAll("\r\n", "").indexOf("\n") === -1, "lines end in CRLF");
  for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, `75 octets at most: ${line}`);
  const lines = text.replaceAll("\r\n ", "").trimEnd().split("\r\n");
  assert.deepEqual([lines[0], lines[1], lines.at(-1)], ["BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR"]);
  assert.ok(lines.some((line) => line.startsWith("PRODID:")));
  const event = lines.slice(lines.indexOf("BEGIN:VEVENT") + 1, lines.indexOf("END:VEVENT"));
  return Object.fromEntries(
    event.map((line) => {
      const [, name, value] = /^([A-Z-]+)[^:]*:(.*)$/.exec(line);
      return [name, name === "URL" ? value : value.replaceAll("\\n", "\n").replace(/\\([\\;,])/g, "$1")];
    }),
  );
}

function iso(time) {
  return time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
}
