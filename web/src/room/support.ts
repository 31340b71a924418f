// SPDX-License-Identifier: MIT OR Apache-2.0
// Finds out whether this browser can seal what it sends; if it cannot, it does not join.

export type SupportFailure = "insecure_context" | "browser_too_old";

/** Returns why calls are impossible here, or `null` if they are possible. */
export function whyUnsupported(scope: object): SupportFailure | null {
  const at = scope as Record<string, unknown>;
  // `localhost` counts as secure; a plain-http address on a network does not, and hides half of what is needed.
  if (at["isSecureContext"] === false) return "insecure_context";
  return NEEDED.every((name) => at[name] !== undefined) ? null : "browser_too_old";
}

const NEEDED = ["RTCPeerConnection", "RTCRtpScriptTransform", "WebAssembly", "Worker", "WebSocket", "crypto", "indexedDB"];
