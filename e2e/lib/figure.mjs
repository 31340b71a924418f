// SPDX-License-Identifier: MIT OR Apache-2.0
// A camera that shows somebody in front of a striped wall, and what can be told from the picture that arrives.
// The exported functions run inside pages: they may use nothing from outside.

/** Gives the page a camera that shows a person, drawn, before black and white stripes. */
export function installFigureCamera() {
  const startVideo = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const context = canvas.getContext("2d");
    let turn = 0;
    const ellipse = (colour, x, y, across, down) => {
      context.fillStyle = colour;
      context.beginPath();
      context.ellipse(x, y, across, down, 0, 0, 7);
      context.fill();
    };
    const draw = () => {
      turn += 1;
      const x = 320 + 8 * Math.sin(turn / 10);
      for (let stripe = 0; stripe < 32; stripe += 1) {
        context.fillStyle = stripe % 2 === 0 ? "#101010" : "#f0f0f0";
        context.fillRect(stripe * 20, 0, 20, 360);
      }
      ellipse("#283c6e", x, 375, 175, 137);
      context.fillStyle = "#cda087";
      context.fillRect(x - 30, 200, 60, 75);
      ellipse("#3c281e", x, 130, 73, 85);
      ellipse("#e0b49b", x, 160, 64, 82);
      for (const side of [-25, 25]) {
        ellipse("#fafafa", x + side, 145, 11, 6.5);
        ellipse("#322828", x + side, 145, 5, 5.5);
        context.fillStyle = "#46321e";
        context.fillRect(x + side - 15, 128, 30, 6);
      }
      ellipse("#cd9b82", x, 168, 6, 14);
      ellipse("#b45050", x, 198, 22, 6);
    };
    draw();
    setInterval(draw, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  };
  const devices = navigator.mediaDevices;
  // A page that is no secure context, such as about:blank, has none.
  if (!devices) return;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    // The sound stays the browser's own; and Firefox gathers all ICE candidates only for pages that are capturing.
    const captured = await original(constraints);
    const tracks = captured.getAudioTracks();
    if (constraints.video) tracks.push(startVideo());
    return new MediaStream(tracks);
  };
}

/**
 * What a playing <video> of the figure shows: how far apart light and dark are at the left border, the border's mean
 * colour, and the face's.
 * @param {HTMLVideoElement} video
 */
export function readFigure(video) {
  if (video.videoWidth === 0) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 360;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, 640, 360);
  const mean = (x, y, width, height) => {
    const { data } = context.getImageData(x, y, width, height);
    const sum = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) for (let colour = 0; colour < 3; colour += 1) sum[colour] += data[at + colour];
    return sum.map((one) => Math.round((one * 4) / data.length));
  };
  const stripes = Array.from({ length: 6 }, (_, stripe) => mean(stripe * 20 + 7, 60, 6, 100)[1]);
  return { contrast: Math.max(...stripes) - Math.min(...stripes), border: mean(0, 60, 120, 100), face: mean(300, 175, 12, 12) };
}

/**
 * Notes the strongest stripes that somebody's tile ever shows, more often than frames come.
 * @param {string} name
 */
export function watchStripes(name) {
  window.strongestStripes = 0;
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 360;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  setInterval(() => {
    const video = document.querySelector(`[role="group"][aria-label="${name}"] video`);
    if (!video || video.videoWidth === 0) return;
    context.drawImage(video, 0, 0, 640, 360);
    const { data } = context.getImageData(0, 100, 120, 1);
    const shades = Array.from({ length: 6 }, (_, stripe) => data[(stripe * 20 + 10) * 4 + 1]);
    window.strongestStripes = Math.max(window.strongestStripes, Math.max(...shades) - Math.min(...shades));
  }, 30);
}
