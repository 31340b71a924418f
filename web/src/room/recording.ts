// SPDX-License-Identifier: MIT OR Apache-2.0
// What may be in the own recording: oneself, and whoever has agreed. Everybody else is a place without picture, voice or name.

import { shownName } from "./names";
import type { ParticipantView, TrackKind, View } from "./view";

/** One place in the recorded picture. */
export type RecordedTile =
  | { type: "person"; key: string; participant: number; name: string; isMe: boolean; hasPicture: boolean }
  | { type: "screen"; key: string; participant: number; name: string; isMe: boolean }
  | { type: "left_out"; key: string };

/** Something that is heard in the recording. */
export interface RecordedSound {
  participant: number;
  kind: TrackKind;
  isMe: boolean;
}

export interface RecordedScene {
  tiles: readonly RecordedTile[];
  sounds: readonly RecordedSound[];
}

/** Returns what is recorded at this moment. */
export function recordedScene(view: View): RecordedScene {
  const agreed = new Set(view.myRecording?.agreed);
  const tiles: RecordedTile[] = [];
  const sounds: RecordedSound[] = [];
  for (const one of view.participants) {
    const { participant, isMe } = one;
    // While no recording runs nobody is in it, oneself neither.
    if (view.myRecording === null || !(isMe || agreed.has(participant))) {
      tiles.push({ type: "left_out", key: `${participant}/left_out` });
      continue;
    }
    const shared = { participant, name: shownName(one), isMe };
    if (sends(one, "screen")) tiles.push({ type: "screen", key: `${participant}/screen`, ...shared });
    tiles.push({ type: "person", key: `${participant}/camera`, ...shared, hasPicture: sends(one, "camera") });
    for (const kind of SOUNDS) if (sends(one, kind)) sounds.push({ participant, kind, isMe });
  }
  return { tiles, sounds };
}

function sends(one: ParticipantView, kind: TrackKind): boolean {
  return one.tracks.includes(kind);
}

const SOUNDS: readonly TrackKind[] = ["microphone", "screen_audio"];
