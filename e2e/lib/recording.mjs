// SPDX-License-Identifier: MIT OR Apache-2.0
// What a recording holds that the page has saved. The exported functions run inside pages: they may use nothing from outside.

/** Keeps what the page has the browser save; and gives Chromium, whose picker nobody can press here, a file of the page's own. */
export function keepSavedFiles() {
  window.savedFiles = [];
  // The page's own policy lets nobody fetch what it made.
  const made = new Map();
  const createObjectURL = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    made.set(url, blob);
    return url;
  };
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function () {
    if (this.download === "") return click.call(this);
    window.savedFiles.push(new File([made.get(this.href)], this.download));
  };
  if (!("showSaveFilePicker" in window)) return;
  window.showSaveFilePicker = async ({ suggestedName }) => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle(`picked-${suggestedName}`, { create: true });
    window.savedFiles.push(handle);
    return handle;
  };
}

/**
 * Plays the file that was saved last, and reads what is in it: how long it is, which patterns were seen in which of `count`
 * places (as the recorder lays them out), and how loud it is.
 * @param {number} count
 */
export async function readRecording(count) {
  const saved = await window.savedFiles.at(-1);
  const file = saved instanceof Blob ? saved : await saved.getFile();
  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(file);
  await new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(new Error(`cannot be decoded: ${video.error?.message}`));
  });
  const [columns, rows] = count > 2 ? [2, 2] : [count, 1];
  const width = Math.floor(Math.min((1280 - 8 * (columns - 1)) / columns, ((720 - 8 * (rows - 1)) / rows) * (16 / 9)));
  const height = Math.floor(width / (16 / 9));
  const used = Math.ceil(count / columns);
  const top = (720 - used * height - (used - 1) * 8) / 2;
  const places = Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    return { x: (1280 - inRow * width - (inRow - 1) * 8) / 2 + (index % columns) * (width + 8), y: top + row * (height + 8) };
  });
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 88;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const patternAt = ({ x, y }) => {
    context.drawImage(video, x, y, width, (height * 88) / 360, 0, 0, 640, 88);
    let bits = 0;
    for (let index = 0; index < 24; index += 1) {
      const { data } = context.getImageData(Math.round(((index % 12) + 0.5) * (640 / 12)) - 3, (index < 12 ? 22 : 66) - 3, 7, 7);
      let sum = 0;
      for (let pixel = 0; pixel < data.length; pixel += 4) sum += data[pixel + 1];
      bits = bits * 2 + (sum / (data.length / 4) > 127 ? 1 : 0);
    }
    const [number, counter] = [bits >> 16, (bits >> 8) & 0xff];
    return ((number ^ counter ^ 0xa5) & 0xff) === (bits & 0xff) ? number : null;
  };
  const seen = places.map(() => new Set());
  await video.play();
  await new Promise((resolve) => {
    const look = () => {
      places.forEach((place, index) => {
        const number = patternAt(place);
        if (number !== null && number !== 0) seen[index].add(number);
      });
      if (!video.ended) requestAnimationFrame(look);
      else resolve();
    };
    look();
  });
  const result = { name: file.name, type: file.type, bytes: file.size, seconds: video.currentTime, seen: seen.map((numbers) => [...numbers]), loudness: 0 };
  try {
    const decoder = new OfflineAudioContext(1, 48_000, 48_000);
    const samples = (await decoder.decodeAudioData(await file.arrayBuffer())).getChannelData(0);
    for (let start = 0; start + 2400 <= samples.length; start += 2400) {
      const power = samples.subarray(start, start + 2400).reduce((squares, sample) => squares + sample * sample, 0) / 2400;
      result.loudness = Math.max(result.loudness, Math.sqrt(power));
    }
  } catch {
    // Without sound there is none to decode.
  }
  return result;
}
