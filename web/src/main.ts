// SPDX-License-Identifier: MIT OR Apache-2.0
// Where the page begins. What a call needs is loaded only once there is a meeting to enter.

import { mount } from "svelte";

import { Language } from "./language/language.svelte";
import { Memory } from "./room/memory";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import App from "./ui/App.svelte";

const target = document.getElementById("app");
if (target !== null) {
  const memory = Memory.ofBrowser();
  const language = new Language(memory, { asked: new URLSearchParams(location.search).get("lang"), preferred: navigator.languages });
  language.speak();
  mount(App, { target, props: { load: () => import("./media/client"), memory, language } });
}
