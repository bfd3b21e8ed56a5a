// Takes screenshots of the page at a running station (the fake one by default) in each theme and size, for looking at.
// Usage: node dev/look.mjs [URL] [FOLDER] [WAIT-SECONDS]. Where the station has no pictures, moving test pictures are played in the page.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, watch } from '../e2e/browser.mjs';
import { playTestPictures } from './test-pictures.mjs';

const url = process.argv[2] ?? 'http://127.0.0.1:8080/';
const folder = process.argv[3] ?? '/tmp/vedette-look';
mkdirSync(folder, { recursive: true });

const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const seen = watch(page, url);
  await page.addInitScript(playTestPictures);
  await page.goto(url);
  await page.waitForFunction(() => window.vedette?.ready(), undefined, { timeout: 30_000 });
  await page.waitForTimeout(Number(process.argv[4] ?? 6) * 1000);
  const shot = (name) => page.screenshot({ path: join(folder, `${name}.png`) });
  for (const [width, height] of [[1440, 900], [1280, 720]]) {
    await page.setViewportSize({ width, height });
    for (const theme of ['dark', 'day', 'red']) {
      await page.getByTestId(`theme-${theme}`).click();
      await page.waitForTimeout(2_500);
      await shot(`${width}-${theme}`);
    }
  }
  // Each vehicle's panel as a whole: everything unfolded, on a screen that is high enough.
  await page.setViewportSize({ width: 1440, height: 1900 });
  for (const vehicle of [1, 2]) {
    await page.getByTestId(`vehicle-${vehicle}`).click();
    for (const theme of ['dark', 'day', 'red']) {
      await page.getByTestId(`theme-${theme}`).click();
      await page.waitForTimeout(1_000);
      await page.locator('details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
      await page.waitForTimeout(300);
      await page.getByRole('complementary', { name: 'Vehicles' }).screenshot({ path: join(folder, `panel-${vehicle}-${theme}.png`) });
    }
  }
  console.log(JSON.stringify(await page.evaluate(() => window.vedette.snapshot())));
  console.log('away:', seen.away, 'errors:', seen.errors);
} finally {
  await browser.close();
}
