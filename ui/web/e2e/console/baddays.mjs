// Bad input and bad days, each on a page of its own: a viewer who tries every button, names with markup, ten thousand zones, a browser asleep for an hour, and a
// map in the station's folder that cannot be shown beside two that can.
import { check, Kit, until } from './kit.mjs';

/** Signs in as somebody else, and loads the page anew. */
export async function signedInAs(kit, name) {
  await kit.page.evaluate((n) => fetch('/api/v1/session', { method: 'POST', body: JSON.stringify({ name: n, password: 'vedette' }) }), name);
  await kit.page.reload();
  await kit.ready();
}

/** What lies open over the page, and beside it, where buttons are. */
const opened = {
  main: [],
  details: ['j', 's'],
  sensors: ['s'],
  admin: ['0'],
  plan: ['p'],
  wall: ['v'],
  layers: ['y'],
  report: [],
};

/** Dora is a viewer: whatever she presses, nothing is asked of the station but to tell. */
export async function viewer(kit) {
  const { page } = kit;
  await signedInAs(kit, 'dora');
  const acts = [];
  const listen = (r) => !['GET', 'HEAD'].includes(r.method()) && !/\/(whep|check|convert)/.test(r.url()) && acts.push(`${r.method()} ${new URL(r.url()).pathname}`);
  page.on('request', listen);
  let pressed = 0;
  for (const [view, keys] of Object.entries(opened)) {
    await kit.rest();
    await kit.press(...keys);
    if (view === 'report') await kit.id('report-open').click();
    if (view === 'details') await kit.id('sensor-s-07').click();
    pressed += await page.evaluate(pressAll);
    check(acts.length === 0, `a viewer did in '${view}': ${acts.join(', ')}`);
  }
  // Keys, too, those that would command among them.
  await kit.rest();
  await page.reload(); // wherever the buttons have brought the map
  await kit.ready();
  await kit.clickMap(0.12, 0.9);
  await kit.id('fly-here').waitFor({ timeout: 10_000 });
  check(await kit.id('fly-here').isDisabled(), 'a viewer may fly somewhere by the map');
  for (const key of 'atfolberxcnpisuh') await kit.press(key, 'Escape');
  await kit.press('t');
  await kit.toast('Viewers watch; an operator does this.');
  // A vehicle that nobody controls: it is for the viewer's sake that the palette offers nothing.
  await kit.press('2');
  await kit.press('Control+k');
  for (const words of ['take control', 'take off', 'acknowledge', 'approve', 'recording of']) {
    await kit.id('palette-input').fill(words);
    check((await kit.page.locator('#palette-list').getByRole('option').first().getAttribute('aria-disabled')) === 'true', `the palette offers a viewer '${words}'`);
    await kit.press('Enter');
  }
  check(acts.length === 0, `a viewer did by keys: ${acts.join(', ')}`);
  page.off('request', listen);
  await kit.press('Escape');
  return `${pressed} buttons pressed on ${Object.keys(opened).length} views, keys and the palette tried: nothing was asked of the station but to tell`;
}

/** Runs in the page: presses whatever can be pressed, and what then appears; not signing out, printing, saving, other themes and looking back, which bar commands by themselves. */
async function pressAll() {
  const skip = /^(signout|shift-print|shift-package|wall-full|plan-import|plan-export.*|theme-.*|rewind-open|recordings.*)$/;
  const done = new Set();
  for (let round = 0; round < 3; round += 1) {
    for (const button of document.querySelectorAll('button')) {
      const name = button.dataset.testid ?? button.getAttribute('aria-label') ?? button.textContent.trim();
      if (button.disabled || done.has(name) || skip.test(name) || !button.isConnected || !button.checkVisibility()) continue;
      done.add(name);
      button.click();
    }
    await new Promise((next) => setTimeout(next, 50));
  }
  return done.size;
}

const hostile = '<img src=x onerror="window.harmed=1"><b>bold</b>';

/** The page gets a snapshot in which every name is markup, and 10,000 zones. */
export async function hostileNames(kit) {
  const page = await kit.page.context().newPage();
  await page.routeWebSocket(/\/api\/v1\/live/, (ws) => {
    const server = ws.connectToServer();
    server.onMessage((text) => ws.send(typeof text === 'string' ? changed(text) : text));
  });
  await page.route('**/api/v1/maps', (route) => route.fulfill({ json: maps }));
  const tiles = [];
  await page.route(/\/api\/v1\/maps\/[^/]+\/\d+\/\d+\/\d+$/, (route) => {
    tiles.push(route.request().url());
    return route.fulfill({ contentType: 'image/png', body: magenta });
  });
  const own = new Kit(page, kit.url, kit.folder);
  try {
    const begun = Date.now();
    await own.open();
    const readyMs = Date.now() - begun;
    await until('ten thousand zones on the map', async () => (await own.shown('zones-area')) > 100);
    await page.getByText(hostile).first().waitFor();
    const parsed = await page.evaluate(() => ({ images: document.querySelectorAll('img[src="x"]').length, bold: [...document.querySelectorAll('b')].filter((b) => b.textContent === 'bold').length, harmed: window.harmed }));
    check(parsed.images === 0 && parsed.bold === 0 && parsed.harmed === undefined, `markup in a name became part of the page: ${JSON.stringify(parsed)}`);
    for (const [open, view] of [['s', 'sensors'], ['0', 'admin'], ['Control+k', 'palette']]) {
      await own.press(open);
      await page.locator('dialog[open]').first().waitFor();
      check((await page.evaluate(() => window.harmed)) === undefined && (await page.locator('dialog img').count()) === 0, `markup in the view ${view}`);
      await own.press('Escape');
      // Until it is gone from the page no key opens another.
      await page.locator('dialog').first().waitFor({ state: 'detached' });
    }
    // The page answers while it has so much to draw.
    const pressedAt = Date.now();
    await own.press('y');
    await own.id('layers').waitFor();
    const answerMs = Date.now() - pressedAt;
    check(answerMs < 5_000, `with 10,000 zones a key is answered after ${answerMs} ms`);
    const list = await own.text('map-files');
    check(list.includes('Photo of the valley') && list.includes('cannot be shown: it is cut short') && list.includes('Survey office'), `the maps read '${list}'`);
    check(tiles.length > 0 && tiles.every((u) => u.includes('photo.mbtiles')), `tiles were asked of ${tiles}`);
    const drawn = () => own.page.evaluate(() => window.vedette.mapLayers().includes('file:photo.mbtiles'));
    check(await drawn(), 'the map of the folder is not drawn');
    await own.id('map-files').getByRole('checkbox').uncheck();
    await until('the map of the folder is put away', async () => !(await drawn()));
    await own.screenshot('hostile');
    return `every name is shown as text; 10,000 zones drawn, the page ready after ${readyMs} ms and a key answered after ${answerMs} ms; a map of the folder drawn and put away, one that cannot be shown says why`;
  } finally {
    await page.close();
  }
}

const maps = [
  { id: 'photo.mbtiles', name: 'Photo of the valley', format: 'png', minZoom: 0, maxZoom: 18, attribution: 'Survey office' },
  { id: 'broken.pmtiles', name: 'broken', minZoom: 0, maxZoom: 0, problem: 'it is cut short' },
];
/** One point of magenta. */
const magenta = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64');

function changed(text) {
  const message = JSON.parse(text);
  const { data } = message;
  if (message.type === 'vehicle') data.name = hostile;
  if (message.type !== 'snapshot') return JSON.stringify(message);
  for (const v of data.vehicles) v.name = hostile;
  for (const a of data.alerts) [a.title, a.reasons, a.decidedBy] = [hostile, [hostile], hostile];
  for (const z of data.zones.features) z.properties.name = hostile;
  data.me.station.name = hostile;
  const small = (i) => {
    const [lon, lat] = [149.13 + (i % 100) * 7e-4, -35.393 + Math.floor(i / 100) * 6e-4];
    return [[lon, lat], [lon + 4e-4, lat], [lon, lat + 4e-4], [lon, lat]];
  };
  for (let i = 0; i < 10_000; i += 1) {
    data.zones.features.push({ type: 'Feature', properties: { id: `z-${i}`, name: '', kind: 'area' }, geometry: { type: 'Polygon', coordinates: [small(i)] } });
  }
  return JSON.stringify(message);
}

/** Stops the page's clock a little ahead of now: further ahead where the machine is so busy that the instant has passed before the page hears of it. */
async function paused(page) {
  for (let aheadMs = 2_000; ; aheadMs *= 2) {
    try {
      return await page.clock.pauseAt(Date.now() + aheadMs);
    } catch (error) {
      if (aheadMs > 20_000 || !String(error).includes('to the past')) throw error;
    }
  }
}

/** The lid is closed for an hour: timers stand still, and the station has cut the sockets meanwhile. */
export async function asleep(kit, station) {
  const page = await kit.page.context().newPage();
  await page.clock.install();
  const own = new Kit(page, kit.url, kit.folder);
  const state = () => own.id('connection').getAttribute('data-state');
  try {
    await own.open();
    await paused(page);
    station.child.kill('SIGUSR2');
    const shown = await own.page.locator('header .clock').innerText();
    // It may be back before anybody looks, so what it says is noted as it changes.
    await page.evaluate(() => {
      const connection = document.querySelector('[data-testid="connection"]');
      window.said = [];
      new MutationObserver(() => window.said.push(connection.dataset.state)).observe(connection, { attributeFilter: ['data-state'] });
    });
    await page.clock.fastForward(3_600_000);
    const said = await page.evaluate(() => window.said);
    check(said.some((s) => s !== 'live'), 'an hour-old page says that it is live');
    await page.clock.resume();
    await until('the page comes back by itself', async () => (await state()) === 'live');
    await until('the time goes on', async () => (await own.page.locator('header .clock').innerText()) !== shown);
    const problems = await page.evaluate(() => window.vedette.snapshot().problems);
    check(problems.length === 0, `the page could not read: ${problems.join('; ')}`);
    return 'marked as not live after an hour of sleep, and live again by itself';
  } finally {
    await page.close();
  }
}
