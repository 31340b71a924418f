// SPDX-License-Identifier: MIT OR Apache-2.0
// Which language the page speaks: the one chosen before, else the first of the browser's that there is.

import { createContext } from "svelte";

import { baseLocale, locales, overwriteGetLocale, toLocale, type Locale } from "../generated/paraglide/runtime";

/** Where a choice lasts. */
export interface LanguageMemory {
  language(): string | null;
  rememberLanguage(language: string): void;
}

/** A language one can choose, in its own words. */
export interface LanguageOption {
  locale: Locale;
  /** What its name is tagged with. */
  tag: string;
  name: string;
}

/** The page's language. Whatever shows a message follows it without a reload. */
export class Language {
  readonly #memory: LanguageMemory;
  #locale: Locale = $state(baseLocale);

  /** Begins with what the address asks for (`?lang=de`), what was chosen before, or what the browser prefers. */
  constructor(memory: LanguageMemory, { asked, preferred }: { asked: string | null; preferred: readonly string[] }) {
    this.#memory = memory;
    this.#locale = firstKnown([asked, memory.language(), ...preferred]);
  }

  /** Makes every message come in this language. */
  speak(): void {
    overwriteGetLocale(() => this.#locale);
  }

  get locale(): Locale {
    return this.#locale;
  }

  /** What the page is tagged with. */
  get tag(): string {
    return tagOf(this.#locale);
  }

  get direction(): "ltr" | "rtl" {
    return RIGHT_TO_LEFT.includes(this.#locale) ? "rtl" : "ltr";
  }

  get options(): readonly LanguageOption[] {
    return locales.filter((locale) => !isPseudo(locale) || locale === this.#locale).map((locale) => ({ locale, tag: tagOf(locale), name: ownName(locale) }));
  }

  /** Changes the language, for this visit and those to come. */
  choose(language: string): void {
    const locale = toLocale(language);
    if (locale === undefined) return;
    this.#locale = locale;
    this.#memory.rememberLanguage(locale);
  }
}

/** The language of the screens below, for those that let a person change it. */
export const [language, provideLanguage] = createContext<Language>();

function firstKnown(wishes: readonly (string | null)[]): Locale {
  for (const wish of wishes) {
    if (wish === null) continue;
    // `de-AT` is served by `de`.
    const locale = toLocale(wish) ?? toLocale(wish.split("-")[0]);
    if (locale !== undefined) return locale;
  }
  return baseLocale;
}

function ownName(locale: Locale): string {
  const name = new Intl.DisplayNames([locale], { type: "language" }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

/** The pseudo-locale is English in disguise. */
function tagOf(locale: Locale): string {
  return isPseudo(locale) ? "en-x-pseudo" : locale;
}

function isPseudo(locale: string): boolean {
  return locale === PSEUDO;
}

// The development's, which is not in what ships.
const PSEUDO = "qps";
const RIGHT_TO_LEFT: readonly string[] = ["ar", "fa", "he", "ur", PSEUDO];
