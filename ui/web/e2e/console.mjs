// The console as an operator uses it, by clicking and typing in Debian's Chromium, against the fake station (dev/fake-station.mjs);
// and axe-core on every view in every theme. Each step finds the page at rest and waits on what the page shows, never for a time.
// Usage: node e2e/console.mjs [FOLDER-FOR-SCREENSHOTS] [STEP,STEP]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { teller } from './asks.mjs';
import { coarse, launch, watch } from './browser.mjs';
import { asleep, hostileNames, viewer } from './console/baddays.mjs';
import { everyView } from './console/access.mjs';
import { admin, adopt, zones } from './console/admin.mjs';
import { alerts } from './console/alerts.mjs';
import { lessMovement, remembered, report, silence, tablet } from './console/desk.mjs';
import { keyboard } from './console/keyboard.mjs';
import { check, Failure, Kit, startStation } from './console/kit.mjs';
import { coordinates, crossings, layers, measuring, viewshed } from './console/map.mjs';
import { menu } from './console/menu.mjs';
import { payload } from './console/payload.mjs';
import { picks } from './console/picks.mjs';
import { patterns, plan } from './console/plan.mjs';
import { sensors } from './console/sensors.mjs';
import { fingers } from './console/fingers.mjs';
import { hand } from './console/hand.mjs';
import { overlays } from './console/overlays.mjs';
import { spans } from './console/spans.mjs';
import { terminate } from './console/terminate.mjs';
import { flying, many, panel } from './console/vehicles.mjs';
import { wall } from './console/video.mjs';
import { zoneRules } from './console/zonerules.mjs';

// What only looks comes before what flies: a vehicle on the ground shows less.
const steps = { everyView, alerts, panel, measuring, coordinates, viewshed, crossings, layers, wall, hand, overlays, payload, spans, sensors, adopt, zones, zoneRules, keyboard, flying, many, menu, picks, terminate, plan, patterns, report, tablet, fingers, lessMovement, hostileNames, asleep, remembered, admin, viewer };

const [folder, only] = process.argv.slice(2);
if (folder) mkdirSync(folder, { recursive: true });
const say = teller();

let station = await startStation();
const browser = await launch();
let status = 0;
let step = 'start';
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...(folder ? {} : coarse) });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const seen = watch(page, station.url);
  const kit = new Kit(page, station.url, folder);
  await kit.open();
  say('the page is drawn');
  for (const [name, run] of Object.entries(steps)) {
    if (only && !only.split(',').includes(name)) continue;
    step = name;
    await kit.rest();
    say(`${name}: ${await run(kit, station)}`);
  }
  step = 'console';
  check(seen.errors.length === 0, `console errors: ${seen.errors.join(' | ')}`);
  step = 'silence';
  const { again, words } = await silence(kit, station);
  station = again;
  say(`silence: ${words}`);
  check(seen.away.length === 0, `requests left the origin: ${seen.away.join(', ')}`);
  say('no request left the origin, no console error; passed');
} catch (error) {
  status = 1;
  console.error(`FAILED in '${step}' after ${performance.now() / 1000 | 0} s: ${error instanceof Failure ? error.message : error.stack}`);
  for (const page of browser.contexts().flatMap((c) => c.pages())) if (folder) await page.screenshot({ path: join(folder, 'failed.png') }).catch(() => undefined);
} finally {
  await browser.close();
  station.child.kill('SIGKILL');
}
process.exit(status);
