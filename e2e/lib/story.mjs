// SPDX-License-Identifier: MIT OR Apache-2.0
// What every story needs: a server, browsers that are started once per file, and evidence when it goes wrong.

import { after, before, test } from "node:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium, launchFirefox } from "./browsers.mjs";
import { MailServer } from "./mail.mjs";
import { OUT } from "./process.mjs";
import { Person } from "./person.mjs";
import { Server } from "./server.mjs";

// A story that takes longer hangs: the slowest takes a third of it on two cores.
const STORY_TIMEOUT = 180_000;

/** Where stories about accounts take place: the default policy, and a mail server. */
export const ACCOUNTS = { env: { INCAMERA__POLICY: "verified-e2ee" }, hasMail: true };

/**
 * The stage of one file of stories. The server is fresh for the file.
 * @param {{browsers?: Array<"chromium" | "firefox">, chromiumArgs?: string[], env?: NodeJS.ProcessEnv, hasMail?: boolean,
 *   hasOpenId?: boolean}} [options] env: the server's configuration; hasMail and hasOpenId: with a mail server and an
 *   OpenID provider, for which the server is configured
 */
export function stage({ browsers = ["chromium"], chromiumArgs = [], env = {}, hasMail = false, hasOpenId = false } = {}) {
  const set = {
    /** @type {Server} */ server: undefined,
    /** @type {MailServer} */ mail: undefined,
    /** @type {import("./openid.mjs").OpenIdProvider} */ openid: undefined,
    /** @type {import("./browsers.mjs").Browser} */ chromium: undefined,
    /** @type {import("./browsers.mjs").Browser} */ firefox: undefined,
    /** @type {Person[]} */ people: [],
    /** @type {import("./bot.mjs").Bot[]} */ bots: [],
  };
  before(async () => {
    const launches = [
      Server.start(async ({ origin }) => {
        [set.mail, set.openid] = await Promise.all([hasMail ? MailServer.start() : undefined, hasOpenId ? startOpenId(origin) : undefined]);
        return { ...env, ...set.mail?.configuration, ...set.openid?.configuration(PROVIDER) };
      }).then((server) => (set.server = server)),
      browsers.includes("chromium") ? launchChromium(chromiumArgs).then((browser) => (set.chromium = browser)) : null,
      browsers.includes("firefox") ? launchFirefox().then((browser) => (set.firefox = browser)) : null,
    ];
    await Promise.all(launches);
  }, { timeout: 120_000 });
  after(async () => {
    await Promise.all([set.chromium?.close(), set.firefox?.close()]);
    await Promise.all([set.server?.stop(), set.mail?.stop(), set.openid?.stop()]);
  }, { timeout: 60_000 });

  return {
    set,
    /**
     * One story. Its people and bots are gone when it ends; screenshots stay when it failed.
     * @param {string} name
     * @param {(set: typeof set, tools: {person: Function, bot: Function, finally: Function}) => Promise<void>} body
     */
    story(name, body) {
      test(name, { timeout: STORY_TIMEOUT }, async () => {
        const people = [];
        const bots = [];
        const endings = [];
        const tools = {
          person: async (browser, title, options) => {
            const person = await Person.at(browser, title, options);
            people.push(person);
            return person;
          },
          bot: (bot) => {
            bots.push(bot);
            return bot;
          },
          // For whatever else must not outlive the story.
          finally: (ending) => endings.push(ending),
        };
        try {
          await body(set, tools);
        } catch (error) {
          for (const person of people) await person.keepEvidence(name);
          await keepLogs(name, set.server, bots);
          throw error;
        } finally {
          await Promise.all([...bots.map((bot) => bot.child.stop()), ...endings.map((ending) => ending())]);
          await Promise.all(people.map((person) => person.page.close().catch(() => {})));
        }
      });
    },
  };
}

/** What the OpenID provider is called. */
export const PROVIDER = { id: "school", name: "Fern School" };

/** @param {string} origin */
async function startOpenId(origin) {
  // Loaded where it is wanted: it is large.
  const { OpenIdProvider } = await import("./openid.mjs");
  return await OpenIdProvider.start(origin, PROVIDER.id);
}

async function keepLogs(name, server, bots) {
  await mkdir(OUT, { recursive: true });
  const stem = join(OUT, name.replace(/[^\w-]+/g, "_"));
  await writeFile(`${stem}.server.log`, `${server?.child?.stdout}\n${server?.child?.stderr}`).catch(() => {});
  for (const [index, bot] of bots.entries()) {
    await writeFile(`${stem}.bot-${index}.log`, `${bot.child.stdout}\n${bot.child.stderr}`).catch(() => {});
  }
}
