// SPDX-License-Identifier: MIT OR Apache-2.0
// Refusals with a stable code, inside the session worker.

import type { Denial } from "../generated/http";
import type { SessionFailure } from "./messages";

/** A refusal with the code that the page will see. */
export class Refusal extends Error {
  constructor(
    readonly code: SessionFailure,
    /** What the policy said, if it was the policy. */
    readonly denial: Denial | null = null,
  ) {
    super(code);
    this.name = "Refusal";
  }
}

/** Returns whether the engine threw one of its codes for links. */
export function isLinkFailure(error: unknown): error is "not_a_link" | "missing_secret" | "damaged_secret" {
  return error === "not_a_link" || error === "missing_secret" || error === "damaged_secret";
}
