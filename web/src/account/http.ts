// SPDX-License-Identifier: MIT OR Apache-2.0
// One request to the server, and its refusal as an error with a code.

import type { ErrorCode } from "../generated";
import type { Denial, Problem } from "../generated/http";

/** Why a request came to nothing. */
export type RefusalCode = ErrorCode | "unreachable";

/** A refusal with a stable code. */
export class Refused extends Error {
  constructor(
    readonly code: RefusalCode,
    /** What the policy said, if it was the policy. */
    readonly denial: Denial | null = null,
    /** Seconds to wait before another try. */
    readonly retryAfter: number | null = null,
  ) {
    super(code);
    this.name = "Refused";
  }
}

/** As much of `fetch` as is used. */
export type Fetcher = (path: string, init: RequestInit) => Promise<Response>;

/** Sends one request and returns the answer's JSON, `null` if it has none. Rejects with {@link Refused}. */
export async function send(fetcher: Fetcher, method: string, path: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = { accept: "application/json" };
  // The server takes writes in this type only: a form of another site cannot send it.
  if (method !== "GET") headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetcher(path, {
      method,
      headers,
      cache: "no-store",
      credentials: "same-origin",
      ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
    });
  } catch {
    throw new Refused("unreachable");
  }
  const text = await response.text().catch(() => "");
  const answer = parse(text);
  if (response.ok) return answer;
  throw refusalOf(response.status, answer);
}

/** Reads a problem body; failing that, the status says what it can. */
export function refusalOf(status: number, answer: unknown): Refused {
  const problem = typeof answer === "object" && answer !== null ? (answer as Partial<Problem>) : {};
  const code = typeof problem.code === "string" ? problem.code : codeOf(status);
  return new Refused(code, problem.denial ?? null, problem.retry_after_s ?? null);
}

function codeOf(status: number): RefusalCode {
  switch (status) {
    case 404:
      return "not_found";
    case 413:
      return "too_large";
    case 429:
      return "rate_limited";
    case 502:
    case 503:
    case 504:
      return "unavailable";
    default:
      return "internal";
  }
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
