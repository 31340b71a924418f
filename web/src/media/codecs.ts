// SPDX-License-Identifier: MIT OR Apache-2.0
// Which codecs a line may negotiate: those whose whole frames can be sealed, and retransmission.

/** What {@link chooseCodecs} looks at. */
export interface Codec {
  mimeType: string;
  sdpFmtpLine?: string | undefined;
}

/** Keeps VP9 profile 0 with its retransmissions, or Opus. RED, FEC and every other codec would carry clear bytes or need another profile. */
export function chooseCodecs<C extends Codec>(kind: "audio" | "video", codecs: readonly C[]): C[] {
  return codecs.filter((codec) => {
    const name = codec.mimeType.toLowerCase();
    if (kind === "audio") return name === "audio/opus";
    return name === "video/rtx" || (name === "video/vp9" && isProfileZero(codec.sdpFmtpLine));
  });
}

function isProfileZero(parameters: string | undefined): boolean {
  const profile = /(?:^|;)\s*profile-id=(\d+)/.exec(parameters ?? "");
  return profile === null || profile[1] === "0";
}
