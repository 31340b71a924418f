// SPDX-License-Identifier: MIT OR Apache-2.0
// How many columns a grid of 16:9 tiles gets, and how many tiles make a page.

export interface Box {
  width: number;
  height: number;
}

export interface Grid {
  columns: number;
  rows: number;
  /** Of one tile, in CSS pixels, whole. */
  width: number;
  height: number;
}

/** Returns the columns that make the tiles largest; among equals the fewest rows. */
export function arrange(count: number, box: Box, gap: number, aspect = 16 / 9): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = (box.width - gap * (columns - 1)) / columns;
    const down = (box.height - gap * (rows - 1)) / rows;
    const width = Math.floor(Math.max(0, Math.min(across, down * aspect)));
    const height = Math.floor(width / aspect);
    if (width >= best.width) best = { columns, rows, width, height };
  }
  return best;
}

/** Returns the shape of tiles in a grid: wide ones, and taller ones on a portrait screen, where 16:9 wastes half of it. */
export function aspectFor(box: Box, count: number): number {
  if (box.width >= box.height) return 16 / 9;
  const columns = count <= 3 ? 1 : 2;
  const rows = Math.ceil(count / columns);
  return Math.min(16 / 9, Math.max(2 / 3, box.width / columns / (box.height / Math.max(1, rows))));
}

/** Returns how many tiles one page of the grid holds: as many as are still large enough to know somebody by. */
export function pageSize(box: Box): number {
  if (box.width < 600) return box.height < 500 ? 4 : 8;
  if (box.height < 400) return 8;
  const columns = Math.floor(box.width / LEAST.width);
  const rows = Math.floor(box.height / LEAST.height);
  return Math.min(MOST, Math.max(4, columns * rows));
}

/** Returns one page, and keeps the page number within what there is. */
export function pageOf<T>(items: readonly T[], page: number, size: number): { items: readonly T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const within = Math.min(Math.max(0, page), pages - 1);
  return { items: items.slice(within * size, (within + 1) * size), page: within, pages };
}

// In CSS pixels, the gap included. Smaller ones hold no name.
const LEAST = { width: 136, height: 80 };
// protocol::limits::VIDEO_SLOTS.
const MOST = 49;
