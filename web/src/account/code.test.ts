// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { codeFrom } from "./code";

test("a code is read however it is written", () => {
  for (const text of ["123456", " 123 456 ", "123-456", "Your code is 123456.", "１２３４５６", "١٢٣٤٥٦"]) expect(codeFrom(text)).toBe("123456");
});

test("while it is typed, what is there counts", () => {
  expect(codeFrom("12")).toBe("12");
  expect(codeFrom("12a3")).toBe("123");
  expect(codeFrom("")).toBe("");
});

test("out of a message the code is taken, not the year", () => {
  expect(codeFrom("On 23 November 2026 your code for meet.example was 908 172. It is valid for 10 minutes.")).toBe("908172");
});

test("no more than six digits are taken", () => {
  expect(codeFrom("12345678")).toBe("123456");
});
