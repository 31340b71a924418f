// SPDX-License-Identifier: MIT OR Apache-2.0
// The recording that the person makes on this device: chosen, told to the others, begun, ended. At most one.

import { m } from "../../generated/paraglide/messages";
import { recordedScene } from "../../room/recording";
import type { Room } from "../../room/room.svelte";
import type { View } from "../../room/view";
import type { ChosenRecording, Recorder, RecordingEnd } from "../../media/recording/recorder";

export class RecordingControl {
  readonly #room: Room;
  #chosen: ChosenRecording | null = null;
  #recorder: Recorder | null = null;
  #startedAt = $state<number | null>(null);
  #isBusy = $state(false);

  constructor(room: Room) {
    this.#room = room;
  }

  /** When it began, on the clock of `performance`; `null` while none runs. */
  get startedAt(): number | null {
    return this.#startedAt;
  }

  /** Whether it can be neither begun nor ended at this moment. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Asks where to, then asks the others. Wants a click right before. */
  async start(): Promise<void> {
    if (this.#isBusy || this.#recorder !== null) return;
    this.#isBusy = true;
    try {
      const { chooseRecording } = await import("../../media/recording/recorder");
      this.#chosen = await chooseRecording();
    } catch {
      this.#room.toasts.show(m.recording_failed_start(), { tone: "warning" });
    }
    if (this.#chosen === null) this.#isBusy = false;
    // It begins when the session says that the others are being told.
    else this.#room.send({ type: "record", on: true });
  }

  /** Ends it and keeps what was recorded. */
  async stop(): Promise<void> {
    await this.#end(m.recording_saved(), "info");
  }

  /** Follows the session: what it does not tell the others about is not recorded. */
  handleView(view: View): void {
    if (view.myRecording !== null) return this.#begin();
    if (this.#recorder !== null) return void this.#end(m.recording_ended(), "info");
    // A wish that the rules refuse is told as a notice; the file that was chosen for it stays empty.
    if (this.#chosen !== null && !view.iMay.mayRecord) {
      this.#chosen = null;
      this.#isBusy = false;
    }
  }

  #begin(): void {
    const chosen = this.#chosen;
    if (chosen === null) return;
    this.#chosen = null;
    const room = this.#room;
    try {
      this.#recorder = chosen.begin(
        {
          scene: () => (room.view === null ? { tiles: [], sounds: [] } : recordedScene(room.view)),
          stream: ({ participant, isMe }, kind) => (isMe ? room.ownStream(kind) : room.streamOf(participant, kind)),
          leftOut: m.recording_placeholder(),
        },
        (why) => void this.#end(ENDED[why](), "warning"),
      );
      this.#startedAt = performance.now();
      if (!chosen.hasSound) room.toasts.show(m.recording_silent(), { tone: "warning" });
    } catch {
      room.send({ type: "record", on: false });
      room.toasts.show(m.recording_failed_start(), { tone: "warning" });
    }
    this.#isBusy = false;
  }

  async #end(text: string, tone: "info" | "warning"): Promise<void> {
    const recorder = this.#recorder;
    if (recorder === null) return;
    this.#recorder = null;
    this.#startedAt = null;
    this.#isBusy = true;
    this.#room.send({ type: "record", on: false });
    try {
      await recorder.stop();
      this.#room.toasts.show(text, { tone });
    } catch {
      this.#room.toasts.show(m.recording_failed_write(), { tone: "warning" });
    } finally {
      this.#isBusy = false;
    }
  }
}

const ENDED: Readonly<Record<RecordingEnd, () => string>> = { full: m.recording_full, failed: m.recording_failed_write };
