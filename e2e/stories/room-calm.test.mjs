// SPDX-License-Identifier: MIT OR Apache-2.0
// What is heard, what is read out, what a message may look like, and how the room fits a small screen.

import assert from "node:assert/strict";
import { Bot } from "../lib/bot.mjs";
import { NAMES } from "../lib/person.mjs";
import { installRoomWatch, tones } from "../lib/room.mjs";
import { stage } from "../lib/story.mjs";
import { until } from "../lib/wait.mjs";

const { story } = stage({ browsers: ["chromium", "firefox"] });

story("a sound for who comes, unless it is switched off, and as much read out as was chosen", async ({ server, chromium }, { person, bot }) => {
  const ada = await person(chromium, "Ada");
  await ada.page.evaluateOnNewDocument(installRoomWatch);
  const link = await ada.makeMeeting(server.origin, "e2ee");
  await ada.joinNow();
  const said = () => ada.page.evaluate(() => document.querySelector("[aria-live=polite]").textContent);
  bot(Bot.join(link, ["--name", "Robo"]));
  await until("two tones rise", async () => (await tones(ada)) === 2);
  await until("it is read out", async () => (await said()).includes("Robo joined"));

  await ada.press("Settings");
  await ada.press("Notifications", "tab");
  await ada.press("Somebody joins", "switch");
  await ada.press("Messages and warnings Not who comes and goes", "radio");
  await ada.press("Hear “Somebody joins”");
  await until("it can be tried all the same", async () => (await tones(ada)) === 4);
  await ada.press("Close");
  bot(Bot.join(link, ["--name", "Mute", "--say", "hello"]));
  await until("the message sounds, the joining does not", async () => (await tones(ada)) === 5);
  await until("the message is read out", async () => (await said()).includes("hello"));
  await ada.reads("Mute joined");
  assert.ok(!(await said()).includes("Mute joined"), "who came was not read out");
});

for (const mode of ["e2ee", "standard"]) {
  story(`a message has marks and links, and never becomes markup (${mode})`, async ({ server, chromium, firefox }, { person }) => {
    const ada = await person(chromium, "Ada");
    const eva = await person(firefox, "Eva");
    const link = await ada.makeMeeting(server.origin, mode);
    await ada.joinNow();
    await eva.enter(link);
    await ada.say("**bold** and `code` at https://example.org/a?b=c.");
    await until("Eva counts one unread message", async () => {
      const button = await eva.find("button", NAMES.chat);
      return (await button?.evaluate((element) => document.getElementById(element.getAttribute("aria-describedby"))?.textContent)) === "1 unread message";
    });
    await ada.say('[here](javascript:alert(1)) <img src=x onerror="document.title=1"> <a href="javascript:alert(2)">x</a>');
    await eva.openPanel(NAMES.chat);
    await eva.reads("bold and code at https://example.org/a?b=c", '[here](javascript:alert(1)) <img src=x onerror="document.title=1">');
    const found = await eva.page.evaluate(() => ({
      bold: document.querySelector("#chat-panel strong")?.textContent,
      code: document.querySelector("#chat-panel code")?.textContent,
      images: document.querySelectorAll("#chat-panel img").length,
      links: [...document.querySelectorAll("#chat-panel a")].map(({ href, target, rel }) => ({ href, target, rel })),
    }));
    assert.deepEqual(found, { bold: "bold", code: "code", images: 0, links: [{ href: "https://example.org/a?b=c", target: "_blank", rel: "noopener noreferrer" }] });
    eva.hasNoComplaints();
  });
}

for (const [width, height] of [[390, 844], [844, 390], [320, 640], [640, 400]]) {
  story(`at ${width} by ${height} pixels nothing is cut off, and every control is large enough for a finger`, async ({ server, chromium }, { person, bot }) => {
    const ada = await person(chromium, "Ada", { width, height });
    const link = await ada.makeMeeting(server.origin, "e2ee");
    await ada.joinNow();
    bot(Bot.join(link, ["--people", "5", "--name", "Robo"]));
    await ada.expect("group", "Robo 3");
    await ada.comesToRest();
    const fits = async () => {
      const faults = await ada.page.evaluate(() => {
        const overflow = document.documentElement.scrollWidth - innerWidth;
        const small = [...document.querySelectorAll("#controls button, .panel .head button, .pages button, .menu [role^=menuitem]")]
          .filter((control) => control.checkVisibility())
          .map((control) => ({ name: control.getAttribute("aria-label") ?? control.textContent.trim(), box: control.getBoundingClientRect() }))
          .filter(({ name, box }) => (Math.min(box.height, name.startsWith("Choose") ? 99 : box.width) < 39.5 && !/menu/.test(name)) || box.left < -0.5 || box.right > innerWidth + 0.5);
        return [...(overflow > 0 ? [`${overflow} px too wide`] : []), ...small.map(({ name, box }) => `${name}: ${box.x} ${box.y} ${box.width} x ${box.height}`)];
      });
      assert.deepEqual(faults, []);
    };
    await fits();
    await ada.press("More");
    await ada.expect("menuitem", "Copy meeting link");
    await ada.comesToRest();
    await fits();
    await ada.page.keyboard.press("Escape");
    for (const panel of [NAMES.chat, NAMES.people]) {
      await ada.openPanel(panel);
      await ada.comesToRest();
      await fits();
      await ada.page.keyboard.press("Escape");
      await ada.expectGone("complementary", panel);
    }
    const targets = await ada.page.evaluate(() => [...document.querySelectorAll("#controls button")].filter((button) => button.checkVisibility() && !button.matches(".more")).map((button) => Math.round(Math.min(button.offsetWidth, button.offsetHeight))));
    assert.ok(targets.length >= 6 && targets.every((size) => size >= 44), `targets of ${targets}`);
  });
}
