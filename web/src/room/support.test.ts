// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { whyUnsupported } from "./support";

const ABLE = {
  isSecureContext: true,
  RTCPeerConnection: 1,
  RTCRtpScriptTransform: 1,
  WebAssembly: 1,
  Worker: 1,
  WebSocket: 1,
  crypto: 1,
  indexedDB: 1,
};

test("a browser with everything is good", () => {
  expect(whyUnsupported(ABLE)).toBeNull();
});

test("a browser that cannot transform frames is too old", () => {
  expect(whyUnsupported({ ...ABLE, RTCRtpScriptTransform: undefined })).toBe("browser_too_old");
});

test("plain http is told apart from an old browser", () => {
  expect(whyUnsupported({ ...ABLE, isSecureContext: false, crypto: undefined })).toBe("insecure_context");
});
