// SPDX-License-Identifier: MIT OR Apache-2.0
import { fileURLToPath } from "node:url";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { licences } from "./scripts/licences.js";
import { compileWords, MESSAGES, OUT_WITH_PSEUDO } from "./scripts/words.js";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Where `cargo xtask run` listens, for `npm run dev`.
const SERVER = "http://localhost:8080";

export default defineConfig(({ command, mode }) => {
  // The gallery shows every screen with made-up people for the screenshots; it is never part of `dist`.
  const isGallery = mode === "gallery";
  const notices = licences();
  return {
    plugins: [words({ hasPseudo: isGallery || (command === "serve" && mode !== "test") }), svelte(), notices.page],
    build: {
      // Younger than any browser that the client supports, so that nothing is translated downward.
      target: ["chrome129", "firefox128", "safari18"],
      outDir: isGallery ? at("node_modules/.gallery") : at("dist"),
      emptyOutDir: true,
      // `data:` addresses would need a laxer Content Security Policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      manifest: true,
      rolldownOptions: { input: isGallery ? at("gallery/index.html") : at("index.html") },
    },
    worker: { format: "es", plugins: () => [notices.worker()] },
    server: {
      host: "127.0.0.1",
      // The server answers only pages of its own origin.
      proxy: {
        "/api": { target: SERVER, changeOrigin: true, headers: { origin: SERVER } },
        "/ws": { target: SERVER, changeOrigin: true, ws: true, rewriteWsOrigin: true },
      },
    },
    test: { include: ["src/**/*.test.ts"], environment: "node" },
  };
});

/** Keeps the functions of the message catalogue in step with its files. */
function words(options: { hasPseudo: boolean }): Plugin {
  return {
    name: "incamera-words",
    enforce: "pre",
    config: () => ({ resolve: { alias: options.hasPseudo ? [{ find: /^.*\/generated\/paraglide/, replacement: OUT_WITH_PSEUDO }] : [] } }),
    configResolved: () => compileWords(options),
    configureServer(server) {
      server.watcher.add(MESSAGES);
      server.watcher.on("change", (path) => void (path.startsWith(MESSAGES) && compileWords(options)));
    },
  };
}
