// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { creationOptions, credentialJson, requestOptions } from "./passkeys";

// Node has no PublicKeyCredential: these are the browsers that need help.

test("a browser that cannot read the server's options is helped", () => {
  const options = creationOptions({
    publicKey: {
      challenge: "-_8",
      rp: { id: "meet.example", name: "Meet" },
      user: { id: "AAEC", name: "ana", displayName: "Ana" },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      excludeCredentials: [{ type: "public-key", id: "_w" }],
    },
  });
  expect([...bytesOf(options.challenge)]).toEqual([0xfb, 0xff]);
  expect([...bytesOf(options.user.id)]).toEqual([0, 1, 2]);
  expect(options.user.displayName).toBe("Ana");
  expect([...bytesOf(options.excludeCredentials?.[0]?.id)]).toEqual([0xff]);
});

test("options may come without the outer object", () => {
  const options = requestOptions({ challenge: "AAEC", rpId: "meet.example", userVerification: "required" });
  expect([...bytesOf(options.challenge)]).toEqual([0, 1, 2]);
  expect(options).toMatchObject({ rpId: "meet.example", userVerification: "required", allowCredentials: [] });
});

test("a used passkey is written as the server reads it", () => {
  const credential = fake({
    clientDataJSON: buffer(1),
    authenticatorData: buffer(2),
    signature: buffer(0xfb, 0xff),
    userHandle: null,
  });
  expect(JSON.parse(JSON.stringify(credentialJson(credential)))).toEqual({
    id: "AA",
    rawId: "AA",
    type: "public-key",
    clientExtensionResults: {},
    response: { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "-_8" },
  });
});

test("a made passkey is written as the server reads it", () => {
  const credential = fake({ clientDataJSON: buffer(1), attestationObject: buffer(2), getTransports: () => ["internal"] });
  expect(credentialJson(credential)).toMatchObject({
    response: { clientDataJSON: "AQ", attestationObject: "Ag", transports: ["internal"] },
  });
});

test("a browser that can write JSON itself does", () => {
  const credential = { toJSON: () => ({ id: "own" }) } as unknown as PublicKeyCredential;
  expect(credentialJson(credential)).toEqual({ id: "own" });
});

function fake(response: object): PublicKeyCredential {
  return {
    id: "AA",
    rawId: buffer(0),
    type: "public-key",
    authenticatorAttachment: null,
    getClientExtensionResults: () => ({}),
    response,
  } as unknown as PublicKeyCredential;
}

function buffer(...values: number[]): ArrayBuffer {
  return Uint8Array.from(values).buffer;
}

function bytesOf(source: BufferSource | undefined): Uint8Array {
  if (!(source instanceof Uint8Array)) throw new Error("no bytes");
  return source;
}
