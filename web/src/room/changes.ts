// SPDX-License-Identifier: MIT OR Apache-2.0
// What happened between two views, as things to tell the person.

import { m } from "../generated/paraglide/messages";
import { shownName } from "./names";
import type { ChatMessage, Notice, ParticipantView, View } from "./view";

export type Change =
  | { type: "joined"; participant: ParticipantView }
  | { type: "left"; participant: ParticipantView }
  | { type: "share_started"; participant: ParticipantView }
  | { type: "share_ended"; participant: ParticipantView }
  | { type: "message"; message: ChatMessage }
  | { type: "notice"; notice: Notice; who: string | null }
  | { type: "reconnecting" }
  | { type: "reconnected" };

/** Follows the views of one stay. */
export class Changes {
  #before: View | null = null;
  /** Those of whom the person knows that they are here. */
  readonly #known = new Set<number>();

  /** Returns what happened since the last view, in the order in which to tell it. */
  handleView(view: View): Change[] {
    const before = this.#before;
    this.#before = view;
    const changes: Change[] = [];
    if (before?.state === "active" && view.state === "reconnecting") changes.push({ type: "reconnecting" });
    if (before?.state === "reconnecting" && view.state === "active") changes.push({ type: "reconnected" });
    const toldNotice = before?.notices.at(-1)?.id ?? -1;
    for (const notice of view.notices) {
      if (notice.id > toldNotice) changes.push({ type: "notice", notice, who: nameOf(notice.participant, view, before) });
    }
    if (before?.state === "active" && view.state === "active") changes.push(...this.#rosterChanges(before, view));
    // Whoever was there on arrival has not just come; a roster that is read anew after a gap is no news either.
    else for (const { participant } of view.participants) this.#known.add(participant);
    const toldMessage = before?.chat.at(-1)?.id ?? -1;
    for (const message of view.chat) {
      if (message.id > toldMessage && !message.isMine) changes.push({ type: "message", message });
    }
    return changes;
  }

  #rosterChanges(before: View, after: View): Change[] {
    const changes: Change[] = [];
    const earlier = new Map(before.participants.map((participant) => [participant.participant, participant]));
    for (const participant of after.participants.filter(({ isMe }) => !isMe)) {
      const id = participant.participant;
      // Someone whose name is not known yet has "joined" only once it is: the message arrives a moment after the leaf.
      if (participant.name !== "" && !this.#known.has(id)) {
        this.#known.add(id);
        changes.push({ type: "joined", participant });
      }
      const wasSharing = earlier.get(id)?.tracks.includes("screen") ?? false;
      const isSharing = participant.tracks.includes("screen");
      if (isSharing && !wasSharing) changes.push({ type: "share_started", participant });
      if (!isSharing && wasSharing) changes.push({ type: "share_ended", participant });
    }
    const present = new Set(after.participants.map(({ participant }) => participant));
    for (const participant of before.participants) {
      if (present.has(participant.participant) || participant.isMe) continue;
      if (this.#known.delete(participant.participant)) changes.push({ type: "left", participant });
    }
    return changes;
  }
}

function nameOf(id: number | null, ...views: (View | null)[]): string | null {
  if (id === null) return null;
  for (const view of views) {
    const found = view?.participants.find(({ participant }) => participant === id);
    if (found !== undefined) return found.isMe ? m.notice_you() : shownName(found);
  }
  return null;
}
