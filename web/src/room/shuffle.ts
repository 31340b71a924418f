// SPDX-License-Identifier: MIT OR Apache-2.0
// Who goes into which breakout room by chance.

/** Spreads people over rooms as evenly as they go; returns each one's room, by position. */
export function spread(people: readonly number[], rooms: number, random: () => number = Math.random): Map<number, number> {
  const drawn = people.map((person) => ({ person, lot: random() })).toSorted((one, other) => one.lot - other.lot);
  return new Map(rooms < 1 ? [] : drawn.map(({ person }, position) => [person, position % rooms]));
}
