// SPDX-License-Identifier: MIT OR Apache-2.0
// The pages of the settings, in the order in which they are listed.

import Bell from "@lucide/svelte/icons/bell";
import Keyboard from "@lucide/svelte/icons/keyboard";
import Mic from "@lucide/svelte/icons/mic";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import Video from "@lucide/svelte/icons/video";
import type { Component } from "svelte";

import { m } from "../../generated/paraglide/messages";
import type { Room } from "../../room/room.svelte";
import AudioPage from "./AudioPage.svelte";
import GeneralPage from "./GeneralPage.svelte";
import NotificationsPage from "./NotificationsPage.svelte";
import ShortcutsPage from "./ShortcutsPage.svelte";
import VideoPage from "./VideoPage.svelte";

export type PageName = "audio" | "video" | "notifications" | "shortcuts" | "general";

interface SettingsPage {
  id: PageName;
  title: () => string;
  icon: Component<{ size?: number; "aria-hidden"?: "true" }>;
  Page: Component<{ room: Room }>;
}

export const PAGES: readonly SettingsPage[] = [
  { id: "audio", title: m.settings_audio, icon: Mic, Page: AudioPage },
  { id: "video", title: m.settings_video, icon: Video, Page: VideoPage },
  { id: "notifications", title: m.call_notifications, icon: Bell, Page: NotificationsPage },
  { id: "shortcuts", title: m.call_shortcuts_short, icon: Keyboard, Page: ShortcutsPage },
  { id: "general", title: m.settings_general, icon: SlidersHorizontal, Page: GeneralPage },
];
