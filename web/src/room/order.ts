// SPDX-License-Identifier: MIT OR Apache-2.0
// Which tiles there are and in which order; who is on stage.

import type { ParticipantView, TrackKind } from "./view";

export type Layout = "grid" | "speaker";

/** One tile: somebody's camera, or somebody's screen. */
export interface TileSpec {
  key: string;
  participant: ParticipantView;
  kind: Extract<TrackKind, "camera" | "screen">;
}

/** What stands where. */
export interface Placement {
  /** Large, if anything is. */
  stage: TileSpec | null;
  /** The grid, or beside the stage a strip of small tiles. */
  others: readonly TileSpec[];
  /** The own picture, where it floats in the corner. */
  floating: TileSpec | null;
}

interface Choice {
  layout: Layout;
  /** Whom the person has put on stage. */
  pinned: number | null;
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

  const pinnedTile = [...screens, ...remote].find(({ participant }) => participant.participant === choice.pinned);
  const spoken = remote.find(({ participant }) => participant.participant === choice.spotlight) ?? remote[0];
  const stage = pinnedTile ?? screens[0] ?? (choice.layout === "speaker" ? (spoken ?? null) : null);

  if (stage === null) {
    if (remote.length === 0) return { stage: own, others: [], floating: null };
    if (remote.length === 1) return { stage: null, others: remote, floating: own };
    return { stage: null, others: own === null ? remote : [...remote, own], floating: null };
  }
  const rest = [...screens, ...remote].filter(({ key }) => key !== stage.key);
  if (rest.length === 0) return { stage, others: [], floating: own };
  return { stage, others: own === null ? rest : [...rest, own], floating: null };
}

function tile(participant: ParticipantView, kind: TileSpec["kind"]): TileSpec {
  return { key: `${participant.participant}/${kind}`, participant, kind };
}
