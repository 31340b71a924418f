// SPDX-License-Identifier: MIT OR Apache-2.0
import { expect, test } from "vitest";

import { chooseCodecs } from "./codecs";

test("Chromium keeps one VP9 and its retransmissions", () => {
  check(
    "video",
    ["video/VP8", "video/rtx", "video/VP9 profile-id=0", "video/VP9 profile-id=2", "video/H264 profile-level-id=42001f", "video/AV1", "video/red", "video/ulpfec"],
    ["video/rtx", "video/VP9 profile-id=0"],
  );
});

test("Firefox names no profile and means 0", () => {
  check("video", ["video/VP8 max-fs=12288;max-fr=60", "video/VP9 max-fs=12288;max-fr=60", "video/rtx"], ["video/VP9 max-fs=12288;max-fr=60", "video/rtx"]);
});

test("audio is Opus without redundancy, comfort noise or tones", () => {
  check("audio", ["audio/opus minptime=10;useinbandfec=1", "audio/red 111/111", "audio/CN", "audio/PCMU", "audio/telephone-event"], ["audio/opus minptime=10;useinbandfec=1"]);
});

test("nothing is chosen where nothing can be sealed", () => {
  check("video", ["video/H264", "video/VP8"], []);
});

function check(kind: "audio" | "video", offered: string[], chosen: string[]): void {
  const codecs = offered.map((text) => {
    const [mimeType = "", sdpFmtpLine] = text.split(" ");
    return { mimeType, sdpFmtpLine, text };
  });
  expect(chooseCodecs(kind, codecs).map((codec) => codec.text)).toEqual(chosen);
}
