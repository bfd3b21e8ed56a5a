// What is there on every page: layout remembered, tablets, targets, less movement, the shift report, a station that falls silent or restarts.
import { everyTheme } from './access.mjs';
import { check, startStation, until } from './kit.mjs';

export async function remembered(kit) {
  const { page } = kit;
  await kit.theme('day');
  await kit.id('panel-video').click();
  await kit.act('trails: 1 min');
  await page.reload();
  await kit.ready();
  check((await page.evaluate(() => document.documentElement.dataset.theme)) === 'day', 'the theme was forgotten');
  check((await kit.id('panel-video').getAttribute('aria-pressed')) === 'false', 'the layout was forgotten');
  await kit.press('y');
  check(await kit.id('trails-1').isChecked(), 'the trails were forgotten');
  await kit.press('Escape');
  // Another account on the same browser has its own.
  await kit.id('signout').click();
  await kit.id('signin').waitFor();
  const bad = await everyTheme(kit, 'sign-in');
  check(bad.length === 0, bad.join('; '));
  await page.getByLabel('Name').fill('berta');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The name or the password is wrong.').waitFor();
  await page.getByLabel('Password').fill('vedette');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await kit.ready();
  await kit.theme('red');
  check((await kit.id('panel-video').getAttribute('aria-pressed')) === 'true', "another account has the first one's layout");
  await kit.id('signout').click();
  await page.getByLabel('Name').fill('operator');
  await page.getByLabel('Password').fill('vedette');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await kit.ready();
  await signedInWithCode(kit);
  check((await page.evaluate(() => document.documentElement.dataset.theme)) === 'day', "the first account wears another one's theme");
  check((await kit.id('panel-video').getAttribute('aria-pressed')) === 'false', "the first account has another one's layout");
  return 'theme, panels and trails come back after a reload, for their account alone';
}

/** Somebody with a second factor signs in; then the first account again. */
async function signedInWithCode(kit) {
  const { page } = kit;
  const fill = async (name) => {
    await kit.id('signout').click();
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password').fill('vedette');
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  await fill('clara');
  await page.getByLabel('Code').waitFor();
  check((await kit.id('signin').getByRole('alert').count()) === 0, 'to be asked for a code is shown as a failure');
  const bad = await everyTheme(kit, 'the field for the code');
  await page.keyboard.type('654321');
  await page.keyboard.press('Enter');
  await page.getByText('The code is wrong or was used before.').waitFor();
  await page.keyboard.type('123456');
  await page.keyboard.press('Enter');
  await kit.ready();
  // She is an admin: hers is the one that is asked for a code, and may be let off.
  await kit.press('0');
  await kit.id('account-factor-clara').waitFor();
  bad.push(...(await everyTheme(kit, 'administration by an admin', 'dialog[open]')));
  check(bad.length === 0, bad.join('; '));
  await kit.id('account-factor-clara').click();
  await kit.id('admin-done').waitFor();
  await until('the second factor taken off', async () => (await kit.id('account-factor-clara').count()) === 0);
  await kit.press('Escape');
  await fill('operator');
  await kit.ready();
}

export async function report(kit) {
  await kit.id('report-open').click();
  await kit.id('shift-row').first().waitFor();
  check(Number(await kit.text('shift-raised')) >= 1, 'the report counts no alert');
  check((await kit.id('shift-row').first().innerText()).startsWith('a-0'), 'the report leaves out what was closed long ago');
  check((await kit.id('shift-row').count()) >= 1, 'the report has no row');
  check((await kit.id('shift-package').getAttribute('href')).includes('/api/v1/export?from='), 'no package is offered');
  await kit.id('shift-to').fill('2020-01-01T00:00');
  await kit.id('shift-report').getByRole('alert').waitFor();
  await kit.press('Escape');
  return 'rows and sums of the shift, a package, an impossible span refused';
}

export async function tablet(kit) {
  const { page } = kit;
  const oneRowPx = 60;
  const oneRow = (width) => until(`a top bar of one row at ${width} px`, async () => (await page.locator('header').first().boundingBox()).height < oneRowPx, 5_000);
  // Muted, its words are the longest.
  await kit.press('u');
  await oneRow(1440);
  await kit.press('u');
  for (const [width, height] of [[1280, 800], [1024, 768]]) {
    await page.setViewportSize({ width, height });
    await oneRow(width);
    await kit.id('more').click();
    const bad = await everyTheme(kit, `the menu at ${width} px`, '#top-menu');
    check(bad.length === 0, bad.join('; '));
    await kit.id('theme-day').click();
    await until('the theme from the menu', () => page.evaluate(() => document.documentElement.dataset.theme === 'day'));
    await kit.id('theme-dark').click();
    await kit.press('Escape');
    check(!(await kit.id('signout').isVisible()) && (await kit.id('more').getAttribute('aria-expanded')) === 'false', 'Escape leaves the menu open');
    await kit.id('more').click();
    await kit.id('help').click();
    await kit.id('help-dialog').waitFor();
    await kit.press('Escape');
  }
  for (const [width, height] of [[1024, 768], [820, 1180]]) {
    await page.setViewportSize({ width, height });
    await until(`no sideways scrolling at ${width} px`, async () => (await page.evaluate(() => document.documentElement.scrollWidth)) <= width, 5_000);
    const small = await kit.smallTargets();
    check(small.length === 0, `at ${width} px these are smaller than 44 px: ${small.join(', ')}`);
    await kit.screenshot(`tablet-${width}`);
    await kit.id('panel-vehicles').click();
    await kit.id('panel-alerts').click();
    await until(`the map over the whole width of ${width} px`, async () => (await kit.id('map').boundingBox()).width > width - 10, 5_000);
    await kit.id('panel-vehicles').click();
    await kit.id('panel-alerts').click();
  }
  for (const [width, height] of [[1024, 768], [768, 1024]]) {
    await page.setViewportSize({ width, height });
    await overPanels(kit, width);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  return 'the top bar in one row with its menu; two sizes, no sideways scrolling, every target at least 44 px, panels put away; what is asked of the map lies over them';
}

/** What the map asks, and its tools, while the panels of alerts and vehicles lie over it. */
async function overPanels(kit, width) {
  const inReach = async (what, selector) => {
    const under = await kit.covered(selector);
    check(under.length === 0, `${what} at ${width} px: ${under.join('; ')}`);
  };
  await inReach("the map's tools", '[data-testid="map"] .tools');
  await kit.id('measure-tool').click();
  await kit.id('measure').waitFor();
  await kit.id('measure-centre').click();
  await inReach('measuring', '[data-testid="measure"]');
  await kit.screenshot(`tablet-measure-${width}`);
  await kit.id('measure-done').click();
  await kit.act('crossings');
  await kit.id('crossings').waitFor();
  await kit.press('0');
  await kit.id('new-zones').click();
  await kit.id('site-panel').waitFor();
  await kit.id('site-centre').click();
  await until('the centre is a point', async () => (await kit.text('site-points')).includes('° S'));
  await inReach('a zone', '[data-testid="site-panel"]');
  await inReach('crossings above it', '[data-testid="crossings"]');
  await kit.screenshot(`tablet-site-${width}`);
  await kit.id('crossings-close').click();
  await kit.press('Escape');
  await kit.id('site-panel').waitFor({ state: 'detached' });
}

export async function lessMovement(kit) {
  const { page } = kit;
  const moving = () => page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await until('no animation runs', async () => (await moving()) === 0);
  await kit.press('Control+k');
  check((await moving()) === 0, 'the palette moves although less movement is asked for');
  await kit.press('Escape');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  return 'nothing moves by itself when the system asks for that';
}

/** Stops the station, and starts another in its place; answers that one. */
export async function silence(kit, station) {
  const state = () => kit.id('connection').getAttribute('data-state');
  await until('a live connection', async () => (await state()) === 'live');
  station.child.kill('SIGSTOP');
  const cutAt = Date.now();
  await until('silence marked', async () => (await state()) === 'stale', 8_000);
  const marked = Date.now() - cutAt;
  station.child.kill('SIGKILL');
  await until('the page says it is not live', async () => (await state()) === 'down');
  check((await kit.text('offline')).startsWith('Not live.'), 'the page does not say that it is not live');
  const bad = [];
  for (const theme of ['dark', 'day', 'red']) {
    await kit.theme(theme);
    bad.push(...(await kit.audit()).map((text) => `offline, ${theme}: ${text}`));
    await kit.screenshot(`offline-${theme}`);
  }
  check(bad.length === 0, bad.join('\n  '));
  const again = await startStation(new URL(station.url).port);
  await until('the page comes back by itself', async () => (await state()) === 'live', 30_000);
  // The new station has new proposals: one is turned down.
  await kit.id('cue-reject-c-3').click();
  await until('the proposal is turned down', async () => (await kit.id('cue-reject-c-3').count()) === 0);
  return { again, words: `silence marked after ${marked} ms (of a stopped process), then not live; back by itself after a restart` };
}
