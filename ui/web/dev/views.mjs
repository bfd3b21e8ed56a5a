// Takes a screenshot of every view of the console in every theme, against the fake station, for docs/console.md and for looking at.
// Usage: node dev/views.mjs FOLDER
import { mkdirSync } from 'node:fs';
import { launch } from '../e2e/browser.mjs';
import { closeView, openView, views } from '../e2e/console/access.mjs';
import { Kit, startStation } from '../e2e/console/kit.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node dev/views.mjs FOLDER');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const station = await startStation();
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(60_000);
  const kit = new Kit(page, station.url, folder);
  await kit.open();
  for (const theme of ['dark', 'day', 'red']) {
    for (const view of Object.keys(views)) {
      await kit.rest();
      await kit.theme(theme);
      await openView(kit, view);
      await kit.settled();
      await page.waitForTimeout(1_500); // the map is drawn in its own time
      await kit.screenshot(`${view}-${theme}`);
      await closeView(kit, view);
    }
  }
} finally {
  await browser.close();
  station.child.kill('SIGKILL');
}
