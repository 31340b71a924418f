// SPDX-License-Identifier: MIT OR Apache-2.0
// The pictures that come with the client to be put behind somebody: drawn, calm, and without anything to look at.

/** Which. */
export const DRAWN = ["dawn", "hills", "shade"] as const;
export type Drawn = (typeof DRAWN)[number];

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws one so that it fills the context's canvas. */
export function drawBackdrop(which: Drawn, context: Context): void {
  const { width, height } = context.canvas;
  context.save();
  context.scale(width / WIDTH, height / HEIGHT);
  PAINTED[which](context);
  context.restore();
}

const PAINTED: Readonly<Record<Drawn, (context: Context) => void>> = {
  dawn(context) {
    sky(context, ["#34506b", "#8a8fa5", "#e0b9a0", "#f3d9b8"]);
    const sun = context.createRadialGradient(1120, 560, 20, 1120, 560, 520);
    sun.addColorStop(0, "rgb(255 240 210 / 0.9)");
    sun.addColorStop(1, "rgb(255 240 210 / 0)");
    context.fillStyle = sun;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    ridge(context, "#c9a595", 700, 26, 0.004, 1);
    ridge(context, "#93808a", 770, 22, 0.006, 4);
  },
  hills(context) {
    sky(context, ["#b9d3d6", "#dbe6df", "#eef0e2"]);
    ridge(context, "#a9c3b4", 470, 48, 0.0032, 0.5);
    ridge(context, "#86a894", 580, 58, 0.0026, 2.4);
    ridge(context, "#638a76", 700, 44, 0.0038, 4.1);
    ridge(context, "#456b5b", 810, 30, 0.005, 5.3);
  },
  shade(context) {
    sky(context, ["#3a4048", "#2c3138", "#22262c"]);
    // The light of a window that is not in the picture.
    context.translate(260, -40);
    context.transform(1, 0.22, -0.32, 1, 0, 0);
    for (const [column, row] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
      const light = context.createLinearGradient(0, row * 330, 0, row * 330 + 310);
      light.addColorStop(0, "rgb(255 233 200 / 0.16)");
      light.addColorStop(1, "rgb(255 233 200 / 0.05)");
      context.fillStyle = light;
      context.fillRect(300 + column * 250, 120 + row * 330, 230, 310);
    }
  },
};

function sky(context: Context, colours: readonly string[]): void {
  const gradient = context.createLinearGradient(0, 0, 0, HEIGHT);
  colours.forEach((colour, index) => gradient.addColorStop(index / (colours.length - 1), colour));
  context.fillStyle = gradient;
  context.fillRect(0, 0, WIDTH, HEIGHT);
}

/** A line of hills at `level`, from there down. */
function ridge(context: Context, colour: string, level: number, swing: number, pace: number, start: number): void {
  context.beginPath();
  context.moveTo(0, HEIGHT);
  for (let x = 0; x <= WIDTH; x += 8) {
    context.lineTo(x, level + swing * (Math.sin(x * pace + start) + 0.5 * Math.sin(x * pace * 2.3 + start * 1.7)));
  }
  context.lineTo(WIDTH, HEIGHT);
  context.fillStyle = colour;
  context.fill();
}

// The size that the drawings are thought in.
const WIDTH = 1600;
const HEIGHT = 900;
