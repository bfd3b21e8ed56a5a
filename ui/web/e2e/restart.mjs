// How many pages come back by themselves when their station ends and another begins in its place, and how soon, against the fake station.
// Usage: node e2e/restart.mjs [PAGES]. Not part of the tests: twenty maps without a graphics card take two cores some minutes.
import { launch } from './browser.mjs';
import { Kit, startStation } from './console/kit.mjs';

const pages = Number(process.argv[2] ?? 20);
let station = await startStation();
const browser = await launch();
let status = 0;
try {
  const context = await browser.newContext({ viewport: { width: 480, height: 360 } });
  context.setDefaultTimeout(240_000);
  const kits = [];
  for (let i = 0; i < pages; i += 1) {
    const kit = new Kit(await context.newPage(), station.url);
    await kit.page.goto(station.url);
    await kit.page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 240_000 });
    kits.push(kit);
  }
  const all = async (state) => {
    const begun = Date.now();
    await Promise.all(kits.map((k) => k.page.waitForFunction((s) => document.querySelector('[data-testid="connection"]')?.dataset.state === s, state, { timeout: 240_000 })));
    return Date.now() - begun;
  };
  await all('live');
  station.child.kill('SIGKILL');
  const away = await all('down');
  station = await startStation(new URL(station.url).port);
  const back = await all('live');
  const behind = await Promise.all(kits.map((k) => k.page.evaluate(() => window.vedette.snapshot().problems.length)));
  console.log(`${pages} pages: all said that they are not live after ${away} ms, all were live again ${back} ms after the station was back; ${behind.filter((n) => n > 0).length} could not read something`);
} catch (error) {
  status = 1;
  console.error(error.stack);
} finally {
  await browser.close();
  station.child.kill('SIGKILL');
}
process.exit(status);
