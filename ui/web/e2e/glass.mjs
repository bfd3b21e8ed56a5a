// Glass to glass: how long after a camera has handed over a picture Chromium shows it in the console's tile.
// Usage: node e2e/glass.mjs SIGN-IN-URL CAMERA-LOG SECONDS
// CAMERA-LOG is what video/loadtest/glasscam prints; its pictures show their number as eight squares.
import { readFileSync } from 'node:fs';
import { launch } from './browser.mjs';

const [url, log, seconds] = process.argv.slice(2);
if (!url || !log || !(Number(seconds) > 0)) {
  console.error('usage: node e2e/glass.mjs SIGN-IN-URL CAMERA-LOG SECONDS');
  process.exit(2);
}
/** What comes first is the group so far, in quick motion. */
const settleMs = 2_000;

/**
 * Runs in the page: notes the number and the times of every picture that is shown, in Unix ms: when it was handed to the
 * compositor, when the page could read it, and when the browser expects it on the display.
 */
async function look(ms) {
  const wait = (t) => new Promise((resolve) => setTimeout(resolve, t));
  document.querySelector('[data-testid="video-of-1"]').click();
  let video;
  while (!(video = document.querySelector('[data-testid="video-cam"]'))) await wait(5);
  const [bits, square] = [8, 32];
  const canvas = new OffscreenCanvas(bits, 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const shown = [];
  const note = (_, m) => {
    const read = performance.timeOrigin + performance.now();
    context.drawImage(video, 0, 0, bits * square, square, 0, 0, bits, 1);
    const { data } = context.getImageData(0, 0, bits, 1);
    let n = 0;
    for (let b = 0; b < bits; b++) if (data[b * 4] > 127) n |= 1 << b;
    shown.push({ n, read, presented: performance.timeOrigin + m.presentationTime, displayed: performance.timeOrigin + m.expectedDisplayTime });
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  await wait(ms);
  return shown;
}

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];

const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 60_000 });
  await page.getByTestId('video-of-1').waitFor({ timeout: 30_000 });
  const shown = await page.evaluate(look, Number(seconds) * 1000 + settleMs);
  const sent = new Map();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [word, n, micros] = line.split(' ');
    if (word !== 'picture') continue;
    if (!sent.has(Number(n))) sent.set(Number(n), []);
    sent.get(Number(n)).push(Number(micros) / 1000);
  }
  const steady = shown.filter((s) => s.presented > (shown[0]?.presented ?? 0) + settleMs);
  /** Since the picture with that number was sent that is nearest in time: numbers come again after eight seconds. */
  const age = (n, at) => (sent.get(n) ?? []).map((t) => at - t).reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a), Infinity);
  const ages = (when) =>
    steady
      .map((s) => age(s.n, when(s)))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
  const [presented, displayed, read] = [ages((s) => s.presented), ages((s) => s.displayed), ages((s) => s.read)];
  if (presented.length < 10) throw new Error(`only ${presented.length} pictures could be read`);
  const row = (name, a) => `${name}: p50 ${percentile(a, 0.5).toFixed(1)} ms, p95 ${percentile(a, 0.95).toFixed(1)} ms, p99 ${percentile(a, 0.99).toFixed(1)} ms`;
  console.log(`glass to glass, ${presented.length} pictures of 640x512 at 30 a second, coding not counted`);
  console.log(row('  handed to the compositor', presented));
  console.log(row('  read back in the page', read));
  console.log(row('  expected on the display', displayed));
} catch (error) {
  console.error(`glass: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
