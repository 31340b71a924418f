// SPDX-License-Identifier: MIT OR Apache-2.0
// Six-digit codes, as people type and paste them.

/** Digits in a code. */
export const CODE_LENGTH = 6;

/**
 * Returns the digits of what was typed or pasted: spaces, dashes and the digits of other scripts do no harm, and out
 * of a whole sentence the first run of six is taken.
 */
export function codeFrom(text: string): string {
  const ascii = text.normalize("NFKC").replace(/\p{Nd}/gu, asciiDigit);
  const run = /(?<!\d)\d{6}(?!\d)|(?<!\d)\d{3}[\s-]\d{3}(?!\d)/.exec(ascii)?.[0] ?? ascii;
  return run.replace(/\D/g, "").slice(0, CODE_LENGTH);
}

/** Blocks of ten digits begin where the code point before is no digit (Unicode, section 4.6). */
function asciiDigit(digit: string): string {
  const at = digit.codePointAt(0) ?? 0;
  let zero = at;
  while (at - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String(at - zero);
}
