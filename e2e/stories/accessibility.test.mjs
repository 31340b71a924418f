// SPDX-License-Identifier: MIT OR Apache-2.0
// axe finds nothing on any screen of a meeting, in light and dark, on a desk and on a phone.

import { axeIsContent } from "../lib/axe.mjs";
import { SCREENS } from "../lib/screens.mjs";
import { stage } from "../lib/story.mjs";

const { story } = stage({ browsers: ["chromium"] });

for (const screen of SCREENS) {
  for (const scheme of ["light", "dark"]) {
    story(`axe has nothing to say about the ${scheme} screen "${screen.name}"`, async ({ server, chromium }, { person, bot }) => {
      const ada = await person(chromium, "Ada", { pattern: 11, scheme });
      await screen.arrange({ person: ada, server, bot });
      await axeIsContent(ada);
    });
  }
}
