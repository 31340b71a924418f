// SPDX-License-Identifier: MIT OR Apache-2.0
// What people do to links.

/** The same meeting with another secret: the fragment's first 32 bytes are changed, its form is kept. */
export function damageSecret(link) {
  const [address, fragment] = link.split("#");
  const bytes = Buffer.from(fragment.slice(2), "base64url");
  bytes[5] ^= 0xff;
  return `${address}#${fragment.slice(0, 2)}${bytes.toString("base64url")}`;
}

/** The link as it arrives when somebody copied only up to the #. */
export function withoutSecret(link) {
  return link.split("#")[0];
}
