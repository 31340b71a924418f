// SPDX-License-Identifier: MIT OR Apache-2.0
// Cameras, microphones and speakers that can be plugged and unplugged while a page uses them. The exported functions run
// inside pages: they may use nothing from outside.

/**
 * Gives the page devices of the story's own. To be installed before the page's own scripts. Cameras show the pattern of
 * lib/pattern.mjs with the number in their id ("camera-11"); the microphones are the browser's own sound under other names,
 * except those with a `sound`, which need a browser that runs AudioContexts.
 * @param {{kind: MediaDeviceKind, deviceId: string, label: string, facing?: string, sound?: "speech" | "fan" | "nothing"}[]} devices
 */
export function installDevices(devices) {
  const media = navigator.mediaDevices;
  // A page that is no secure context, such as about:blank, has none.
  if (!media) return;
  const plugged = new Map(devices.map((device) => [device.deviceId, device]));
  const open = [];
  const original = media.getUserMedia.bind(media);
  const stage = { opened: [], captures: () => open.filter(({ track }) => track.readyState === "live").map(({ deviceId }) => deviceId) };

  media.enumerateDevices = async () =>
    [...plugged.values()].map(({ kind, deviceId, label }) => ({ kind, deviceId, label, groupId: "", toJSON: () => ({ deviceId }) }));

  media.getUserMedia = async (constraints) => {
    const tracks = [];
    for (const [kind, type] of [["audioinput", "audio"], ["videoinput", "video"]]) {
      if (constraints[type]) tracks.push(await openOne(kind, constraints[type]));
    }
    return new MediaStream(tracks);
  };

  async function openOne(kind, { deviceId: wish, facingMode }) {
    const those = [...plugged.values()].filter((device) => device.kind === kind);
    const exact = wish?.exact ?? undefined;
    const found = facingMode
      ? those.find(({ facing }) => facing === facingMode.exact)
      : (those.find(({ deviceId }) => deviceId === (exact ?? wish?.ideal)) ?? (exact === undefined ? those[0] : undefined));
    if (!found) throw new DOMException("Requested device not found", "NotFoundError");
    const track = kind === "videoinput" ? draw(Number(found.deviceId.split("-")[1])) : await capture(found);
    const settings = track.getSettings.bind(track);
    track.getSettings = () => ({ ...settings(), deviceId: found.deviceId, ...(found.facing ? { facingMode: found.facing } : {}) });
    open.push({ deviceId: found.deviceId, track });
    stage.opened.push({ deviceId: found.deviceId, constraints: JSON.stringify(facingMode ?? wish ?? null) });
    return track;
  }

  async function capture({ sound }) {
    // Firefox gathers all ICE candidates only for pages that are capturing.
    const [own] = (await original({ audio: true })).getAudioTracks();
    if (sound === undefined) return own;
    const context = new AudioContext();
    const end = context.createMediaStreamDestination();
    if (sound === "speech") {
      // Two words a second.
      const voice = new OscillatorNode(context, { type: "sawtooth", frequency: 140 });
      const words = new GainNode(context, { gain: 0.2 });
      const pace = new OscillatorNode(context, { frequency: 2 });
      pace.connect(new GainNode(context, { gain: 0.1 })).connect(words.gain);
      voice.connect(words).connect(end);
      voice.start();
      pace.start();
    }
    if (sound === "fan") {
      const buffer = new AudioBuffer({ length: 2 * context.sampleRate, sampleRate: context.sampleRate });
      const samples = buffer.getChannelData(0);
      let level = 0;
      for (let index = 0; index < samples.length; index += 1) samples[index] = level = level * 0.98 + (Math.random() - 0.5) * 0.08;
      const fan = new AudioBufferSourceNode(context, { buffer, loop: true });
      fan.connect(end);
      fan.start();
    }
    return end.stream.getAudioTracks()[0];
  }

  function draw(number) {
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const context = canvas.getContext("2d");
    let counter = 0;
    const paint = () => {
      counter = (counter + 1) % 256;
      const bits = (number << 16) | (counter << 8) | ((number ^ counter ^ 0xa5) & 0xff);
      context.fillStyle = `hsl(${(number * 47) % 360} 50% 35%)`;
      context.fillRect(0, 0, 640, 360);
      for (let index = 0; index < 24; index += 1) {
        context.fillStyle = (bits >> (23 - index)) & 1 ? "#fff" : "#000";
        context.fillRect(((index % 12) * 640) / 12, index < 12 ? 0 : 44, 54, 44);
      }
    };
    paint();
    setInterval(paint, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  }

  stage.unplug = (deviceId) => {
    plugged.delete(deviceId);
    for (const capturing of open.filter((one) => one.deviceId === deviceId && one.track.readyState === "live")) {
      // In this order: Firefox tells nothing more of a track that was stopped.
      capturing.track.dispatchEvent(new Event("ended"));
      capturing.track.stop();
    }
    media.dispatchEvent(new Event("devicechange"));
  };
  stage.plug = (deviceId) => {
    plugged.set(deviceId, devices.find((device) => device.deviceId === deviceId));
    media.dispatchEvent(new Event("devicechange"));
  };
  window.devicesOfTheStory = stage;
}

/** Takes a device out of the page's computer. */
export async function unplug(person, deviceId) {
  await person.page.evaluate((id) => window.devicesOfTheStory.unplug(id), deviceId);
}

/** Puts it in again. */
export async function plug(person, deviceId) {
  await person.page.evaluate((id) => window.devicesOfTheStory.plug(id), deviceId);
}

/** The ids of the devices that the page has open. */
export async function captures(person) {
  return await person.page.evaluate(() => window.devicesOfTheStory.captures());
}

/** Two of each, of which a story may lose one. */
export const TWO_OF_EACH = [
  { kind: "videoinput", deviceId: "camera-11", label: "Desk camera" },
  { kind: "videoinput", deviceId: "camera-12", label: "Window camera" },
  { kind: "audioinput", deviceId: "microphone-1", label: "Desk microphone" },
  { kind: "audioinput", deviceId: "microphone-2", label: "Headset" },
];
