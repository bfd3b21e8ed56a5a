// Streams of many kinds in the console's tiles: each plays, or the tile says why it does not. How smoothly it plays is
// printed; a slow machine is no fault of the station's.
// Usage: node e2e/video.mjs SIGN-IN-URL TOKEN STREAMS GROUP-START
// STREAMS is the list that scripts/video-test writes; GROUP-START is when the stream with long groups began, in Unix ms.
import { readFileSync } from 'node:fs';
import { coarse, launch, watch } from './browser.mjs';

const [url, token, list, groupStart] = process.argv.slice(2);
if (!url || !token || !list || !(Number(groupStart) > 0)) {
  console.error('usage: node e2e/video.mjs SIGN-IN-URL TOKEN STREAMS GROUP-START');
  process.exit(2);
}

const startedAt = Date.now();
const streams = readFileSync(list, 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [name, vehicle, size, fps, expected, seconds] = line.split(' ');
    const [width, height] = size.split('x').map(Number);
    return { name, vehicle, width, height, fps: Number(fps), expected, seconds: Number(seconds) };
  });

/** How long the tiles of a vehicle are watched, ms: faults must have come twice. */
const watchMs = (group) => (group.some((s) => s.expected === 'stall') ? 15_000 : 6_500);
/** What comes in the first second is the group so far, in quick motion. */
const settleMs = 1_000;

/** Runs in the page: shows a vehicle's tiles and notes their frames; returns what was seen of each. */
async function look({ vehicle, names, ms, settleMs }) {
  const wait = (t) => new Promise((resolve) => setTimeout(resolve, t));
  const asked = performance.now();
  document.querySelector(`[data-testid="video-of-${vehicle}"]`).click();
  const frames = Object.fromEntries(names.map((n) => [n, []]));
  for (const name of names) {
    void (async () => {
      let video;
      while (!(video = document.querySelector(`[data-testid="video-${name}"]`))) await wait(5);
      const note = (now, m) => {
        frames[name].push({ at: m.presentationTime, called: now, media: m.mediaTime, count: m.presentedFrames });
        video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    })();
  }
  // What the tile says meanwhile of a picture that stands still.
  const told = Object.fromEntries(names.map((n) => [n, { ages: [], freshMs: 0, youngMs: 0 }]));
  const lookEveryMs = 50;
  let [lastLook, lateMs] = [performance.now(), 0];
  const looking = setInterval(() => {
    const now = performance.now();
    lateMs = Math.max(lateMs, now - lastLook - lookEveryMs);
    lastLook = now;
    for (const name of names) {
      const shownAt = frames[name].at(-1)?.called;
      if (shownAt === undefined) continue;
      const ageMs = 1000 * Number(/([\d.]+) s old/.exec(document.querySelector(`[data-testid="tile-age-${name}"]`)?.innerText ?? '')?.[1]);
      const state = document.querySelector(`[data-testid="tile-status-${name}"]`)?.dataset.state;
      const t = told[name];
      if (ageMs >= 0) t.ages.push(ageMs);
      // Between two judgements the tile's word may be as old as one of them.
      if (state === 'live') t.freshMs = Math.max(t.freshMs, now - shownAt);
      if (ageMs >= 0) t.youngMs = Math.max(t.youngMs, now - shownAt - ageMs);
    }
  }, lookEveryMs);
  await wait(ms);
  clearInterval(looking);
  const until = performance.now();
  return names.map((name) => {
    const all = frames[name];
    const video = document.querySelector(`[data-testid="video-${name}"]`);
    const words = document.querySelector(`[data-testid="tile-${name}"]`)?.innerText.replace(/\s+/g, ' ') ?? '';
    const state = document.querySelector(`[data-testid="tile-status-${name}"]`)?.dataset.state;
    const steady = all.filter((f) => f.at > (all[0]?.at ?? 0) + settleMs);
    const [first, last] = [steady[0], steady.at(-1)];
    const times = [...steady.map((f) => f.at), until];
    return {
      name, words, state,
      remarks: [...document.querySelectorAll(`[data-testid="tile-remarks-${name}"] li`)].map((li) => li.dataset.code),
      width: video?.videoWidth ?? 0,
      height: video?.videoHeight ?? 0,
      firstMs: all.length > 0 ? all[0].at - asked : undefined,
      fps: last && last.at > first.at ? ((last.count - first.count) * 1000) / (last.at - first.at) : 0,
      gapMs: Math.max(0, ...times.slice(1).map((t, i) => t - times[i])),
      frames: steady.length,
      back: all.slice(1).filter((f, i) => f.media < all[i].media).length,
      ageMs: told[name].ages.sort((a, b) => a - b)[Math.floor(told[name].ages.length / 2)],
      freshMs: told[name].freshMs,
      youngMs: told[name].youngMs,
      lateMs,
      lastMs: last ? until - last.at : undefined,
    };
  });
}

/** So many pictures after the first second show that a stream goes on, on the slowest machine too. */
const leastFrames = 3;

/** What is wrong with a stream that should play; '' when nothing is. */
function wrong(s, got) {
  if (got.firstMs === undefined) return `no picture: ${got.words}`;
  if (got.width !== s.width || got.height !== s.height) return `${got.width}x${got.height}`;
  if (got.frames < leastFrames) return `${got.frames} pictures after the first second`;
  if (s.expected === 'stall' && got.gapMs < 2_000) return 'the camera did not stall';
  if (got.back > 0) return `went back ${got.back} times`;
  // What the page was late by, the tile may be late by too.
  if (got.freshMs > 2_000 + got.lateMs) return `shown as live ${Math.round(got.freshMs)} ms after its last frame`;
  if (got.youngMs > 500 + got.lateMs) return `said to be ${Math.round(got.youngMs)} ms younger than its last frame`;
  if (s.expected === 'stall' && !(got.freshMs > 0)) return 'the tile was not looked at';
  if (s.expected !== 'stall' && got.state !== 'live') return `the tile says ${got.words}`;
  return '';
}

/** How a stream that plays falls short of its camera; '' when it does not. */
function short(s, got) {
  const longestMs = { ssrc: 2_500, stall: 6_500, group: 700 }[s.expected] ?? 1_000;
  const least = { ssrc: 0.5, stall: 0.3 }[s.expected] ?? 0.8;
  const notes = [];
  if (got.fps < s.fps * least || got.fps > s.fps * 1.2) notes.push(`${got.fps.toFixed(1)} of ${s.fps} pictures a second`);
  if (got.gapMs > longestMs) notes.push(`stood still for ${Math.round(got.gapMs)} ms`);
  if (s.expected === 'group' && got.firstMs > 1_500) notes.push(`first picture after ${Math.round(got.firstMs)} ms`);
  return notes.join(', ');
}

/** Checks a stream: its verdict in words, and whether that is as expected. */
function judge(s, got, feed) {
  const said = feed.problem?.words ?? '';
  if (s.expected === 'no' || (s.expected === 'some' && (got.firstMs === undefined || got.state !== 'live'))) {
    const plays = s.expected === 'no' ? 'no' : 'some';
    if (feed.problem?.plays !== plays) return [false, `the station does not say why: ${JSON.stringify(feed.problem)}`];
    if (!got.words.includes(said)) return [false, `the tile says ${got.words}, not ${said}`];
    if (plays === 'no' && got.viewers > 0) return [false, `the station still sends it to ${got.viewers}`];
    return [true, `refused: ${said}`];
  }
  if (s.expected === 'clock' && !feed.hints?.some((h) => h.code === 'falseClock')) return [false, 'the false clock is not said'];
  const remark = s.expected === 'clock' ? 'falseClock' : feed.problem?.code;
  if (remark && !got.remarks.includes(remark)) return [false, `the tile does not say ${remark}: ${got.words}`];
  if (s.expected !== 'some' && said) return [false, `the station has against it: ${said}`];
  const bad = wrong(s, got);
  if (bad) return [false, bad];
  const notes = short(s, got);
  return [true, `${said ? `plays here; ${said}` : 'plays'}${notes ? ` (not smoothly: ${notes})` : ''}`];
}

/** A tile that is not as expected is looked at again: a camera may have been down for the whole of a short look. */
const looks = 3;

const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...coarse });
  const seen = watch(page, url);
  const check = (good, text) => {
    if (!good) throw new Error(text);
  };
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 60_000 });
  await page.getByTestId(`video-of-${streams.at(-1).vehicle}`).waitFor({ timeout: 30_000 });
  const failed = [];
  const row = (...cells) => console.log(cells.map((c, i) => String(c).padEnd([12, 10, 7, 9, 8, 8, 8, 0][i])).join(' '));
  row('stream', 'size', 'fps', 'first ms', 'gap ms', 'age ms', 'live ms', 'verdict');
  /** Looks at the tiles of a vehicle; returns a row and a verdict for each. */
  const lookAt = async (vehicle, group) => {
    const long = group.find((s) => s.expected === 'group');
    if (long) {
      // Into the middle of a group, of which the station has had the beginning.
      const period = long.seconds * 1000;
      await page.waitForTimeout(Math.max(0, startedAt + period - Date.now()));
      const phase = (Date.now() - Number(groupStart)) % period;
      await page.waitForTimeout((period * 1.5 - phase) % period);
    }
    const got = await page.evaluate(look, { vehicle, names: group.map((s) => s.name), ms: watchMs(group), settleMs });
    return Promise.all(
      group.map(async (s, i) => {
        const answer = await fetch(new URL(`/api/v1/feeds/${s.name}`, url), { headers: { Authorization: `Bearer ${token}` } });
        check(answer.status === 200, `${s.name}: the API answers ${answer.status}`);
        const feed = await answer.json();
        const [good, verdict] = judge(s, { ...got[i], viewers: feed.viewers }, feed);
        return { s, got: got[i], good, verdict };
      }),
    );
  };
  const number = (x) => (x === undefined ? '–' : Math.round(x));
  for (const vehicle of new Set(streams.map((s) => s.vehicle))) {
    const group = streams.filter((s) => s.vehicle === vehicle);
    for (let n = 1; ; n++) {
      const results = await lookAt(vehicle, group);
      for (const { s, got, good, verdict } of results) {
        row(s.name, `${got.width}x${got.height}`, `${got.fps.toFixed(1)}/${s.fps}`, number(got.firstMs), number(got.gapMs), number(got.ageMs), number(got.freshMs), `${good ? '' : 'WRONG: '}${verdict}`);
      }
      const bad = results.filter((r) => !r.good);
      if (bad.length > 0 && n < looks) {
        console.log('once more');
        await page.getByTestId('video-follow').click();
        continue;
      }
      failed.push(...bad.map((r) => r.s.name));
      break;
    }
  }
  check(failed.length === 0, `not as expected: ${failed.join(', ')}`);
  check(seen.away.length === 0, `requests left the station: ${seen.away.join(', ')}`);
  check(seen.errors.length === 0, `errors in the console: ${seen.errors.join('; ')}`);
  const problems = await page.evaluate(() => window.vedette.snapshot().problems);
  check(problems.length === 0, `messages that could not be read: ${problems.join('; ')}`);
} catch (error) {
  console.error(`video: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
