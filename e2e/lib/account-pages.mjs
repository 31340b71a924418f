// SPDX-License-Identifier: MIT OR Apache-2.0
// What people do on the pages of their account, as several stories need it.

import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./wait.mjs";

/**
 * Asks for a code on the page or dialog that is open, and enters it.
 * @param {import("./person.mjs").Person} person
 * @param {import("./mail.mjs").MailServer} mail
 * @param {string} email
 */
export async function enterCode(person, mail, email) {
  const seen = mail.letters.filter(({ to }) => to.includes(email)).length;
  await person.type("E-mail", email);
  await person.press("Send code");
  await person.type("Six-digit code", await mail.codeFor(email, seen));
}

/**
 * Signs in with a code on the sign-in page. Who has no name yet gets the person's.
 * @param {import("./person.mjs").Person} person
 * @param {{server: import("./server.mjs").Server, mail: import("./mail.mjs").MailServer}} set
 * @param {string} email
 */
export async function signInWithCode(person, { server, mail }, email) {
  await person.goTo(`${server.origin}/sign-in`);
  await person.expect("heading", "Sign in");
  await enterCode(person, mail, email);
  await nameOneself(person);
}

/** After a first sign-in: gives the person's name, and waits for the account page. @param {import("./person.mjs").Person} person */
export async function nameOneself(person) {
  await person.expect("heading", "What should others call you?");
  await person.type("Your name", person.name);
  await person.press("Continue");
  await person.expect("heading", "Account");
}

/**
 * Presses `button`, and goes through the provider's own pages until the browser is sent back with its answer.
 * @param {import("./person.mjs").Person} person
 * @param {import("./openid.mjs").OpenIdProvider} openid
 * @param {string} button
 * @param {string} login
 */
export async function signInWithProvider(person, openid, button, login) {
  let isBack = false;
  const watch = (request) => (isBack ||= request.url().includes("/callback?"));
  person.page.on("request", watch);
  await person.press(button);
  await until(`${person.name} comes back from the provider`, async () => {
    if (isBack || !person.page.url().startsWith(openid.issuer)) return isBack;
    const field = await person.page.$('input[name="login"]');
    if (field) {
      await field.evaluate((input, name) => (input.value = name), login);
      await person.page.$eval('input[name="password"]', (input) => (input.value = "any"));
    }
    await person.page.$eval('button[type="submit"]', (press) => press.click());
    return false;
  });
  person.page.off("request", watch);
}

/**
 * Plugs an authenticator in that checks its holder and keeps passkeys (Chromium).
 * @param {import("./person.mjs").Person} person
 */
export async function plugAuthenticator(person) {
  const devtools = await person.page.createCDPSession();
  await devtools.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    unplug: () => devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
    credentials: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    /** Whether its holder is who they should be. @param {boolean} isUserVerified */
    recognise: (isUserVerified) => devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

/**
 * Presses something that saves a file, and returns the file's name and text.
 * @param {import("./person.mjs").Person} person
 * @param {string} button
 */
export async function download(person, button) {
  const directory = await mkdtemp(join(tmpdir(), "incamera-download-"));
  try {
    const devtools = await person.page.browser().target().createCDPSession();
    await devtools.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      downloadPath: directory,
      browserContextId: person.page.browserContext().id,
    });
    await person.press(button);
    const [name] = await until(`${person.name} has the file`, async () => {
      const files = (await readdir(directory)).filter((file) => !file.endsWith(".crdownload"));
      return files.length > 0 ? files : undefined;
    });
    return { name, text: await readFile(join(directory, name), "utf8") };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
