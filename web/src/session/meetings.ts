// SPDX-License-Identifier: MIT OR Apache-2.0
// Makes meetings: the keys here, the meeting on the server.

import type { Mode } from "../generated";
import type { Denial } from "../generated/http";
import { NewMeeting } from "../generated/wasm/incamera_wasm.js";
import { keepHostSeed } from "./host-keys";
import { Refusal } from "./refusal";
import type { MeetingDetails, SessionFailure } from "./messages";

/** Makes a meeting, keeps its host key in this browser and returns the whole invitation link. */
export async function createMeeting(mode: Mode, details: MeetingDetails): Promise<string> {
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const made = new NewMeeting(mode, seed);
  seed.fill(0);
  // The module's request says of every detail that nothing was chosen.
  const request: object = Object.assign({}, JSON.parse(made.requestBody()), details);
  const meeting = meetingOf(await post("/api/meetings", JSON.stringify(request)));
  const invitation = made.invitation(meeting);
  if (invitation === undefined) throw new Refusal("internal");
  await keepHostSeed(meeting, made.hostSeed());
  made.free();
  return location.origin + invitation;
}

async function post(path: string, body: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
  } catch {
    throw new Refusal("unreachable");
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(failureOf(response.status, answer), denialOf(answer));
  return answer;
}

function meetingOf(answer: unknown): string {
  const id = typeof answer === "object" && answer !== null && "id" in answer ? answer.id : null;
  if (typeof id !== "string") throw new Refusal("internal");
  return id;
}

/** Maps a problem body, or failing that the status, to a code for the page. */
export function failureOf(status: number, problem: unknown): SessionFailure {
  const code = typeof problem === "object" && problem !== null && "code" in problem ? problem.code : null;
  if (code === "not_allowed" || code === "account_suspended") return code;
  if (code === "rate_limited" || status === 429) return "rate_limited";
  if (code === "unavailable" || status === 502 || status === 503 || status === 504) return "unavailable";
  return "internal";
}

function denialOf(problem: unknown): Denial | null {
  const denial = typeof problem === "object" && problem !== null && "denial" in problem ? problem.denial : null;
  return typeof denial === "object" ? (denial as Denial | null) : null;
}
