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

test("a device that goes away turns itself off", async () => {
  const { capture, tracks } = start({});
  await capture.set(true);
  tracks[0]?.lose();
  expect(capture.state()).toMatchObject({ isOn: false, failure: "device_lost" });
  expect(capture.track()).toBeNull();
});

class FakeTrack extends EventTarget {
  enabled = true;
  readyState: "live" | "ended" = "live";

  constructor(readonly deviceId: string | null) {
    super();
  }

  getSettings(): { deviceId?: string } {
    return this.deviceId === null ? {} : { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = "ended";
  }

  lose(): void {
    this.stop();
    this.dispatchEvent(new Event("ended"));
  }
}

interface Given {
  chosen?: string;
  releasesWhenOff?: boolean;
  refuses?: DOMException;
}

interface Started {
  capture: Capture;
  opened: [string | null, boolean][];
  tracks: FakeTrack[];
  refuse: (error: DOMException) => void;
}

function start({ chosen, releasesWhenOff = true, refuses }: Given): Started {
  const opened: [string | null, boolean][] = [];
  const tracks: FakeTrack[] = [];
  let refusal = refuses;
  const open = async (deviceId: string | null, isExact: boolean): Promise<MediaStreamTrack> => {
    opened.push([deviceId, isExact]);
    if (refusal !== undefined) throw refusal;
    const track = new FakeTrack(deviceId);
    tracks.push(track);
    return track as unknown as MediaStreamTrack;
  };
  const capture = new Capture({ open, releasesWhenOff }, chosen ?? null, () => undefined);
  return { capture, opened, tracks, refuse: (error) => (refusal = error) };
}
