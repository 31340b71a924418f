// SPDX-License-Identifier: MIT OR Apache-2.0
// For tests and the gallery: what stands in a view of a meeting in which no host has done anything.

import type { ParticipantView, Permissions, View } from "../generated";

const EVERYTHING: Permissions = { mayUnmute: true, mayStartVideo: true, mayShareScreen: true, mayChat: true, mayRename: true, mayRecord: true };

/** Of each participant. */
export const UNTOUCHED: Pick<ParticipantView, "role" | "handRaised" | "heldByHost" | "stoppedByServer"> = {
  role: "participant",
  handRaised: null,
  heldByHost: [],
  stoppedByServer: [],
};

/** Of the meeting. */
export const UNLED: Pick<View, "myRole" | "iMay" | "settings" | "reactions" | "waiting" | "lobbyMessage"> = {
  myRole: "participant",
  iMay: EVERYTHING,
  settings: { isLocked: false, hasLobby: false, isSuspended: false, permissions: EVERYTHING, spotlight: null },
  reactions: [],
  waiting: [],
  lobbyMessage: null,
};
