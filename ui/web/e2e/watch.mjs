// Keeps a browser on the console of a running station, for measuring what that costs the station.
// Usage: node e2e/watch.mjs SIGN-IN-URL SECONDS; prints "watching" once the map is there and tiles play.
import { launch } from './browser.mjs';

const [url, seconds] = process.argv.slice(2);
if (!url || !(Number(seconds) > 0)) {
  console.error('usage: node e2e/watch.mjs SIGN-IN-URL SECONDS');
  process.exit(2);
}
const browser = await launch();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => void browser.close().then(() => process.exit(0)));
}
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 60_000 });
  await page.locator('[data-testid^="vehicle-"][aria-pressed]').first().click();
  await page.waitForFunction(() => Object.values(window.vedette.snapshot().frames).filter((n) => n > 0).length >= 2, undefined, {
    timeout: 60_000,
  });
  console.log('watching');
  await page.waitForTimeout(Number(seconds) * 1000);
} finally {
  await browser.close();
}
