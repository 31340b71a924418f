// SPDX-License-Identifier: MIT OR Apache-2.0
// Builds the gallery, serves it under the product's Content Security Policy, takes a picture of each screen in light
// and dark at 1280 and 390 pixels, and lets axe look at each. Fails on any violation of either.
//
// With --check it takes no pictures, and fails where a text does not fit or the page's direction is not its language's.
//
//   node gallery/shoot.js [--out DIR] [--lang LOCALE] [--check] [SCREEN...]

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import puppeteer from "puppeteer-core";
import { build } from "vite";

import { messagesIn } from "../scripts/words.js";

// Of this run alone, so that two can go on at once.
const ROOT = mkdtempSync(join(tmpdir(), "incamera-gallery-"));
const AXE = readFileSync(fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");
const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

// A screen's name, and what to click on to get there from another.
const SCREENS = [
  ["home"],
  ["prejoin"],
  ["prejoin-standard"],
  ["prejoin-lobby"],
  ["prejoin-asking"],
  ["prejoin-denied"],
  ["prejoin-busy"],
  ["prejoin-devices", "prejoin", "Choose microphone and speaker"],
  ["call-joining"],
  ["call-alone"],
  ["call-two"],
  ["call-grid"],
  ["call-nine"],
  ["call-many"],
  ["call-share"],
  ["call-sharing"],
  ["call-locked"],
  ["call-reconnecting"],
  ["call-toasts"],
  ["call-chat", "call-chat", "Chat"],
  ["call-whispers", "call-whispers", "Chat", "Reply to Ben Adeyemi: Shall we move the second point to Thursday? I would rather n…"],
  ["call-whispers-closed", "call-whispers-standard", "Chat"],
  ["call-polls", "call-polls", "More", "Polls"],
  ["call-poll-new", "call-polls", "More", "Polls", "New poll"],
  ["call-timer", "call-polls", "More", "Timer …"],
  ["call-voting"],
  ["call-captions", "call-captions", "More", "Show captions"],
  ["call-captions-menu", "call-captions", "More"],
  ["call-people", "call-grid", "People"],
  ["call-people-actions", "call-grid", "People", "Actions for Ben Adeyemi"],
  ["call-more", "call-grid", "More"],
  ["call-layout", "call-grid", "Layout"],
  ["call-speaker", "call-nine", "Layout", "Speaker"],
  ["call-sidebar", "call-nine", "Layout", "Sidebar"],
  ["call-shares"],
  ["call-weak"],
  ["call-lobby"],
  ["call-waiting", "call-led", "People"],
  ["call-host-controls", "call-led", "Host controls"],
  ["call-permissions", "call-led", "Host controls", "What participants may do …"],
  ["call-suspended"],
  ["call-back", "call-suspended", "Bring back …"],
  ["call-held"],
  ["call-held-people", "call-held", "People"],
  ["call-held-encryption", "call-held", "End-to-end encrypted"],
  ["call-asked"],
  ["call-led-actions", "call-led", "People", "Actions for Ben Adeyemi"],
  ["call-rename", "call-led", "People", "Actions for Ben Adeyemi", "Rename …"],
  ["call-changed", "call-changed", "End-to-end encrypted: the safety code changed, compare it again"],
  ["call-reactions", "call-led", "Reactions"],
  ["call-recorded"],
  ["call-record", "call-grid", "More", "Record"],
  ["call-connection", "call-grid", "More", "Connection"],
  ["call-shortcuts", "call-grid", "More", "Keyboard shortcuts"],
  ["call-settings", "call-grid", "Settings"],
  ["call-settings-video", "call-grid", "Settings", "Video"],
  ["call-settings-general", "call-grid", "Settings", "General"],
  ["call-notifications", "call-grid", "Settings", "Notifications"],
  ["call-encryption", "call-grid", "End-to-end encrypted"],
  ["call-encryption-standard", "call-standard", "Encrypted by the server"],
  ["call-encryption-attention", "call-locked", "End-to-end encrypted: sending is paused"],
  ["home-denied", "home-denied", "New meeting"],
  ["home-signed-in"],
  ["prejoin-signed-in"],
  ["sign-in"],
  ["account"],
  ["account-new"],
  ["account-suspended"],
  ["account-email", "account-new", "Add an e-mail address"],
  ["account-phone", "account-new", "Verify a phone number"],
  ["account-voucher", "account-new", "Enter a voucher"],
  ["account-made-voucher", "account", "Make a voucher"],
  ["account-organisation", "account", "Prove an organisation", "Show the record for example.net"],
  ["account-fresh", "account", "Add a passkey"],
  ["account-remove", "account", "Remove Phone"],
  ["account-erase", "account", "Erase account"],
  ["meetings"],
  ["meetings-none"],
  ["meetings-new", "meetings", "New meeting", "Set a date and time"],
  ["meetings-more", "meetings", "More about Editorial board"],
  ["meetings-edit", "meetings", "More about Editorial board", "Edit"],
  ["meetings-end", "meetings", "More about Editorial board", "End meeting"],
  ["meetings-link", "meetings", "Add its link"],
  ["operator"],
  ["operator-accounts-one"],
  ["operator-standing", "operator-accounts-one", "Change standing"],
  ["operator-invitations"],
  ["operator-organisations"],
  ["operator-denied"],
  ["operator-meetings"],
  ["operator-mail"],
  ["operator-configuration"],
  ["operator-audit"],
  ["redeem"],
  ["policy"],
  ["end-left"],
  ["end-removed"],
  ["end-wrong-secret"],
  ["end-meeting-full"],
  ["end-browser-too-old"],
  ["end-connection-lost"],
];
// In milliseconds. On a busy machine a screen takes seconds to come.
const PATIENCE = 20_000;
const IN_MENU = ["Layout", "Settings", "Host controls", "Reactions"];
const SIZES = [
  { name: "1280", width: 1280, height: 800, isMobile: false, hasTouch: false },
  { name: "390", width: 390, height: 844, isMobile: true, hasTouch: true },
];

const args = process.argv.slice(2);
const isCheck = flag("--check");
const out = option("--out") ?? fileURLToPath(new URL("../node_modules/.shots/", import.meta.url));
const lang = option("--lang") ?? "en";
mkdirSync(out, { recursive: true });

await build({ root: fileURLToPath(new URL("../", import.meta.url)), mode: "gallery", logLevel: "warn", build: { outDir: ROOT } });
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  // What a host's page asks about its meeting.
  if (path.startsWith("/api/meetings/")) return response.writeHead(200, { "content-type": "application/json" }).end('{"has_lobby":false}');
  const file = join(ROOT, path === "/" ? "gallery/index.html" : path);
  try {
    const body = readFileSync(file);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": CSP });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--hide-scrollbars",
  ],
});
const faults = [];
try {
  const wanted = SCREENS.filter(([name]) => args.length === 0 || args.includes(name));
  const shots = wanted.flatMap(([name, from = name, ...clicks]) =>
    SIZES.flatMap((size) => (isCheck ? ["light"] : ["light", "dark"]).map((scheme) => () => shoot(name, from, clicks, size, scheme))),
  );
  // One after the other: a page that is not in front draws nothing, and what waits for its next frame waits for ever.
  for (const shot of shots) await shot();
} finally {
  await Promise.race([browser.close(), new Promise((resolve) => setTimeout(resolve, 3000))]);
  server.close();
  rmSync(ROOT, { recursive: true });
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exit(faults.length > 0 ? 1 : 0);

function flag(name) {
  const at = args.indexOf(name);
  return at >= 0 && args.splice(at, 1).length > 0;
}

function option(name) {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

/** Returns what an English name is in the language of the pictures: the message that it comes from, filled in alike. */
function translated(name) {
  const plain = Object.entries(messagesIn("en")).filter(([, message]) => typeof message === "string");
  // The one with the most words of its own first: "{first} and {second}" says many things.
  const own = (message) => message.replace(/\{\w+\}/g, "").length;
  for (const [key, message] of plain.sort(([, one], [, other]) => own(other) - own(one))) {
    const placeholders = [...message.matchAll(/\{(\w+)\}/g)].map(([, placeholder]) => placeholder);
    const values = new RegExp(`^${message.replace(/[.?+*()]/g, "\\$&").replace(/\{\w+\}/g, "(.+)")}$`).exec(name)?.slice(1);
    if (values === undefined || own(message) < 4) continue;
    return placeholders.reduce((text, placeholder, at) => text.replace(`{${placeholder}}`, values[at]), messagesIn(lang)[key]);
  }
  // A name of parts, such as "End-to-end encrypted: sending is paused".
  const [label, ...detail] = name.split(": ").map(translated);
  return messagesIn(lang).badge_with_detail.replace("{label}", label).replace("{detail}", detail.join(": "));
}

/** Runs in the page: says what is cut off, what lies beside the screen, and whether the page runs the wrong way. */
function misfits() {
  const found = [];
  const overflow = document.documentElement.scrollWidth - innerWidth;
  if (overflow > 0) found.push(`${overflow} px wider than the screen`);
  const { lang, dir } = document.documentElement;
  if (getComputedStyle(document.body).direction !== (lang.endsWith("-pseudo") ? "rtl" : "ltr")) found.push(`${lang} runs ${dir}`);
  const isShortened = (element) => {
    if (element === null) return false;
    const { overflowX, textOverflow } = getComputedStyle(element);
    return (textOverflow === "ellipsis" && overflowX !== "visible") || isShortened(element.parentElement);
  };
  const scrolls = (element) => element !== null && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  for (const element of document.querySelectorAll("body *")) {
    const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "");
    if (texts.length === 0 || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const { overflowX } = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    // What only screen readers are told, what can be scrolled to, and names that end in dots.
    if (box.width <= 1 || scrolls(element) || isShortened(element)) continue;
    const text = element.textContent.trim().slice(0, 40);
    if (/hidden|clip/.test(overflowX) && element.scrollWidth > element.clientWidth + 1) found.push(`cut off: ${text}`);
    const range = document.createRange();
    for (const node of texts) {
      range.selectNodeContents(node);
      const { left, right } = range.getBoundingClientRect();
      if (right <= left) continue;
      if (left < -1 || right > innerWidth + 1) found.push(`beside the screen: ${text}`);
      else if (left < box.left - 2 || right > box.right + 2) found.push(`beside its box: ${text}`);
    }
  }
  return found;
}

async function shoot(name, from, clicks, { name: sizeName, ...size }, scheme) {
  const at = `${name}-${lang}-${sizeName}-${scheme}`;
  const page = await browser.newPage();
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) faults.push(`${at}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`${at}: ${error}`));
  await page.setBypassCSP(false);
  await page.setViewport({ ...size, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  try {
    await page.goto(`${origin}/?screen=${from}&lang=${lang}`, { waitUntil: "load" });
    // Until the drawn pictures have come and the view has changed where it does.
    await new Promise((resolve) => setTimeout(resolve, isCheck ? 900 : 1800));
    for (const click of clicks) {
      const find = (name, timeout) => page.waitForSelector(`::-p-aria([name="${translated(name)}"])`, { timeout });
      // On a phone what has no button of its own stands in the menu "More".
      const isInMenu = sizeName === "390" && IN_MENU.includes(click);
      if (isInMenu) await (await find("More", PATIENCE)).click();
      if (isInMenu && click !== "Settings") continue;
      const button = await find(click, PATIENCE);
      await button.click();
      await new Promise((resolve) => setTimeout(resolve, 350));
    }
    if (!isCheck) await page.screenshot({ path: join(out, `${at}.png`), fullPage: clicks.length === 0 });
    faults.push(...(await page.evaluate(misfits)).map((misfit) => `${at}: ${misfit}`));
    if (isCheck) return;
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, nodes } of violations) {
      for (const { html, failureSummary } of nodes) faults.push(`${at}: ${id}: ${html.slice(0, 160)} ${failureSummary.replaceAll("\n", " ").slice(0, 240)}`);
    }
  } catch (error) {
    faults.push(`${at}: ${error}`);
  } finally {
    await page.close();
  }
}
