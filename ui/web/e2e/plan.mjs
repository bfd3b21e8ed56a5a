// The plan view in a browser against a running demo, by mouse, finger and key: node e2e/plan.mjs SIGN-IN-URL SCREENSHOT
// The screenshot is taken with a plan on the map; others beside it for the themes (NAME-day.png, NAME-red.png).
import { readFile } from 'node:fs/promises';
import { check, Failure, teller } from './asks.mjs';
import { coarsely, launch, watch } from './browser.mjs';

const [url, screenshot] = process.argv.slice(2);
if (!url || !screenshot) {
  console.error('usage: node e2e/plan.mjs SIGN-IN-URL SCREENSHOT');
  process.exit(2);
}

const say = teller();

const browser = await launch();
let page;
let finely;
const id = (testid) => page.getByTestId(testid);
const count = async () => Number(await id('plan-count').innerText());

/** Polls until the answer is true; the failure tells the last one. */
async function until(what, ask, timeoutMs = 30_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const last = await ask();
    if (last === true) return;
    if (Date.now() > deadline) throw new Failure(`${what} within ${timeoutMs / 1000} s; there is ${JSON.stringify(last)}`);
    await page.waitForTimeout(150);
  }
}

/** A place on the map in pixels, as shares of it; its upper part, which nothing lies over. */
async function spot(x, y) {
  const box = await id('map').boundingBox();
  return [box.x + box.width * x, box.y + box.height * y];
}

async function click(x, y) {
  await page.mouse.click(...(await spot(x, y)));
}

/** Chooses a tool and clicks places. */
async function add(tool, ...places) {
  if ((await id(`plan-tool-${tool}`).getAttribute('aria-pressed')) !== 'true') await id(`plan-tool-${tool}`).click();
  for (const [x, y] of places) await click(x, y);
}

async function noTool() {
  await page.keyboard.press('Escape');
  await page.locator('[data-testid^="plan-tool-"][aria-pressed="true"]').waitFor({ state: 'detached' });
}

/** Waits until the station has looked through what is on the screen, and gives the number of errors. */
async function checked() {
  await until('a check', async () => (await id('plan-findings').getAttribute('data-checking')) === 'false' || (await id('plan-findings').innerText()));
  return Number(await id('plan-findings').getAttribute('data-errors'));
}

async function outcome(tone, words) {
  await until(`'${words}'`, async () => {
    if ((await id('plan-outcome').count()) === 0) return 'no outcome';
    const text = await id('plan-outcome').innerText();
    return text.includes(words) || text;
  }, 90_000);
  check((await id('plan-outcome').getAttribute('data-tone')) === tone, `'${words}' is told as ${tone}`);
}

/** Presses until it is heard: a line that goes from above a button moves it away from under the pointer. */
async function pressed(button, words) {
  await until(`'${words}'`, async () => {
    const text = (await id('plan-outcome').count()) === 0 ? 'no outcome' : await id('plan-outcome').innerText();
    if (text.includes(words)) return true;
    if (await id(button).isEnabled()) await id(button).click();
    return text;
  }, 90_000);
}

async function placing() {
  await page.keyboard.press('p');
  await id('plan-side').waitFor();
  await add('waypoint', [0.35, 0.2], [0.55, 0.2], [0.55, 0.4]);
  check((await count()) === 3, `${await count()} items after three clicks`);
  check((await id('plan-item-1').innerText()).includes('60 m above home'), 'an item does not say what its height counts from');
  await page.touchscreen.tap(...(await spot(0.35, 0.4)));
  await until('a fourth item by touch', async () => (await count()) === 4 || (await count()));
  await id('plan-place').click();
  check((await count()) === 5, 'no item at the map\'s middle');
  await noTool();
  say('placed by mouse, by finger, and without pointing');
}

const handleOf = (n) => page.locator('.handle.item').filter({ hasText: new RegExp(`^${n}$`) });
const placeOf = async (n) => {
  if ((await id(`plan-item-${n}`).getAttribute('aria-expanded')) !== 'true') await id(`plan-item-${n}`).click();
  return [Number(await id('item-lat').inputValue()), Number(await id('item-lon').inputValue())];
};

async function moving() {
  const before = await placeOf(2);
  const box = await handleOf(2).boundingBox();
  const from = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(...from);
  await page.mouse.down();
  for (let i = 1; i <= 6; i += 1) await page.mouse.move(from[0] + i * 10, from[1] - i * 3);
  await page.mouse.up();
  const after = await placeOf(2);
  check(after[0] > before[0] && after[1] > before[1], `dragged from ${before} to ${after}`);
  await page.keyboard.press('Control+z');
  check(String(await placeOf(2)) === String(before), 'one undo does not take the whole drag back');
  await page.keyboard.press('Control+y');
  check(String(await placeOf(2)) === String(after), 'redo does not bring it back');

  const touch = await page.context().newCDPSession(page);
  const held = await handleOf(3).boundingBox();
  const [x, y] = [held.x + held.width / 2, held.y + held.height / 2];
  const start = await placeOf(3);
  const send = (type, dx) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: x + dx, y }] });
  await send('touchStart', 0);
  for (let i = 1; i <= 5; i += 1) await send('touchMove', i * 8);
  await send('touchEnd', 40);
  check((await placeOf(3))[1] > start[1], 'a finger does not move a point');

  await handleOf(4).focus();
  const still = await placeOf(4);
  await handleOf(4).focus();
  await page.keyboard.press('ArrowUp');
  check((await placeOf(4))[0] > still[0], 'the arrow key does not move a point');
  await handleOf(5).focus();
  await page.keyboard.press('Delete');
  check((await count()) === 4, 'Delete does not remove a point');
  const second = await placeOf(2);
  await id('plan-down-2').click();
  check(String(await placeOf(3)) === String(second), 'the order does not change');
  await id('plan-up-3').click();
  say('moved by mouse, finger and arrow keys, put in another order, removed, undone');
}

async function heights() {
  await placeOf(1);
  await id('item-command').selectOption('takeoff');
  await placeOf(2);
  await id('item-altitude').fill('80');
  await id('item-altitude').press('Tab');
  await id('item-above').selectOption('terrain');
  check((await id('plan-item-2').innerText()).includes('80 m above terrain'), await id('plan-item-2').innerText());
  check((await checked()) === 0, `errors: ${await id('plan-findings').innerText()}`);
  await id('plan-profile').waitFor();
  const least = Number(await id('plan-profile').getAttribute('data-least'));
  check(least > 15, `the least clearance is ${least}`);
  say(`profile: ${await id('plan-profile').locator('figcaption').innerText()}`);
}

async function areas() {
  await add('area', [0.3, 0.12], [0.62, 0.5], [0.62, 0.12], [0.3, 0.5]);
  await id('plan-sketch').getByText('crosses itself').waitFor();
  await id('sketch-pattern').click();
  check((await id('pattern-problem').innerText()).includes('crosses itself'), 'a crossing area is surveyed');
  await id('sketch-inside').click();
  check((await checked()) > 0 && (await id('plan-findings').innerText()).includes('polygon 1 of the fence crosses itself'), await id('plan-findings').innerText());
  await id('plan-undo').click();
  await id('sketch-drop').click();
  await add('area', [0.15, 0.06], [0.8, 0.06], [0.8, 0.55], [0.15, 0.55]);
  await id('sketch-inside').click();
  await add('rally', [0.25, 0.3]);
  await add('circle', [0.72, 0.15]);
  await noTool();
  await id('circle-radius-1').fill('30');
  await id('circle-radius-1').press('Tab');
  await id('circle-rule-1').click();
  check((await id('plan-areas').innerText()).includes('keep out'), 'the circle is not one to keep out of');
  check((await checked()) === 0, `errors: ${await id('plan-findings').innerText()}`);
  say('fence area, circle and rally point; one that crosses itself is said');
}

async function patterns() {
  const before = await count();
  await add('area', [0.4, 0.22], [0.52, 0.22], [0.52, 0.36], [0.4, 0.36]);
  await id('sketch-pattern').click();
  await id('pattern-height').fill('70');
  await id('pattern-entry').selectOption('3');
  await id('pattern-words').waitFor();
  say(`survey: ${await id('pattern-words').innerText()}`);
  await id('pattern-fly').click();
  const surveyed = await count();
  check(surveyed >= before + 2, `${before} items, with the survey ${surveyed}`);
  await add('line', [0.3, 0.2], [0.35, 0.45]);
  await id('sketch-pattern').click();
  await id('pattern-words').waitFor();
  await id('pattern-fly').click();
  check((await count()) === surveyed + 2, 'the patrol has not two points');
  await noTool();
}

/** From now on the page notes what it shows of a transfer: the bar and the words beside it, whenever they change. */
function watchProgress() {
  return page.evaluate(() => {
    window.progress = [];
    const look = () => {
      const shown = document.querySelector('[data-testid="plan-side"] [data-testid="transfer"]');
      if (!shown) return;
      const seen = { share: shown.querySelector('progress').value, words: shown.innerText.replace(/\s+/g, ' ') };
      if (JSON.stringify(window.progress.at(-1)) !== JSON.stringify(seen)) window.progress.push(seen);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['value'] });
  });
}

/** While the mission went up, the bar rose step by step, and the words counted its items. */
async function progressed() {
  const seen = await page.evaluate(() => window.progress);
  const up = seen.filter(({ words }) => /^Sends the mission \d+ of \d+/.test(words));
  const rises = up.filter(({ share }, i) => i > 0 && share > up[i - 1].share).length;
  const counts = new Set(up.map(({ words }) => Number(words.match(/(\d+) of/)[1])));
  check(rises >= 2 && counts.size >= 3, `while a mission is sent the page shows ${JSON.stringify(seen)}`);
  const backwards = up.filter(({ share }, i) => i > 0 && share < up[i - 1].share).length;
  check(backwards === 0, `the bar goes backwards while a mission is sent: ${JSON.stringify(up)}`);
  say(`sending shows ${up.length} states, from '${up[0].words}' to '${up.at(-1).words}'`);
}

async function sending() {
  await checked();
  if (await id('plan-take-control').isVisible()) {
    check(await id('plan-upload').isDisabled(), 'the plan can be sent without control');
    await id('plan-take-control').click();
  }
  // Into the ground.
  await placeOf(3);
  await id('item-altitude').fill('1');
  await id('item-altitude').press('Tab');
  await id('item-above').selectOption('sea');
  check((await checked()) > 0, 'a way into the ground is no error');
  check(await id('plan-upload').isDisabled(), 'a plan into the ground can be sent');
  const refused = await page.evaluate(async (vehicle) => {
    const plan = { mission: { items: [{ command: 'waypoint', lat: 0, lon: 0, altitudeAMSL: 1 }, { command: 'jump', params: [9, 1, 0, 0] }] } };
    const put = (query) => fetch(`/api/v1/vehicles/${vehicle}/plan${query}`, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(plan) });
    return [(await put('')).status, (await put('?override=true')).status];
  }, await id('plan-vehicle').inputValue());
  check(String(refused) === '400,400', `the station answers ${refused} to errors without a reason`);
  await id('plan-reason').fill('ok');
  check(await id('plan-upload').isDisabled(), 'two letters are a reason');
  await id('plan-reason').fill('<b>a test over</b> empty ground');
  await watchProgress();
  await id('plan-upload').click();
  await outcome('ok', 'holds the plan, read back: mission, fence, rally');
  await progressed();
  const audit = await page.evaluate(async () => (await fetch('/api/v1/audit?limit=1000')).json());
  const record = audit.events.find((e) => JSON.stringify(e.data).includes('a test over'));
  check(record && JSON.stringify(record.data).includes('into the ground'), 'the audit has not the reason and the error');
  say(`sent with a reason; on record: ${JSON.stringify(record.data).slice(0, 200)}…`);

  await id('plan-undo').click();
  await id('plan-undo').click();
  check((await checked()) === 0, `mended, and still: ${await id('plan-findings').innerText()}`);
  await id('plan-compare').click();
  await outcome('ok', 'holds');
  const words = await id('plan-differences').innerText();
  check(words.includes('Item 3 is at') && words.includes('1 m AMSL on the vehicle'), words);
  say(`compared: ${words.replace(/\s+/g, ' ').slice(0, 160)}`);
  await id('plan-upload').click();
  await outcome('ok', 'holds the plan, read back');
  await pressed('plan-download', 'Read from');
  await until('no difference', async () => (await id('plan-differences').getAttribute('data-count')) === '0' || (await id('plan-differences').innerText()));
  say('sent, read back, the same');
}

async function files() {
  const before = await count();
  const [download] = await Promise.all([page.waitForEvent('download'), id('plan-export-plan').click()]);
  const saved = await readFile(await download.path(), 'utf8');
  check(JSON.parse(saved).fileType === 'Plan', 'the saved file is no .plan');
  await id('plan-remove-1').click();
  const open = (name, text) => id('plan-import').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
  await open('again.plan', saved);
  await outcome('ok', 'Read from again.plan');
  check((await count()) === before, 'the file reads back as another plan');
  await open('wings.plan', saved.replace(/"vehicleType": \d+/, '"vehicleType": 1').replace(/"firmwareType": \d+/, '"firmwareType": 12'));
  await outcome('ok', 'Made for: px4, wings');
  await checked();
  check((await id('plan-findings').innerText()).includes('made for another'), 'a plan for another vehicle is not said');
  await open('bad.plan', saved.replace('"params": [', '"params": ["x", '));
  await outcome('problem', 'mission.items[0].params');
  const kml = '<kml><Placemark><name>&lt;img src=x onerror=alert(1)&gt;</name><Polygon><outerBoundaryIs><LinearRing><coordinates>149,-35 149.01,-35 149.01,-35.01 149,-35</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>';
  await open('hostile.kml', kml);
  await outcome('ok', 'choose what it is');
  check((await id('plan-shapes').innerText()).includes('<img src=x'), 'the name is not shown as text');
  check((await page.locator('[data-testid="plan-shapes"] img').count()) === 0, 'markup in a name became part of the page');
  await id('shape-inside-0').click();
  check((await id('plan-areas').innerText()).includes('Area 2'), 'the shape did not become a fence');
  await id('plan-undo').click();
  const [drawn] = await Promise.all([page.waitForEvent('download'), id('plan-export-kml').click()]);
  check((await readFile(await drawn.path(), 'utf8')).includes('<LineString>'), 'the saved KML has no way');
  say('.plan and KML come and go; errors name their place; markup stays text');
}

async function report() {
  await id('plan-close').click();
  await page.locator('article[data-testid^="alert-"]').first().waitFor({ timeout: 120_000 }); // else there is nothing to report yet
  await id('report-open').click();
  await id('shift-report').waitFor();
  const raised = Number(await id('shift-raised').innerText());
  const rows = await page.getByTestId('shift-row').count();
  check(rows >= raised && raised > 0, `${raised} alerts are raised, ${rows} rows`);
  const [saved] = await Promise.all([page.waitForEvent('download'), id('shift-package').click()]);
  const zip = await readFile(await saved.path());
  check(zip.subarray(0, 2).toString() === 'PK' && zip.includes('tracks.kml') && zip.includes('README.txt'), 'the package is no zip of the record');
  await page.emulateMedia({ media: 'print' });
  check(!(await id('map').isVisible()) && (await id('shift-raised').isVisible()), 'on paper there is more, or less, than the report');
  const pdf = await page.pdf({ path: screenshot.replace(/\.png$/, '-report.pdf') }).catch(() => undefined);
  await page.emulateMedia({ media: 'screen' });
  await id('shift-to').fill('2020-01-01T00:00');
  await page.getByText('The shift ends before it begins.').waitFor();
  await page.keyboard.press('Escape');
  say(`shift report: ${raised} alerts; package of ${zip.length} bytes${pdf ? '; printed' : ''}`);
}

async function clearing() {
  // The question goes away while the station reads from the vehicle: then it is asked again, as a person would.
  const clear = async () => {
    for (let tries = 0; tries < 5; tries += 1) {
      await id('plan-clear').click();
      const confirmed = await id('plan-clear-confirm').click({ timeout: 5_000 }).then(() => true, () => false);
      if (confirmed) return;
    }
    throw new Failure('clearing cannot be confirmed');
  };
  const vehicle = await id('plan-vehicle').inputValue();
  await clear();
  await outcome('problem', 'the mission that it flies');
  say('a mission that is flown is not cleared, and the page says so');
  const status = await page.evaluate(
    async (v) =>
      (await fetch(`/api/v1/vehicles/${v}/commands`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"command":"hold"}' })).status,
    vehicle,
  );
  check(status === 200, `hold is answered by ${status}`);
  await clear();
  await outcome('ok', 'no mission, fence or rally points any more');
  const held = await page.evaluate(async (v) => (await fetch(`/api/v1/vehicles/${v}/mission`)).json(), vehicle);
  check(held.items.length === 0, `the vehicle still holds ${held.items.length} items`);
  say('cleared');
}

async function pictures() {
  for (const theme of ['dark', 'day', 'red']) {
    await id(`theme-${theme}`).click();
    await finely(async () => {
      await page.waitForTimeout(1_500);
      await page.screenshot({ path: theme === 'dark' ? screenshot : screenshot.replace(/\.png$/, `-${theme}.png`) });
    });
  }
  await id('theme-dark').click();
}

let status = 0;
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, hasTouch: true, acceptDownloads: true });
  page = await context.newPage();
  finely = await coarsely(page);
  const seen = watch(page, url);
  try {
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 60_000 });
    // The last vehicle: the first ones fly by themselves in the demo.
    await page.locator('button[data-testid^="vehicle-"]').last().click();
    await placing();
    await moving();
    await heights();
    await areas();
    await patterns();
    await pictures();
    await sending();
    await files();
    await clearing();
    await report();
    check(seen.away.length === 0, `requests left the origin: ${seen.away.join(', ')}`);
    check(seen.errors.length === 0, `console errors: ${seen.errors.join(' | ')}`);
  } catch (error) {
    await page.screenshot({ path: screenshot.replace(/\.png$/, '-failed.png') }).catch(() => undefined);
    throw error;
  }
  say('passed');
} catch (error) {
  status = 1;
  console.error(`FAILED after ${performance.now() / 1000 | 0} s: ${error instanceof Failure ? error.message : error.stack}`);
} finally {
  await browser.close();
}
process.exit(status);
