// Twenty open pages when their station is killed and started again on the same record: each says that it is not live and comes back by itself, still signed in.
// Usage: node e2e/restart.mjs VEDETTE [PAGES (20)]; VEDETTE is the built binary.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, teller } from './asks.mjs';
import { coarse, launch, watch } from './browser.mjs';

const [binary, pagesText = '20'] = process.argv.slice(2);
const pages = Number(pagesText);
if (!binary || !(pages > 0)) {
  console.error('usage: node e2e/restart.mjs VEDETTE [PAGES]');
  process.exit(2);
}
const say = teller();
const folder = mkdtempSync(join(tmpdir(), 'vedette-restart-'));
writeFileSync(join(folder, 'vedette.yaml'), 'station: {id: post-1, name: Post 1, position: {lat: -35.363, lon: 149.165}}\n');

/** Starts the station on a port (0: a free one); resolves with the link to sign in by once it listens. */
function start(port) {
  const child = spawn(binary, ['serve', '--config', join(folder, 'vedette.yaml'), '--data', join(folder, 'data'), '--listen', `127.0.0.1:${port}`, '--token', 'restart'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  return new Promise((done, failed) => {
    for (const out of [child.stdout, child.stderr]) {
      out.on('data', (text) => {
        log += text;
        const link = /^console: (http\S+)/m.exec(log)?.[1];
        if (link) done({ child, link });
      });
    }
    child.once('exit', (code) => failed(new Error(`the station ended with ${code}: ${log}`)));
  });
}

const limitMs = 240_000;
let station = await start(0);
const browser = await launch();
let status = 0;
try {
  const context = await browser.newContext({ viewport: { width: 480, height: 360 }, ...coarse });
  context.setDefaultTimeout(limitMs);
  const open = [];
  for (let i = 0; i < pages; i += 1) {
    const page = await context.newPage();
    const seen = watch(page, station.link);
    await page.goto(i === 0 ? station.link : new URL('/', station.link).href, { waitUntil: 'domcontentloaded' });
    await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: limitMs });
    open.push({ page, seen });
  }
  const all = async (state) => {
    const begun = Date.now();
    await Promise.all(open.map(({ page }) => page.waitForFunction((s) => document.querySelector('[data-testid="connection"]')?.dataset.state === s, state, { timeout: limitMs, polling: 100 })));
    return Date.now() - begun;
  };
  await all('live');
  say(`${pages} pages are live`);
  station.child.kill('SIGKILL');
  const away = await all('down');
  const { port } = new URL(station.link);
  station = await start(port);
  const back = await all('live');
  for (const { page, seen } of open) {
    check((await page.getByTestId('signin').count()) === 0, 'a page asks to sign in again');
    const problems = await page.evaluate(() => window.vedette.snapshot().problems);
    check(problems.length === 0, `a page could not read: ${problems.join('; ')}`);
    const errors = seen.errors.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_SOCKET|WebSocket connection/.test(text));
    check(errors.length === 0, `console errors: ${errors.join(' | ')}`);
  }
  say(`${pages} pages: all said that they are not live ${away} ms after the station was killed, all were live again ${back} ms after it was back`);
} catch (error) {
  status = 1;
  console.error(`FAILED: ${error.stack}`);
} finally {
  await browser.close();
  station.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
