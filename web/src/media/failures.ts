// SPDX-License-Identifier: MIT OR Apache-2.0
// What the browser's errors mean to a person.

import type { DeviceFailure, ShareFailure } from "../room/client";

/** Returns why a device could not be opened. */
export function deviceFailure(error: unknown): DeviceFailure {
  const { name, message } = described(error);
  switch (name) {
    case "NotAllowedError":
      return isBySystem(message) ? "blocked_by_system" : "permission_denied";
    case "SecurityError":
      return "permission_denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "no_device";
    case "TypeError":
    case "NotSupportedError":
      return "unsupported";
    default:
      return "device_busy";
  }
}

/** Returns why the screen could not be shared, or `null` if the person changed their mind. */
export function shareFailure(error: unknown): ShareFailure | null {
  const { name, message } = described(error);
  switch (name) {
    case "NotAllowedError":
      // A cancelled picker and a denied permission look the same; whoever cancelled knows that they did.
      return isBySystem(message) ? "blocked_by_system" : null;
    case "TypeError":
    case "NotSupportedError":
      return "unsupported";
    default:
      return "failed";
  }
}

function isBySystem(message: string): boolean {
  return /\bby system\b/i.test(message);
}

function described(error: unknown): { name: string; message: string } {
  return error instanceof Error ? error : { name: "", message: "" };
}
