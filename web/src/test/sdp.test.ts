// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { browserOf } from "./browser";
import { onlyOver, portsOf } from "./sdp";

const ANSWER = [
  "v=0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host",
  "a=candidate:1 1 udp 2130706431 2001:db8::1 40000 typ host",
  "a=candidate:2 1 TCP 1694498815 192.0.2.1 40443 typ host tcptype passive",
  "a=end-of-candidates",
  "",
].join("\r\n");

test("an answer over one way names no candidate of the other", () => {
  const udp = onlyOver("udp", ANSWER);
  expect(udp).not.toMatch(/tcp/i);
  expect(udp).toContain("192.0.2.1 40000");
  expect(onlyOver("tcp", ANSWER)).not.toContain(" udp ");
  expect(onlyOver("tcp", ANSWER)).toContain("a=end-of-candidates\r\n");
});

test("the ports are those to be opened, each once", () => {
  expect([portsOf("udp", ANSWER), portsOf("tcp", ANSWER), portsOf("udp", "v=0")]).toEqual([[40000], [40443], []]);
});

test("a browser is called what people call it", () => {
  expect(browserOf("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0")).toBe("Firefox 153, Linux");
  expect(browserOf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0")).toBe("Edge 156, Windows");
  expect(browserOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1")).toBe("Safari 18.5, iOS");
  expect(browserOf("curl/8")).toBe("?, ?");
});
