// Two operators at a running demo, each in a browser of their own: control is asked for, refused, taken over with a reason and handed over; an alert is
// assigned. And maps of the station's folder, dropped there while it runs. Steps of e2e/time.mjs, which waits for its alert meanwhile.
import { execFileSync } from 'node:child_process';
import { Kit } from './console/kit.mjs';
import { check, until } from './asks.mjs';
import { coarse } from './browser.mjs';
import { blue, orthophoto } from './geotiff.mjs';

const password = 'a long enough word';

/** Boris, an operator, signs in by typing, in a context of his own. */
export async function secondOperator(browser, url, api) {
  await api('/accounts', 'POST', { name: 'boris', role: 'operator', password });
  const context = await browser.newContext({ viewport: { width: 1024, height: 700 }, ...coarse });
  const page = await context.newPage();
  const kit = new Kit(page, url);
  await page.goto(new URL('/', url).href, { waitUntil: 'domcontentloaded' });
  await page.getByLabel('Name').fill('boris');
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 90_000 });
  await kit.id('panel-video').click(); // one page that plays is enough
  return kit;
}

/** Who has control, by each page's own words. */
async function controlIs(anna, boris, holder) {
  await until(`both pages say that ${holder} has control`, async () => {
    const mine = await Promise.all([anna, boris].map(async (kit) => (await kit.id('release-control').count()) === 1));
    const other = holder === 'boris' ? anna : boris;
    return mine[0] === (holder !== 'boris') && mine[1] === (holder === 'boris') && (await other.page.getByText(`${holder} has control.`).count()) > 0;
  });
}

export async function control(anna, boris, api) {
  const id = (await api('/vehicles')).at(-1).id; // the first ones fly by themselves in the demo
  for (const kit of [anna, boris]) await kit.id(`vehicle-${id}`).click();
  await anna.id('take-control').click();
  await controlIs(anna, boris, 'operator');
  check(await boris.id('hold').isDisabled(), 'who has not control can command');

  // Asked for with a reason, and refused.
  await boris.id('control-reason').fill('my turn <b>soon</b>');
  await boris.id('control-ask').click();
  await boris.id('control-asked').waitFor();
  await anna.id('control-ask-boris').waitFor();
  check((await anna.text('control-ask-boris')).includes('boris asks for control. my turn <b>soon</b>'), `the holder reads '${await anna.text('control-ask-boris')}'`);
  for (const kit of [anna, boris]) {
    const bad = await kit.audit('aside[aria-label="Vehicles"] .control, aside[aria-label="Vehicles"] .ask');
    check(bad.length === 0, `axe-core: ${bad.join('; ')}`);
  }
  await anna.id('control-refuse-boris').click();
  await boris.id('control-refused').waitFor();
  await controlIs(anna, boris, 'operator');

  // Taken over, with a reason that stands in the audit.
  await boris.id('takeover').click();
  await boris.id('takeover-reason').fill('no');
  check(await boris.id('takeover-confirm').isDisabled(), 'two letters are a reason to take over');
  await boris.id('takeover-reason').fill('the battery is low');
  await boris.id('takeover-confirm').click();
  await controlIs(anna, boris, 'boris');
  const { events } = await api('/audit?limit=1000');
  check(events.some((e) => e.who === 'boris' && JSON.stringify(e.data).includes('the battery is low')), 'the reason for taking over is not in the audit');

  // Asked for, and handed over.
  await anna.id('control-ask').click();
  await boris.id('control-ask-operator').waitFor();
  await boris.id('control-grant-operator').click();
  await controlIs(anna, boris, 'operator');
  await anna.id('release-control').click();
  for (const kit of [anna, boris]) await until('nobody has control', () => kit.id('take-control').isEnabled());
  return 'control asked for and refused, taken over with a reason, asked for and handed over, released';
}

/** Two assign an alert at once: one wins, and the other is told whose it is; both see that. */
export async function assigning(anna, boris, alert) {
  const held = [];
  for (const [kit, to] of [[anna, 'operator'], [boris, 'boris']]) {
    await kit.id(`alert-${alert}`).locator('button.head').click();
    const choice = kit.id(`alert-assign-${alert}`);
    await choice.focus();
    await until(`${to} can be chosen`, async () => (await choice.locator('option').allInnerTexts()).some((o) => o.startsWith(to)));
    await kit.page.route('**/assign', (route) => held.push(route));
    await choice.selectOption(to);
  }
  await until('two assignments on their way', () => held.length === 2);
  await Promise.all(held.map((route) => route.continue()));
  const chosen = () => Promise.all([anna, boris].map((kit) => kit.id(`alert-assign-${alert}`).inputValue()));
  await until('both pages name the same one', async () => {
    const [a, b] = await chosen();
    return a === b && ['boris', 'operator'].includes(a);
  });
  const [to] = await chosen();
  const loser = to === 'boris' ? anna : boris; // each has chosen oneself
  await loser.page.locator('[data-testid="toast"][data-tone="problem"]', { hasText: to }).first().waitFor();
  for (const kit of [anna, boris]) await kit.page.unroute('**/assign');
  await anna.id(`alert-assign-${alert}`).selectOption('');
  await until('both pages say that nobody has it', async () => (await chosen()).every((name) => name === ''));
  return `alert ${alert} assigned by two at once: ${to} has it on both pages, the other is told; then nobody`;
}

/** Real PMTiles, MBTiles and GeoTIFF files come into the folder while the station runs; they are drawn, put away, and what cannot be shown says why. */
export async function maps(kit, folder, testmaps) {
  await kit.press('y');
  check(/no maps|none/i.test(await kit.text('map-files')), `an empty folder reads '${await kit.text('map-files')}'`);
  execFileSync(testmaps, [folder]);
  await kit.id('map-files-look').click();
  await until('the maps in the list', async () => (await kit.text('map-files')).includes('Photo of the valley'));
  const list = await kit.text('map-files');
  check(list.includes('Lakes') && list.includes('Water office') && list.includes('Orthophoto office') && /broken.pmtiles cannot be shown/.test(list), `the maps read '${list}'`);
  check(/heights.tif cannot be shown: .*elevation model.*terrain/.test(list), `the elevation model reads '${list}'`);
  await kit.press('Escape');
  await kit.page.locator('dialog').first().waitFor({ state: 'detached' });
  await until('the vector tile on the map', async () => (await kit.shown('file:land.pmtiles:water:area')) > 0);
  // The water lies over the pictures: without it these are seen.
  await shows(kit, 'Lakes', false);
  await until('the picture on the map', async () => magenta(await colour(kit)));
  await shows(kit, 'Photo of the valley', false);
  await until('the picture put away', async () => !magenta(await colour(kit)));
  const off = await orthophoto(kit);
  check(blue(await colour(kit)), 'the orthophoto is not on the left');
  await shows(kit, 'ortho.tif', false);
  await until('the orthophoto put away', async () => !blue(await colour(kit)));
  check((await kit.page.evaluate(() => window.vedette.snapshot().problems)).length === 0, 'the page could not read a map');
  return `an MBTiles, a PMTiles and a GeoTIFF file found while the station runs, drawn (the GeoTIFF ${off.toFixed(1)} m from its place) and put away; two that cannot be shown say why`;
}

async function shows(kit, name, shown) {
  await kit.press('y');
  await kit.id('map-files').getByText(name).locator('xpath=ancestor::label').getByRole('checkbox').setChecked(shown);
  await kit.press('Escape');
  await kit.page.locator('dialog').first().waitFor({ state: 'detached' });
}

/** The most frequent colour of a stretch of the map without panels over it. */
async function colour(kit) {
  const [x, y] = await kit.at(0.3, 0.3);
  const shot = await kit.page.screenshot({ clip: { x, y, width: 120, height: 80 } });
  return kit.page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const counts = new Map();
    for (let i = 0; i < data.length; i += 4) {
      const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1])[0][0].split(',').map(Number);
  }, shot.toString('base64'));
}

/** Magenta, dimmed or not. */
const magenta = ([r, g, b]) => r > 2 * g + 20 && b > 2 * g + 20;
