// SPDX-License-Identifier: MIT OR Apache-2.0
// Which browser this is, as people call it: nothing that tells one person's from another's.

/** Returns name, version and system, such as "Firefox 153, Linux". */
export function browserOf(userAgent: string): string {
  const [name, version] = BROWSERS.flatMap(([name, pattern]) => {
    const found = pattern.exec(userAgent);
    return found === null ? [] : [[name, found[1] ?? ""] as const];
  })[0] ?? ["?", ""];
  const system = SYSTEMS.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? "?";
  return `${`${name} ${version}`.trim()}, ${system}`;
}

// In this order: each that builds on another one names that one too.
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["Edge", /\bEdg(?:A|iOS)?\/(\d+)/],
  ["Opera", /\bOPR\/(\d+)/],
  ["Samsung", /\bSamsungBrowser\/(\d+)/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d+)/],
  ["Chromium", /\b(?:Chrome|HeadlessChrome|CriOS)\/(\d+)/],
  ["Safari", /\bVersion\/([\d.]+) .*Safari\//],
];

const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ["Android", /\bAndroid\b/],
  ["iOS", /\b(?:iPhone|iPad)\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];
