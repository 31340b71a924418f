// SPDX-License-Identifier: MIT OR Apache-2.0
// What the stories about the room look at from below: which videos really come in, and which tones are played.

/** Keeps the page's peer connections and counts its tones; for `evaluateOnNewDocument`. */
export function installRoomWatch() {
  const connections = [];
  const Real = globalThis.RTCPeerConnection;
  if (Real !== undefined) {
    globalThis.RTCPeerConnection = class extends Real {
      constructor(...args) {
        super(...args);
        connections.push(this);
      }
    };
  }
  let tones = 0;
  if (globalThis.OscillatorNode !== undefined) {
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...args) {
      tones += 1;
      return start.apply(this, args);
    };
  }
  globalThis.roomWatch = {
    tones: () => tones,
    /** How many received videos have grown by a few packets within `span` milliseconds. */
    comingVideos: async (span) => {
      const count = async () => {
        const packets = new Map();
        for (const connection of connections.filter(({ connectionState }) => connectionState === "connected")) {
          for (const entry of (await connection.getStats()).values()) {
            if (entry.type === "inbound-rtp" && entry.kind === "video") packets.set(`${entry.id}/${entry.ssrc}`, entry.packetsReceived);
          }
        }
        return packets;
      };
      const before = await count();
      await new Promise((resolve) => setTimeout(resolve, span));
      return [...(await count())].filter(([id, packets]) => packets > (before.get(id) ?? 0) + 3).length;
    },
  };
}

/** How many videos come in. @param {import("./person.mjs").Person} person */
export async function comingVideos(person) {
  return await person.page.evaluate(() => globalThis.roomWatch.comingVideos(1200));
}

/** How many tones were begun. @param {import("./person.mjs").Person} person */
export async function tones(person) {
  return await person.page.evaluate(() => globalThis.roomWatch.tones());
}

/** What the tiles are, in order. @param {import("./person.mjs").Person} person */
export async function tiles(person) {
  return await person.page.evaluate(() =>
    [...document.querySelectorAll("[data-participant][role=group]")].map((tile) => {
      const { x, y, width, height } = tile.getBoundingClientRect();
      return { name: tile.getAttribute("aria-label"), x, y, width, height };
    }),
  );
}
