// SPDX-License-Identifier: MIT OR Apache-2.0
// What devices there are, and what they were called.

import type { DeviceKind, DeviceOption } from "../room/client";

/** The devices at one time. */
export class DeviceList {
  readonly #devices: readonly MediaDeviceInfo[];
  /** Of all that ever were there: one that is gone has to be named. */
  readonly #labels: ReadonlyMap<string, string>;

  constructor(devices: readonly MediaDeviceInfo[], labels: ReadonlyMap<string, string> = new Map()) {
    this.#devices = devices.filter(({ deviceId }) => deviceId !== "");
    this.#labels = new Map([...labels, ...this.#devices.map(({ deviceId, label }) => [deviceId, label] as const)]);
  }

  /** Returns the next list, which knows the names of this one's devices as well. */
  followedBy(devices: readonly MediaDeviceInfo[]): DeviceList {
    return new DeviceList(devices, this.#labels);
  }

  /** Returns the devices of one kind. Before permission was given, browsers name none. */
  options(kind: DeviceKind): DeviceOption[] {
    return this.#devices.filter((device) => device.kind === KIND[kind]).map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  /** Returns what a device is or was called; empty for one that the browser never named. */
  labelOf(id: string | null): string {
    return (id === null ? undefined : this.#labels.get(id)) ?? "";
  }

  /** Returns whether a device is here and was not there `before`, where devices of its kind were known already. */
  hasGained(before: DeviceList, kind: DeviceKind, id: string): boolean {
    const others = before.options(kind);
    return others.length > 0 && others.every((other) => other.id !== id) && this.options(kind).some((option) => option.id === id);
  }
}

const KIND: Readonly<Record<DeviceKind, MediaDeviceKind>> = { microphone: "audioinput", camera: "videoinput", speaker: "audiooutput" };
