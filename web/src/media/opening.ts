// SPDX-License-Identifier: MIT OR Apache-2.0
// How devices are asked for.

/** What is asked of a device besides being one. */
export interface Wish {
  deviceId: string | null;
  /** Whether another device would be wrong. */
  isExact: boolean;
  /** The side of a phone, where the person turned the camera around; it goes before `deviceId`. */
  facing?: Facing | null;
  /** Whether the browser is to clean the sound of noise. */
  suppressesNoise?: boolean;
}

/** Media Capture and Streams, section 4.3.8: which way a camera looks, of the two that phones have. */
export type Facing = "user" | "environment";

/** Opens one device. Rejects as `getUserMedia` does. */
export async function openDevice(kind: "audio" | "video", wish: Wish): Promise<MediaStreamTrack> {
  const [track] = (await openDevices({ [kind]: constraintsFor(kind, wish) })).getTracks();
  if (track === undefined) throw new DOMException("no track", "NotFoundError");
  return track;
}

/** Opens what the constraints ask for, in one permission prompt. */
export function openDevices(constraints: MediaStreamConstraints): Promise<MediaStream> {
  if (typeof navigator.mediaDevices?.getUserMedia !== "function") {
    return Promise.reject(new DOMException("no media devices here", "NotSupportedError"));
  }
  return navigator.mediaDevices.getUserMedia(constraints);
}

/** Returns the constraints for a wish. */
export function constraintsFor(kind: "audio" | "video", wish: Wish): MediaTrackConstraints {
  const { deviceId, isExact, facing = null, suppressesNoise = true } = wish;
  const device: MediaTrackConstraints = deviceId === null ? {} : { deviceId: isExact ? { exact: deviceId } : { ideal: deviceId } };
  if (kind === "audio") return { ...device, echoCancellation: true, noiseSuppression: suppressesNoise, autoGainControl: true };
  const which: MediaTrackConstraints = facing === null ? device : { facingMode: { exact: facing } };
  return { ...which, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
}

/** Returns which way a camera looks, where it says so. */
export function facingOf(track: MediaStreamTrack | null): Facing | null {
  const facing = track?.getSettings().facingMode;
  return facing === "user" || facing === "environment" ? facing : null;
}
