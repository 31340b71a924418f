// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { PathWatch } from "./same-computer";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
const CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

/** Waits in vain for a minute. */
function isToldOn(hostname: string, userAgent: string): boolean {
  const watch = new PathWatch({ hostname, userAgent });
  watch.handlePath(false, 0);
  return watch.handlePath(false, 60_000);
}

test("Firefox without a way to the server on its own computer is told why", () => {
  for (const hostname of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"]) expect(isToldOn(hostname, FIREFOX), hostname).toBe(true);
});

test("other browsers and other servers have other reasons", () => {
  expect(isToldOn("localhost", CHROMIUM)).toBe(false);
  for (const hostname of ["meet.example", "localhost.example", "192.168.1.2"]) expect(isToldOn(hostname, FIREFOX), hostname).toBe(false);
});

test("a way that is found in time, or later, says nothing more", () => {
  const watch = new PathWatch({ hostname: "localhost", userAgent: FIREFOX });
  expect(watch.handlePath(false, 0)).toBe(false);
  expect(watch.handlePath(false, 3000)).toBe(false);
  expect(watch.handlePath(true, 4000)).toBe(false);
  expect(watch.handlePath(false, 8000)).toBe(false);
  expect(watch.handlePath(false, 14_000)).toBe(true);
  expect(watch.handlePath(true, 15_000)).toBe(false);
});
