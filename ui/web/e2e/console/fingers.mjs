// By fingers alone, on a page that has no pointer which hovers: what a mouse reads under its cursor, a finger reads where it taps.
import { coarse } from '../browser.mjs';
import { check, Kit, startStation, until } from './kit.mjs';

export async function fingers(kit) {
  const context = await kit.page.context().browser().newContext({ viewport: { width: 1024, height: 768 }, hasTouch: true, isMobile: true, ...coarse });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  // A station of its own, where the vehicle stands on the ground and says why it cannot arm.
  const station = await startStation();
  const own = new Kit(page, station.url, kit.folder);
  const tap = (name) => own.id(name).tap();
  try {
    await own.open();
    check(await page.evaluate(() => matchMedia('(hover: none)').matches), 'this page has a pointer that hovers');
    await own.id('alert-a-2').locator('button.head').tap();
    await until('the alert is open', async () => (await own.id('alert-a-2').locator('button.head').getAttribute('aria-pressed')) === 'true');
    await tap('vehicle-2');
    await until('its panel', async () => (await own.text('arming')).includes('Need Position Estimate'));
    // Between the panels, away from where the other vehicle flies.
    await page.touchscreen.tap(...(await own.at(0.4, 0.9)));
    await own.id('map-menu').waitFor();
    const covered = await own.id('map-menu').evaluate((menu) => [...menu.querySelectorAll('button')].filter((b) => {
      const { right, top, height } = b.getBoundingClientRect();
      return !menu.contains(document.elementFromPoint(right - 4, top + height / 2));
    }).length);
    check(covered === 0, `${covered} buttons of the menu at a place lie under a panel`);
    await tap('coordinates');
    await until('the place under the finger', async () => /35\.3\d+° S 149\.1\d+° E\s+55H FA/.test(await own.text('map-menu')));
    await own.press('Escape');
    await tap('more');
    await tap('theme-day');
    await until('the theme', () => page.evaluate(() => document.documentElement.dataset.theme === 'day'));
    return 'an alert, a vehicle, a place with its coordinates and the menu by taps, without anything that hovers';
  } finally {
    await context.close();
    station.child.kill('SIGKILL');
  }
}
