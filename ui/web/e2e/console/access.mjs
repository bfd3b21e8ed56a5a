// axe-core on every view and dialog in every theme, each opened as a person would.
import { check, until } from './kit.mjs';

const dialog = 'dialog[open]';
const themes = ['dark', 'day', 'red'];

/** Each view: how it is opened, what axe looks at (the whole page where nothing is given), and what else puts it away than Escape. */
export const views = {
  main: { open: async () => undefined },
  details: {
    open: async (kit) => {
      await kit.id('alert-a-3').locator('button.head').click();
      await kit.press('s');
      await kit.id('sensors').getByTestId('sensor-s-07').click();
      await kit.id('sensor-mute').click();
    },
    within: 'aside[aria-label="Alerts and details"]',
  },
  measure: {
    open: async (kit) => (await kit.press('m'), await kit.clickMap(0.4, 0.3), await kit.clickMap(0.6, 0.4)),
    within: '[data-testid="measure"]',
    close: (kit) => kit.id('measure-done').click(),
  },
  crossings: {
    open: async (kit) => (await kit.act('crossings by place'), await kit.id('crossings-hours').waitFor()),
    within: '[data-testid="crossings"]',
    close: (kit) => kit.id('crossings-close').click(),
  },
  viewshed: {
    open: async (kit) => (await kit.clickMap(0.25, 0.75), await kit.id('viewshed-here').click(), await kit.id('viewshed-share').waitFor()),
    within: '[data-testid="viewshed"]',
    close: (kit) => kit.id('viewshed-clear').click(),
  },
  menu: { open: (kit) => kit.clickMap(0.12, 0.9), within: '[data-testid="map-menu"]' },
  palette: { open: (kit) => kit.press('Control+k'), within: dialog },
  goto: { open: async (kit) => (await kit.press('g'), await kit.id('goto-input').fill('-35.36 149.17')), within: dialog },
  layers: { open: (kit) => kit.press('y'), within: dialog },
  sensors: { open: (kit) => kit.press('s'), within: dialog },
  site: {
    open: async (kit) => (await kit.press('s'), await kit.id('adopt-s-99').click(), await kit.id('site-panel').waitFor(), await kit.clickMap(0.7, 0.4)),
    within: '[data-testid="site-panel"]',
  },
  admin: { open: async (kit) => (await kit.press('0'), await kit.id('entry-tower').waitFor()), within: dialog },
  keys: { open: (kit) => kit.press('?'), within: dialog },
  portrait: { open: async (kit) => (await kit.id('alert-picture-a-3').click(), await kit.id('portrait').waitFor()), within: dialog },
  report: { open: (kit) => kit.id('report-open').click(), within: dialog },
  wall: { open: (kit) => kit.press('v'), within: '[data-testid="wall"]' },
  plan: { open: async (kit) => (await kit.press('p'), await kit.id('plan-side').waitFor()), within: 'aside[aria-label="Plan"]', close: (kit) => kit.press('p') },
  rewind: { open: async (kit) => (await kit.id('rewind-open').click(), await kit.id('rewind-bar').waitFor()), within: '[data-testid="rewind-bar"]' },
  recordings: { open: async (kit) => (await kit.press('h'), await kit.id('replay-pane').waitFor()), within: '[data-testid="replay-pane"]' },
};

/** What depends on a theme; all else is looked at once for each view. */
const colours = ['color-contrast', 'link-in-text-block'];

export async function everyView(kit) {
  const bad = [];
  let audits = 0;
  await openView(kit, 'keys');
  const keys = await kit.text('help-dialog');
  await closeView(kit, 'keys');
  for (const view of Object.keys(views)) {
    await openView(kit, view);
    bad.push(...(await kit.page.evaluate(titlesAlone, keys)).map((title) => `${view}: only a tooltip says ${title}`));
    bad.push(...(await everyTheme(kit, view, views[view].within)));
    bad.push(...(await kit.smallTargets()).map((target) => `${view}: smaller than 44 px: ${target}`));
    audits += themes.length;
    await closeView(kit, view);
  }
  bad.push(...(await kit.page.evaluate(hoverOnly)).map((rule) => `shows or hides only under a pointer that hovers: ${rule}`));
  check(bad.length === 0, `axe-core:\n  ${[...new Set(bad)].join('\n  ')}`);
  return `axe-core has no serious finding on ${Object.keys(views).length} views in 3 themes (${audits} audits), every target in them is at least 44 px, nothing is shown by hovering alone`;
}

/** Runs in the page: tooltips whose words are neither what the thing shows, nor what it is called, nor in the list of keys; what stands in brackets at their end is a key. */
function titlesAlone(keys) {
  const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
  return [...document.querySelectorAll('[title]')]
    .filter((e) => e.title !== '' && !e.closest('.maplibregl-map'))
    .map((e) => ({ title: e.title.replace(/ \((Ctrl )?.\)$/, ''), own: wordsOf(`${e.textContent} ${e.ariaLabel ?? ''}`) }))
    .filter(({ title, own }) => !keys.includes(title) && !wordsOf(title).every((word) => own.includes(word)))
    .map(({ title }) => `'${title}'`);
}

/** Runs in the page: the rules of its styles, but for those of the map library, that change by hovering more than how a thing looks that is there anyway. */
function hoverOnly() {
  const changes = /^(display|visibility|opacity|pointer-events|content|clip|clip-path|transform|translate|scale|width|height|(max|min)-(width|height)|left|right|top|bottom|inset.*|position|z-index)$/;
  const rules = (list) => [...list].flatMap((rule) => [...(rule.selectorText?.includes(':hover') && !rule.selectorText.includes('.maplibregl-') ? [rule] : []), ...(rule.cssRules ? rules(rule.cssRules) : [])]);
  return [...document.styleSheets].flatMap((sheet) => rules(sheet.cssRules)).filter((rule) => [...rule.style].some((name) => changes.test(name))).map((rule) => rule.cssText);
}

/** The findings on what is open now, in every theme. */
export async function everyTheme(kit, name, within) {
  const bad = [];
  for (const theme of themes) {
    // The attribute is all that a theme is to what lies over the map, and no button of the page works behind a dialog.
    await kit.page.evaluate((to) => (document.documentElement.dataset.theme = to), theme);
    const found = await kit.audit(within, theme === themes[0] ? undefined : colours);
    bad.push(...found.map((text) => `${name}, ${theme}: ${text}`));
  }
  await kit.page.evaluate((to) => (document.documentElement.dataset.theme = to), themes[0]);
  return bad;
}

export async function openView(kit, name) {
  const { open, within } = views[name];
  await open(kit);
  if (within) await until(`the view ${name}`, () => kit.page.locator(within).first().isVisible());
}

export async function closeView(kit, name) {
  await views[name].close?.(kit);
  await kit.rest();
}
