// SPDX-License-Identifier: MIT OR Apache-2.0
// Adds up what the browser loads before the pre-join page is usable, and fails beyond the budget.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
// In bytes, gzip, JavaScript and style sheets without WASM. Beyond it a phone on a slow network waits for seconds.
const BUDGET = 200_000;

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));
// The pre-join page is the entry with what it imports, and the client that `main.ts` loads for it.
const roots = ["index.html", "src/media/client.ts"];
const files = new Set();
const seen = new Set();

function collect(key) {
  const chunk = manifest[key];
  if (chunk === undefined || seen.has(key)) return;
  seen.add(key);
  files.add(chunk.file);
  for (const file of chunk.css ?? []) files.add(file);
  for (const other of chunk.imports ?? []) collect(other);
}

roots.forEach(collect);
let total = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(new URL(file, DIST))).length;
  total += size;
  process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
process.stdout.write(`${String(total).padStart(8)}  pre-join page, gzip (budget ${BUDGET})\n`);
if (total > BUDGET) process.exit(1);
