// SPDX-License-Identifier: MIT OR Apache-2.0
// What the session says of the meeting, and what the page may ask of it: the `session` crate's shapes.

export type {
  Alarm,
  ChatMessage,
  Command,
  ErrorCode,
  KeyState,
  LeftReason,
  Mode,
  Notice,
  NoticeCode,
  ParticipantView,
  SafetyCodeView,
  TrackKind,
  TrackSource,
  View,
  VideoWish as VideoRequest,
} from "../generated";
