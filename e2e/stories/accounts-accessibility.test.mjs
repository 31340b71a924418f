// SPDX-License-Identifier: MIT OR Apache-2.0
// axe finds nothing on any screen of accounts, of the operator's console and of the policy, in light and dark, on a
// desk and on a phone.

import { ACCOUNT_SCREENS, cast } from "../lib/account-screens.mjs";
import { axeIsContent } from "../lib/axe.mjs";
import { ACCOUNTS, stage } from "../lib/story.mjs";

const { story } = stage(ACCOUNTS);
let people;

for (const screen of ACCOUNT_SCREENS) {
  for (const scheme of ["light", "dark"]) {
    story(`axe has nothing to say about the ${scheme} screen "${screen.name}"`, async (set, { person }) => {
      people ??= await cast(set);
      const ada = await person(set.chromium, "Ada", { scheme });
      await screen.arrange({ person: ada, server: set.server, mail: set.mail, cast: people });
      await axeIsContent(ada);
    });
  }
}
