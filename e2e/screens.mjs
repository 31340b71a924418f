// SPDX-License-Identifier: MIT OR Apache-2.0
// `npm run screens`: takes pictures of every screen in light and dark at 1280 and 390 pixels into docs/screens/.
// `npm run screens -- call` takes only those whose name begins with "call".

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "./lib/browsers.mjs";
import { Person } from "./lib/person.mjs";
import { ROOT } from "./lib/process.mjs";
import { SCREENS } from "./lib/screens.mjs";
import { Server } from "./lib/server.mjs";

const wanted = process.argv[2] ?? "";
const directory = join(ROOT, "docs", "screens");
await mkdir(directory, { recursive: true });
const [server, chromium] = await Promise.all([Server.start(), launchChromium()]);
try {
  for (const screen of SCREENS.filter(({ name }) => name.startsWith(wanted))) {
    for (const [width, height] of [[1280, 800], [390, 844]]) {
      for (const scheme of ["light", "dark"]) {
        const bots = [];
        const person = await Person.at(chromium, "Ada", { width, height, scheme });
        await screen.arrange({ person, server, bot: (bot) => (bots.push(bot), bot) });
        await person.expectGone("button", "Dismiss");
        await person.comesToRest();
        await person.page.screenshot({ path: join(directory, `${screen.name}-${scheme}-${width}.png`) });
        await Promise.all(bots.map((bot) => bot.child.stop()));
        await person.page.close();
        process.stdout.write(`${screen.name} ${scheme} ${width}\n`);
      }
    }
  }
} finally {
  await chromium.close();
  await server.stop();
}
