// SPDX-License-Identifier: MIT OR Apache-2.0
// How each kind of m-line is laid out.

import type { TrackKind } from "../generated";
import { chooseCodecs } from "./codecs";

/** Adds a line that sends `kind`; its frames pass through `transform` from the first one on. */
export function addSendingLine(
  connection: RTCPeerConnection,
  kind: TrackKind,
  transform: RTCRtpScriptTransform,
): RTCRtpTransceiver {
  const medium = kind === "camera" || kind === "screen" ? "video" : "audio";
  const transceiver = connection.addTransceiver(medium, { direction: "sendonly", sendEncodings: ENCODINGS[kind] });
  transceiver.sender.transform = transform;
  preferCodecs(transceiver, medium);
  return transceiver;
}

/** Adds a slot; its frames pass through `transform` from the first one on. */
export function addReceivingLine(
  connection: RTCPeerConnection,
  medium: "audio" | "video",
  transform: RTCRtpScriptTransform,
): RTCRtpTransceiver {
  const transceiver = connection.addTransceiver(medium, { direction: "recvonly" });
  transceiver.receiver.transform = transform;
  preferCodecs(transceiver, medium);
  return transceiver;
}

/** Makes the encoder produce a keyframe on every layer. */
export async function requestKeyframe(sender: RTCRtpSender): Promise<void> {
  if (hasGenerateKeyFrame(sender)) return void (await sender.generateKeyFrame());
  const parameters = sender.getParameters();
  const options = { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) };
  const setParameters = sender.setParameters.bind(sender) as SetParametersWithOptions;
  await setParameters(parameters, options);
}

function preferCodecs(transceiver: RTCRtpTransceiver, medium: "audio" | "video"): void {
  const capabilities = RTCRtpReceiver.getCapabilities(medium);
  transceiver.setCodecPreferences(chooseCodecs(medium, capabilities?.codecs ?? []));
}

/** WebRTC Extensions, section 5.6: in Chromium, but not in TypeScript's library. */
type SetParametersWithOptions = (
  parameters: RTCRtpSendParameters,
  options: { encodingOptions: { keyFrame: boolean }[] },
) => Promise<void>;

/** WebRTC-SVC, section 4.1: not in TypeScript's library. */
interface Encoding extends RTCRtpEncodingParameters {
  scalabilityMode?: "L1T3";
}

/** In Firefox, but not in TypeScript's library. */
interface KeyframeSender extends RTCRtpSender {
  generateKeyFrame(): Promise<unknown>;
}

function hasGenerateKeyFrame(sender: RTCRtpSender): sender is KeyframeSender {
  return "generateKeyFrame" in sender && typeof sender.generateKeyFrame === "function";
}

// Without a scalability mode Chromium sends VP9 simulcast as the spatial layers of one stream, which the server does not take
// apart. Bit rates are where VP9 stops getting visibly better at 180, 360 and 720 lines.
const ENCODINGS: Record<TrackKind, Encoding[]> = {
  microphone: [{ maxBitrate: 48_000 }],
  camera: [
    { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: "L1T3" },
    { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: "L1T3" },
    { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: "L1T3" },
  ],
  screen: [{ maxBitrate: 2_500_000, scalabilityMode: "L1T3" }],
  screen_audio: [{ maxBitrate: 128_000 }],
};
