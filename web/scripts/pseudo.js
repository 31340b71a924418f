// SPDX-License-Identifier: MIT OR Apache-2.0
// Makes the pseudo-locale: English with accents, a third longer, in brackets that show where a text was cut off.

/**
 * Returns the messages with each text disguised; placeholders and the product's name stay as they are.
 * @param {Record<string, unknown>} messages
 * @returns {Record<string, unknown>}
 */
export function pseudo(messages) {
  return Object.fromEntries(Object.entries(messages).map(([key, message]) => [key, disguise(message)]));
}

/** @param {unknown} message @returns {unknown} */
function disguise(message) {
  if (typeof message === "string") return text(message);
  if (!Array.isArray(message)) return message;
  return message.map((variants) => ({
    ...variants,
    match: Object.fromEntries(Object.entries(variants.match).map(([key, value]) => [key, text(String(value))])),
  }));
}

/** @param {string} plain */
function text(plain) {
  const parts = plain.split(/(\{\w+\}|Incamera)/);
  const accented = parts.map((part) => (/^\{|^Incamera$/.test(part) ? part : part.replace(/[a-zA-Z]/g, (letter) => ACCENTED[letter] ?? letter)));
  return `⟦${accented.join("")}${"·".repeat(Math.ceil(plain.length / 3))}⟧`;
}

/** @type {Record<string, string>} */
const ACCENTED = Object.fromEntries([..."aceinosuyACEINOSUY"].map((letter, index) => [letter, [..."åçéîñöšûýÅÇÉÎÑÖŠÛÝ"][index] ?? letter]));
