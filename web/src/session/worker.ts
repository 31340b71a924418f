// SPDX-License-Identifier: MIT OR Apache-2.0
// The session worker: owns the WebSocket, the MLS group and the host key. The page gets views and directives, the
// frame workers get key updates.

import { WasmSession, hostLink, initSync, readLink, warmUp } from "../generated/wasm/incamera_wasm.js";
import { compileEngine } from "./engine";
import { keepHostSeed, loadHostSeed } from "./host-keys";
import { createMeeting } from "./meetings";
import type { FromSession, SessionFailure, ToFrames, ToSession } from "./messages";
import { Refusal, isLinkFailure } from "./refusal";
import { Stay } from "./stay";

/** What one session worker does, one message after the other. */
class SessionWorker {
  readonly #engine: Promise<WebAssembly.Module>;
  readonly #frameWorkers: MessagePort[] = [];
  #stay: Stay | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor() {
    this.#engine = compileEngine().then((module) => {
      initSync({ module });
      return module;
    });
    this.#engine.then(
      () => {
        toPage({ type: "ready" });
        // The first calls are several times slower than later ones: spend them while the person looks at the preview.
        setTimeout(warmUp);
      },
      () => toPage({ type: "broken" }),
    );
  }

  /** Messages are handled in their order, although some have to wait for the engine or the database. */
  handleMessage(message: ToSession): void {
    this.#last = this.#last.then(() => this.#handle(message)).catch(() => toPage({ type: "broken" }));
  }

  handleOffline(): void {
    this.#stay?.handleOffline();
  }

  async #handle(message: ToSession): Promise<void> {
    switch (message.type) {
      case "open":
        return this.#answer(message.request, () => this.#open(message.request, message.link));
      case "create":
        return this.#answer(message.request, async () => {
          await this.#engine;
          const invitation = await createMeeting(message.mode, message.details);
          return { type: "created", request: message.request, invitation };
        });
      case "hostLink":
        return this.#answer(message.request, () => this.#hostLink(message.request, message.invitation));
      case "frames":
        return this.#addFrameWorker(message.port);
      case "start":
        await this.#engine;
        return this.#start(message);
      case "command":
        this.#stay?.handleCommand(message.command);
    }
  }

  async #open(request: number, link: string): Promise<FromSession> {
    await this.#engine;
    const parts = readLink(link);
    if (parts.hostSeed !== undefined) await keepHostSeed(parts.meeting, parts.hostSeed).catch(() => undefined);
    const isHost = parts.hostSeed !== undefined || (await asHost(parts.invitation, parts.meeting)) !== null;
    const invitation = location.origin + parts.invitation;
    return { type: "opened", request, mode: parts.mode, invitation, isHost };
  }

  async #hostLink(request: number, invitation: string): Promise<FromSession> {
    await this.#engine;
    const parts = readLink(invitation);
    const link = await asHost(parts.invitation, parts.meeting);
    return { type: "hostLink", request, link: link === null ? null : location.origin + link };
  }

  async #start(message: Extract<ToSession, { type: "start" }>): Promise<void> {
    if (this.#stay !== null) return;
    const parts = readLink(message.link);
    const link =
      parts.hostSeed === undefined
        ? ((await asHost(parts.invitation, parts.meeting)) ?? parts.invitation)
        : message.link;
    const seed = crypto.getRandomValues(new Uint8Array(32));
    const active = JSON.stringify(message.active);
    const { name, resume, breakout } = message;
    const session =
      breakout === null
        ? new WasmSession(performance.now(), seed, link, name, active, resume ?? undefined)
        : WasmSession.inBreakout(performance.now(), seed, link, name, active, resume ?? undefined, breakout.room, breakout.stay, breakout.pass);
    seed.fill(0);
    const socketUrl = `${location.origin.replace(/^http/, "ws")}/ws`;
    this.#stay = new Stay(session, breakout?.room ?? parts.meeting, socketUrl, {
      toPage,
      toFrames: (update) => {
        const message: ToFrames = { type: "keys", update };
        for (const port of this.#frameWorkers) port.postMessage(message);
      },
    });
  }

  #addFrameWorker(port: MessagePort): void {
    // Its engine travels on the same port as the keys, so it is always there before them.
    this.#frameWorkers.push(port);
    void this.#engine.then((module) => {
      const message: ToFrames = { type: "engine", module };
      port.postMessage(message);
    });
  }

  async #answer(request: number, act: () => Promise<FromSession>): Promise<void> {
    try {
      toPage(await act());
    } catch (error) {
      toPage({ type: "failed", request, code: codeOf(error), denial: error instanceof Refusal ? error.denial : null });
    }
  }
}

/** Returns the host link of a meeting whose host key this browser holds. */
async function asHost(invitation: string, meeting: string): Promise<string | null> {
  const seed = await loadHostSeed(meeting).catch(() => null);
  return seed === null ? null : (hostLink(invitation, seed) ?? null);
}

function codeOf(error: unknown): SessionFailure {
  if (error instanceof Refusal) return error.code;
  return isLinkFailure(error) ? error : "engine_failed";
}

function toPage(message: FromSession): void {
  self.postMessage(message);
}

const worker = new SessionWorker();
self.addEventListener("message", (event: MessageEvent<ToSession>) => worker.handleMessage(event.data));
self.addEventListener("offline", () => worker.handleOffline());
