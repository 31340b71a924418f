// SPDX-License-Identifier: MIT OR Apache-2.0
// Fetches and compiles the WebAssembly module, once for all workers.

import engineUrl from "../generated/wasm/incamera_wasm_bg.wasm?url";

/** Compiles the engine while it arrives. Rejects if it cannot be fetched or this browser cannot compile it. */
export async function compileEngine(): Promise<WebAssembly.Module> {
  const response = await fetch(engineUrl);
  if (!response.ok) throw new Error(`engine: HTTP ${response.status}`);
  const isTyped = response.headers.get("content-type")?.startsWith("application/wasm") === true;
  // Streaming compilation insists on the media type; a proxy that drops it costs some milliseconds, not the call.
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
