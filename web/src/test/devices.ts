// SPDX-License-Identifier: MIT OR Apache-2.0
// Whether camera and microphone give something.

import { deviceFailure } from "../media/failures";
import { LevelMeter } from "../media/level";
import { openDevice } from "../media/opening";
import type { CameraResult, MicrophoneResult } from "./results";

/** A device that is open for a test. */
export interface OpenDevice<Result> {
  result: Result;
  track: MediaStreamTrack | null;
}

/** Opens the camera and waits for a picture. */
export async function tryCamera(): Promise<OpenDevice<CameraResult>> {
  let track: MediaStreamTrack;
  try {
    track = await openDevice("video", { deviceId: null, isExact: false });
  } catch (error) {
    return { result: { is: "failed", failure: deviceFailure(error) }, track: null };
  }
  const size = await pictureOf(track);
  return { result: size === null ? { is: "no_picture" } : { is: "working", ...size }, track };
}

/** Opens the microphone. What it hears is told by {@link listen}. */
export async function tryMicrophone(): Promise<OpenDevice<MicrophoneResult | null>> {
  try {
    return { result: null, track: await openDevice("audio", { deviceId: null, isExact: false }) };
  } catch (error) {
    return { result: { is: "failed", failure: deviceFailure(error) }, track: null };
  }
}

/** Resolves as soon as the microphone hears something, or after a while of nothing. */
export async function listen(meter: LevelMeter, isOver: () => boolean): Promise<MicrophoneResult> {
  const until = performance.now() + LISTEN_FOR_MS;
  let hasListened = false;
  while (performance.now() < until && !isOver()) {
    if (meter.level() > AUDIBLE) return { is: "working" };
    hasListened ||= meter.isListening();
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return { is: hasListened ? "silent" : "unmeasured" };
}

function pictureOf(track: MediaStreamTrack): Promise<{ width: number; height: number } | null> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  return new Promise<{ width: number; height: number } | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), PICTURE_WITHIN_MS);
    video.onloadeddata = () => {
      clearTimeout(timer);
      resolve({ width: video.videoWidth, height: video.videoHeight });
    };
    void video.play().catch(() => undefined);
  }).finally(() => (video.srcObject = null));
}

// A camera that was asleep takes up to three seconds; a covered one gives black pictures, but gives them.
const PICTURE_WITHIN_MS = 6000;

// Long enough to read the request to say something, and to say it.
const LISTEN_FOR_MS = 12_000;
const LOOK_EVERY_MS = 50;

// On the meter's scale: a quiet room is at 0.1 to 0.2, a voice at 0.4 and more.
const AUDIBLE = 0.3;
