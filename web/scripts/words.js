// SPDX-License-Identifier: MIT OR Apache-2.0
// Compiles the messages of messages/AREA/LOCALE.json into functions in src/generated/paraglide, one module for each
// message, so that each chunk carries only its own. `npm run words` does it once, the Vite plugin whenever they change.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { compileProject } from "@inlang/paraglide-js";
// @ts-expect-error The package names declarations that it does not have.
import messageFormat from "@inlang/plugin-message-format";
import { loadProjectInMemory, newProject } from "@inlang/sdk";

import { pseudo } from "./pseudo.js";

const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

export const MESSAGES = at("../messages");
export const OUT = at("../src/generated/paraglide");
// Elsewhere, so that nothing of it can get into what ships.
export const OUT_WITH_PSEUDO = at("../node_modules/.paraglide");
const LOCALES = ["en", "de", "fr", "es"];
// A language nobody speaks, from right to left, that shows which texts are not in the catalogue and which do not fit.
const PSEUDO = "qps";

/**
 * Compiles the catalogue. With `hasPseudo`, the development's language comes with it.
 * @param {{ hasPseudo: boolean }} options
 */
export async function compileWords({ hasPseudo }) {
  const locales = hasPseudo ? [...LOCALES, PSEUDO] : LOCALES;
  const blob = await newProject({ settings: { baseLocale: "en", locales } });
  const project = await loadProjectInMemory({ blob, providePlugins: [messageFormat] });
  const files = locales.map((locale) => ({ locale, content: new TextEncoder().encode(JSON.stringify(messagesIn(locale))) }));
  await project.importFiles({ pluginKey: messageFormat.key, files });
  const output = await compileProject({
    project,
    compilerOptions: { strategy: ["baseLocale"], isServer: "false", emitReadme: false, emitPrettierIgnore: false, emitGitIgnore: false },
  });
  await project.close();
  write(hasPseudo ? OUT_WITH_PSEUDO : OUT, output);
}

/**
 * Returns the messages of all areas in one language. What is missing is the catalogue's test's business.
 * @param {string} locale
 * @returns {Record<string, unknown>}
 */
export function messagesIn(locale) {
  if (locale === PSEUDO) return pseudo(messagesIn("en"));
  /** @type {Record<string, unknown>} */
  const all = {};
  for (const area of readdirSync(MESSAGES).sort()) Object.assign(all, JSON.parse(read(join(MESSAGES, area, `${locale}.json`)) ?? "{}"));
  return all;
}

/**
 * Leaves alone what is the same already, so that whoever watches or reads these files at the time is not disturbed.
 * @param {string} directory
 * @param {Record<string, string>} output
 */
function write(directory, output) {
  for (const [name, text] of Object.entries(output)) {
    const path = join(directory, name);
    if (read(path) === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  for (const name of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(name.parentPath, name.name);
    if (name.isFile() && !(relative(directory, path).replaceAll("\\", "/") in output)) rmSync(path);
  }
}

function read(/** @type {string} */ path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileWords({ hasPseudo: false });
