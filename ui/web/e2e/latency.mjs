// How soon the page shows what the station tells: telemetry from the socket to the DOM, an alert from the station to its row,
// and the first useful paint from a cold cache, against the fake station with --pulse.
// Usage: node e2e/latency.mjs [SECONDS (60)] [COLD-STARTS (10)]
import { startStation } from './console/kit.mjs';
import { launch } from './browser.mjs';

const seconds = Number(process.argv[2] ?? 60);
const starts = Number(process.argv[3] ?? 10);

/** In the page, before its own code: when each speed of vehicle 1 came on the socket, and when the panel first showed it. */
function listen() {
  const at = { speeds: [], alerts: [], useful: undefined };
  window.latency = at;
  const waiting = new Map();
  const { prototype } = WebSocket;
  const { set } = Object.getOwnPropertyDescriptor(prototype, 'onmessage');
  Object.defineProperty(prototype, 'onmessage', {
    set(handler) {
      set.call(this, handler && ((event) => {
        const came = performance.now();
        const message = typeof event.data === 'string' ? JSON.parse(event.data) : {};
        if (message.type === 'vehicle' && message.data.id === 1) waiting.set(message.data.groundSpeed.toFixed(1), came);
        handler.call(this, event);
      }));
    },
  });
  const seen = new Set();
  const look = () => {
    const now = performance.now();
    if (at.useful === undefined && document.querySelector('[data-testid="vehicle-1"]') && document.querySelector('[data-testid="alerts"]')) {
      requestAnimationFrame(() => requestAnimationFrame(() => (at.useful = performance.now())));
    }
    const text = document.querySelector('aside[aria-label="Vehicles"]')?.textContent ?? '';
    for (const [speed, came] of waiting) {
      if (!new RegExp(`(^|[^\\d.+])${speed.replace('.', '\\.')} m/s`).test(text)) continue;
      at.speeds.push(now - came);
      // What came before it was never to be shown: the page shows the latest, ten times a second.
      for (const [older, when] of waiting) if (when <= came) waiting.delete(older);
    }
    for (const row of document.querySelectorAll('[data-testid^="alert-x-"]')) {
      const raised = /^alert-x-(\d+)$/.exec(row.dataset.testid);
      if (!raised || seen.has(raised[1])) continue;
      seen.add(raised[1]);
      at.alerts.push(Date.now() - Number(raised[1]));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}

const figures = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms, of ${sorted.length}`;
};

const station = await startStation(0, '--pulse');
const browser = await launch();
let status = 0;
try {
  const open = async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.addInitScript(listen);
    await page.goto(station.url, { waitUntil: 'commit' });
    await page.waitForFunction(() => window.latency.useful !== undefined && window.vedette?.ready(), undefined, { timeout: 120_000 });
    return page;
  };
  const useful = [];
  const mapped = [];
  for (let i = 0; i < starts; i += 1) {
    const page = await open();
    useful.push(await page.evaluate(() => window.latency.useful));
    mapped.push(await page.evaluate(() => performance.now()));
    await page.context().close();
  }
  const page = await open();
  await page.waitForTimeout(5_000); // what is made once has been made
  await page.evaluate(() => (window.latency.speeds.length = window.latency.alerts.length = 0));
  await page.waitForTimeout(seconds * 1000);
  const { speeds, alerts } = await page.evaluate(() => window.latency);
  if (speeds.length < seconds || alerts.length < seconds / 2) throw new Error(`only ${speeds.length} speeds and ${alerts.length} alerts were shown in ${seconds} s`);
  console.log(`console on loopback, 1280x720, software GL, ${seconds} s: telemetry from the socket to the DOM ${figures(speeds)}; an alert from the station to its row ${figures(alerts)}`);
  console.log(`first useful paint (vehicles and alerts) from a cold cache: ${figures(useful)}; the map too: ${figures(mapped)}`);
} catch (error) {
  status = 1;
  console.error(error);
} finally {
  await browser.close();
  station.child.kill('SIGKILL');
}
process.exit(status);
