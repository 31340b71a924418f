// SPDX-License-Identifier: MIT OR Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Capture } from "./capture";

beforeEach(() => vi.stubGlobal("MediaStream", class {}));
afterEach(() => vi.unstubAllGlobals());

test("turning on opens the chosen device", async () => {
  const { capture, opened } = start({ chosen: "usb" });
  await capture.set(true);
  expect(opened).toEqual([["usb", false]]);
  expect(capture.state()).toEqual({ isOn: true, isStarting: false, deviceId: "usb", failure: null });
  expect(capture.track()).not.toBeNull();
});

test("a camera that is turned off lets go of its device", async () => {
  const { capture, tracks } = start({ releasesWhenOff: true });
  await capture.set(true);
  await capture.set(false);
  expect(tracks[0]?.readyState).toBe("ended");
  expect(capture.track()).toBeNull();
  expect(capture.stream()).toBeNull();
});

test("a microphone that is turned off and on again is the same one, silent in between", async () => {
  const { capture, tracks } = start({ releasesWhenOff: false });
  await capture.set(true);
  await capture.set(false);
  expect(capture.track()).toBeNull();
  expect(tracks[0]?.enabled).toBe(false);
  await capture.set(true);
  expect(tracks).toHaveLength(1);
  expect(tracks[0]?.enabled).toBe(true);
});

test("turning off while the browser still asks leaves it off", async () => {
  const { capture, tracks } = start({ releasesWhenOff: true });
  const turningOn = capture.set(true);
  await capture.set(false);
  await turningOn;
  expect(capture.state().isOn).toBe(false);
  expect(tracks[0]?.readyState).toBe("ended");
});

test("a refusal is told, and does not count as on", async () => {
  const { capture } = start({ refuses: new DOMException("Permission denied", "NotAllowedError") });
  await capture.set(true);
  expect(capture.state()).toMatchObject({ isOn: false, isStarting: false, failure: "permission_denied" });
});

test("changing over stops the device before, and only after the new one is there", async () => {
  const { capture, opened, tracks } = start({ chosen: "built-in" });
  await capture.set(true);
  await capture.choose("usb");
  expect(opened).toEqual([["built-in", false], ["usb", true]]);
  expect(tracks.map((track) => track.readyState)).toEqual(["ended", "live"]);
  expect(capture.state()).toMatchObject({ isOn: true, deviceId: "usb" });
});

test("a device that cannot be changed over to leaves the one before on", async () => {
  const { capture, tracks, refuse } = start({});
  await capture.set(true);
  refuse(new DOMException("Could not start", "NotReadableError"));
  await capture.choose("usb");
  expect(capture.state()).toMatchObject({ isOn: true, failure: "device_busy" });
  expect(tracks[0]?.readyState).toBe("live");
});

test("when a device goes away another one stands in, and goes again when it is back", async () => {
  const { capture, tracks, lost, plug } = start({ chosen: "usb" });
  await capture.set(true);
  plug("built-in");
  tracks[0]?.lose();
  await vi.waitFor(() => expect(lost).toEqual(["usb"]));
  expect(capture.state()).toMatchObject({ isOn: true, deviceId: "built-in", failure: null });
  expect(capture.isStandIn()).toBe(true);
  plug("usb");
  await capture.goBack();
  expect(capture.state()).toMatchObject({ isOn: true, deviceId: "usb" });
  expect(capture.isStandIn()).toBe(false);
});

test("a device that goes away while there is no other turns itself off, and not on again by itself", async () => {
  const { capture, tracks, lost, refuse } = start({ chosen: "usb" });
  await capture.set(true);
  refuse(new DOMException("Requested device not found", "NotFoundError"));
  tracks[0]?.lose();
  await vi.waitFor(() => expect(lost).toEqual(["usb"]));
  expect(capture.state()).toMatchObject({ isOn: false, failure: "device_lost" });
  expect(capture.track()).toBeNull();
  await capture.goBack();
  expect(capture.state().isOn).toBe(false);
});

test("a muted microphone that goes away stays muted, and opens another one when it is wanted", async () => {
  const { capture, opened, tracks, lost, plug } = start({ chosen: "usb", releasesWhenOff: false });
  await capture.set(true);
  await capture.set(false);
  plug("built-in");
  tracks[0]?.lose();
  expect(capture.state()).toMatchObject({ isOn: false, failure: null });
  expect(opened).toHaveLength(1);
  expect(lost).toEqual([]);
  await capture.set(true);
  expect(capture.state()).toMatchObject({ isOn: true, deviceId: "built-in" });
});

test("muting while another device is being opened in place of a lost one leaves it muted", async () => {
  const { capture, tracks, lost, plug } = start({ chosen: "usb", releasesWhenOff: false });
  await capture.set(true);
  plug("built-in");
  tracks[0]?.lose();
  await capture.set(false);
  await vi.waitFor(() => expect(lost).toEqual(["usb"]));
  expect(capture.state().isOn).toBe(false);
  expect(tracks[1]?.enabled).toBe(false);
});

test("changing over lets go of the one device before it opens the other", async () => {
  const { capture, tracks, plug } = start({ chosen: null });
  await capture.set(true);
  plug("back");
  const changing = capture.changeOver();
  expect(tracks[0]?.readyState).toBe("ended");
  await changing;
  expect(capture.state()).toMatchObject({ isOn: true, deviceId: "back" });
});

test("the camera from before is on again when the other one cannot be opened", async () => {
  const { capture, tracks, refuseOnce } = start({ chosen: "front" });
  await capture.set(true);
  refuseOnce(new DOMException("No such side", "OverconstrainedError"));
  await capture.changeOver();
  expect(capture.state()).toMatchObject({ isOn: true, deviceId: "front", failure: "no_device" });
  expect(tracks.map(({ readyState }) => readyState)).toEqual(["ended", "live"]);
});

test("a muted microphone that is to be opened anew is opened when it is wanted", async () => {
  const { capture, opened, tracks } = start({ chosen: "usb", releasesWhenOff: false });
  await capture.set(true);
  await capture.set(false);
  await capture.reopen();
  expect(tracks[0]?.readyState).toBe("ended");
  expect(capture.held()).toBeNull();
  expect(opened).toHaveLength(1);
  await capture.set(true);
  expect(opened).toHaveLength(2);
});

class FakeTrack {
  enabled = true;
  onended: (() => void) | null = null;
  readyState: "live" | "ended" = "live";

  constructor(readonly deviceId: string | null) {}

  getSettings(): { deviceId?: string } {
    return this.deviceId === null ? {} : { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = "ended";
  }

  lose(): void {
    this.stop();
    this.onended?.();
  }
}

interface Given {
  chosen?: string | null;
  releasesWhenOff?: boolean;
  refuses?: DOMException;
}

interface Started {
  capture: Capture;
  opened: [string | null, boolean][];
  tracks: FakeTrack[];
  /** The devices whose loss was told. */
  lost: (string | null)[];
  refuse: (error: DOMException) => void;
  refuseOnce: (error: DOMException) => void;
  /** From here on this device is the one that opens when no other is insisted on. */
  plug: (deviceId: string) => void;
}

function start({ chosen = null, releasesWhenOff = true, refuses }: Given): Started {
  const opened: [string | null, boolean][] = [];
  const tracks: FakeTrack[] = [];
  const lost: (string | null)[] = [];
  let refusal = refuses;
  let isRefusedOnce = false;
  let plugged: string | null = null;
  const open = async (deviceId: string | null, isExact: boolean): Promise<MediaStreamTrack> => {
    opened.push([deviceId, isExact]);
    const error = refusal;
    if (isRefusedOnce) refusal = undefined;
    if (error !== undefined) throw error;
    const track = new FakeTrack(isExact ? deviceId : (plugged ?? deviceId));
    tracks.push(track);
    return track as unknown as MediaStreamTrack;
  };
  const capture = new Capture({ open, releasesWhenOff }, chosen, { changed: () => undefined, lost: (id) => lost.push(id) });
  return {
    capture,
    opened,
    tracks,
    lost,
    refuse: (error) => (refusal = error),
    refuseOnce: (error) => {
      refusal = error;
      isRefusedOnce = true;
    },
    plug: (deviceId) => (plugged = deviceId),
  };
}
