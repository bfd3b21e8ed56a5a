// Recording, replay and pictures in the console against a running demo: records a feed by its tile's button, plays it from a
// second in the middle while it still grows, goes back and forth, and takes a picture.
// Usage: node e2e/recordings.mjs SIGN-IN-URL TOKEN SCREENSHOT FOLDER; the file that was recorded and the picture come to FOLDER.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asker, check, until } from './asks.mjs';
import { coarsely, launch, watch } from './browser.mjs';

const [url, token, screenshot, folder] = process.argv.slice(2);
if (!url || !token || !screenshot || !folder) {
  console.error('usage: node e2e/recordings.mjs SIGN-IN-URL TOKEN SCREENSHOT FOLDER');
  process.exit(2);
}

const ask = asker(url, token);
async function api(path) {
  const { status, data } = await ask(path);
  check(status === 200, `${path}: ${status}`);
  return data;
}

/** Runs in the page: how light what a video shows, or a picture, is in a grid, from the upper left. */
async function grid(source) {
  let drawn;
  if (source.testid) drawn = document.querySelector(`[data-testid="${source.testid}"]`);
  else {
    const bytes = Uint8Array.from(atob(source.base64), (c) => c.charCodeAt(0));
    drawn = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
  }
  const canvas = new OffscreenCanvas(32, 24);
  const context = canvas.getContext('2d');
  context.drawImage(drawn, 0, 0, 32, 24);
  const { data } = context.getImageData(0, 0, 32, 24);
  const light = [];
  for (let i = 0; i < data.length; i += 4) light.push((data[i] + data[i + 1] + data[i + 2]) / 3);
  return { light, width: drawn.videoWidth ?? drawn.width, height: drawn.videoHeight ?? drawn.height };
}

/** Runs in the page: keeps how light each picture is that a video shows from now on, until `tileShown.over`. */
function keep(testid) {
  const video = document.querySelector(`[data-testid="${testid}"]`);
  const context = new OffscreenCanvas(32, 24).getContext('2d', { willReadFrequently: true });
  const kept = (window.tileShown = { all: [], over: false });
  const note = () => {
    if (kept.over) return;
    context.drawImage(video, 0, 0, 32, 24);
    const { data } = context.getImageData(0, 0, 32, 24);
    const light = [];
    for (let i = 0; i < data.length; i += 4) light.push((data[i] + data[i + 1] + data[i + 2]) / 3);
    kept.all.push(light);
    video.requestVideoFrameCallback(note);
  };
  note();
}

const mean = (all) => all.reduce((sum, v) => sum + v, 0) / all.length;
const spread = (all) => Math.sqrt(mean(all.map((v) => (v - mean(all)) ** 2)));
const alike = (a, b) => mean(a.map((v, i) => (v - mean(a)) * (b[i] - mean(b)))) / (spread(a) * spread(b));

/** Runs in the page: what the player is at, for the words of a failure. */
function player() {
  const video = document.querySelector('[data-testid="replay-video"]');
  if (!video) return 'no player';
  const buffered = Array.from({ length: video.buffered.length }, (_, i) => `${video.buffered.start(i)}-${video.buffered.end(i)}`);
  const words = document.querySelector('[data-testid="replay-trouble"]')?.innerText ?? '';
  return `at ${video.currentTime} of ${video.duration}, ${buffered.join(' ')}, ready ${video.readyState}, ${words} ${video.error?.message ?? ''}`;
}

let page;
const browser = await launch();
try {
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  const finely = await coarsely(page);
  const seen = watch(page, url);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 60_000 });
  await page.locator('[data-testid^="video-"][data-testid$="-thermal"]').waitFor({ timeout: 60_000 });
  const feed = (await page.locator('[data-testid^="video-"][data-testid$="-thermal"]').getAttribute('data-testid')).slice('video-'.length);
  await until('pictures of the feed', () => page.evaluate((f) => window.vedette.snapshot().frames[f] > 0, feed));

  const state = () => page.getByTestId(`tile-recording-${feed}`).getAttribute('data-state', { timeout: 1000 }).catch(() => 'off');
  check((await state()) === 'off', 'it is recorded from the beginning');
  await page.getByTestId(`record-${feed}`).click();
  await until('the tile says that it records', async () => (await state()) === 'recording');
  const words = await page.getByTestId(`recording-words-${feed}`).innerText();
  check(/recording since .*by hand \(operator\)/.test(words), `the tile says: ${words}`);

  // A picture, by the key; it is what the tile shows.
  await page.getByTestId('help').focus();
  await page.evaluate(keep, `video-${feed}`);
  await page.getByTestId(`tile-${feed}`).getByRole('button', { name: /Enlarge/ }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('i')]);
  check(new RegExp(`^${feed}_\\d{8}T\\d{6}\\.\\d{3}Z\\.jpg$`).test(download.suggestedFilename()), `the picture is called ${download.suggestedFilename()}`);
  const file = join(folder, download.suggestedFilename());
  await download.saveAs(file);
  const picture = await page.evaluate(grid, { base64: readFileSync(file).toString('base64') });
  const { width, height } = await api(`/feeds/${feed}`);
  check(picture.width === width && picture.height === height, `the picture has ${picture.width}x${picture.height}, the feed ${width}x${height}`);
  check(spread(picture.light) > 2 && mean(picture.light) > 5, `the picture is empty: ${mean(picture.light)} ± ${spread(picture.light)}`);
  // On a busy machine the tile shows that moment later.
  let best = -1;
  await until('the picture is what the tile shows', async () => {
    const shown = await page.evaluate(() => window.tileShown.all.splice(0));
    best = Math.max(best, ...shown.map((light) => alike(picture.light, light) || -1));
    return best > 0.6;
  });
  await page.evaluate(() => (window.tileShown.over = true));
  console.log(`picture ${download.suggestedFilename()}, like the tile ${best.toFixed(3)}`);
  await page.keyboard.press('Escape');

  // While the file grows, from a second in its middle.
  const growing = await until('24 s are recorded', async () => {
    const [r] = await api(`/recordings?feed=${feed}`);
    return r && Date.parse(r.end) - Date.parse(r.start) > 24_000 ? r : undefined;
  });
  check(growing.open === true, 'the file does not grow any more');
  await page.keyboard.press('h');
  await page.getByTestId('replay-feed').selectOption(feed);
  const shown = async () => Number(await page.getByTestId('replay-time').getAttribute('data-ms'));
  await until('the player shows the beginning', async () => Math.abs((await shown()) - Date.parse(growing.start)) < 1_500);
  check((await page.getByTestId('replay-player').innerText()).includes('REPLAY'), 'the player does not say REPLAY');
  const slider = page.getByTestId('replay-position');
  await slider.fill('13');
  const middle = Date.parse(growing.start) + 13_000;
  await until('the player shows the 13th second', async () => Math.abs((await shown()) - middle) < 300);
  const replayed = await page.evaluate(grid, { testid: 'replay-video' });
  check(replayed.width === width && spread(replayed.light) > 2, `the replay is empty: ${mean(replayed.light)} ± ${spread(replayed.light)}`);
  await until('metadata beside it', async () => /Copter \d.*slant/.test(await page.getByTestId('replay-metadata').innerText()));
  await finely(() => page.screenshot({ path: screenshot }));

  // It plays on, faster too, and jumps.
  await page.getByTestId('help').focus();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press(' ');
  await until('it plays on', async () => (await shown()) > middle + 1_000);
  await page.keyboard.press(' ');
  const paused = await until('it stands still', async () => {
    const a = await shown();
    await page.waitForTimeout(700);
    return a === (await shown()) ? a : 0;
  });
  await page.keyboard.press('ArrowLeft');
  await until('ten seconds back', async () => Math.abs((await shown()) - (paused - 10_000)) < 300);
  await page.keyboard.press('ArrowRight');
  await until('and ten on', async () => Math.abs((await shown()) - paused) < 300);
  for (const speed of ['0.25', '8']) {
    await page.keyboard.press('Home');
    await until('the beginning', async () => Math.abs((await shown()) - Date.parse(growing.start)) < 500);
    await page.getByTestId(`replay-speed-${speed}`).click();
    check((await page.getByTestId('replay-video').evaluate((v) => v.playbackRate)) === Number(speed), `speed ${speed}`);
    await page.getByTestId('replay-play').click();
    await until(`it plays at ${speed}`, async () => (await shown()) > Date.parse(growing.start) + 500 * Math.min(4, Number(speed)));
    await page.getByTestId('replay-play').click();
  }
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByTestId('replay-download').click()]);
  check(saved.suggestedFilename() === `${growing.name}.mp4`, `the download is called ${saved.suggestedFilename()}`);
  await saved.cancel();

  // Back to live, and the end of the recording.
  await page.keyboard.press('Escape');
  await page.getByTestId('replay-pane').waitFor({ state: 'detached' });
  await page.getByTestId(`record-${feed}`).click();
  await until('the tile says that it does not record', async () => (await state()) === 'off');
  const whole = await until('the file is whole', async () => (await api(`/recordings?feed=${feed}`)).find((r) => !r.open));
  const bytes = await fetch(new URL(`/api/v1/recordings/${whole.name}`, url), { headers: { Authorization: `Bearer ${token}` } });
  (await import('node:fs')).writeFileSync(join(folder, 'recorded.mp4'), Buffer.from(await bytes.arrayBuffer()));
  const audit = await api('/audit?limit=1000');
  const taken = audit.events.filter((e) => e.kind === 'viewing' && e.data.detail?.means === 'snapshot' && e.data.target === feed);
  check(taken.length >= 1 && taken[0].who === 'operator', 'the picture is not on record');
  check(audit.events.some((e) => e.kind === 'viewing' && e.data.detail?.means === 'recording'), 'the replay is not on record');
  check(seen.away.length === 0, `requests left the station: ${seen.away.join(', ')}`);
  check(seen.errors.length === 0, `errors in the console: ${seen.errors.join('; ')}`);
  check(seen.refused.length === 0, `refused: ${seen.refused.join('; ')}`);
  console.log(`recorded ${whole.name}: ${whole.bytes} bytes`);
} catch (error) {
  console.error(`recordings: ${error.message}; ${await page?.evaluate(player).catch(() => '')}`);
  await page?.screenshot({ path: screenshot }).catch(() => undefined);
  process.exitCode = 1;
} finally {
  await browser.close();
}
