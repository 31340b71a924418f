// SPDX-License-Identifier: MIT OR Apache-2.0
// Where each tile stands, in CSS pixels. All tiles are laid out by one list, so that none is made anew (and its
// picture interrupted) when somebody takes the stage.

import { arrange, aspectFor, pageOf, pageSize, type Box } from "./grid";
import type { Placement, TileSpec } from "./order";

export interface PlacedTile extends TileSpec {
  role: "stage" | "grid" | "strip" | "floating";
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Scene {
  tiles: readonly PlacedTile[];
  page: number;
  pages: number;
}

/** Returns where the tiles of one page stand, with room below for the pager if there is more than one page. */
export function layOut(placement: Placement, box: Box, wantedPage: number): Scene {
  const whole = layOutIn(placement, box, wantedPage);
  if (whole.pages === 1) return whole;
  return layOutIn(placement, { width: box.width, height: Math.max(0, box.height - PAGER) }, wantedPage);
}

function layOutIn(placement: Placement, box: Box, wantedPage: number): Scene {
  const floating = placement.floating === null ? [] : [{ ...placement.floating, ...corner(box) }];
  if (placement.stage.length === 0) {
    const { items, page, pages } = pageOf(placement.others, wantedPage, pageSize(box));
    const isFullBleed = placement.others.length === 1;
    const tiles = isFullBleed ? items.map((tile) => ({ ...tile, role: "grid" as const, x: 0, y: 0, ...box })) : grid(items, box);
    return { tiles: [...tiles, ...floating], page, pages };
  }
  if (placement.others.length === 0) return { tiles: [...onStage(placement.stage, box), ...floating], page: 0, pages: 1 };
  const isWide = box.width >= box.height * 1.1;
  // A strip below takes from the height, of which a low window has none to give.
  const isBeside = isWide && (placement.strip === "beside" || box.height < LOW);
  return isBeside ? besideStrip(placement, box, wantedPage) : aboveStrip(placement, box, wantedPage);
}

function grid(tiles: readonly TileSpec[], box: Box): PlacedTile[] {
  const { columns, rows, width, height } = arrange(tiles.length, box, GAP, aspectFor(box, tiles.length));
  const top = Math.floor((box.height - rows * height - (rows - 1) * GAP) / 2);
  return tiles.map((tile, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, tiles.length - row * columns);
    const left = Math.floor((box.width - inRow * width - (inRow - 1) * GAP) / 2);
    return { ...tile, role: "grid", x: left + (index - row * columns) * (width + GAP), y: top + row * (height + GAP), width, height };
  });
}

/** Several shared screens share the whole of the stage: what they show has a shape of its own. */
function onStage(tiles: readonly TileSpec[], box: Box): PlacedTile[] {
  const { columns, rows } = arrange(tiles.length, box, GAP);
  const width = Math.max(0, Math.floor((box.width - (columns - 1) * GAP) / columns));
  const height = Math.max(0, Math.floor((box.height - (rows - 1) * GAP) / rows));
  return tiles.map((tile, index) => ({ ...tile, role: "stage", x: (index % columns) * (width + GAP), y: Math.floor(index / columns) * (height + GAP), width, height }));
}

function besideStrip({ stage, others }: Placement, box: Box, wantedPage: number): Scene {
  const single = Math.round(Math.min(MAX_STRIP, Math.max(MIN_STRIP, box.width * 0.19)));
  const hasTwo = box.width >= TWO_COLUMNS_FROM && others.length > fitting(box.height, heightOf(single));
  const columns = hasTwo ? 2 : 1;
  const width = hasTwo ? MIN_STRIP : single;
  const height = heightOf(width);
  const { items, page, pages } = pageOf(others, wantedPage, fitting(box.height, height) * columns);
  const rows = Math.ceil(items.length / columns);
  const top = Math.max(0, Math.floor((box.height - rows * height - (rows - 1) * GAP) / 2));
  const begin = box.width - columns * width - (columns - 1) * GAP;
  const strip = items.map((tile, index): PlacedTile => ({
    ...tile,
    role: "strip",
    x: begin + (index % columns) * (width + GAP),
    y: top + Math.floor(index / columns) * (height + GAP),
    width,
    height,
  }));
  return { tiles: [...onStage(stage, { width: Math.max(0, begin - GAP), height: box.height }), ...strip], page, pages };
}

function aboveStrip({ stage, others }: Placement, box: Box, wantedPage: number): Scene {
  const height = Math.round(Math.min(112, Math.max(84, box.height * 0.17)));
  // Square on a portrait screen, where there is little width to share.
  const width = Math.min(box.width < box.height ? height : Math.round((height * 16) / 9), box.width);
  const { items, page, pages } = pageOf(others, wantedPage, fitting(box.width, width));
  const used = items.length * width + (items.length - 1) * GAP;
  const left = Math.max(0, Math.floor((box.width - used) / 2));
  const strip = items.map((tile, index): PlacedTile => ({ ...tile, role: "strip", x: left + index * (width + GAP), y: box.height - height, width, height }));
  return { tiles: [...onStage(stage, { width: box.width, height: Math.max(0, box.height - height - GAP) }), ...strip], page, pages };
}

function heightOf(width: number): number {
  return Math.round((width * 9) / 16);
}

function corner(box: Box): Omit<PlacedTile, keyof TileSpec> {
  const isPortrait = box.width < box.height;
  const width = isPortrait ? Math.round(Math.min(132, box.width * 0.3)) : Math.round(Math.min(256, Math.max(128, box.width * 0.2)));
  const height = Math.round(isPortrait ? (width * 4) / 3 : (width * 9) / 16);
  return { role: "floating", x: box.width - width - 2 * GAP, y: box.height - height - 2 * GAP, width, height };
}

function fitting(length: number, each: number): number {
  return Math.max(1, Math.floor((length + GAP) / (each + GAP)));
}

// Between tiles, in CSS pixels.
const GAP = 8;
// The pager's height with its gap: a finger's target.
const PAGER = 52;
// Wide enough to know a face by, narrow enough to leave a shared screen readable.
const MIN_STRIP = 144;
const MAX_STRIP = 248;
// From here two columns of the narrowest tiles leave the stage three quarters of the width.
const TWO_COLUMNS_FROM = 1200;
// A phone on its side.
const LOW = 420;
