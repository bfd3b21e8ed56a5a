// The palette and the keys: everything can be found and done, nothing flies by one key.
import { check, until } from './kit.mjs';

export async function keyboard(kit) {
  const { page } = kit;
  const commands = [];
  page.on('request', (r) => r.method() === 'POST' && r.url().endsWith('/commands') && commands.push(r.postData()));

  await kit.act('select vehicle 2');
  await kit.find('take off');
  check((await kit.id('palette-takeoff').getAttribute('aria-disabled')) === 'true', 'a take-off is offered without control');
  await kit.press('Enter');
  check((await kit.id('palette-ask').count()) === 0, 'what cannot be done was asked about');
  await kit.press('Escape');
  await kit.act('take control');
  await kit.id('release-control').waitFor();
  await kit.find('take off');
  // Within the page, so that a busy machine cannot make a slow press of a double one.
  await page.evaluate(async () => {
    document.querySelector('[data-testid="palette-takeoff"]').click();
    while (!document.querySelector('[data-testid="palette-confirm"]')) await new Promise(requestAnimationFrame);
    document.querySelector('[data-testid="palette-confirm"]').click();
  });
  check(commands.length === 0 && (await kit.id('palette-ask').isVisible()), 'a double press took off');
  await kit.confirmPalette();
  await until('a take-off from the palette', () => commands.length === 1);
  check(commands[0].includes('takeoff'), `the palette sent ${commands[0]}`);
  await kit.toast('take off accepted');

  for (const key of 'abcdefghijklmnopqrstuvwxyz0123456789[]\\=-') await kit.press(key, 'Escape');
  check(commands.length === 1, `a single key commanded: ${commands.slice(1).join(' ')}`);
  await kit.rest();
  await atOnce(kit);
  await kit.press('?');
  const rows = await kit.id('help-dialog').locator('dl > div').count();
  check(rows >= 30, `the list of keys has ${rows} rows`);
  await kit.press('Escape');
  await kit.id('release-control').click();
  await kit.id('take-control').waitFor();
  return `barred without control, asks before a take-off, hears no double press; ? lists ${rows} keys, none of them arms or flies`;
}

/** The page shows the past as soon as it says so: a key right after W finds no vehicle of the present to select, of which nothing was recorded here. */
async function atOnce(kit) {
  const selected = (id) => kit.id(`vehicle-${id}`).getAttribute('aria-pressed');
  await kit.press('2');
  await until('vehicle 2 is selected', async () => (await selected(2)) === 'true');
  await kit.page.evaluate(() => {
    for (const key of ['w', '1']) window.dispatchEvent(new KeyboardEvent('keydown', { key }));
  });
  await kit.press('n');
  await until('the vehicles are back', async () => (await kit.id('vehicle-1').count()) === 1);
  check((await selected(2)) === 'true', 'in the past a key selects what is there now');
}
