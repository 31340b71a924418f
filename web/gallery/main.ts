// SPDX-License-Identifier: MIT OR Apache-2.0
// Shows one screen with made-up people, named in the address: /gallery/?screen=call-grid&lang=de. Never part of the product.

import { mount } from "svelte";

import { Language } from "../src/language/language.svelte";
import { Memory } from "../src/room/memory";
import "../src/styles/tokens.css";
import "../src/styles/base.css";
import "../src/styles/controls.css";
import Gallery from "./Gallery.svelte";

const target = document.getElementById("app");
if (target !== null) {
  const asked = new URLSearchParams(location.search);
  const language = new Language(new Memory(null, null), { asked: asked.get("lang"), preferred: [] });
  language.speak();
  mount(Gallery, { target, props: { name: asked.get("screen") ?? "home", language } });
}
