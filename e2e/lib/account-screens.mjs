// SPDX-License-Identifier: MIT OR Apache-2.0
// Every screen of accounts, of the operator's console and of the policy, and how one gets there.

import { Visitor } from "./visitor.mjs";

/**
 * @typedef {{person: import("./person.mjs").Person, server: import("./server.mjs").Server,
 *   mail: import("./mail.mjs").MailServer, cast: Cast}} Scene
 * @typedef {{operator: Visitor, member: Visitor, newcomer: Visitor, troubled: Visitor}} Cast
 */

/** Who lives on the server of these screens. @param {import("./story.mjs").Set} set @returns {Promise<Cast>} */
export async function cast(set) {
  const operator = await Visitor.withOperatorLink(set.server);
  await operator.get("PATCH", "/api/account", { name: "Root" });
  const member = await Visitor.withAccount(set, "grace.hopper@fern.example", "Grace Hopper");
  const { code } = await operator.get("POST", "/api/account/vouchers", {});
  await member.get("POST", "/api/account/bindings/voucher", { code });
  await member.get("POST", "/api/meetings", { mode: "standard", title: "Weekly, with an agenda that has a long name", starts_at: 1_800_000_000, minutes: 45 });
  const newcomer = await Visitor.withAccount(set, "ada@fern.example", "Ada");
  const troubled = await Visitor.withAccount(set, "mallory@fern.example", "Mallory");
  const until = Math.floor(Date.now() / 1000) + 7 * 86_400;
  await operator.get("PUT", `/api/operator/accounts/${troubled.account.id}/standing`, { standing: "suspended", reason: "Two reports of spam in public meetings.", until });
  await operator.get("POST", "/api/operator/invitations", { email: "linus@fern.example" });
  await operator.get("POST", "/api/operator/organisations", { domain: "fern.example" });
  return { operator, member, newcomer, troubled };
}

/** @type {Array<{name: string, arrange: (scene: Scene) => Promise<void>}>} */
export const ACCOUNT_SCREENS = [
  {
    name: "sign-in",
    async arrange({ person, server }) {
      await person.goTo(`${server.origin}/sign-in`);
      await person.expect("button", "Send code");
    },
  },
  {
    name: "sign-in-problem",
    async arrange({ person, server }) {
      await person.goTo(`${server.origin}/sign-in?problem=wrong_credentials`);
      await person.reads("The provider did not confirm who you are.");
    },
  },
  {
    name: "sign-in-code",
    async arrange({ person, server }) {
      await person.goTo(`${server.origin}/sign-in`);
      // One address each time: mails to one are limited.
      await person.type("E-mail", `${crypto.randomUUID().slice(0, 8)}@fern.example`);
      await person.press("Send code");
      await person.expect("textbox", "Six-digit code");
    },
  },
  {
    name: "home-denied",
    async arrange({ person, server }) {
      await person.goTo(`${server.origin}/`);
      await person.press("New meeting");
      await person.reads("sign in to an account");
    },
  },
  page("account", "member", "/account", "Erase account"),
  page("account-suspended", "troubled", "/account", "Two reports of spam"),
  {
    name: "account-erase",
    async arrange(scene) {
      await open(scene, "member", "/account", "Erase account");
      await scene.person.press("Erase account");
      await scene.person.expect("textbox", "Type ERASE to confirm");
    },
  },
  {
    name: "account-add-address",
    async arrange(scene) {
      await open(scene, "member", "/account", "Erase account");
      await scene.person.press("Add an e-mail address");
      await scene.person.expect("dialog", "Add an e-mail address");
    },
  },
  page("meetings-empty", "newcomer", "/meetings", "No meetings yet."),
  page("meetings", "member", "/meetings", "Weekly, with an agenda"),
  {
    name: "meetings-new",
    async arrange(scene) {
      await open(scene, "member", "/meetings", "Weekly, with an agenda");
      await scene.person.press("New meeting");
      await scene.person.press("Set a date and time", "checkbox");
      await scene.person.expect("combobox", "Length");
    },
  },
  page("operator", "operator", "/operator", "Grace Hopper"),
  {
    name: "operator-account",
    async arrange(scene) {
      await open(scene, "operator", "/operator", "Mallory");
      await scene.person.press("Mallory", "link");
      await scene.person.reads("Two reports of spam");
    },
  },
  {
    name: "operator-standing",
    async arrange(scene) {
      await open(scene, "operator", "/operator", "Mallory");
      await scene.person.press("Mallory", "link");
      await scene.person.press("Change standing");
      await scene.person.press("Suspended", "radio");
      await scene.person.expect("combobox", "Until");
    },
  },
  page("operator-invitations", "operator", "/operator/invitations", "linus@fern.example"),
  page("operator-organisations", "operator", "/operator/organisations", "fern.example"),
  page("operator-denied", "operator", "/operator/denied", "Since"),
  page("operator-meetings", "operator", "/operator/meetings", "People in them"),
  page("operator-mail", "operator", "/operator/mail", "Mail goes out through the configured relay."),
  page("operator-configuration", "operator", "/operator/configuration", "accounts.denied_days"),
  page("operator-audit", "operator", "/operator/audit", "Detail"),
  {
    name: "operator-not",
    async arrange(scene) {
      await open(scene, "member", "/operator", "Only the operator");
    },
  },
  {
    name: "policy",
    async arrange({ person, server }) {
      await person.goTo(`${server.origin}/policy`);
      await person.reads("As Cedar");
    },
  },
];

/** A page as one of the cast sees it. */
function page(name, who, path, text) {
  return { name, arrange: (scene) => open(scene, who, path, text) };
}

async function open({ person, server, cast }, who, path, text) {
  await cast[who].lendTo(person);
  await person.goTo(`${server.origin}${path}`);
  await person.reads(text);
}
