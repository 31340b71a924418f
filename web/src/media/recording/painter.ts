// SPDX-License-Identifier: MIT OR Apache-2.0
// Draws the recorded picture: who is in it side by side, a shared screen large.

import { arrange } from "../../room/grid";
import { avatarColour, initials } from "../../room/names";
import type { RecordedScene, RecordedTile } from "../../room/recording";

/** Where a tile lies. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Returns where each tile of a scene lies, in the order of its tiles. */
export function places(tiles: readonly RecordedTile[]): Place[] {
  const screens = tiles.filter(({ type }) => type === "screen").length;
  const strip = screens === 0 ? WIDTH : STRIP;
  const onStage = inGrid(screens, { x: 0, y: 0, width: WIDTH - (screens === tiles.length ? 0 : STRIP + GAP), height: HEIGHT });
  const beside = inGrid(tiles.length - screens, { x: WIDTH - strip, y: 0, width: strip, height: HEIGHT });
  return tiles.map(({ type }) => (type === "screen" ? onStage : beside).shift() ?? { x: 0, y: 0, width: 0, height: 0 });
}

function inGrid(count: number, box: Place): Place[] {
  const grid = arrange(count, box, GAP);
  const top = box.y + (box.height - grid.rows * grid.height - (grid.rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / grid.columns);
    const inRow = Math.min(grid.columns, count - row * grid.columns);
    const left = box.x + (box.width - inRow * grid.width - (inRow - 1) * GAP) / 2;
    return {
      x: Math.round(left + (index % grid.columns) * (grid.width + GAP)),
      y: Math.round(top + row * (grid.height + GAP)),
      width: grid.width,
      height: grid.height,
    };
  });
}

/** Draws a scene. `videoOf` gives the picture of a tile once there is one. */
export function paint(context: CanvasRenderingContext2D, scene: RecordedScene, leftOut: string, videoOf: (key: string) => HTMLVideoElement | null): void {
  context.fillStyle = "#0f1115";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const all = places(scene.tiles);
  scene.tiles.forEach((tile, index) => {
    const place = all[index];
    if (place === undefined || place.width === 0) return;
    context.save();
    context.beginPath();
    context.roundRect(place.x, place.y, place.width, place.height, 10);
    context.clip();
    context.fillStyle = "#1f232b";
    context.fillRect(place.x, place.y, place.width, place.height);
    paintTile(context, tile, place, leftOut, videoOf(tile.key));
    context.restore();
  });
}

function paintTile(context: CanvasRenderingContext2D, tile: RecordedTile, place: Place, leftOut: string, video: HTMLVideoElement | null): void {
  if (tile.type === "left_out") return write(context, leftOut, place, Math.min(20, place.width / 14), "#a5afba");
  if (video !== null && video.videoWidth > 0) {
    const fit = tile.type === "screen" ? Math.min : Math.max;
    const scale = fit(place.width / video.videoWidth, place.height / video.videoHeight);
    const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
    context.drawImage(video, place.x + (place.width - width) / 2, place.y + (place.height - height) / 2, width, height);
  } else if (tile.type === "person") {
    const radius = Math.min(place.width, place.height) / 5;
    context.fillStyle = `oklch(0.42 0.075 ${avatarColour(tile.participant) * HUE_STEP})`;
    context.beginPath();
    context.arc(place.x + place.width / 2, place.y + place.height / 2, radius, 0, 2 * Math.PI);
    context.fill();
    write(context, initials(tile.name), place, radius * 0.75, "#fff");
  }
  label(context, tile.name, place);
}

function write(context: CanvasRenderingContext2D, text: string, place: Place, size: number, colour: string): void {
  context.font = `600 ${size}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(text, place.x + place.width / 2, place.y + place.height / 2, place.width - 2 * GAP);
}

function label(context: CanvasRenderingContext2D, name: string, place: Place): void {
  const size = Math.max(13, Math.min(20, place.height / 18));
  context.font = `500 ${size}px ${FONT}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const width = Math.min(context.measureText(name).width, place.width - 5 * GAP);
  const bottom = place.y + place.height - GAP;
  context.fillStyle = "rgb(10 12 15 / 0.72)";
  context.beginPath();
  context.roundRect(place.x + GAP, bottom - size * 1.7, width + 2 * GAP, size * 1.7, 6);
  context.fill();
  context.fillStyle = "#fff";
  context.fillText(name, place.x + 2 * GAP, bottom - size * 0.82, width);
}

/** The size of the recorded picture: letters of a shared screen can be read, and a laptop has power left for the call. */
export const WIDTH = 1280;
export const HEIGHT = 720;
const GAP = 8;
// Of those beside a shared screen.
const STRIP = 240;
const HUE_STEP = 45;
const FONT = '"Inter Variable", system-ui, sans-serif';
