// SPDX-License-Identifier: MIT OR Apache-2.0
// A network between one browser and the server that can be cut: relays for HTTP, UDP and ICE-TCP on an address of their
// own, which the server announces as a host behind a router does.

import { createServer, connect } from "node:net";
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { freePort } from "./process.mjs";

const SERVER = "127.0.0.1";
const ANNOUNCED = "127.0.0.2";

/** What the server must be started with to be reached through the relays alone. */
export const BEHIND = behind(ANNOUNCED);

/** The same for relays on another address of this machine. @param {string} announced */
export function behind(announced) {
  return { INCAMERA__MEDIA__WORKERS: "1", INCAMERA__MEDIA__ADDRESSES: JSON.stringify([announced]) };
}

/** An address that others see, where this machine has one: Firefox makes no TCP connection to the loopback interface. */
export function ownAddress() {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? ANNOUNCED;
}

export class Network {
  /**
   * @param {import("./server.mjs").Server} server started with `BEHIND`, or with what `behind` says of `announced`
   * @param {string} [announced]
   */
  static async before(server, announced = ANNOUNCED) {
    const network = new Network();
    network.announced = announced;
    network.isCut = false;
    network.isUdpCut = false;
    /** Connections and flows from before `shield`: other people's, which are never cut. */
    network.shielded = new Set();
    /** @type {Set<{pair: import("node:net").Socket[]}>} */
    network.connections = new Set();
    /** @type {Map<string, import("node:dgram").Socket>} */
    network.flows = new Map();
    network.httpPort = await freePort();
    network.listeners = [
      await network.#relayTcp("127.0.0.1", network.httpPort, server.httpPort),
      await network.#relayTcp(announced, server.mediaPort, server.mediaPort),
    ];
    network.udp = await network.#relayUdp(server.mediaPort);
    return network;
  }

  get origin() {
    return `http://localhost:${this.httpPort}`;
  }

  /** Whoever is connected so far keeps the network when it is cut. */
  shield() {
    this.shielded = new Set([...this.connections, ...this.flows.keys()]);
  }

  /** From here on nothing passes, in either direction, and nobody is told. */
  cut() {
    this.isCut = true;
    for (const connection of this.#exposed()) for (const socket of connection.pair) socket.pause();
  }

  /** From here on no UDP passes, as behind many a company's router. */
  cutUdp() {
    this.isUdpCut = true;
  }

  /** Packets pass again. The connections from before are gone, as after a change of network. */
  heal() {
    this.isCut = false;
    for (const connection of this.#exposed()) for (const socket of connection.pair) socket.destroy();
  }

  async close() {
    for (const { pair } of this.connections) for (const socket of pair) socket.destroy();
    for (const socket of this.flows.values()) socket.close();
    this.udp.close();
    await Promise.all(this.listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  }

  #exposed() {
    return [...this.connections].filter((connection) => !this.shielded.has(connection));
  }

  /** @param {string} address @param {number} port @param {number} serverPort */
  #relayTcp(address, port, serverPort) {
    const listener = createServer((near) => {
      const far = connect(serverPort, SERVER);
      const connection = { pair: [near, far] };
      this.connections.add(connection);
      near.pipe(far);
      far.pipe(near);
      for (const socket of connection.pair) {
        socket.on("error", () => {});
        socket.on("close", () => {
          if (!this.isCut || this.shielded.has(connection)) for (const end of connection.pair) end.destroy();
          if (connection.pair.every((end) => end.destroyed)) this.connections.delete(connection);
        });
      }
      // What connects into a dead network hears nothing.
      if (this.isCut) for (const socket of connection.pair) socket.pause();
    });
    return new Promise((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(port, address, () => resolve(listener));
    });
  }

  /** @param {number} serverPort */
  async #relayUdp(serverPort) {
    const near = createSocket("udp4");
    near.on("message", (packet, { address, port }) => {
      const client = `${address}:${port}`;
      if (!this.#passes(client)) return;
      this.#flow(client, near, port, address).send(packet, serverPort, SERVER);
    });
    await new Promise((resolve, reject) => {
      near.once("error", reject);
      near.bind(serverPort, this.announced, () => resolve(undefined));
    });
    return near;
  }

  #flow(client, near, port, address) {
    const present = this.flows.get(client);
    if (present) return present;
    const far = createSocket("udp4");
    far.on("message", (packet) => {
      if (this.#passes(client)) near.send(packet, port, address);
    });
    this.flows.set(client, far);
    return far;
  }

  #passes(client) {
    return !this.isUdpCut && (!this.isCut || this.shielded.has(client));
  }
}
