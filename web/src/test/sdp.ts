// SPDX-License-Identifier: MIT OR Apache-2.0
// What a test reads and leaves out of the server's answers.

/** What packets travel over. */
export type Transport = "udp" | "tcp";

/** Returns an answer that offers one way only, so that a connection under it proves that this way works. */
export function onlyOver(transport: Transport, sdp: string): string {
  return sdp
    .split("\r\n")
    .filter((line) => !line.startsWith(CANDIDATE) || transportOf(line) === transport)
    .join("\r\n");
}

/** Returns the ports at which the server listens for one way, each once. */
export function portsOf(transport: Transport, sdp: string): number[] {
  const lines = sdp.split("\r\n").filter((line) => line.startsWith(CANDIDATE) && transportOf(line) === transport);
  const ports = lines.map((line) => Number(line.split(" ")[5])).filter((port) => Number.isInteger(port) && port > 0);
  return [...new Set(ports)];
}

/** RFC 8839, section 5.1: foundation, component, transport, priority, address, port. */
function transportOf(line: string): string {
  return line.split(" ")[2]?.toLowerCase() ?? "";
}

const CANDIDATE = "a=candidate:";
