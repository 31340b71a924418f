// SPDX-License-Identifier: MIT OR Apache-2.0
// `npm run screens`: takes pictures of every screen in light and dark at 1280 and 390 pixels into docs/screens/.
// `npm run screens -- call` takes only those whose name begins with "call".

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "./lib/browsers.mjs";
import { Person } from "./lib/person.mjs";
import { ROOT } from "./lib/process.mjs";
import { ACCOUNT_SCREENS, cast } from "./lib/account-screens.mjs";
import { MailServer } from "./lib/mail.mjs";
import { SCREENS } from "./lib/screens.mjs";
import { Server } from "./lib/server.mjs";

const wanted = process.argv[2] ?? "";
const directory = join(ROOT, "docs", "screens");
await mkdir(directory, { recursive: true });
const [mail, chromium] = await Promise.all([MailServer.start(), launchChromium()]);
const [open, governed] = await Promise.all([Server.start(), Server.start({ INCAMERA__POLICY: "verified-e2ee", ...mail.configuration })]);
try {
  const people = await cast({ server: governed, mail });
  await shoot(SCREENS, open, {});
  await shoot(ACCOUNT_SCREENS, governed, { mail, cast: people });
} finally {
  await chromium.close();
  await Promise.all([open.stop(), governed.stop(), mail.stop()]);
}

async function shoot(screens, server, props) {
  for (const screen of screens.filter(({ name }) => name.startsWith(wanted))) {
    for (const [width, height] of [[1280, 800], [390, 844]]) {
      for (const scheme of ["light", "dark"]) {
        const bots = [];
        const person = await Person.at(chromium, "Ada", { width, height, scheme });
        await screen.arrange({ person, server, bot: (bot) => (bots.push(bot), bot), ...props });
        await person.expectGone("button", "Dismiss");
        await person.comesToRest();
        // A long page whole; what lies over a page covers only what one sees of it.
        const fullPage = (await person.page.$('[role="dialog"], [role="alertdialog"]')) === null;
        await person.page.screenshot({ path: join(directory, `${screen.name}-${scheme}-${width}.png`), fullPage });
        await Promise.all(bots.map((bot) => bot.child.stop()));
        await person.page.close();
        process.stdout.write(`${screen.name} ${scheme} ${width}\n`);
      }
    }
  }
}
