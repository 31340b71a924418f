// SPDX-License-Identifier: MIT OR Apache-2.0
// Gathers the licences of what others wrote and the client carries, into one file that is served with it. Which packages
// those are is seen while the client is built: each module of theirs that is read, workers and single files included.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Whose code is copied into what it generates for the client. */
const COPIED = ["@inlang/paraglide-js"];

/** What a package has compiled into it without saying so in a licence of its own. */
const CARRIED = { "@jitsi/rnnoise-wasm": [{ name: "RNNoise", file: "notices/rnnoise.txt" }] };

/**
 * Returns two Vite plugins that share what they see: one for the page, one for its workers.
 * @returns {{ page: import("vite").Plugin, worker: () => import("vite").Plugin }}
 */
export function licences() {
  /** @type {Set<string>} */
  const seen = new Set(COPIED);
  /** @type {import("vite").Plugin} */
  const watch = {
    name: "incamera-licences-watch",
    enforce: "pre",
    load(id) {
      const name = packageOf(id);
      if (name !== null) seen.add(name);
      return null;
    },
  };
  return {
    worker: () => watch,
    page: {
      ...watch,
      name: "incamera-licences",
      apply: "build",
      generateBundle(_, bundle) {
        // Fonts come by way of style sheets, whose files nobody loads as modules.
        const files = Object.values(bundle).flatMap((one) => (one.type === "asset" ? one.originalFileNames : []));
        for (const name of files.map(packageOf)) if (name !== null) seen.add(name);
        this.emitFile({ type: "asset", fileName: "licences.txt", source: textOf([...seen].sort()) });
      },
    },
  };
}

/**
 * Returns which package a module belongs to.
 * @param {string} id
 */
export function packageOf(id) {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
  return name === undefined || name.startsWith(".") ? null : name;
}

/** @param {string[]} names */
function textOf(names) {
  const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8"));
  const parts = names.flatMap((name) => {
    const { version, license } = lock.packages[`node_modules/${name}`] ?? {};
    if (version === undefined) throw new Error(`package-lock.json does not name ${name}`);
    const carried = (CARRIED[/** @type {keyof typeof CARRIED} */ (name)] ?? []).map((one) => `${one.name}, in ${name}\n\n${readFileSync(ROOT + one.file, "utf8")}`);
    return [`${name} ${version}\n\n${ownText(name, license)}`, ...carried];
  });
  return [INTRODUCTION, ...parts].map((part) => part.trim()).join(`\n\n${"-".repeat(80)}\n\n`) + "\n";
}

/**
 * The licence that comes with a package; the common one's text where only its name does.
 * @param {string} name
 * @param {string | undefined} license
 */
function ownText(name, license) {
  const folder = `${ROOT}node_modules/${name}/`;
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (files.length > 0) return files.map((file) => readFileSync(folder + file, "utf8").trim()).join("\n\n");
  const common = `${ROOT}../LICENSE-APACHE`;
  if (license === "Apache-2.0" && existsSync(common)) return readFileSync(common, "utf8");
  throw new Error(`${name} comes without the text of its licence`);
}

const INTRODUCTION = `Incamera's web client carries parts that others wrote. These are their licences.`;
