// SPDX-License-Identifier: MIT OR Apache-2.0
// A real `incamera serve` on free loopback ports with its own data directory.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child, built, freePort } from "./process.mjs";
import { until } from "./wait.mjs";

export class Server {
  /**
   * Starts a server and waits until it is ready.
   * @param {NodeJS.ProcessEnv | ((server: Server) => Promise<NodeJS.ProcessEnv>)} [env] its configuration, also as a
   *   function of the server that knows its address but does not run
   */
  static async start(env = {}) {
    const server = new Server();
    server.directory = await mkdtemp(join(tmpdir(), "incamera-e2e-"));
    server.httpPort = await freePort();
    // One UDP port per worker thread, from this one on.
    server.mediaPort = await freePort(16);
    server.env = typeof env === "function" ? await env(server) : env;
    await server.resume();
    return server;
  }

  /** Starts it again with the same ports and data. */
  async resume() {
    const args = ["serve", "--data", this.directory];
    args.push("--http", `127.0.0.1:${this.httpPort}`, "--media", `127.0.0.1:${this.mediaPort}`);
    // Most stories are about meetings, not about who may make them.
    args.push("--policy", this.env.INCAMERA__POLICY ?? "open");
    this.child = new Child(built("incamera"), args, this.env);
    await until(`the server answers on port ${this.httpPort}: ${this.child.stderr}`, async () => {
      if (!this.child.isRunning) throw new Error(`the server ended: ${this.child.stderr}`);
      return (await fetch(`${this.origin}/readyz`)).ok;
    });
  }

  /** Where browsers and bots reach it. `localhost` is a secure context. */
  get origin() {
    return `http://localhost:${this.httpPort}`;
  }

  /** The link that makes its holder the operator, as the first start printed it. */
  get operatorLink() {
    const link = /http\S+\/operator#\S+/.exec(this.child.stdout)?.[0];
    if (link === undefined) throw new Error(`no operator's link: ${this.child.stdout}`);
    return link;
  }

  get pid() {
    return this.child.pid;
  }

  /**
   * Ends the process, and leaves ports and data for `resume`.
   * @param {NodeJS.Signals} [signal]
   */
  async halt(signal = "SIGTERM") {
    return await this.child.stop(signal);
  }

  /** Ends the process and deletes its data. Fails if the server panicked meanwhile. */
  async stop() {
    await this.halt();
    await rm(this.directory, { recursive: true, force: true });
    if (/panicked at/.test(this.child.stderr + this.child.stdout)) {
      throw new Error(`the server panicked: ${this.child.stderr}`);
    }
  }

  /** Makes every sign-in an hour old, as if time had passed: no story waits so long. */
  async ageSignIns() {
    const statement = "UPDATE sessions SET auth_time = auth_time - 3600";
    const script = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=10); db.execute(\"PRAGMA writable_schema=ON\"); db.execute(sys.argv[2]); db.commit()";
    const python = new Child("/usr/bin/python3", ["-c", script, join(this.directory, "incamera.sqlite"), statement]);
    const { code } = await python.ended;
    if (code !== 0) throw new Error(python.stderr);
  }

  /**
   * Makes a meeting through the bot, which knows how to make the keys.
   * @param {"e2ee" | "standard"} mode
   * @returns {Promise<{hostLink: string, invitation: string}>}
   */
  async newMeeting(mode) {
    const maker = new Child(built("incamera-bot"), ["new", "--server", this.origin, "--mode", mode, "--json"]);
    const { code } = await maker.ended;
    if (code !== 0) throw new Error(`no meeting was made: ${maker.stderr}`);
    return JSON.parse(maker.stdout);
  }
}
