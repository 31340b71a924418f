// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { KeptLinks } from "./kept-links";

const ID = "AAECAwQFBgcICQoLDA0ODw";
const INVITATION = `/m/${ID}#e.${"A".repeat(86)}`;

test("an invitation that was kept is there again, whole", () => {
  const links = new KeptLinks(storage());
  expect(links.address(ID)).toBeNull();
  expect(links.keep(`https://meet.example${INVITATION}`)).toBe(true);
  expect(links.address(ID)).toBe(INVITATION);
});

test("a forgotten invitation is gone", () => {
  const links = new KeptLinks(storage());
  links.keep(INVITATION);
  links.forget(ID);
  expect(links.address(ID)).toBeNull();
});

test("all of them are forgotten with the account, and nothing else is", () => {
  const kept = storage();
  const links = new KeptLinks(kept);
  kept.setItem("incamera.name", "Ana");
  links.keep(INVITATION);
  links.keep(INVITATION.replace(ID, "BBECAwQFBgcICQoLDA0ODw"));
  links.forgetAll();
  expect([links.address(ID), kept.length, kept.getItem("incamera.name")]).toEqual([null, 1, "Ana"]);
});

test("a host link is never kept here", () => {
  const kept = storage();
  expect(new KeptLinks(kept).keep(INVITATION.replace("#e.", "#h."))).toBe(false);
  expect(kept.length).toBe(0);
});

test("what is no invitation is not kept, and what was spoilt is not shown", () => {
  const kept = storage();
  const links = new KeptLinks(kept);
  expect(links.keep("hello")).toBe(false);
  links.keep(INVITATION);
  kept.setItem(kept.key(0) ?? "", INVITATION.replace(ID, "BBECAwQFBgcICQoLDA0ODw"));
  expect(links.address(ID)).toBeNull();
});

test("without storage nothing is kept, and nothing breaks", () => {
  const forbidden = new Proxy({} as Storage, {
    get: () => () => {
      throw new Error("forbidden");
    },
  });
  for (const links of [new KeptLinks(null), new KeptLinks(forbidden)]) {
    expect(links.keep(INVITATION)).toBe(false);
    expect(links.address(ID)).toBeNull();
    links.forget(ID);
  }
});

function storage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}
