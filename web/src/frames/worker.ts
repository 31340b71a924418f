// SPDX-License-Identifier: MIT OR Apache-2.0
// A frame worker: seals and opens encoded frames. Holds SFrame keys and nothing else of the meeting.

import type { ToFrames } from "../session/messages";
import { FrameShop } from "./frame-shop";
import type { FromFrameWorker, ToFrameWorker, TransformOptions } from "./messages";

const shop = new FrameShop((message: FromFrameWorker) => self.postMessage(message));

self.addEventListener("message", (event: MessageEvent<ToFrameWorker>) => {
  const message = event.data;
  switch (message.type) {
    case "begin":
      message.keys.onmessage = (keys: MessageEvent<ToFrames>) => shop.handleKeys(keys.data, message.canSend);
      return;
    case "line":
      return shop.bindLine(message.peer, message.line, { transport: message.transport, mid: message.mid });
    case "peerClosed":
      return shop.forgetPeer(message.peer);
    case "count":
      return self.postMessage({ type: "counts", request: message.request, counts: shop.counts() });
  }
});

self.addEventListener("rtctransform", (event) => {
  const { transformer } = event as RTCTransformEvent;
  const options = transformer.options as TransformOptions;
  if (options.side === "send") void shop.pumpSending(transformer, options.kind);
  else void shop.pumpReceiving(transformer, options);
});
