// SPDX-License-Identifier: MIT OR Apache-2.0
// Every failure in words, with the next step. Codes come in, sentences go out; nothing else on the page knows codes.

import type { CaptureState, CreateFailure, DeviceFailure, EngineFailure, LinkFailure, ShareFailure } from "./client";
import type { SupportFailure } from "./support";
import type { Alarm, LeftReason, Mode, NoticeCode } from "./view";

/** Why the person is looking at the end screen. */
export type EndCode = LeftReason | LinkFailure | SupportFailure | EngineFailure;

/** What the person can do next. The first is the main one. */
export type NextStep = "rejoin" | "retry" | "use_here" | "reload" | "home";

export interface Ending {
  title: string;
  text: string;
  steps: readonly NextStep[];
  /** Whether it went as the person wanted it, is a thing to know, or keeps them out. */
  tone: "calm" | "notice" | "problem";
}

/** Returns what the end screen says. */
export function ending(code: EndCode): Ending {
  return ENDINGS[code];
}

/** Returns the label of a next step. */
export function stepLabel(step: NextStep): string {
  return STEPS[step];
}

const STEPS: Readonly<Record<NextStep, string>> = {
  rejoin: "Rejoin",
  retry: "Try again",
  use_here: "Use this tab",
  reload: "Reload page",
  home: "Back to home",
};

const INTERNAL: Ending = {
  title: "Something went wrong on the server",
  text: "It is not your connection. Try again; if it keeps happening, tell whoever runs this server.",
  steps: ["retry", "home"],
  tone: "problem",
};

const PROTOCOL: Ending = {
  title: "The page and the server do not understand each other",
  text: "One of them was probably just updated. Reload the page to get the matching version, then join again.",
  steps: ["reload", "home"],
  tone: "problem",
};

const GROUP: Ending = {
  title: "The encryption could not be set up",
  text: "The other people’s devices did not accept yours, or the server presented a group that is not this meeting’s. You were kept out so that nothing is sent unprotected. Try again, or ask for a fresh link.",
  steps: ["retry", "home"],
  tone: "problem",
};

const ENDINGS: Readonly<Record<EndCode, Ending>> = {
  left: { title: "You left the meeting", text: "It goes on without you, and the link still works.", steps: ["rejoin", "home"], tone: "calm" },
  ended_by_you: { title: "You ended the meeting", text: "Everyone has been sent out, and the link no longer works.", steps: ["home"], tone: "calm" },
  meeting_ended: { title: "The meeting has ended", text: "A host ended it for everyone. Its link no longer works.", steps: ["home"], tone: "calm" },
  unsigned_end: {
    title: "The server closed the meeting",
    text: "It says that the meeting has ended, but no host signed that. The others may still be there: try to rejoin.",
    steps: ["rejoin", "home"],
    tone: "notice",
  },
  removed: {
    title: "You were removed from the meeting",
    text: "A host removed you. If you think that was a mistake, ask the person who invited you.",
    steps: ["home"],
    tone: "notice",
  },
  superseded: {
    title: "The meeting continues in another tab",
    text: "You opened it again somewhere else, so this tab let go of it.",
    steps: ["use_here", "home"],
    tone: "notice",
  },
  connection_lost: {
    title: "The connection was lost",
    text: "The server could not be reached for a while. Check your network, then rejoin: the link still works.",
    steps: ["rejoin", "home"],
    tone: "problem",
  },
  meeting_full: {
    title: "This meeting is full",
    text: "As many people as it holds are in it. Wait for somebody to leave, then try again.",
    steps: ["retry", "home"],
    tone: "notice",
  },
  unknown_meeting: {
    title: "There is no such meeting here",
    text: "The link may be mistyped, or belong to another server. Ask the person who invited you to send it again.",
    steps: ["home"],
    tone: "problem",
  },
  wrong_secret: {
    title: "This link does not open the meeting",
    text: "The meeting exists, but the secret in your link is not its secret, so its encryption keeps you out. Ask for the link again and open it whole.",
    steps: ["home"],
    tone: "problem",
  },
  missing_secret: {
    title: "The link is missing its secret",
    text: "The part behind the # opens the meeting’s encryption, and it was cut off. Copy the link again, whole, or ask for it again.",
    steps: ["home"],
    tone: "problem",
  },
  damaged_secret: {
    title: "The link is damaged",
    text: "The part behind the # is incomplete or mistyped. Copy the link again, whole, or ask for it again.",
    steps: ["home"],
    tone: "problem",
  },
  not_a_link: {
    title: "This is not a meeting link",
    text: "Check the address, or ask the person who invited you to send the link again.",
    steps: ["home"],
    tone: "problem",
  },
  wrong_mode: {
    title: "The link and the meeting disagree about encryption",
    text: "Your link promises one kind of encryption, the server another. You were kept out rather than let in with less protection. Ask for the link again.",
    steps: ["home"],
    tone: "problem",
  },
  browser_too_old: {
    title: "This browser cannot encrypt calls",
    text: "Incamera seals every picture and sound before it leaves your browser, and this one lacks what that needs. Use a current Chrome, Edge, Firefox or Safari.",
    steps: ["home"],
    tone: "problem",
  },
  insecure_context: {
    title: "This address is not secure",
    text: "Browsers allow cameras and encryption only over https. Open the same address with https:// in front, or ask whoever runs this server.",
    steps: ["home"],
    tone: "problem",
  },
  engine_failed: {
    title: "The encryption could not start",
    text: "A part of the page failed to load or stopped working. Reload the page; if that does not help, check whether a browser extension blocks WebAssembly.",
    steps: ["reload", "home"],
    tone: "problem",
  },
  group_refused: GROUP,
  commit_refused: GROUP,
  invalid_commit: GROUP,
  stale_epoch: GROUP,
  foreign_token: {
    title: "Your place in the meeting has lapsed",
    text: "You were away too long, or the server was set up anew. Join again to get a new one.",
    steps: ["rejoin", "home"],
    tone: "notice",
  },
  rate_limited: {
    title: "Too much at once",
    text: "Your connection sent more than the server takes in that time. Wait a few seconds, then rejoin.",
    steps: ["rejoin", "home"],
    tone: "notice",
  },
  media_refused: {
    title: "Sound and picture could not be connected",
    text: "The server refused this browser’s media connection, usually because it does not offer AES-256-GCM. Update the browser, or try another.",
    steps: ["retry", "home"],
    tone: "problem",
  },
  unavailable: {
    title: "The server is busy or restarting",
    text: "Give it a moment, then try again. The meeting and its link are kept.",
    steps: ["retry", "home"],
    tone: "notice",
  },
  foreign_origin: {
    title: "This address is not the server’s own",
    text: "The server answers only pages that it served itself. Open the meeting under the address in the link; if that is where you are, tell whoever runs this server.",
    steps: ["reload", "home"],
    tone: "problem",
  },
  not_host: INTERNAL,
  internal: INTERNAL,
  not_found: INTERNAL,
  malformed: PROTOCOL,
  too_large: PROTOCOL,
  out_of_order: PROTOCOL,
  unsupported_version: PROTOCOL,
};

/** What the person reads about a device that cannot be used. */
export interface DeviceTrouble {
  title: string;
  text: string;
}

/** Returns what to say about the devices: at most one thing for each, and one for both if it is the same. */
export function deviceTroubles({ camera, microphone }: { camera: CaptureState; microphone: CaptureState }): DeviceTrouble[] {
  const { failure } = camera;
  if (failure !== null && failure === microphone.failure && BOTH.includes(failure)) return [DEVICE[failure]("camera and microphone")];
  return [
    ...(camera.failure === null ? [] : [DEVICE[camera.failure]("camera")]),
    ...(microphone.failure === null ? [] : [DEVICE[microphone.failure]("microphone")]),
  ];
}

/** Returns what to say about one device. */
export function deviceWords(kind: "microphone" | "camera", failure: DeviceFailure): DeviceTrouble {
  return DEVICE[failure](kind);
}

const BOTH: readonly DeviceFailure[] = ["permission_denied", "blocked_by_system", "no_device"];

const DEVICE: Readonly<Record<DeviceFailure, (kind: string) => DeviceTrouble>> = {
  permission_denied: (kind) => ({
    title: `Your browser blocks the ${kind}`,
    text: `Allow the ${kind} in the site settings, beside the address bar, then turn on again. You can also join without.`,
  }),
  blocked_by_system: (kind) => ({
    title: `Your system blocks the ${kind}`,
    text: `Allow your browser to use the ${kind} in the system’s privacy settings, then turn on again. You can also join without.`,
  }),
  no_device: (kind) => ({
    title: `No ${kind} found`,
    text: `Plug one in and turn on again, or join without.`,
  }),
  device_busy: (kind) => ({
    title: `The ${kind} is in use`,
    text: `Another program holds it. Close that program, then turn the ${kind} on again.`,
  }),
  device_lost: (kind) => ({
    title: `The ${kind} was unplugged`,
    text: `Plug it in again or choose another one, then turn it on.`,
  }),
  unsupported: (kind) => ({
    title: `No access to a ${kind} here`,
    text: `This browser does not offer one on this page. You can join without it.`,
  }),
};

/** Returns what to say when sharing did not start. */
export function shareTrouble(failure: ShareFailure): string {
  switch (failure) {
    case "permission_denied":
      return "Your browser did not allow sharing. Try again and choose a window or screen.";
    case "blocked_by_system":
      return "Your system blocks screen recording. Allow it for your browser in the privacy settings, then share again.";
    case "unsupported":
      return "This browser cannot share a screen.";
    case "failed":
      return "Sharing did not start. Try another window or the whole screen.";
  }
}

/** Returns what to say when a meeting could not be made. */
export function createTrouble(failure: CreateFailure): string {
  switch (failure) {
    case "unreachable":
      return "The server cannot be reached. Check your network, then try again.";
    case "rate_limited":
      return "Too many meetings at once. Wait a minute, then try again.";
    case "unavailable":
      return "The server is busy or restarting. Try again in a moment.";
    case "internal":
      return "The server could not make a meeting. Try again in a moment.";
    case "engine_failed":
      return "The encryption could not start. Reload the page, then try again.";
  }
}

/** Returns what to say about a pasted link. */
export function linkTrouble(failure: LinkFailure): string {
  switch (failure) {
    case "not_a_link":
      return "That is not a meeting link. It looks like https://…/m/…#…";
    case "missing_secret":
      return "The part behind the # is missing. Copy the link again, whole.";
    case "damaged_secret":
      return "The part behind the # is damaged. Copy the link again, whole.";
  }
}

/** Returns what a notice says; `who` is the name of the person it is about, if it is about one. */
export function noticeText(code: NoticeCode, who: string | null): string {
  switch (code) {
    case "commit_refused":
      return `A change to the encryption${who === null ? "" : ` by ${who}`} was not valid and was refused.`;
    case "ghost_refused":
      return "Somebody without the link’s secret tried to enter. They were refused.";
    case "rolled_back":
      return "A change to the encryption was taken back. Nobody’s protection suffered.";
    case "removal_stalled":
      return `${who ?? "Somebody who was removed"} may still hold the keys. Your sound and picture are held back until they do not.`;
    case "sending_resumed":
      return "The removal went through. You can be seen and heard again.";
    case "server_forged":
      return "The server sent something that nobody in the meeting said. It was refused.";
    case "unsigned_end":
      return "The server says that the meeting has ended, but no host signed that.";
    case "group_recreated":
      return "The encryption was begun anew. Compare the safety code again.";
    case "media_refused":
      return "The server refused your sound and picture. Reload the page to try again.";
    case "act_refused":
      return "The server did not allow that.";
  }
}

/** Returns whether a notice is a warning, to be kept on screen until dismissed. */
export function isWarning(code: NoticeCode): boolean {
  return code !== "sending_resumed" && code !== "rolled_back" && code !== "act_refused";
}

/** Returns what is wrong with a participant, or `null` if their key is simply awaited. */
export function alarmText(alarm: Alarm, name: string): string {
  switch (alarm) {
    case "not_in_group":
      return `${name} is not in the encrypted group`;
    case "not_in_roster":
      return `${name} holds the keys but is hidden by the server`;
    case "ghost":
      return `${name} has no right to be here and was refused`;
  }
}

/** Returns the line about a meeting's encryption before joining. */
export function promise(mode: Mode): { title: string; text: string } {
  return mode === "e2ee"
    ? { title: "End-to-end encrypted", text: "Only the people in the meeting hold the keys. The server cannot see or hear you." }
    : { title: "Encrypted by the server", text: "The server makes the keys and could see and hear the meeting. Nobody outside it can." };
}
