// SPDX-License-Identifier: MIT OR Apache-2.0
// Sends sound to the server and back, over one way only: two peer connections, as a call has them, through the frame
// workers, as a call's frames go.

import { Refused, send } from "../account/http";
import type { ConnectionTest, ConnectionTestAnswer } from "../generated/http";
import { addReceivingLine, addSendingLine } from "../media/lines";
import type { FrameWorkers } from "../media/frame-workers";
import type { PathResult } from "./results";
import { onlyOver, portsOf, type Transport } from "./sdp";

/** Tries one way. `number` tells the tries of one test apart; `tone` is what is sent. */
export async function tryPath(transport: Transport, number: number, workers: FrameWorkers, tone: MediaStreamTrack): Promise<PathResult> {
  const peer = workers.numberPeer();
  const sending = new RTCPeerConnection();
  const receiving = new RTCPeerConnection();
  try {
    const line = addSendingLine(sending, "microphone", workers.senderTransform("microphone"));
    addReceivingLine(receiving, "audio", workers.receiverTransform(peer, 0, "audio", 0));
    // While it is not attached, nothing is sent: what comes before the connection counts as no loss.
    workers.bindLine(peer, 0, number, SLOT);
    await Promise.all([sending.setLocalDescription(), receiving.setLocalDescription()]);
    const answer = await ask({ sending: sdpOf(sending), mid: line.mid ?? SLOT, receiving: sdpOf(receiving) });
    await Promise.all([
      sending.setRemoteDescription({ type: "answer", sdp: onlyOver(transport, answer.sending) }),
      receiving.setRemoteDescription({ type: "answer", sdp: onlyOver(transport, answer.receiving) }),
    ]);
    const [isOut, isBack] = await Promise.all([connected(sending), connected(receiving)]);
    if (!isOut || !isBack) return { is: "blocked", ports: portsOf(transport, answer.sending) };
    const before = await counted(workers);
    await line.sender.replaceTrack(tone);
    await pause(MEASURED_FOR_MS);
    await line.sender.replaceTrack(null);
    await pause(LAST_PACKETS_MS);
    const after = await counted(workers);
    const back = read(await receiving.getStats());
    if (back.received === 0) return { is: "silent" };
    const { roundTrip } = read(await sending.getStats());
    return {
      is: "working",
      fractionLost: back.lost / (back.lost + back.received),
      roundTrip,
      sealed: after.sealed - before.sealed,
      opened: after.opened - before.opened,
    };
  } catch (error) {
    return failure(error);
  } finally {
    sending.close();
    receiving.close();
    workers.closePeer(peer);
  }
}

/** Makes a steady tone that is sent and never played. The context belongs to whoever asked, who closes it. */
export function toneIn(context: AudioContext): MediaStreamTrack {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  const destination = context.createMediaStreamDestination();
  oscillator.frequency.value = TONE_HZ;
  gain.gain.value = TONE_LOUDNESS;
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  const [track] = destination.stream.getAudioTracks();
  if (track === undefined) throw new Error("a destination has a track");
  return track;
}

async function ask(test: ConnectionTest): Promise<ConnectionTestAnswer> {
  return (await send((path, init) => fetch(path, init), "POST", "/api/connection-tests", test)) as ConnectionTestAnswer;
}

function failure(error: unknown): PathResult {
  if (!(error instanceof Refused)) return { is: "refused", why: "other" };
  switch (error.code) {
    case "unreachable":
      return { is: "unreachable" };
    case "rate_limited":
      return { is: "refused", why: "too_often" };
    case "unavailable":
      return { is: "refused", why: "busy" };
    case "not_allowed":
    case "account_suspended":
      return { is: "refused", why: "not_allowed" };
    default:
      return { is: "refused", why: "other" };
  }
}

/** Resolves to whether ICE and DTLS came up in time. */
function connected(connection: RTCPeerConnection): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), CONNECT_WITHIN_MS);
    const look = (): void => {
      const { connectionState } = connection;
      if (connectionState !== "connected" && connectionState !== "failed") return;
      clearTimeout(timer);
      resolve(connectionState === "connected");
    };
    connection.addEventListener("connectionstatechange", look);
    look();
  });
}

async function counted(workers: FrameWorkers): Promise<{ sealed: number; opened: number }> {
  const counts = await workers.counts();
  return { sealed: counts.reduce((sum, { sealed }) => sum + sealed, 0), opened: counts.reduce((sum, { opened }) => sum + opened, 0) };
}

/** Reads what a test needs of a report (webrtc-stats). */
function read(report: RTCStatsReport): { received: number; lost: number; roundTrip: number | null } {
  let [received, lost] = [0, 0];
  let roundTrip: number | null = null;
  report.forEach((entry: Record<string, unknown>) => {
    if (entry["type"] === "inbound-rtp") {
      received += count(entry["packetsReceived"]);
      // Packets that came twice are counted as lost less than none.
      lost += Math.max(0, count(entry["packetsLost"]));
    }
    if (entry["type"] === "candidate-pair" && entry["nominated"] === true && typeof entry["currentRoundTripTime"] === "number") {
      roundTrip = entry["currentRoundTripTime"];
    }
  });
  return { received, lost, roundTrip };
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function sdpOf(connection: RTCPeerConnection): string {
  return connection.localDescription?.sdp ?? "";
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The `mid` of the only line of a connection, as every browser numbers it. */
export const SLOT = "0";

// Two hundred packets: one lost packet is half a per cent.
const MEASURED_FOR_MS = 4000;

// Those on the way when sending ends are not lost.
const LAST_PACKETS_MS = 400;

// A connection over a poor network is up within three seconds; the server gives each try twenty in all.
const CONNECT_WITHIN_MS = 8000;

const TONE_HZ = 440;
const TONE_LOUDNESS = 0.2;
