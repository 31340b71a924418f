// SPDX-License-Identifier: MIT OR Apache-2.0
// Why a picture is not there though somebody shows one: said in the tile and in the dialog "Encryption".

import { m } from "../generated/paraglide/messages";
import { shownName } from "./names";
import { isShown, type Saving } from "./saving";
import type { Span } from "./statistics";
import type { ParticipantView, TrackKind } from "./view";
import { alarmText } from "./words";

/** What there is to go by. */
export interface Circumstances {
  saving: Saving;
  /** What was measured last. */
  span: Span | null;
  /** Whether a picture is on the screen. */
  hasPicture: boolean;
}

/** What the person reads in place of the picture. */
export interface Missing {
  text: string;
  /** Whether it is about the encryption or about what the server does. */
  isAlarm: boolean;
  /** Whether it has to do with keys: then it stands in the dialog too. */
  isProtection: boolean;
}

/** Returns why a participant's picture is missing, or `null` if there is nothing to say about it. */
export function whyMissing(participant: ParticipantView, kind: TrackKind, { saving, span, hasPicture }: Circumstances): Missing | null {
  if (participant.isMe) return null;
  const name = shownName(participant);
  if (participant.alarm !== null) return { text: alarmText(participant.alarm, name), isAlarm: true, isProtection: true };
  if (participant.key === "waiting") return { text: m.protection_no_key({ name }), isAlarm: false, isProtection: true };
  if (participant.stoppedByServer.includes(kind)) return { text: stoppedText(participant, participant.stoppedByServer), isAlarm: true, isProtection: true };
  if (participant.heldByHost.includes(kind)) return { text: heldText(kind), isAlarm: false, isProtection: false };
  if (!participant.tracks.includes(kind)) return null;
  if (!participant.isConnected) return { text: m.protection_lost({ name }), isAlarm: false, isProtection: false };
  if (!isShown(kind, saving)) return { text: m.call_tile_saved(), isAlarm: false, isProtection: false };
  const line = span?.lines.find((other) => other.participant === participant.participant && other.kind === kind);
  if (hasPicture || line === undefined || line.framesPerSecond > 0) return null;
  if (line.rate > ARRIVING) return { text: m.protection_unreadable({ name }), isAlarm: true, isProtection: true };
  return { text: m.protection_not_arriving({ name }), isAlarm: false, isProtection: false };
}

/** Says of stopped tracks that no host stands behind it. */
export function stoppedText(participant: ParticipantView, kinds: readonly TrackKind[]): string {
  const [first] = kinds;
  const kind = kinds.includes("microphone") && kinds.includes("camera") ? "both" : kinds.length === 1 && first !== undefined ? first : "other";
  return m.host_server_stopped({ kind, name: shownName(participant) });
}

/** Says that a host stopped a track. */
export function heldText(kind: TrackKind): string {
  return HELD[kind]();
}

const HELD: Readonly<Record<TrackKind, () => string>> = {
  microphone: m.host_held_microphone,
  camera: m.host_held_camera,
  screen: m.host_held_screen,
  screen_audio: m.host_held_screen,
};

// In bits per second. Padding and probes stay below it; the smallest picture that is sent is several times as much.
const ARRIVING = 20_000;
