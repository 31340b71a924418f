// SPDX-License-Identifier: MIT OR Apache-2.0
// One WebSocket at a time to the server that this page came from.

/** What a {@link Socket} reports. */
export interface SocketEvents {
  connected(): void;
  disconnected(): void;
  message(bytes: Uint8Array): void;
}

/** Opens, closes and replaces the WebSocket; events of a replaced one are not reported. */
export class Socket {
  readonly #url: string;
  readonly #events: SocketEvents;
  #current: WebSocket | null = null;
  #connectTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(url: string, events: SocketEvents) {
    this.#url = url;
    this.#events = events;
  }

  connect(): void {
    this.close();
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#current = socket;
    this.#connectTimer = setTimeout(() => this.lose(), CONNECT_WITHIN_MS);
    socket.onopen = () => {
      this.#stopTimer();
      if (this.#current === socket) this.#events.connected();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#current === socket && event.data instanceof ArrayBuffer) {
        this.#events.message(new Uint8Array(event.data));
      }
    };
    socket.onclose = () => {
      if (this.#current === socket) this.lose();
    };
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#current?.readyState === WebSocket.OPEN) this.#current.send(bytes);
  }

  /** Closes after what was sent, and reports nothing. */
  close(): void {
    this.#stopTimer();
    const socket = this.#current;
    this.#current = null;
    socket?.close();
  }

  /** Gives the connection up, and reports that. */
  lose(): void {
    if (this.#current === null) return;
    this.close();
    this.#events.disconnected();
  }

  #stopTimer(): void {
    if (this.#connectTimer !== null) clearTimeout(this.#connectTimer);
    this.#connectTimer = null;
  }
}

// A browser waits minutes for a SYN that the network swallowed; a slow mobile network needs about two seconds.
const CONNECT_WITHIN_MS = 5000;
