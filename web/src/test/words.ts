// SPDX-License-Identifier: MIT OR Apache-2.0
// What a test found, in words with the next step. Results come in, sentences go out.

import { m } from "../generated/paraglide/messages";
import { formatDateTime, formatList, formatMilliseconds, formatNumber, formatPart } from "../language/format";
import { deviceWords } from "../room/words";
import { CHECKS, chosenPath, gradeOf, type Check, type EncryptionResult, type Grade, type PathResult, type Results } from "./results";
import type { Transport } from "./sdp";

/** One line of the test. */
export interface Line {
  /** What was found. */
  found: string;
  /** What to do about it, where there is something. */
  next: string | null;
}

/** Returns what a check is called. */
export function checkName(check: Check): string {
  return NAMES[check]();
}

/** Returns what a check found; `null` if nothing is known. */
export function lineOf(check: Check, results: Results): Line | null {
  switch (check) {
    case "camera": {
      const { camera } = results;
      if (camera === null) return null;
      if (camera.is === "working") return good(m.test_camera_working({ width: camera.width, height: camera.height }));
      if (camera.is === "no_picture") return { found: m.test_camera_no_picture(), next: m.test_camera_no_picture_next() };
      return trouble("camera", camera.failure);
    }
    case "microphone": {
      const { microphone } = results;
      if (microphone === null) return null;
      if (microphone.is === "working") return good(m.test_microphone_working());
      if (microphone.is === "unmeasured") return good(m.test_microphone_unmeasured());
      if (microphone.is === "silent") return { found: m.test_microphone_silent(), next: m.hint_silent() };
      return trouble("microphone", microphone.failure);
    }
    case "speaker":
      if (results.speaker === null) return null;
      if (results.speaker.is === "heard") return good(m.test_speaker_heard());
      return { found: results.speaker.is === "failed" ? m.test_speaker_failed() : m.test_speaker_not_heard(), next: m.test_speaker_next() };
    case "udp":
    case "tcp":
      return results[check] === null ? null : pathLine(check, results[check], results);
    case "encryption":
      return results.encryption === null ? null : encryptionLine(results.encryption);
    case "loss": {
      const path = chosenPath(results);
      if (path === null) return null;
      const found = m.test_loss_found({ part: formatPart(path.fractionLost) });
      return gradeOf("loss", results) === "good" ? good(found) : { found, next: m.test_loss_next() };
    }
    case "delay": {
      const roundTrip = chosenPath(results)?.roundTrip ?? null;
      if (roundTrip === null) return null;
      const found = m.test_delay_found({ time: formatMilliseconds(roundTrip) });
      return gradeOf("delay", results) === "good" ? good(found) : { found, next: m.test_delay_next() };
    }
  }
}

/** Returns what all of it comes to. */
export function verdictText(grade: Grade): string {
  return VERDICTS[grade]();
}

/** Returns how a check came out, in one word. */
export function gradeText(grade: Grade): string {
  return GRADES[grade]();
}

/** Returns the report: what was found, and nothing that says who or where the person is. */
export function reportOf(results: Results, about: { at: Date; host: string; browser: string }): string {
  const lines = CHECKS.map((check) => {
    const [line, grade] = [lineOf(check, results), gradeOf(check, results)];
    const found = line === null ? m.test_not_tried() : grade === null ? line.found : `${gradeText(grade)}. ${line.found}`;
    return m.test_report_line({ name: checkName(check), found });
  });
  return [
    m.test_report_title(),
    m.test_report_line({ name: m.test_report_time(), found: formatDateTime(about.at) }),
    m.test_report_line({ name: m.test_report_server(), found: about.host }),
    m.test_report_line({ name: m.test_report_browser(), found: about.browser }),
    "",
    ...lines,
  ].join("\n");
}

function pathLine(transport: Transport, path: PathResult, results: Results): Line {
  const name = transport.toUpperCase();
  switch (path.is) {
    case "working":
      return good(m.test_path_working({ name }));
    case "blocked": {
      const ports = formatList(path.ports.map(String));
      const isOtherOpen = (transport === "udp" ? results.tcp : results.udp)?.is === "working";
      const next = !isOtherOpen ? m.test_both_blocked_next : transport === "udp" ? m.test_udp_blocked_next : m.test_tcp_blocked_next;
      return { found: m.test_path_blocked({ name }), next: next({ ports }) };
    }
    case "silent":
      return { found: m.test_path_silent({ name }), next: m.test_path_silent_next() };
    case "unreachable":
      return { found: m.test_path_unreachable(), next: m.test_path_unreachable_next() };
    case "refused":
      switch (path.why) {
        case "too_often":
          return { found: m.test_path_refused(), next: m.test_path_too_often_next() };
        case "busy":
          return { found: m.test_path_refused(), next: m.test_path_busy_next() };
        case "not_allowed":
          return { found: m.test_path_not_allowed(), next: null };
        case "other":
          return { found: m.test_path_refused(), next: m.test_path_other_next() };
      }
  }
}

function encryptionLine(encryption: EncryptionResult): Line {
  if (encryption.is === "working") return good(m.test_encryption_working({ frames: formatNumber(encryption.frames) }));
  if (encryption.is === "untried") return good(m.test_encryption_untried());
  switch (encryption.why) {
    case "browser_too_old":
      return { found: m.end_browser_too_old_title(), next: m.end_browser_too_old_text() };
    case "insecure_context":
      return { found: m.end_insecure_context_title(), next: m.end_insecure_context_text() };
    case "engine":
      return { found: m.test_encryption_engine(), next: m.test_encryption_engine_next() };
    case "mismatch":
    case "not_opened":
      return { found: m.test_encryption_wrong(), next: m.test_encryption_wrong_next() };
  }
}

function trouble(kind: "camera" | "microphone", failure: Parameters<typeof deviceWords>[1]): Line {
  const { title, text } = deviceWords(kind, failure);
  return { found: title, next: text };
}

function good(found: string): Line {
  return { found, next: null };
}

const NAMES: Readonly<Record<Check, () => string>> = {
  camera: m.device_camera,
  microphone: m.device_microphone,
  speaker: m.device_speaker,
  udp: m.test_udp,
  tcp: m.test_tcp,
  encryption: m.test_encryption,
  loss: m.test_loss,
  delay: m.test_delay,
};

const GRADES: Readonly<Record<Grade, () => string>> = { good: m.test_good, poor: m.test_poor, bad: m.test_bad };

const VERDICTS: Readonly<Record<Grade, () => string>> = { good: m.test_verdict_good, poor: m.test_verdict_poor, bad: m.test_verdict_bad };
