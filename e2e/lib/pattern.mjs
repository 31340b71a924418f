// SPDX-License-Identifier: MIT OR Apache-2.0
// The pattern of testdata/pattern.mjs, read back from pixels, and drawn by a page whose camera shall carry a number.
// The exported functions run inside pages: they may use nothing from outside.

/**
 * Reads the pattern from a playing <video>: its size and, if the check byte is right, number and counter.
 * @param {HTMLVideoElement} video
 */
export function readPattern(video) {
  const size = { width: video.videoWidth, height: video.videoHeight };
  if (size.width === 0) return { ...size, number: null, counter: null };
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 88;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, size.width, (size.height * 88) / 360, 0, 0, 640, 88);
  let bits = 0;
  for (let index = 0; index < 24; index += 1) {
    const x = Math.round(((index % 12) + 0.5) * (640 / 12));
    const y = index < 12 ? 22 : 66;
    const pixels = context.getImageData(x - 3, y - 3, 7, 7).data;
    let sum = 0;
    for (let pixel = 0; pixel < pixels.length; pixel += 4) sum += pixels[pixel + 1];
    bits = bits * 2 + (sum / (pixels.length / 4) > 127 ? 1 : 0);
  }
  const number = bits >> 16;
  const counter = (bits >> 8) & 0xff;
  const isPattern = ((number ^ counter ^ 0xa5) & 0xff) === (bits & 0xff);
  return { ...size, number: isPattern ? number : null, counter: isPattern ? counter : null };
}

/**
 * A fingerprint of what a <video> shows, coarse enough to be the same for the same picture.
 * @param {HTMLVideoElement} video
 */
export function fingerprint(video) {
  if (video.videoWidth === 0) return null;
  const canvas = document.createElement("canvas");
  canvas.width = 32;
  canvas.height = 18;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, 32, 18);
  const { data } = context.getImageData(0, 0, 32, 18);
  let isBlack = true;
  let hash = 0;
  for (let index = 0; index < data.length; index += 4) {
    if (data[index] > 24 || data[index + 1] > 24 || data[index + 2] > 24) isBlack = false;
    hash = (Math.imul(hash, 31) + (data[index + 1] >> 3)) | 0;
  }
  return { hash, isBlack };
}

/**
 * Gives the page a camera that shows the pattern with `number`. To be installed before the page's own scripts.
 * @param {number} number
 */
export function installPatternCamera(number) {
  const startVideo = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const context = canvas.getContext("2d");
    let counter = 0;
    const draw = () => {
      counter = (counter + 1) % 256;
      const bits = (number << 16) | (counter << 8) | ((number ^ counter ^ 0xa5) & 0xff);
      context.fillStyle = `hsl(${(number * 47) % 360} 50% 35%)`;
      context.fillRect(0, 0, 640, 360);
      for (let index = 0; index < 24; index += 1) {
        context.fillStyle = (bits >> (23 - index)) & 1 ? "#fff" : "#000";
        context.fillRect(((index % 12) * 640) / 12, index < 12 ? 0 : 44, 54, 44);
      }
      context.fillStyle = "#eee";
      context.beginPath();
      context.arc(320 + 200 * Math.sin(counter / 12), 230, 50, 0, 7);
      context.fill();
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
