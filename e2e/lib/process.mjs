// SPDX-License-Identifier: MIT OR Apache-2.0
// Child processes: where the built programs are, started with their output kept, ended by their own id.

import { spawn } from "node:child_process";
import { createServer as createTcpServer } from "node:net";
import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bounded } from "./wait.mjs";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where screenshots, captures and logs of failed stories go; not committed. */
export const OUT = join(ROOT, "e2e", "out");

/**
 * A program that cargo has built.
 * @param {"incamera" | "incamera-bot"} name
 */
export function built(name) {
  const directory = process.env.INCAMERA_BIN_DIR ?? join(ROOT, "target", "debug");
  const path = join(directory, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build -p ${name}`);
  return path;
}

/**
 * The first of these programs that is on the PATH.
 * @param {string[]} names
 */
export function installed(names) {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      if (existsSync(join(directory, name))) return join(directory, name);
    }
  }
  throw new Error(`none of these is installed: ${names.join(", ")}`);
}

/** A child process with its output kept. */
export class Child {
  /**
   * @param {string} program
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [env]
   * @param {"ignore" | "pipe"} [stdin]
   */
  constructor(program, args, env = {}, stdin = "ignore") {
    this.stdout = "";
    this.stderr = "";
    /** @type {Array<(line: string) => void>} */
    this.listeners = [];
    this.process = spawn(program, args, { stdio: [stdin, "pipe", "pipe"], env: { ...process.env, ...env } });
    let line = "";
    this.process.stdout?.setEncoding("utf8").on("data", (text) => {
      this.stdout += text;
      const lines = (line + text).split("\n");
      line = lines.pop() ?? "";
      for (const whole of lines) for (const listener of this.listeners) listener(whole);
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text) => (this.stderr += text));
    /** @type {Promise<{code: number | null, signal: string | null}>} */
    this.ended = new Promise((resolve) => {
      this.process.once("error", (error) => {
        this.stderr += String(error);
        resolve({ code: null, signal: "spawn" });
      });
      this.process.once("close", (code, signal) => resolve({ code, signal }));
    });
  }

  get pid() {
    return this.process.pid ?? 0;
  }

  get isRunning() {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /**
   * Ends it gently, or by force when that takes too long.
   * @param {NodeJS.Signals} [signal]
   */
  async stop(signal = "SIGTERM") {
    if (this.isRunning) this.process.kill(signal);
    try {
      return await bounded("the process ends", this.ended, 10_000);
    } catch {
      this.process.kill("SIGKILL");
      return await this.ended;
    }
  }
}

/**
 * A port that is free for TCP, and with the `count` - 1 after it for UDP. Below the range that the kernel hands out by
 * itself, so that nobody takes it between looking and using.
 * @param {number} count
 */
export async function freePort(count = 1) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const isFree = [isTcpFree(port)];
    for (let index = 0; index < count; index += 1) isFree.push(isUdpFree(port + index));
    if ((await Promise.all(isFree)).every(Boolean)) return port;
  }
  throw new Error("no free port");
}

/** @param {number} port @returns {Promise<boolean>} */
function isTcpFree(port) {
  return new Promise((resolve) => {
    const server = createTcpServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function isUdpFree(port) {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });
}
