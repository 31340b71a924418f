// SPDX-License-Identifier: MIT OR Apache-2.0
// Which tiles there are and in which order; who is on stage.

import type { ParticipantView, TrackKind } from "./view";

export type Layout = "grid" | "speaker" | "sidebar";

/** In the order in which they are offered. */
export const LAYOUTS: readonly Layout[] = ["grid", "speaker", "sidebar"];

/** One tile: somebody's camera, or somebody's screen. */
export interface TileSpec {
  key: string;
  participant: ParticipantView;
  kind: Extract<TrackKind, "camera" | "screen">;
}

/** What stands where. */
export interface Placement {
  /** Large, if anything is: one tile, or several shared screens. */
  stage: readonly TileSpec[];
  /** The grid, or by the stage a strip of small tiles. */
  others: readonly TileSpec[];
  /** Where the strip is, if there is room on either side. */
  strip: "beside" | "below";
  /** The own picture, where it floats in the corner. */
  floating: TileSpec | null;
}

interface Choice {
  layout: Layout;
  /** The key of the tile that the person has put on stage. */
  pinned: string | null;
  /** Whom a host has put on everybody's stage. */
  chosen?: number | null;
  /** Who is on stage by speaking. */
  spotlight: number | null;
  isSelfHidden: boolean;
}

/** Returns what stands where. Tiles keep their places: order is by arrival, the own tile last. */
export function place(participants: readonly ParticipantView[], choice: Choice): Placement {
  const people = participants.filter(({ alarm, isMe }) => isMe || alarm === null || alarm === "not_in_group");
  const remote = people.filter(({ isMe }) => !isMe).map((participant) => tile(participant, "camera"));
  const me = people.find(({ isMe }) => isMe);
  const own = me === undefined || (choice.isSelfHidden && remote.length > 0) ? null : tile(me, "camera");
  const screens = people.filter(({ tracks, isMe }) => tracks.includes("screen") && !isMe).map((participant) => tile(participant, "screen"));
  const strip = choice.layout === "speaker" ? "below" : "beside";

  const pinned = [...screens, ...remote].find(({ key }) => key === choice.pinned);
  const chosen = remote.find(({ participant }) => participant.participant === choice.chosen);
  const spoken = remote.find(({ participant }) => participant.participant === choice.spotlight) ?? remote[0];
  const stage = onStage(pinned ?? chosen, screens, choice.layout === "grid" ? undefined : spoken);

  if (stage.length === 0) {
    if (remote.length === 0) return { stage: own === null ? [] : [own], others: [], strip, floating: null };
    if (remote.length === 1) return { stage, others: remote, strip, floating: own };
    return { stage, others: own === null ? remote : [...remote, own], strip, floating: null };
  }
  const rest = [...screens, ...remote].filter((one) => !stage.some(({ key }) => key === one.key));
  if (rest.length === 0) return { stage, others: [], strip, floating: own };
  return { stage, others: own === null ? rest : [...rest, own], strip, floating: null };
}

/** One's own choice goes before the host's, and both before what is shared; who speaks comes last. */
function onStage(put: TileSpec | undefined, screens: readonly TileSpec[], spoken: TileSpec | undefined): readonly TileSpec[] {
  if (put !== undefined) return [put];
  if (screens.length > 0) return screens.slice(0, MOST_SCREENS);
  return spoken === undefined ? [] : [spoken];
}

/** Returns the key of somebody's tile. */
export function tileKey(participant: number, kind: TileSpec["kind"]): string {
  return `${participant}/${kind}`;
}

function tile(participant: ParticipantView, kind: TileSpec["kind"]): TileSpec {
  return { key: tileKey(participant.participant, kind), participant, kind };
}

// A quarter of the stage is the least on which text can still be read.
const MOST_SCREENS = 4;
