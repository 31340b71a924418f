// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { ReturnTo } from "./return-to";

test("an address is given back once", () => {
  const back = new ReturnTo(storage());
  back.remember("/m/AAECAwQFBgcICQoLDA0ODw#e.AAAA");
  expect(back.take()).toBe("/m/AAECAwQFBgcICQoLDA0ODw#e.AAAA");
  expect(back.take()).toBeNull();
});

test("nobody is sent to another site", () => {
  for (const address of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb", ""]) {
    const back = new ReturnTo(storage());
    back.remember(address);
    expect(back.take()).toBeNull();
    expect(new ReturnTo(storage(address)).take()).toBeNull();
  }
});

test("without storage there is nowhere to return to", () => {
  const back = new ReturnTo(null);
  back.remember("/account");
  expect(back.take()).toBeNull();
});

function storage(value: string | null = null): Storage {
  let kept = value;
  return {
    getItem: () => kept,
    setItem: (_: string, next: string) => void (kept = next),
    removeItem: () => void (kept = null),
  } as unknown as Storage;
}
