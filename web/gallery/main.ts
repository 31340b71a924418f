// SPDX-License-Identifier: MIT OR Apache-2.0
// Shows one screen with made-up people, named in the address: /gallery/?call-grid. Never part of the product.

import { mount } from "svelte";

import "../src/styles/tokens.css";
import "../src/styles/base.css";
import "../src/styles/controls.css";
import Gallery from "./Gallery.svelte";

const target = document.getElementById("app");
if (target !== null) mount(Gallery, { target, props: { name: location.search.slice(1) || "home" } });
