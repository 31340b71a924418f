// SPDX-License-Identifier: MIT OR Apache-2.0
// The page's end of the session worker.

import type { Command, Directive, Mode, View } from "../generated";
import { type LinkFailure, type CreateFailure, RoomError } from "../room/client";
import type { BreakoutEntry, FromSession, MeetingDetails, SessionStart, ToSession } from "../session/messages";

/** What the session worker reports. */
export interface SessionEvents {
  view?(view: View): void;
  directive?(directive: Directive): void;
  resume?(meeting: string, token: Uint8Array): void;
  broken?(): void;
}

type Answer = Extract<FromSession, { request: number }>;

/** One session worker. */
export class SessionLink {
  readonly #worker: Worker;
  readonly #events: SessionEvents;
  readonly #requests = new Map<number, { resolve(answer: Answer): void; reject(error: RoomError): void }>();
  #nextRequest = 0;
  #isBroken = false;

  constructor(events: SessionEvents) {
    this.#events = events;
    this.#worker = new Worker(new URL("../session/worker.ts", import.meta.url), { type: "module", name: "session" });
    this.#worker.addEventListener("message", (event: MessageEvent<FromSession>) => this.#handle(event.data));
    this.#worker.addEventListener("error", () => this.#break());
  }

  async open(link: string): Promise<Extract<FromSession, { type: "opened" }>> {
    const answer = await this.#ask((request) => ({ type: "open", request, link }));
    if (answer.type !== "opened") throw new RoomError("engine_failed");
    return answer;
  }

  /** Resolves to the new meeting's invitation link. */
  async create(mode: Mode, details: MeetingDetails): Promise<string> {
    const answer = await this.#ask((request) => ({ type: "create", request, mode, details }));
    if (answer.type !== "created") throw new RoomError("engine_failed");
    return answer.invitation;
  }

  /** Resolves to the link that makes its holder host, or `null` if this browser does not hold the host key. */
  async hostLink(invitation: string): Promise<string | null> {
    const answer = await this.#ask((request) => ({ type: "hostLink", request, invitation }));
    if (answer.type !== "hostLink") throw new RoomError("engine_failed");
    return answer.link;
  }

  start(options: SessionStart, breakout: BreakoutEntry | null): void {
    this.#post({ type: "start", breakout, ...options });
  }

  command(command: Command): void {
    this.#post({ type: "command", command });
  }

  /** Hands over the port on which a frame worker gets its keys. */
  addFrameWorker(port: MessagePort): void {
    this.#post({ type: "frames", port }, [port]);
  }

  /** Ends the worker, once what it has sent is out. */
  close(): void {
    setTimeout(() => this.#worker.terminate(), FLUSH_FOR_MS);
  }

  #ask(message: (request: number) => ToSession): Promise<Answer> {
    if (this.#isBroken) return Promise.reject(new RoomError("engine_failed"));
    const request = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      this.#requests.set(request, { resolve, reject });
      this.#post(message(request));
    });
  }

  #handle(message: FromSession): void {
    switch (message.type) {
      case "opened":
      case "created":
      case "hostLink":
        this.#requests.get(message.request)?.resolve(message);
        return void this.#requests.delete(message.request);
      case "failed":
        this.#requests.get(message.request)?.reject(new RoomError(message.code satisfies LinkFailure | CreateFailure, message.denial));
        return void this.#requests.delete(message.request);
      case "ready":
        return;
      case "broken":
        return this.#break();
      case "view":
        return this.#events.view?.(message.view);
      case "directive":
        return this.#events.directive?.(message.directive);
      case "resume":
        return this.#events.resume?.(message.meeting, message.token);
    }
  }

  #break(): void {
    this.#isBroken = true;
    for (const { reject } of this.#requests.values()) reject(new RoomError("engine_failed"));
    this.#requests.clear();
    this.#events.broken?.();
  }

  #post(message: ToSession, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

// Ending a worker drops what its WebSocket has not written: a Leave that is lost keeps the others waiting 15 s.
const FLUSH_FOR_MS = 500;
