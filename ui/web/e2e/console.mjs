// The console as an operator uses it, by clicking and typing in Debian's Chromium, against the fake station (dev/fake-station.mjs):
// palette and keyboard, map tools, layers, video wall, sensors, sounds, layout, tablet, a station that falls silent; and axe-core
// on every page in every theme. Usage: node e2e/console.mjs [FOLDER-FOR-SCREENSHOTS] [PART,PART]
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launch, watch } from './browser.mjs';

const folder = process.argv[2];
const only = process.argv[3]?.split(',');
if (folder) mkdirSync(folder, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const port = 20_000 + Math.floor(Math.random() * 20_000);
const url = `http://127.0.0.1:${port}/`;
const startedAt = Date.now();
const say = (text) => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);

class Failure extends Error {}
const check = (good, text) => {
  if (!good) throw new Failure(text);
};

function station() {
  const child = spawn(process.execPath, [new URL('../dev/fake-station.mjs', import.meta.url).pathname, '--port', String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, failed) => {
    child.stdout.once('data', () => done(child));
    child.once('exit', (code) => failed(new Failure(`the fake station ended with ${code}`)));
  });
}

/** Polls until the function answers something true; the failure names what was waited for. */
async function until(page, what, test, timeoutMs = 20_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await test();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Failure(`${what}: not within ${timeoutMs / 1000} s`);
    await page.waitForTimeout(50);
  }
}

const shown = (page, layer) => page.evaluate((id) => window.vedette.shown(id), layer);
const id = (page, name) => page.getByTestId(name);

async function ready(page) {
  await page.goto(url);
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 60_000 });
  await id(page, 'alert-a-3').waitFor({ timeout: 30_000 });
}

async function choose(page, typed) {
  await page.keyboard.press('Control+k');
  await id(page, 'palette-input').fill(typed);
}

async function palette(page) {
  await choose(page, 'take off');
  const takeoff = id(page, 'palette-takeoff');
  check((await takeoff.getAttribute('aria-disabled')) === 'true', 'a take-off is offered without control');
  await page.keyboard.press('Enter');
  check((await id(page, 'palette-ask').count()) === 0, 'what cannot be done was asked about');
  await page.keyboard.press('Escape');
  await choose(page, 'select vehicle 2');
  await page.keyboard.press('Enter');
  await choose(page, 'take control');
  await page.keyboard.press('Enter');
  await id(page, 'release-control').waitFor();
  const commands = [];
  page.on('request', (r) => r.method() === 'POST' && r.url().endsWith('/commands') && commands.push(r.postData()));
  await choose(page, 'take off');
  // Within the page, so that a busy machine cannot make a slow press of a double one.
  await page.evaluate(async () => {
    document.querySelector('[data-testid="palette-takeoff"]').click();
    await Promise.resolve();
    while (!document.querySelector('[data-testid="palette-confirm"]')) await new Promise(requestAnimationFrame);
    document.querySelector('[data-testid="palette-confirm"]').click();
  });
  check(commands.length === 0 && (await id(page, 'palette-ask').isVisible()), 'a double press took off');
  await page.waitForTimeout(450);
  await page.keyboard.press('Enter');
  await until(page, 'a take-off from the palette', () => commands.length === 1);
  check(commands[0].includes('takeoff'), `the palette sent ${commands[0]}`);
  say('palette: barred without control, asks before a take-off, hears no double press');
  for (const key of 'abcdefghijklmnopqrstuvwxyz0123456789') {
    await page.keyboard.press(key);
    await page.keyboard.press('Escape');
  }
  await page.keyboard.press('u'); // it was muted on the way
  check(commands.length === 1, `a single key commanded: ${commands.slice(1).join(' ')}`);
  for (const panel of ['alerts', 'vehicles', 'video']) {
    if ((await id(page, `panel-${panel}`).getAttribute('aria-pressed')) === 'false') await id(page, `panel-${panel}`).click();
  }
  await page.keyboard.press('?');
  const rows = await id(page, 'help-dialog').locator('dl > div').count();
  check(rows >= 30, `the list of keys has ${rows} rows`);
  await page.keyboard.press('Escape');
  say(`keyboard: ${rows} shortcuts listed, none arms or flies`);
}

async function alertsAndControl(page) {
  // Two operators at once: one wins, both see whom.
  const other = await page.context().newPage();
  await ready(other);
  await Promise.all([page, other].map((p) => id(p, 'alert-ack-a-3').click()));
  for (const p of [page, other]) await id(p, 'alert-a-3').getByText('Acknowledged by operator').waitFor();
  const both = await Promise.all([page, other].map((p) => p.getByTestId('toast').filter({ hasText: 'by operator before' }).count()));
  check(both[0] + both[1] <= 1, 'both decisions were refused');
  await other.close();
  await id(page, 'alert-false-a-2').click();
  await id(page, 'cause-animal').click();
  await id(page, 'alert-a-2').getByText('Called false by operator').waitFor();
  check((await id(page, 'alert-a-2').innerText()).includes(': animal'), 'the cause is not shown');
  say('alerts: acknowledged by two at once, called false with a cause');

  await id(page, 'vehicle-1').click();
  await page.getByText('anna has control.').first().waitFor();
  await id(page, 'takeover').click();
  check(await id(page, 'takeover-confirm').isDisabled(), 'control can be taken over without a reason');
  await id(page, 'takeover-reason').fill('anna has gone home');
  await id(page, 'takeover-confirm').click();
  await id(page, 'release-control').waitFor();
  const box = await id(page, 'map').boundingBox();
  await page.keyboard.press('f');
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.75);
  await until(page, 'the preview of the way', async () => /m over the ground at the least/.test(await id(page, 'way-preview').innerText()));
  const words = await id(page, 'way-preview').innerText();
  await page.keyboard.press('Escape');
  say(`control taken over with a reason; fly there: ${words}`);
}

async function mapTools(page) {
  const box = await id(page, 'map').boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  await page.keyboard.press('m');
  await page.mouse.click(...at(0.4, 0.6));
  await page.mouse.click(...at(0.6, 0.6));
  await page.mouse.click(...at(0.6, 0.8));
  const total = await id(page, 'measure-total').innerText();
  check(/^\d.* (m|km)$/.test(total) && total !== '0 m', `the way measures '${total}'`);
  await until(page, 'two measured legs on the map', async () => (await shown(page, 'measure-legs')) >= 2);
  await id(page, 'measure-undo').click();
  check((await id(page, 'measure-total').innerText()) !== total, 'undo changes nothing');
  await id(page, 'measure-done').click();
  check((await id(page, 'measure').count()) === 0, 'the measure stays after it was cleared');
  say(`measured ${total} by clicking`);

  await page.keyboard.press('g');
  await id(page, 'goto-input').fill('somewhere');
  await id(page, 'goto-bad').waitFor();
  for (const [typed, lon, lat] of [
    ['-35.36 149.17', 149.17, -35.36],
    ['35°21\'36" S 149°10\'12" E', 149.17, -35.36],
    ['55H 697207 6085063', 149.17, -35.3653],
  ]) {
    await id(page, 'goto-input').fill(typed);
    check((await id(page, 'goto-read').locator('dd').count()) === 4, 'not all four formats are shown');
    await id(page, 'goto-show').click();
    await until(page, `the map at ${typed}`, async () => {
      const [x, y] = await page.evaluate(() => window.vedette.centre());
      return Math.abs(x - lon) < 0.01 && Math.abs(y - lat) < 0.01;
    });
    await page.keyboard.press('g');
  }
  await page.keyboard.press('Escape');
  const read = new Set();
  for (let i = 0; i < 4; i += 1) {
    await page.mouse.move(...at(0.5, 0.4 + i / 100));
    read.add(await id(page, 'coordinate-format').innerText());
    check((await id(page, 'cursor').innerText()).length > 10, 'nothing is read under the cursor');
    await id(page, 'coordinate-format').click();
  }
  check(read.size === 4, `formats under the cursor: ${[...read].join(', ')}`);
  say('coordinates: typed in three formats, read in four');
  await page.keyboard.press('z');

  await page.keyboard.press('y');
  await id(page, 'layer-contours').check();
  const line = { type: 'FeatureCollection', name: 'State line', date: '2026-05-01', source: 'Survey office', features: [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[149.155, -35.364], [149.175, -35.362]] } }] };
  await id(page, 'own-file').setInputFiles({ name: 'bad.geojson', mimeType: 'application/json', buffer: Buffer.from('{"type":"LineString","coordinates":[[500000,1],[2,2]]}') });
  await page.getByTestId('toast').filter({ hasText: 'off the globe' }).waitFor();
  await id(page, 'own-file').setInputFiles({ name: 'line.geojson', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(line)) });
  await id(page, 'layers').getByText('2026-05-01 · Survey office').waitFor();
  await page.keyboard.press('Escape');
  await until(page, 'contour lines', async () => (await shown(page, 'contours-line')) > 5);
  await until(page, 'the own line', async () => (await shown(page, 'own-line')) > 0);
  await until(page, 'sensor coverage', async () => (await shown(page, 'sensors-field')) > 0);
  if (folder) await page.screenshot({ path: join(folder, 'map-tools.png') });
  await choose(page, 'sensor coverage');
  await page.keyboard.press('Enter');
  await until(page, 'no coverage', async () => (await shown(page, 'sensors-field')) === 0);
  for (let i = 0; i < 13; i += 1) await page.keyboard.press('-');
  await until(page, 'the world', async () => (await shown(page, 'world-land')) > 0 && (await shown(page, 'world-borders')) > 0, 40_000);
  if (folder) await page.screenshot({ path: join(folder, 'world.png') });
  await page.keyboard.press('z');
  say('layers: contours, own line with date and source, coverage on and off, the world from afar');
}

async function wallAndSensors(page) {
  await page.keyboard.press('v');
  for (const n of [1, 4, 9]) {
    await id(page, `wall-size-${n}`).click();
    const tiles = await id(page, 'wall').locator('video').count();
    check(tiles === Math.min(n, 4), `a wall of ${n} shows ${tiles} of four pictures`);
  }
  const order = await id(page, 'wall').locator('video').evaluateAll((all) => all.map((v) => v.dataset.testid));
  check(order.join() === 'video-1-eo,video-1-thermal,video-2-eo,video-2-thermal', `the wall's order is ${order.join()}`);
  await id(page, 'wall-size-1').click();
  await id(page, 'wall-next').click();
  check((await id(page, 'wall-page').innerText()) === '2 of 4', 'the wall does not turn its page');
  await id(page, 'wall-full').click();
  await until(page, 'full screen', () => page.evaluate(() => document.fullscreenElement?.dataset.testid === 'wall'));
  await id(page, 'wall-full').click();
  await id(page, 'wall-close').click();
  say('video wall: 1, 4 and 9, EO beside thermal, pages, full screen');

  await page.keyboard.press('s');
  const first = id(page, 'sensors').locator('[data-testid^="sensor-s"]').first();
  check((await first.getAttribute('data-state')) === 'tamper', 'the worst sensor does not stand first');
  check((await id(page, 'sensor-counts').innerText()).includes('silent'), 'the health is not counted');
  await first.click();
  await id(page, 'sensor-card').waitFor();
  await page.keyboard.press('Escape');
  say('sensors: counted, the worst first, shown on the map by a click');
}

async function soundsAndLayout(page) {
  check((await page.evaluate(() => window.vedette.sounds())).serious === 1, 'the serious alert made not one sound');
  await page.keyboard.press('u');
  check(/Muted (10:00|9:5\d)/.test(await id(page, 'mute').innerText()), `muting shows '${await id(page, 'mute').innerText()}'`);
  check(await id(page, 'alert-a-3').isVisible(), 'muting hid an alert');
  await page.keyboard.press('u');
  await id(page, 'theme-day').click();
  await id(page, 'panel-video').click();
  await page.reload();
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 60_000 });
  check((await page.evaluate(() => document.documentElement.dataset.theme)) === 'day', 'the theme was forgotten');
  check((await id(page, 'panel-video').getAttribute('aria-pressed')) === 'false', 'the layout was forgotten');
  await until(page, 'the own line after a reload', async () => (await shown(page, 'own-line')) > 0);
  await id(page, 'panel-video').click();
  say('sounds: one for the alert, muted with its end shown; layout, theme and own line remembered');
}

const pages = {
  main: [],
  palette: ['Control+k'],
  goto: ['g'],
  layers: ['y'],
  sensors: ['s'],
  wall: ['v'],
  keys: ['?'],
  measure: ['m'],
};

async function accessible(page) {
  const bad = [];
  let audits = 0;
  for (const theme of ['dark', 'day', 'red']) {
    await id(page, `theme-${theme}`).click();
    for (const [name, keys] of Object.entries(pages)) {
      for (const key of keys) await page.keyboard.press(key);
      await page.waitForTimeout(400);
      if (folder) await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
      bad.push(...(await audit(page)).map((text) => `${name}, ${theme}: ${text}`));
      await page.keyboard.press('Escape');
      audits += 1;
    }
  }
  check(bad.length === 0, `axe-core:\n  ${[...new Set(bad)].join('\n  ')}`);
  say(`axe-core: no serious finding on ${Object.keys(pages).length} pages in 3 themes (${audits} audits)`);
}

/** The serious and critical findings of axe-core on the page as it stands. */
async function audit(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const result = await window.axe.run(document, { resultTypes: ['violations'] });
    return result.violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} (${(n.any[0]?.message ?? n.all[0]?.message ?? '').slice(0, 140)})`).join('; ')}`);
  });
}

async function tablet(page) {
  for (const [width, height] of [[1024, 768], [820, 1180]]) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    check(wide <= width, `at ${width} px the page is ${wide} px wide`);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, summary, select')]
        .filter((e) => e.checkVisibility() && !e.closest('.maplibregl-map'))
        .map((e) => ({ e, r: (e.closest('label') ?? e).getBoundingClientRect() }))
        .filter(({ r }) => r.height < 43.5 || r.width < 43.5)
        .map(({ e, r }) => `${e.dataset.testid ?? e.textContent.trim().slice(0, 20)} ${Math.round(r.width)}x${Math.round(r.height)}`),
    );
    check(small.length === 0, `at ${width} px these are smaller than 44 px: ${small.join(', ')}`);
    if (folder) await page.screenshot({ path: join(folder, `tablet-${width}.png`) });
    await id(page, 'panel-vehicles').click();
    await id(page, 'panel-alerts').click();
    const map = await id(page, 'map').boundingBox();
    check(map.width > width - 10, `with the panels away the map is ${map.width} px wide`);
    await id(page, 'panel-vehicles').click();
    await id(page, 'panel-alerts').click();
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  say('tablet: two sizes, no sideways scrolling, every target at least 44 px');
}

async function silence(page, child) {
  const state = () => id(page, 'connection').getAttribute('data-state');
  await until(page, 'a live connection', async () => (await state()) === 'live');
  child.kill('SIGSTOP');
  const cutAt = Date.now();
  await until(page, 'silence marked', async () => (await state()) === 'stale', 5_000);
  const marked = Date.now() - cutAt;
  child.kill('SIGKILL');
  await until(page, 'the page says it is not live', async () => (await state()) === 'down');
  check((await id(page, 'offline').innerText()).startsWith('Not live.'), 'the page does not say that it is not live');
  if (folder) await page.screenshot({ path: join(folder, 'offline.png') });
  const again = await station();
  await until(page, 'the page comes back by itself', async () => (await state()) === 'live', 30_000);
  say(`a silent station was marked after ${marked} ms; the page came back by itself when it was started anew`);
  return again;
}

let child = await station();
const browser = await launch();
let status = 0;
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const seen = watch(page, url);
  await ready(page);
  say('the page is drawn');
  const parts = { palette, alertsAndControl, mapTools, wallAndSensors, soundsAndLayout, accessible, tablet };
  for (const name of Object.keys(parts)) if (!only || only.includes(name)) await parts[name](page);
  check(seen.away.length === 0, `requests left the origin: ${seen.away.join(', ')}`);
  check(seen.errors.length === 0, `console errors: ${seen.errors.join(' | ')}`);
  child = await silence(page, child);
  check(seen.away.length === 0, `requests left the origin: ${seen.away.join(', ')}`);
  say('no request left the origin, no console error; passed');
} catch (error) {
  status = 1;
  console.error(`FAILED after ${((Date.now() - startedAt) / 1000).toFixed(0)} s: ${error instanceof Failure ? error.message : error.stack}`);
  for (const page of browser.contexts().flatMap((c) => c.pages())) if (folder) await page.screenshot({ path: join(folder, 'failed.png') }).catch(() => undefined);
} finally {
  await browser.close();
  child.kill('SIGKILL');
}
process.exit(status);
