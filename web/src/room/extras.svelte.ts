// SPDX-License-Identifier: MIT OR Apache-2.0
// What the room has beside people and chat: which polls wait for a vote, the timer's countdown, captions of the own voice.

import { m } from "../generated/paraglide/messages";
import type { CaptionView, PollView, TimerView } from "../generated";
import { Captioner, captionSupport, type CaptionSupport } from "./captions";
import { shownName } from "./names";
import type { Room } from "./room.svelte";
import { clock, Countdown } from "./timer";
import type { View } from "./view";

/** Lives as long as the call is on screen. */
export class Extras {
  readonly #room: Room;
  readonly #countdown = new Countdown();
  #before: View | null = null;
  #left = $state(0);
  #support = $state<CaptionSupport | null>(null);
  #supported: string | null = null;
  #isCaptioning = $state(false);
  #nextLine = 0;
  #hasToldOfCaptions = false;

  constructor(room: Room) {
    this.#room = room;
  }

  /** What the timer has left, in seconds. */
  get left(): number {
    return this.#left;
  }

  /** Whether the own voice can be captioned; `null` until the browser has said. */
  get support(): CaptionSupport | null {
    return this.#support;
  }

  /** Whether the own voice is captioned while the microphone is on. */
  get isCaptioning(): boolean {
    return this.#isCaptioning;
  }

  /** Reads the page's clock. */
  tick(): void {
    this.#left = this.#countdown.left(performance.now());
  }

  /** Tells the person what is new. */
  handleView(view: View): void {
    const before = this.#before;
    this.#before = view;
    this.#countdown.handle(performance.now(), view.timer);
    this.tick();
    if (before?.state !== "active" || view.state !== "active") return;
    this.#tellPolls(before.polls, view);
    this.#tellTimer(before.timer, view);
    this.#tellCaptions(view);
  }

  /** Asks the browser what it can do for this language, once. */
  async look(lang: string): Promise<void> {
    if (this.#supported === lang) return;
    this.#supported = lang;
    const support = await captionSupport(lang);
    if (this.#supported === lang) this.#support = support;
  }

  setCaptioning(on: boolean): void {
    if (on && this.#support !== "ready") return;
    this.#isCaptioning = on;
    this.#room.toasts.say(on ? m.together_captions_on_said() : m.together_captions_off_said());
  }

  /** Captions a microphone until the returned function is called. */
  listen(track: MediaStreamTrack, lang: string): () => void {
    const fail = (): void => {
      this.#isCaptioning = false;
      this.#room.toasts.show(m.together_captions_stopped(), { tone: "warning" });
    };
    try {
      const captioner = new Captioner(track, lang, this.#nextLine, (heard) => this.#room.send({ type: "caption", ...heard }), fail);
      return () => (this.#nextLine = captioner.close());
    } catch {
      fail();
      return () => undefined;
    }
  }

  #tellPolls(before: readonly PollView[], { participants, polls }: View): void {
    for (const poll of polls) {
      const earlier = before.find(({ id }) => id === poll.id);
      const opener = participants.find(({ participant }) => participant === poll.opener);
      if (earlier === undefined && poll.isOpen && opener !== undefined && !opener.isMe) {
        this.#say(m.together_poll_said({ name: shownName(opener), question: poll.question }));
        this.#room.play("chat");
      }
      if (earlier?.isOpen === true && !poll.isOpen) this.#say(m.together_poll_closed_said({ question: poll.question }));
    }
  }

  #tellTimer(before: TimerView | null, { timer }: View): void {
    if (timer === null) {
      if (before !== null && !before.isOver) this.#say(m.together_timer_stopped_said());
      return;
    }
    if (before?.id !== timer.id) this.#say(m.together_timer_said({ time: clock(this.#left), label: timerName(timer) }));
    if (timer.isOver && !(before?.id === timer.id && before.isOver)) {
      this.#say(overText(timer));
      this.#room.play("timer");
    }
  }

  /** Whoever cannot hear well should not have to search for it. */
  #tellCaptions({ captions, participants }: View): void {
    const { preferences, toasts } = this.#room;
    const heard = captions.find(({ participant }) => participants.some((one) => one.participant === participant && !one.isMe));
    if (heard === undefined || this.#hasToldOfCaptions) return;
    this.#hasToldOfCaptions = true;
    if (preferences.now.hasCaptions) return;
    const name = speakerName(heard, participants);
    toasts.show(m.together_captions_there({ name }), { action: { label: m.together_captions_show(), run: () => preferences.change({ hasCaptions: true }) } });
  }

  #say(text: string): void {
    if (this.#room.preferences.speaksOf("message")) this.#room.toasts.say(text);
  }
}

function timerName({ label }: TimerView): string {
  return label === "" ? m.together_timer() : label;
}

/** Returns what to say when it has run out. */
export function overText({ label }: TimerView): string {
  return label === "" ? m.together_timer_over() : m.together_timer_over_label({ label });
}

/** Returns whose words a caption is. */
export function speakerName({ participant }: CaptionView, participants: View["participants"]): string {
  const speaker = participants.find((one) => one.participant === participant);
  if (speaker === undefined) return m.common_guest();
  return speaker.isMe ? m.common_you() : shownName(speaker);
}
