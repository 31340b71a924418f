// SPDX-License-Identifier: MIT OR Apache-2.0
// Where the person is: in the meeting or in one of its breakout rooms. The meeting goes on meanwhile; a room is a stay of its
// own beside it, which begins and ends by what the hosts signed in the meeting.

import type { BreakoutRoomView, BroadcastView } from "../generated";
import { m } from "../generated/paraglide/messages";
import type { Room } from "./room.svelte";
import type { View } from "./view";

/** The breakout room that the person is in. */
export interface Inside {
  id: string;
  name: string;
  room: Room;
}

/** The breakout rooms of one meeting, as one person goes in and out of them. */
export class Breakouts {
  readonly main: Room;
  #inside: Inside | null = $state.raw(null);
  #declined: string | null = $state(null);
  #seenBroadcast: number | null = $state(null);
  #closing: { id: number; at: number } | null = null;
  #secondsLeft: number | null = $state(null);
  #clock: ReturnType<typeof setInterval> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #pass: string | null = null;
  #isFirstLook = true;

  constructor(main: Room) {
    this.main = main;
  }

  get inside(): Inside | null {
    return this.#inside;
  }

  /** The room that the person is asked into. */
  get invitation(): BreakoutRoomView | null {
    return this.#inside === null && this.own?.id !== this.#declined ? this.own : null;
  }

  /** The room that the person belongs in. */
  get own(): BreakoutRoomView | null {
    return this.#rooms.find(({ isMine }) => isMine) ?? null;
  }

  /** Until the rooms close, if they do by themselves. */
  get secondsLeft(): number | null {
    return this.#secondsLeft;
  }

  /** What a host said to all rooms, until it is put away. */
  get broadcast(): BroadcastView | null {
    const broadcast = this.main.view?.breakouts.broadcast ?? null;
    return broadcast?.id === this.#seenBroadcast ? null : broadcast;
  }

  dismissBroadcast(): void {
    this.#seenBroadcast = this.main.view?.breakouts.broadcast?.id ?? null;
  }

  /** The person does not want to go there, for now. */
  decline(): void {
    this.#declined = this.own?.id ?? null;
  }

  /** Goes into a room that the meeting's view offers, from wherever the person is. */
  enter(id: string): void {
    const offered = this.#rooms.find((room) => room.id === id);
    const pass = offered?.pass ?? null;
    if (offered === undefined || pass === null || this.#inside?.id === id) return;
    this.#tries = 0;
    this.#leaveRoom();
    this.#declined = null;
    this.main.setAway(true);
    this.main.rememberBreakout(id);
    this.main.send({ type: "enterRoom", room: id });
    this.#begin(offered, pass);
  }

  /** Goes back to the meeting. */
  goBack(): void {
    if (this.#inside === null) return;
    this.#declined = this.own?.id ?? null;
    this.#return();
  }

  /** Follows the meeting: what is open, who belongs where, what was said to all. */
  handleView(view: View): void {
    this.#followClock(view);
    const inside = this.#inside;
    if (this.#isFirstLook && view.state === "active") {
      this.#isFirstLook = false;
      // A reload leads back to where the person was.
      const last = this.main.lastBreakout();
      if (last !== null && this.#offered(last)) return this.enter(last);
    }
    if (inside === null || view.state !== "active") return;
    const own = this.own;
    const pass = this.#rooms.find(({ id }) => id === inside.id)?.pass ?? null;
    if (pass !== null) {
      if (pass !== this.#pass) inside.room.send({ type: "renewPass", pass });
      this.#pass = pass;
    } else if (own !== null) {
      this.enter(own.id);
      this.main.toasts.show(m.breakouts_moved({ name: own.name }));
    } else {
      this.main.toasts.show(view.breakouts.rooms.length === 0 ? m.breakouts_called_back() : m.breakouts_taken_back());
      this.#return();
    }
  }

  /** The stay in the room is over, or its machinery broke: the meeting says whether that is so. */
  handleRoomOver(room: Room): void {
    if (this.#inside?.room !== room) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#tryAgain(), TRY_AGAIN_AFTER);
  }

  close(): void {
    clearInterval(this.#clock);
    clearTimeout(this.#again);
    this.#leaveRoom();
  }

  get #rooms(): readonly BreakoutRoomView[] {
    return this.main.view?.breakouts.rooms ?? [];
  }

  #offered(id: string): boolean {
    return this.#rooms.some((room) => room.id === id && room.pass !== null);
  }

  #begin({ id, name }: BreakoutRoomView, pass: string): void {
    const room = this.main.breakout(id);
    this.#pass = pass;
    this.#inside = { id, name, room };
    room.enter(pass);
  }

  #tryAgain(): void {
    const inside = this.#inside;
    if (inside === null) return;
    // While the meeting itself is not there, it says nothing.
    if (this.main.view?.state !== "active") return this.handleRoomOver(inside.room);
    const offered = this.#rooms.find(({ id }) => id === inside.id);
    const pass = offered?.pass ?? null;
    if (offered === undefined || pass === null) return this.handleView(this.main.view);
    this.#tries += 1;
    if (this.#tries > TRIES) {
      this.main.toasts.show(m.breakouts_lost({ name: inside.name }), { tone: "warning" });
      return this.goBack();
    }
    inside.room.dispose();
    this.#begin(offered, pass);
  }

  #return(): void {
    this.#leaveRoom();
    this.main.setAway(false);
    this.main.rememberBreakout(null);
    this.main.send({ type: "enterRoom", room: null });
  }

  #leaveRoom(): void {
    clearTimeout(this.#again);
    const inside = this.#inside;
    this.#inside = null;
    if (inside === null) return;
    inside.room.send({ type: "leave" });
    inside.room.dispose();
  }

  #followClock(view: View): void {
    const closing = view.breakouts.rooms.length === 0 ? null : view.breakouts.closing;
    if ((closing?.id ?? null) === (this.#closing?.id ?? null)) return;
    clearInterval(this.#clock);
    this.#closing = closing === null ? null : { id: closing.id, at: performance.now() + closing.leftMs };
    this.#secondsLeft = null;
    if (closing === null) return;
    if (closing.leftMs <= SOON) this.main.toasts.say(m.breakouts_closing_soon());
    const tick = (): void => {
      this.#secondsLeft = Math.max(0, Math.ceil(((this.#closing?.at ?? 0) - performance.now()) / 1000));
    };
    tick();
    this.#clock = setInterval(tick, 500);
  }
}

// In milliseconds. A room whose stay ends because it closes is told so on the other connection within this.
const TRY_AGAIN_AFTER = 1000;
const TRIES = 5;
const SOON = 15_000;
