// SPDX-License-Identifier: MIT OR Apache-2.0
// What a connection test finds out, as data.

import type { DeviceFailure } from "../room/client";

/** What became of the camera. */
export type CameraResult = { is: "working"; width: number; height: number } | { is: "no_picture" } | { is: "failed"; failure: DeviceFailure };

/** What became of the microphone. A browser without a sound card measures nothing. */
export type MicrophoneResult = { is: "working" } | { is: "silent" } | { is: "unmeasured" } | { is: "failed"; failure: DeviceFailure };

/** What the person heard: nothing plays a sound and hears it too. */
export type SpeakerResult = { is: "heard" } | { is: "not_heard" } | { is: "failed" };

/** What became of sound that went to the server and back. */
export type PathResult =
  | { is: "working"; fractionLost: number; roundTrip: number | null; sealed: number; opened: number }
  /** The server answered, and nothing came through on the ports that it named. */
  | { is: "blocked"; ports: number[] }
  /** Connected, and nothing came back. */
  | { is: "silent" }
  | { is: "unreachable" }
  | { is: "refused"; why: "too_often" | "busy" | "not_allowed" | "other" };

/** What became of sealing and opening. */
export type EncryptionResult = { is: "working"; frames: number } | { is: "untried" } | { is: "failed"; why: "browser_too_old" | "insecure_context" | "engine" | "mismatch" | "not_opened" };

/** All of it; `null` is what is not known yet. */
export interface Results {
  camera: CameraResult | null;
  microphone: MicrophoneResult | null;
  speaker: SpeakerResult | null;
  udp: PathResult | null;
  tcp: PathResult | null;
  encryption: EncryptionResult | null;
}

/** What is tried, in the order of the report. */
export const CHECKS = ["camera", "microphone", "speaker", "udp", "tcp", "encryption", "loss", "delay"] as const;
export type Check = (typeof CHECKS)[number];

/** How something is: `poor` works, with limits. */
export type Grade = "good" | "poor" | "bad";

/** Returns the path that a call would take. */
export function chosenPath({ udp, tcp }: Results): Extract<PathResult, { is: "working" }> | null {
  if (udp?.is === "working") return udp;
  return tcp?.is === "working" ? tcp : null;
}

/** Returns how a check came out; `null` if it is not known, or cannot be. */
export function gradeOf(check: Check, results: Results): Grade | null {
  switch (check) {
    case "camera":
      return results.camera === null ? null : results.camera.is === "working" ? "good" : "poor";
    case "microphone":
      return results.microphone === null || results.microphone.is === "unmeasured" ? null : results.microphone.is === "working" ? "good" : "poor";
    case "speaker":
      return results.speaker === null ? null : results.speaker.is === "heard" ? "good" : "poor";
    case "udp":
      if (results.udp === null) return null;
      if (results.udp.is === "working") return "good";
      // A call that works over TCP is a call; while that is not known, it may be none.
      return results.tcp?.is === "working" ? "poor" : "bad";
    case "tcp":
      if (results.tcp === null) return null;
      if (results.tcp.is === "working") return "good";
      return results.udp?.is === "working" ? "poor" : "bad";
    case "encryption":
      return results.encryption === null || results.encryption.is === "untried" ? null : results.encryption.is === "working" ? "good" : "bad";
    case "loss": {
      const path = chosenPath(results);
      return path === null ? null : path.fractionLost > MUCH_LOSS ? "bad" : path.fractionLost > SOME_LOSS ? "poor" : "good";
    }
    case "delay": {
      const roundTrip = chosenPath(results)?.roundTrip ?? null;
      return roundTrip === null ? null : roundTrip > LONG ? "bad" : roundTrip > LONGISH ? "poor" : "good";
    }
  }
}

/** Returns how all of it came out; `null` while nothing is known. */
export function verdictOf(results: Results): Grade | null {
  const grades = CHECKS.map((check) => gradeOf(check, results)).filter((grade) => grade !== null);
  if (grades.length === 0) return null;
  return grades.includes("bad") ? "bad" : grades.includes("poor") ? "poor" : "good";
}

// Of the packets. Opus hides single losses of up to about 2 %, and nobody follows a talk that misses a tenth.
const SOME_LOSS = 0.02;
const MUCH_LOSS = 0.1;

// In seconds, to the server and back. People begin to talk over each other at 0.2 s one way, of which the server is half;
// beyond 0.6 s it is a radio.
const LONGISH = 0.2;
const LONG = 0.6;
