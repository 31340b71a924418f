// SPDX-License-Identifier: MIT OR Apache-2.0
// Builds the gallery, serves it under the product's Content Security Policy, takes a picture of each screen in light
// and dark at 1280 and 390 pixels, and lets axe look at each. Fails on any violation of either.
//
//   node gallery/shoot.js [--out DIR] [SCREEN...]

import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import puppeteer from "puppeteer-core";
import { build } from "vite";

const ROOT = fileURLToPath(new URL("../node_modules/.gallery/", import.meta.url));
const AXE = readFileSync(fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");
const CSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

// A screen's name, and what to click on to get there from another.
const SCREENS = [
  ["home"],
  ["prejoin"],
  ["prejoin-standard"],
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
  ["call-people", "call-grid", "People"],
  ["call-people-actions", "call-grid", "People", "Actions for Ben Adeyemi"],
  ["call-more", "call-grid", "More options"],
  ["call-devices", "call-grid", "More options", "Microphone, camera, speaker"],
  ["call-encryption", "call-grid", "End-to-end encrypted"],
  ["call-encryption-standard", "call-standard", "Encrypted by the server"],
  ["call-encryption-attention", "call-locked", "End-to-end encrypted: sending is paused"],
  ["end-left"],
  ["end-removed"],
  ["end-wrong-secret"],
  ["end-meeting-full"],
  ["end-browser-too-old"],
  ["end-connection-lost"],
];
const SIZES = [
  { name: "1280", width: 1280, height: 800, isMobile: false, hasTouch: false },
  { name: "390", width: 390, height: 844, isMobile: true, hasTouch: true },
];

const args = process.argv.slice(2);
const outAt = args.indexOf("--out");
const out = outAt < 0 ? fileURLToPath(new URL("../node_modules/.shots/", import.meta.url)) : args.splice(outAt, 2)[1];
mkdirSync(out, { recursive: true });

await build({ root: fileURLToPath(new URL("../", import.meta.url)), mode: "gallery", logLevel: "warn" });
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
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
  for (const [name, from = name, ...clicks] of SCREENS) {
    if (args.length > 0 && !args.includes(name)) continue;
    for (const size of SIZES) {
      for (const scheme of ["light", "dark"]) await shoot(name, from, clicks, size, scheme);
    }
  }
} finally {
  await Promise.race([browser.close(), new Promise((resolve) => setTimeout(resolve, 3000))]);
  server.close();
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exit(faults.length > 0 ? 1 : 0);

async function shoot(name, from, clicks, { name: sizeName, ...size }, scheme) {
  const at = `${name}-${sizeName}-${scheme}`;
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
    await page.goto(`${origin}/?${from}`, { waitUntil: "load" });
    // Until the drawn pictures have come and the view has changed where it does.
    await new Promise((resolve) => setTimeout(resolve, 1800));
    for (const click of clicks) {
      const button = await page.waitForSelector(`::-p-aria([name="${click}"])`, { timeout: 5000 });
      await button.click();
      await new Promise((resolve) => setTimeout(resolve, 350));
    }
    await page.screenshot({ path: join(out, `${at}.png`) });
    if (sizeName === "390") {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) faults.push(`${at}: ${overflow} px wider than the screen`);
    }
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
