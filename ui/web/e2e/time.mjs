// Looking back in the console against a running demo, by clicking and typing: the record is played and scrubbed, map, video,
// charts and alerts go by one cursor, commands are off, and one key goes back to live. Until there is an alert to look back on, two operators
// share the vehicles and the station's maps (e2e/crew.mjs).
// Usage: node e2e/time.mjs SIGN-IN-URL SCREENSHOT TOKEN MAPS-FOLDER TESTMAPS; TESTMAPS is the built command of ui/maps/testmaps.
import { asker, check, teller, until } from './asks.mjs';
import { coarse, launch, watch } from './browser.mjs';
import { Kit } from './console/kit.mjs';
import { assigning, control, maps, secondOperator } from './crew.mjs';

const [url, screenshot, token, mapsFolder, testmaps] = process.argv.slice(2);
if (!url || !screenshot || !token || !mapsFolder || !testmaps) {
  console.error('usage: node e2e/time.mjs SIGN-IN-URL SCREENSHOT TOKEN MAPS-FOLDER TESTMAPS');
  process.exit(2);
}
const say = teller();
const ask = asker(url, token);
/** What the station answers, where it does not refuse. */
async function api(path, method, body) {
  const { status, data } = await ask(path, method, body);
  check(status < 300, `${path}: ${status} ${JSON.stringify(data)}`);
  return data;
}

const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1500, height: 950 }, ...coarse });
  const seen = watch(page, url);
  const id = (name) => page.getByTestId(name);
  const bar = async () => {
    const b = id('rewind-bar');
    return { at: Number(await b.getAttribute('data-at')), shown: (await b.getAttribute('data-shown')) === 'true' };
  };
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 90_000 });
  const feeds = await api('/feeds');
  const feed = feeds.find((f) => f.vehicle === 1)?.id;
  check(feed, 'vehicle 1 has no feed');
  await api(`/feeds/${feed}/recording`, 'PUT', { on: true });

  const anna = new Kit(page, url);
  const boris = await secondOperator(browser, url, api);
  say(await control(anna, boris, api));
  say(await maps(anna, mapsFolder, testmaps));
  const alert = (await until('an alert', async () => (await api('/alerts')).at(-1), 180_000)).id;
  say(await assigning(anna, boris, alert));
  await boris.page.context().close();
  await until('a file of the feed', async () => (await api(`/recordings?feed=${feed}`)).some((r) => Date.parse(r.end) - Date.parse(r.start) > 8_000), 60_000);
  const raisedAt = Date.parse((await api('/alerts')).find((a) => a.id === alert).raisedAt);
  // What can be looked back on ends 3 s before the present: the alert must be clearly before that.
  await until('the alert to be past', () => Date.now() > raisedAt + 8_000);

  await page.keyboard.press('w');
  await id('rewind-banner').waitFor();
  check((await id('rewind-banner').innerText()).includes('REPLAY'), 'the banner does not say what it is');
  await until('the record is shown', async () => (await bar()).shown);
  check(!/^.? ?Live$/m.test(await page.locator('header').first().innerText()), 'the top bar says Live in a replay');
  check((await page.locator('video[data-testid^="video-"]').count()) === 0, 'live pictures are shown in a replay');

  // Alerts: by one key to the one before; the queue shows how it stood then.
  await until('the timeline knows the alert', async () => {
    await page.keyboard.press('End');
    await page.keyboard.press('k');
    return Math.abs((await bar()).at - raisedAt - 1_000) < 1_500 || (await id(`alert-${alert}`).count()) > 0;
  }, 60_000);
  await until('the alert is in the queue as it was when it was new', async () => (await id(`alert-${alert}`).count()) > 0 && (await id(`alert-${alert}`).getAttribute('data-state')) === 'new');
  // Before it was raised it is not there.
  const position = id('rewind-position');
  await position.focus();
  for (let i = 0; i < 8; i += 1) await page.keyboard.press('ArrowLeft');
  await until('the alert is not there before it was raised', async () => (await bar()).at < raisedAt - 500 && (await id(`alert-${alert}`).count()) === 0);

  // Vehicles: where they were, by the API's word.
  const at = (await bar()).at;
  const past = await api(`/replay?from=${new Date(at - 20_000).toISOString()}&to=${new Date(at + 1).toISOString()}`);
  const was = past.changes.findLast((c) => c.type === 'vehicle' && c.id === '1').data;
  check(was.position, 'the record has no place of vehicle 1');
  check((await page.evaluate(() => window.vedette.snapshot().vehicles)) > 0, 'no vehicle is shown');

  // Playing at 10 times, and stopping at the present.
  await id('rewind-speed-10').click();
  const before = (await bar()).at;
  const clock = Date.now();
  await id('rewind-play').click();
  await until('ten seconds pass at 10 times', async () => (await bar()).at - before > 10_000, 20_000);
  check(Date.now() - clock < 15_000, 'it does not play faster than life');
  await until('it stops at the present', async () => (await id('rewind-play').innerText()) === 'Play', 90_000);
  // Once and 60 times as fast as life: by the page's own clock, as it draws.
  await id('rewind-goal').fill(new Date((await bar()).at - 40_000).toISOString().slice(0, 19).replace('T', ' '));
  await id('rewind-go').click();
  await id('rewind-speed-1').click();
  await until('what is played is there', async () => (await bar()).shown);
  const slow = await paced(page, 5_000);
  check(slow > 0.85 && slow < 1.15, `at 1 times it plays ${slow.toFixed(2)} times as fast as life`);
  await id('rewind-play').click();
  await until('it stands', async () => (await id('rewind-play').innerText()) === 'Play');
  await id('rewind-goal').fill(new Date((await bar()).at - 60_000).toISOString().slice(0, 19).replace('T', ' '));
  await id('rewind-go').click();
  await id('rewind-speed-60').click();
  const pace = await paced(page, 20_000);
  check(pace > 30 && pace < 120, `at 60 times it plays ${pace.toFixed(0)} times as fast as life`);
  await until('it stops at the present again', async () => (await id('rewind-play').innerText()) === 'Play', 90_000);

  // Video: a second in the middle of the file.
  const file = (await api(`/recordings?feed=${feed}`)).at(-1);
  const middle = (Date.parse(file.start) + Date.parse(file.end)) / 2;
  await page.locator('[data-testid^="vehicle-"][aria-pressed]').first().click();
  await id('rewind-goal').fill(new Date(middle).toISOString().slice(0, 19).replace('T', ' '));
  await id('rewind-go').click();
  await until('the picture of that second', async () => {
    const shown = Number(await id(`rewind-tile-${feed}`).getAttribute('data-ms'));
    return Math.abs(shown - (await bar()).at) < 1_000;
  });
  await charts(page, id, bar, api);
  // From here to the alert before: chart and picture go with the one cursor.
  const middleAt = (await bar()).at;
  await page.keyboard.press('End');
  await id('rewind-previous').click();
  await until('the cursor at an alert', async () => {
    const { at: now } = await bar();
    return now !== middleAt && (await api('/alerts')).some((a) => Math.abs(Date.parse(a.raisedAt) + 1_000 - now) < 1_500);
  });
  await until('the picture of that instant', async () => Math.abs(Number(await id(`rewind-tile-${feed}`).getAttribute('data-ms')) - (await bar()).at) < 1_000);
  await until('the chart at that instant', async () => (await offCursor(page, bar)) < 5);
  await page.screenshot({ path: screenshot });

  // Nothing can be commanded: by button, by key, by the page's own API.
  check(await id('take-control').isDisabled(), 'control can be taken in a replay');
  const acts = async () => (await api('/audit?limit=1000')).events.filter((e) => e.data.via === 'session').length;
  const done = await acts();
  for (const key of ['t', 'a', 'c', 'e', 'x', 'f']) await page.keyboard.press(key);
  await page.getByText('nothing can be commanded').first().waitFor();
  check((await acts()) === done, 'something was done in a replay');

  await page.keyboard.press('n');
  await until('live again', async () => (await id('rewind-banner').count()) === 0);
  await page.locator('video[data-testid^="video-"]').first().waitFor({ timeout: 30_000 });
  check(!(await id('take-control').isDisabled()), 'control cannot be taken after the replay');
  check(seen.errors.length === 0, `errors of the page: ${seen.errors.join('\n')}`);
  check(seen.away.length === 0, `requests left the origin: ${seen.away.join('\n')}`);
  say('looked back; passed');
} finally {
  await browser.close();
}

/** Plays until so much recorded time has passed; answers how much faster than life that was. */
async function paced(page, lengthMs) {
  const from = Number(await page.getByTestId('rewind-bar').getAttribute('data-at'));
  await page.getByTestId('rewind-play').click();
  return page.evaluate(
    ([start, length]) =>
      new Promise((done) => {
        const now = () => Number(document.querySelector('[data-testid="rewind-bar"]').dataset.at);
        let first;
        const look = (t) => {
          if (first === undefined && now() > start) first = { t, at: now() };
          if (first !== undefined && now() - first.at > length) done((now() - first.at) / (t - first.t));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    [from, lengthMs],
  );
}

/** How far the cursor of the chart of all is from where the time says, in thousandths of the chart. */
async function offCursor(page, bar) {
  const { at } = await bar();
  return page.evaluate((ms) => {
    const slider = document.querySelector('[data-testid="rewind-position"]');
    const cursor = document.querySelector('.charts .cursor');
    return Math.abs(Number(cursor.getAttribute('x1')) - ((ms / 1000 - slider.min) / (slider.max - slider.min)) * 1000);
  }, at);
}

/** The charts: both cursors go with the time, and what is read under them is what the record says. */
async function charts(page, id, bar, api) {
  check((await offCursor(page, bar)) < 5, `the cursor of the chart is off by ${await offCursor(page, bar)} thousandths`);
  const chart = id('rewind-vehicle-chart');
  await chart.waitFor();
  const read = () =>
    chart.evaluate((svg) => {
      const x = Number(svg.querySelector('.cursor').getAttribute('x1'));
      const points = svg.querySelector('.battery').getAttribute('points').split(' ').map((p) => p.split(',').map(Number));
      const near = points.reduce((best, p) => (Math.abs(p[0] - x) < Math.abs(best[0] - x) ? p : best));
      const words = svg.parentElement.querySelector('p').textContent;
      return { x, percent: ((40 - near[1]) / 38) * 100, words };
    });
  const { at } = await bar();
  const past = await api(`/replay?from=${new Date(at - 20_000).toISOString()}&to=${new Date(at + 1).toISOString()}`);
  const was = past.changes.findLast((c) => c.type === 'vehicle' && c.id === '1').data;
  const seen = await until('the words under the charts', async () => {
    const now = await read();
    const [height, percent] = [/([-\d]+) m/, /([\d]+) %/].map((r) => Number(r.exec(now.words)?.[1]));
    const right = Math.abs(height - was.position.altAGL) < 5 && Math.abs(percent - was.battery.percent) < 2 && Math.abs(now.percent - percent) < 4;
    return right && now;
  }).catch(async (error) => {
    throw new Error(`${error.message}: ${JSON.stringify(await read())}, the record says ${was.position.altAGL} m, ${was.battery.percent} %`);
  });
  await id('rewind-back').click();
  await until('ten seconds back on the chart of the vehicle', async () => (await read()).x < seen.x - 5);
  await id('rewind-forward').click();
  await until('and forth', async () => Math.abs((await read()).x - seen.x) < 5);
}
