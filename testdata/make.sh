#!/bin/sh
# SPDX-License-Identifier: MIT OR Apache-2.0
# Makes testdata/bot/: what the bots show and say. Needs node and an ffmpeg with libvpx-vp9 and libopus (Debian:
# `apt-get install ffmpeg`). The results are committed, so nobody needs this but who changes the pattern.
#
# Per bot number: three VP9 layers of four seconds in IVF (f 640x360, h 320x180, q 160x90; 15 pictures a second, a
# keyframe every second, no hidden frames, one reference chain) and a voice in Ogg Opus (20 ms packets).
set -eu
cd "$(dirname "$0")"
mkdir -p bot

VP9="-c:v libvpx-vp9 -pix_fmt yuv420p -deadline good -cpu-used 1 -threads 1 -row-mt 0 -lag-in-frames 0 -auto-alt-ref 0
 -g 15 -keyint_min 15 -error-resilient 1 -fflags +bitexact -flags:v +bitexact"

for number in 1 2 3 4; do
    # Word splitting of $VP9 is wanted.
    # shellcheck disable=SC2086
    node pattern.mjs video "$number" | ffmpeg -loglevel error -y \
        -f rawvideo -pix_fmt rgb24 -video_size 640x360 -framerate 15 -i - \
        -filter_complex "[0:v]split=3[f][h0][q0];[h0]scale=320:180[h];[q0]scale=160:90[q]" \
        -map "[f]" $VP9 -b:v 300k "bot/$number-f.ivf" \
        -map "[h]" $VP9 -b:v 140k "bot/$number-h.ivf" \
        -map "[q]" $VP9 -b:v 60k "bot/$number-q.ivf"
    node pattern.mjs voice "$number" | ffmpeg -loglevel error -y \
        -f s16le -ar 48000 -ac 1 -i - \
        -c:a libopus -b:a 24k -application voip -frame_duration 20 -fflags +bitexact -flags:a +bitexact \
        "bot/$number.ogg"
done
