// SPDX-License-Identifier: MIT OR Apache-2.0
// For tests and the gallery: what stands in a view of a meeting in which no host has done anything.

import type { ParticipantView, Permissions, View } from "../generated";

const EVERYTHING: Permissions = { mayUnmute: true, mayStartVideo: true, mayShareScreen: true, mayChat: true, mayRename: true, mayRecord: true };

/** Of each participant. */
export const UNTOUCHED: Pick<ParticipantView, "role" | "room" | "handRaised" | "heldByHost" | "stoppedByServer" | "stay"> = {
  role: "participant",
  room: null,
  handRaised: null,
  heldByHost: [],
  stoppedByServer: [],
  stay: null,
};

/** Of the meeting. */
export const UNLED: Pick<View, "myRole" | "iMay" | "settings" | "reactions" | "polls" | "timer" | "captions" | "recordings" | "myRecording" | "waiting" | "breakouts" | "lobbyMessage" | "keptOut" | "newLink" | "keyChange"> = {
  myRole: "participant",
  iMay: EVERYTHING,
  settings: { isLocked: false, hasLobby: false, isSuspended: false, permissions: EVERYTHING, spotlight: null },
  reactions: [],
  polls: [],
  timer: null,
  captions: [],
  recordings: [],
  myRecording: null,
  waiting: [],
  breakouts: { rooms: [], closing: null, broadcast: null },
  lobbyMessage: null,
  keptOut: [],
  newLink: null,
  keyChange: null,
};
