// SPDX-License-Identifier: MIT OR Apache-2.0
// Chromium and Firefox, headless, with their own fake cameras and microphones. One driver for both: puppeteer, which
// speaks CDP to the one and WebDriver BiDi to the other.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { installed } from "./process.mjs";
import { bounded } from "./wait.mjs";

/** Chromium with a fake device, and with permissions and the choice of a screen answered. */
export async function launchChromium(extra = []) {
  const home = await mkdtemp(join(tmpdir(), "incamera-chromium-"));
  const browser = await puppeteer.launch({
    browser: "chrome",
    executablePath: process.env.CHROMIUM ?? installed(["chromium", "chromium-browser", "google-chrome"]),
    headless: true,
    userDataDir: join(home, "profile"),
    protocolTimeout: 60_000,
    env: { ...process.env, HOME: home },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-background-timer-throttling",
      "--disable-renderer-backgrounding",
      "--disable-backgrounding-occluded-windows",
      "--use-fake-device-for-media-stream=fps=30",
      "--use-fake-ui-for-media-stream",
      "--auto-select-desktop-capture-source=Entire screen",
      "--auto-select-tab-capture-source-by-title=Incamera",
      "--autoplay-policy=no-user-gesture-required",
      ...extra,
    ],
  });
  return new Browser(browser, home, "chromium");
}

/** Firefox with fake devices. */
export async function launchFirefox() {
  const home = await mkdtemp(join(tmpdir(), "incamera-firefox-"));
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? installed(["firefox-esr", "firefox"]),
    headless: true,
    // A cold start on a busy machine took 22 s.
    timeout: 60_000,
    protocolTimeout: 60_000,
    env: { ...process.env, HOME: home },
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.peerconnection.ice.loopback": true,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
      // Without a permission Firefox gathers no candidate on the loopback interface.
      "permissions.default.camera": 1,
      "permissions.default.microphone": 1,
      "media.autoplay.default": 0,
      "media.autoplay.blocking_policy": 0,
      "app.update.enabled": false,
      "app.normandy.enabled": false,
      "datareporting.healthreport.uploadEnabled": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      "toolkit.telemetry.enabled": false,
      "browser.shell.checkDefaultBrowser": false,
      "extensions.update.enabled": false,
    },
  });
  return new Browser(browser, home, "firefox");
}

export class Browser {
  constructor(browser, home, name) {
    this.browser = browser;
    this.home = home;
    this.name = name;
    this.contexts = [];
  }

  /**
   * A page of its own storage, as another person's browser would have.
   * @param {{width?: number, height?: number}} [viewport]
   */
  async newPage(viewport = {}) {
    const context = await this.browser.createBrowserContext();
    this.contexts.push(context);
    const page = await context.newPage();
    await resize(page, { width: viewport.width ?? 1280, height: viewport.height ?? 800 });
    return page;
  }

  /** Closes it. Firefox sometimes does not answer; then its process is ended. */
  async close() {
    const process = this.browser.process();
    try {
      await bounded("the browser closes", this.browser.close(), 3000);
    } catch {
      process?.kill("SIGKILL");
    }
    await rm(this.home, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

/** Gives a page its size. Firefox before 153 has it by the time it refuses to turn the screen as well. */
async function resize(page, size) {
  try {
    await page.setViewport(size);
  } catch (error) {
    if (!/unknown command emulation.setScreenOrientationOverride/.test(error.message)) throw error;
  }
}
