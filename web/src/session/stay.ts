// SPDX-License-Identifier: MIT OR Apache-2.0
// Drives one session state machine: feeds it the WebSocket, the clock and the person's commands, and carries out what
// it asks for. Decides nothing.

import type { Command } from "../generated";
import type { Output, WasmSession } from "../generated/wasm/incamera_wasm.js";
import type { FromSession } from "./messages";
import { Socket } from "./socket";

/** Where a {@link Stay} puts what leaves the worker. */
export interface StayOutputs {
  toPage(message: FromSession): void;
  toFrames(update: Uint8Array): void;
}

/** One participant's stay in one meeting. */
export class Stay {
  readonly #session: WasmSession;
  readonly #meeting: string;
  readonly #outputs: StayOutputs;
  readonly #socket: Socket;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(session: WasmSession, meeting: string, socketUrl: string, outputs: StayOutputs) {
    this.#session = session;
    this.#meeting = meeting;
    this.#outputs = outputs;
    this.#socket = new Socket(socketUrl, {
      connected: () => this.#run((now) => session.handleConnected(now)),
      disconnected: () => this.#run((now) => session.handleDisconnected(now)),
      message: (bytes) => this.#run((now) => session.handleMessage(now, bytes)),
    });
    this.#run(() => undefined);
  }

  handleCommand(command: Command): void {
    this.#run((now) => this.#session.handleCommand(now, JSON.stringify(command)));
  }

  /** The browser says that there is no network: waiting for TCP to notice would take minutes. */
  handleOffline(): void {
    this.#socket.lose();
  }

  #run(input: (now: number) => void): void {
    input(performance.now());
    for (let output = this.#session.pollOutput(); output !== undefined; output = this.#session.pollOutput()) {
      this.#carryOut(output);
    }
    this.#armTimer();
  }

  #carryOut(output: Output): void {
    switch (output.type) {
      case "connect":
        return this.#socket.connect();
      case "disconnect":
        return this.#socket.close();
      case "send":
        return this.#socket.send(output.bytes);
      case "keys":
        return this.#outputs.toFrames(output.bytes);
      case "media":
        return this.#outputs.toPage({ type: "directive", directive: JSON.parse(output.json) });
      case "view":
        return this.#outputs.toPage({ type: "view", view: JSON.parse(output.json) });
      case "resume":
        return this.#outputs.toPage({ type: "resume", meeting: this.#meeting, token: output.bytes });
    }
  }

  #armTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const at = this.#session.pollTimeout();
    this.#timer =
      at === undefined
        ? null
        : setTimeout(() => this.#run((now) => this.#session.handleTimeout(now)), Math.max(0, at - performance.now()));
  }
}
