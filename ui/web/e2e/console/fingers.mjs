// By fingers alone, on a page that has no pointer which hovers: what a mouse reads under its cursor, a finger reads where it taps.
import { coarse } from '../browser.mjs';
import { check, Kit, until } from './kit.mjs';

export async function fingers(kit) {
  const context = await kit.page.context().browser().newContext({ viewport: { width: 1024, height: 768 }, hasTouch: true, isMobile: true, ...coarse });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const own = new Kit(page, kit.url, kit.folder);
  const tap = (name) => own.id(name).tap();
  try {
    await own.open();
    check(await page.evaluate(() => matchMedia('(hover: none)').matches), 'this page has a pointer that hovers');
    await own.id('alert-a-2').locator('button.head').tap();
    await until('the alert is open', async () => (await own.id('alert-a-2').locator('button.head').getAttribute('aria-pressed')) === 'true');
    await tap('vehicle-2');
    await until('its panel', async () => (await own.text('arming')).includes('Need Position Estimate'));
    await page.touchscreen.tap(...(await own.at(0.5, 0.6)));
    await own.id('map-menu').waitFor();
    await tap('coordinates');
    await until('the place under the finger', async () => /35\.3\d+° S 149\.1\d+° E\s+55H FA/.test(await own.text('map-menu')));
    await own.press('Escape');
    await tap('more');
    await tap('theme-day');
    await until('the theme', () => page.evaluate(() => document.documentElement.dataset.theme === 'day'));
    return 'an alert, a vehicle, a place with its coordinates and the menu by taps, without anything that hovers';
  } finally {
    await context.close();
  }
}
