// What the steps of the console's test share: a fake station of their own, a page at rest, and waiting on conditions.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { check, Failure, until } from '../asks.mjs';
import { coarse } from '../browser.mjs';

export { check, Failure, until };

const fake = new URL('../../dev/fake-station.mjs', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts a fake station on the port (0: a free one); resolves once it listens. */
export function startStation(port = 0, ...flags) {
  const child = spawn(process.execPath, [fake, '--port', String(port), ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, failed) => {
    child.stdout.once('data', (line) => done({ child, url: String(line).match(/http:\S+/)[0] }));
    child.once('exit', (code) => failed(new Failure(`the fake station ended with ${code}`)));
  });
}

/** One page at a station, with the gestures that the steps are made of. */
export class Kit {
  constructor(page, url, folder, say) {
    Object.assign(this, { page, url, folder, say });
  }

  id(name) {
    return this.page.getByTestId(name);
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  text(name) {
    return this.id(name).innerText();
  }

  toast(words) {
    return this.id('toast').filter({ hasText: words }).first().waitFor({ timeout: 60_000 });
  }

  /** How many features of a layer the map shows. */
  shown(layer) {
    return this.page.evaluate((name) => window.vedette.shown(name), layer);
  }

  /** A place on the map by its shares of width and height, in pixels of the page. */
  async at(x, y) {
    const box = await this.id('map').boundingBox();
    return [box.x + box.width * x, box.y + box.height * y];
  }

  async clickMap(x, y) {
    await this.page.mouse.click(...(await this.at(x, y)));
  }

  async open() {
    await this.page.goto(this.url);
    await this.ready();
  }

  async ready() {
    await this.page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 180_000 });
    await this.id('alert-a-3').waitFor({ timeout: 60_000 });
  }

  /** The page as a step finds it: nothing open, nothing selected on the map, every panel there, dark, heard. */
  async rest() {
    await this.page.evaluate(() => document.activeElement?.blur());
    for (let i = 0; i < 4; i += 1) await this.press('Escape');
    const left = await this.page.evaluate(() => ({
      dialogs: document.querySelectorAll('dialog[open]').length,
      clicks: ['rewind-open', 'plan-open', 'wall-open', 'mute'].filter((id) => document.querySelector(`[data-testid="${id}"]`).ariaPressed === 'true')
        .concat(['panel-alerts', 'panel-vehicles', 'panel-video'].filter((id) => document.querySelector(`[data-testid="${id}"]`).ariaPressed === 'false')),
      theme: document.documentElement.dataset.theme,
    }));
    check(left.dialogs === 0, 'a dialog stays open after Escape');
    for (const button of left.clicks) await this.id(button).click();
    if (left.theme !== 'dark') await this.theme('dark');
  }

  async theme(name) {
    await this.id(`theme-${name}`).click();
    await until(`the theme ${name}`, () => this.page.evaluate((n) => document.documentElement.dataset.theme === n, name));
  }

  /** Opens the palette and types. */
  async find(words) {
    await this.press('Control+k');
    await this.id('palette-input').fill(words);
  }

  /** Does what the palette finds first. */
  async act(words) {
    await this.find(words);
    await this.press('Enter');
  }

  /** Presses Enter on the palette's question until it counts: it hears nothing in the first moment. */
  async confirmPalette() {
    await until('the palette takes the answer', async () => {
      if ((await this.id('palette-ask').count()) === 0) return true;
      await this.press('Enter');
      return (await this.id('palette-ask').count()) === 0;
    });
  }

  /** Presses what is held to be confirmed, for long enough. */
  async hold(name) {
    await this.id(name).click({ delay: 1_000 });
  }

  /** Clicks a button that asks, and holds its answer. */
  async sure(name) {
    await this.id(name).click();
    await this.hold(`${name}-confirm`);
  }

  async screenshot(name) {
    if (this.folder) await this.page.screenshot({ path: join(this.folder, `${name}.png`) });
  }

  /** Waits until nothing moves by itself: animations have ended, or go on for ever as a pulse does. */
  async settled() {
    await this.page.waitForFunction(() =>
      document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().iterations === Infinity),
    );
  }

  /** The serious and critical findings of axe-core (by these rules, or all), within a part of the page or the whole of it. */
  async audit(within, rules) {
    await this.settled();
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(axe);
    return this.page.evaluate(async ([selector, only]) => {
      const result = await window.axe.run(selector ?? document, { resultTypes: ['violations'], ...(only ? { runOnly: only } : {}) });
      return result.violations
        .filter((v) => v.impact === 'serious' || v.impact === 'critical')
        .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(' ')} (${(n.any[0]?.message ?? n.all[0]?.message ?? '').slice(0, 140)})`).join('; ')}`);
    }, [within, rules]);
  }

  /** The buttons and fields of a part of the page that something else lies over, each scrolled to first. */
  covered(selector) {
    return this.page.evaluate((within) => {
      const targets = [...document.querySelectorAll(`${within} :is(button, input, select, summary)`)].filter((e) => e.checkVisibility({ checkVisibilityCSS: true }));
      if (targets.length === 0) return [`nothing in ${within}`];
      return targets.flatMap((e) => {
        const shown = e.closest('label') ?? e;
        shown.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = shown.getBoundingClientRect();
        const hit = document.elementFromPoint(left + width / 2, top + height / 2);
        const name = e.dataset.testid ?? (e.ariaLabel || e.textContent.trim());
        return hit && shown.contains(hit) ? [] : [`${name} lies under ${hit?.outerHTML.slice(0, 60)}`];
      });
    }, selector);
  }

  /** The names of targets smaller than 44 px among what is shown. */
  smallTargets() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('button, input, summary, select, a[href]')]
        .filter((e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !e.closest('.maplibregl-map'))
        .map((e) => ({ e, r: (e.closest('label') ?? e).getBoundingClientRect() }))
        .filter(({ r }) => r.height < 43.5 || r.width < 43.5)
        .map(({ e, r }) => `${e.dataset.testid ?? e.textContent.trim().slice(0, 20)} ${Math.round(r.width)}x${Math.round(r.height)}`),
    );
  }
}

/** Takes control of a vehicle, from whom it may be. */
export async function takeControl(kit, id) {
  await kit.id(`vehicle-${id}`).click();
  await until(`something to do about the control of ${id}`, async () => (await kit.id('take-control').count()) + (await kit.id('takeover').count()) + (await kit.id('release-control').count()));
  if (await kit.id('takeover').count()) {
    await kit.id('takeover').click();
    await kit.id('takeover-reason').fill('anna has gone home');
    await kit.id('takeover-confirm').click();
  } else if (await kit.id('take-control').count()) await kit.id('take-control').click();
  await kit.id('release-control').waitFor();
}

/** A tablet at a station of its own. */
export async function tabletOf(kit) {
  const context = await kit.page.context().browser().newContext({ viewport: { width: 1024, height: 768 }, hasTouch: true, isMobile: true, ...(kit.folder ? {} : coarse) });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const station = await startStation();
  const own = new Kit(page, station.url, kit.folder);
  const end = async () => {
    await context.close();
    station.child.kill('SIGKILL');
  };
  try {
    await own.open();
  } catch (error) {
    await end();
    throw error;
  }
  return { own, page, end };
}
