// The browser test against a real station: signs in by the link, sees pictures, a track and an alert, approves a cue, and
// flies a take-off by clicking. Usage: node e2e/station.mjs SIGN-IN-URL SCREENSHOT [LIMIT-SECONDS] [VEHICLE-ID] [land-first]
// LIMIT (150) bounds the wait for the track and the alert; VEHICLE defaults to the second one in the list ('' too). A vehicle
// in the air is told to hold instead of to take off, or, with land-first, is landed and then taken off.
import { check, Failure, teller } from './asks.mjs';
import { coarsely, launch, watch } from './browser.mjs';

const [url, screenshot, limitText = '150', vehicleText, first] = process.argv.slice(2);
const limitMs = Number(limitText) * 1000;
if (!url || !screenshot || !(limitMs > 0)) {
  console.error('usage: node e2e/station.mjs SIGN-IN-URL SCREENSHOT [LIMIT-SECONDS] [VEHICLE-ID]');
  process.exit(2);
}

const say = teller();

const state = (page) => page.evaluate(() => window.vedette?.snapshot());

/** Polls the page until the test holds; the failure says what was there instead. */
async function until(page, what, test, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  let last;
  for (;;) {
    last = await state(page);
    if (last && test(last)) return last;
    if (Date.now() > deadline) throw new Failure(`${what} within ${timeoutMs / 1000} s; the page has ${JSON.stringify(last)}`);
    await page.waitForTimeout(300);
  }
}

async function signIn(page) {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 60_000 }).catch(async () => {
    const asks = await page.getByTestId('signin').count();
    throw new Failure(asks > 0 ? 'the link did not sign in: the page asks for it' : 'the page was not ready within 60 s');
  });
  check(!page.url().includes('ticket='), 'the ticket stays in the address');
  check((await page.getByTestId('connection').getAttribute('data-state')) === 'live', 'the connection is not live');
}

async function tilesPlay(page) {
  await page.locator('[data-testid^="vehicle-"][aria-pressed]').first().click();
  const videos = page.locator('video[data-testid^="video-"]');
  await videos.nth(1).waitFor({ timeout: 30_000 }).catch(() => {
    throw new Failure('the first vehicle does not show two tiles within 30 s');
  });
  const feeds = await videos.evaluateAll((all) => all.map((v) => v.dataset.testid.slice('video-'.length)));
  await until(page, `frames in ${feeds.join(' and ')}`, (s) => feeds.every((f) => s.frames[f] > 0), 60_000);
  const before = (await state(page)).frames;
  await page.waitForTimeout(2_000);
  const after = (await state(page)).frames;
  const widths = await videos.evaluateAll((all) => all.map((v) => v.videoWidth));
  check(widths.every((w) => w > 0), `a video has no width: ${widths.join(', ')}`);
  for (const feed of feeds) {
    check(after[feed] > before[feed], `${feed} stands still: ${before[feed]} frames, 2 s later ${after[feed]}`);
  }
  say(`tiles play: ${feeds.map((f, i) => `${f} ${widths[i]} px wide, ${after[f] - before[f]} frames in 2 s`).join('; ')}`);
}

/** The thermal tile tells what the metadata beside its picture says, once asked. */
async function metadataShows(page) {
  const toggle = page.locator('[data-testid^="metadata-toggle-"]').first();
  await toggle.waitFor({ timeout: 30_000 }).catch(() => {
    throw new Failure('no tile has metadata within 30 s');
  });
  const feed = (await toggle.getAttribute('data-testid')).slice('metadata-toggle-'.length);
  const line = page.getByTestId(`metadata-${feed}`);
  check((await line.count()) === 0, 'the metadata is shown before anybody asks');
  await toggle.click();
  const words = await line.innerText();
  check(/^Copter \d+ · slant (\d+ m|–) · centre /.test(words), `the metadata reads '${words}'`);
  say(`metadata of ${feed}: ${words}`);
  await toggle.click();
  check((await line.count()) === 0, 'the metadata stays after it was put away');
}

/** A click on an enlarged picture tells the place that it shows, with its error: on the ground near the vehicle, and on the map. */
async function placeShows(page) {
  const feed = (await page.locator('video[data-testid^="video-"][data-testid$="-thermal"]').first().getAttribute('data-testid')).slice('video-'.length);
  await page.getByTestId(`hand-${feed}`).click();
  await page.getByTestId(`smaller-${feed}`).waitFor();
  const box = await page.getByTestId(`hand-${feed}`).boundingBox();
  let words = '';
  // A camera that looks at the horizon shows no ground, and the page says so; one on patrol looks down again.
  for (let n = 0; n < 20 && !words.includes('(95 %)'); n++) {
    await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.75);
    await page.waitForFunction(() => !document.querySelector('[data-testid="picture-place"] [role="status"]')?.textContent.startsWith('Looking'));
    words = await page.getByTestId('picture-place').innerText();
    if (!words.includes('(95 %)')) await page.waitForTimeout(1_000);
  }
  const [, error, slant] = words.match(/± (\d+) m \(95 %\)[\s\S]*AMSL, (\d+) m from the camera/) ?? [];
  check(Number(error) > 0 && Number(slant) > 20 && Number(slant) < 2_000, `the place in the picture of ${feed} reads '${words}'`);
  await page.getByTestId('picture-map').click();
  await page.waitForFunction(() => window.vedette.shown('pointed-ellipse') > 0);
  say(`place in the picture of ${feed}: ${words.split('\n').slice(0, 3).join(', ')}`);
  await page.getByTestId('picture-close').click();
  await page.getByTestId(`smaller-${feed}`).click();
}

async function approveCue(page) {
  const button = page.locator('[data-testid^="cue-approve-"]').first();
  // The proposal follows the alert by a moment.
  await button.waitFor({ timeout: 10_000 }).catch(() => undefined);
  if ((await button.count()) === 0) return say('no proposal is shown');
  const id = (await button.getAttribute('data-testid')).slice('cue-approve-'.length);
  const words = await page.getByTestId(`cue-${id}`).locator('strong').first().innerText();
  await button.click();
  await toast(page, `Proposal ${id} approved`);
  say(`approved ${id}: ${words}`);
}

/** Waits for a toast with these words; a toast with a problem fails at once. */
async function toast(page, words) {
  const wanted = page.getByTestId('toast').filter({ hasText: words });
  const problem = page.locator('[data-testid="toast"][data-tone="problem"]');
  await wanted.or(problem).first().waitFor({ timeout: 30_000 }).catch(() => {
    throw new Failure(`no toast '${words}' within 30 s`);
  });
  if ((await wanted.count()) === 0) throw new Failure(`instead of '${words}' the station said: ${await problem.first().innerText()}`);
}

/** Has the vehicle that is to fly land, where that is wanted; it takes more than a minute, in which the rest is looked at. */
async function land(page, id) {
  await page.getByTestId('land').click();
  await page.getByTestId('land-confirm').click({ delay: 1_000 });
  await toast(page, 'land accepted');
  say(`vehicle ${id} is told to land`);
}

async function landed(page, id) {
  const down = page.locator(`[data-testid="vehicle-state-${id}"]`, { hasText: /disarmed, on the ground/ });
  await down.waitFor({ timeout: 180_000 }).catch(() => {
    throw new Failure(`vehicle ${id} was told to land but does not stand disarmed on the ground after 180 s`);
  });
  say(`vehicle ${id} has landed`);
}

/** Takes control of the vehicle that is to fly; the answer is its id, and whether it was told to land. */
async function takeVehicle(page) {
  const cards = page.locator('button[data-testid^="vehicle-"]');
  const ids = await cards.evaluateAll((all) => all.map((c) => c.dataset.testid.slice('vehicle-'.length)));
  const id = vehicleText || (ids[1] ?? ids[0]);
  check(ids.includes(id), `vehicle ${id} is not in the list (${ids.join(', ')})`);
  await choose(page, id);
  const take = page.getByTestId('take-control');
  if (await take.isVisible()) {
    await take.click({ timeout: 10_000 });
    await toast(page, 'you have control');
  }
  await page.getByTestId('release-control').waitFor({ timeout: 15_000 }).catch(() => {
    throw new Failure(`control of vehicle ${id} was not taken`);
  });
  const landing = first === 'land-first' && !(await page.getByTestId(`vehicle-state-${id}`).innerText()).includes('on the ground');
  if (landing) await land(page, id);
  return { id, landing };
}

async function choose(page, id) {
  await page.getByTestId(`vehicle-${id}`).click();
  await page.locator(`[data-testid="vehicle-${id}"][aria-pressed="true"]`).waitFor();
}

async function fly(page, { id, landing }) {
  await choose(page, id);
  if (landing) await landed(page, id);
  const where = await page.getByTestId(`vehicle-state-${id}`).innerText();
  if (!where.includes('on the ground')) {
    await page.getByTestId('hold').click();
    await toast(page, 'hold accepted');
    return say(`vehicle ${id} is '${where.trim()}': clicked Hold instead of a take-off; accepted`);
  }
  await page.getByTestId('takeoff-altitude').fill('30');
  await page.getByTestId('takeoff').click();
  await page.getByTestId('takeoff-confirm').click({ delay: 1_000 });
  await toast(page, 'take off accepted');
  say(`vehicle ${id} stands on the ground: take-off to 30 m accepted`);
  await page
    .locator(`[data-testid="vehicle-state-${id}"]`, { hasText: /taking off|in the air/ })
    .waitFor({ timeout: 45_000 })
    .catch(() => {
      throw new Failure(`vehicle ${id} accepted the take-off but did not leave the ground within 45 s`);
    });
  say(`vehicle ${id} is ${(await page.getByTestId(`vehicle-state-${id}`).innerText()).trim()}`);
}

const browser = await launch();
let status = 0;
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const finely = await coarsely(page);
  const seen = watch(page, url);
  try {
    await signIn(page);
    say('signed in by the link; the map is drawn');
    const vehicle = await takeVehicle(page);
    await tilesPlay(page);
    await metadataShows(page);
    await placeShows(page);
    const s = await until(page, 'a track and an alert on the map', (x) => x.rendered.tracks > 0 && x.rendered.alerts > 0, limitMs);
    say(`on the map: ${s.rendered.tracks} tracks, ${s.rendered.alerts} alerts, ${s.rendered.sensors} sensors`);
    await approveCue(page);
    await fly(page, vehicle);
    // A moment, so that the picture shows what was done.
    await page.waitForTimeout(4_000);
    const { problems } = await state(page);
    check(problems.length === 0, `the page could not read: ${problems.join('; ')}`);
    check(seen.away.length === 0, `requests left the origin: ${seen.away.join(', ')}`);
    check(seen.errors.length === 0, `console errors: ${seen.errors.join(' | ')}`);
    say(`no request left the origin; no console error; ${seen.refused.length} refused requests`);
    for (const text of new Set(seen.refused)) say(`  refused: ${text}`);
  } finally {
    await finely(async () => {
      await page.waitForTimeout(1_000);
      await page.screenshot({ path: screenshot });
    }).catch((error) => console.error(`no screenshot: ${error.message}`));
  }
  say(`passed; screenshot: ${screenshot}`);
} catch (error) {
  status = 1;
  console.error(`FAILED after ${performance.now() / 1000 | 0} s: ${error instanceof Failure ? error.message : error.stack}`);
} finally {
  await browser.close();
}
process.exit(status);
