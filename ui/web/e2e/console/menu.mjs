// The menu at a place on the map: opened by a right click, by the key for menus, and by a finger that stays; what it asks for goes to that very place.
import { check, tabletOf, takeControl, until } from './kit.mjs';

/** Notes what is sent to vehicles, with the body. */
function noting(page) {
  const sent = [];
  page.on('request', (r) => /\/(commands|gimbal)$/.test(r.url()) && r.method() === 'POST' && sent.push(JSON.parse(r.postData())));
  return sent;
}

/** A place that was sent lies where the hand was, within a pixel. */
async function there(kit, { lat, lon }, [x, y], what) {
  const box = await kit.id('map').boundingBox();
  const at = await kit.page.evaluate(([a, b]) => window.vedette.pixel(a, b), [lon, lat]);
  check(Math.hypot(at.x - (x - box.x), at.y - (y - box.y)) <= 1, `${what} goes to ${at.x.toFixed(1)}, ${at.y.toFixed(1)}, asked for at ${x - box.x}, ${y - box.y}`);
}

/** Each of the three, opened by a gesture at a spot; press and hold are those of the hand. */
async function each(kit, open, press, hold, spot) {
  const sent = noting(kit.page);
  for (const [name, command] of [['land', 'land'], ['home', 'setHome']]) {
    await open(...spot);
    await press(`${name}-here`);
    await kit.id(`${name}-confirm`).waitFor();
    await press(`${name}-confirm`);
    await kit.page.getByText('hold it longer').waitFor();
    check(sent.length === 0, `a short press on ${name} sends ${JSON.stringify(sent)}`);
    await hold(`${name}-confirm`);
    await until(`${name} there`, () => sent.length === 1);
    check(sent[0].command === command, `${name} sends ${JSON.stringify(sent[0])}`);
    await there(kit, sent.pop(), spot, name);
    await kit.id('map-menu').waitFor({ state: 'detached' });
  }
  await open(...spot);
  await press('look-here');
  await until('a look there', () => sent.length === 1);
  await there(kit, sent.pop().lookAt, spot, 'the camera');
  await kit.id('map-menu').waitFor({ state: 'detached' });
}

export async function menu(kit) {
  const { page } = kit;
  const opened = () => kit.id('map-menu').waitFor();
  // Whose vehicle it is comes first: without control nothing of it can be asked for, and the menu says why.
  await kit.id('vehicle-1').click();
  if (await kit.id('release-control').count()) await kit.id('release-control').click();
  const spot = await kit.at(0.42, 0.78);
  await page.mouse.click(...spot, { button: 'right' });
  await opened();
  for (const name of ['fly', 'orbit', 'land', 'home', 'look']) check(await kit.id(`${name}-here`).isDisabled(), `${name} can be asked for without control`);
  check(/control/.test(await kit.text('map-menu')), 'the menu does not say that control is missing');
  await kit.press('Escape');
  await kit.id('map-menu').waitFor({ state: 'detached' });
  await takeControl(kit, 1);
  await each(kit, async (...at) => (await page.mouse.click(...at, { button: 'right' }), await opened()), (name) => kit.id(name).click(), (name) => kit.hold(name), spot);

  // By keys alone: the menu in the map's middle has the focus at once.
  const sent = noting(page);
  await page.locator('.maplibregl-canvas').focus();
  await kit.press('ContextMenu');
  await opened();
  check(await page.evaluate(() => document.querySelector('[data-testid="map-menu"]').contains(document.activeElement)), 'the menu that a key opened has not the focus');
  await until('the button for looking', async () => {
    if (await kit.id('look-here').evaluate((b) => b === document.activeElement)) return true;
    await kit.press('Tab');
    return false;
  });
  await kit.press('Enter');
  await until('a look at the middle', () => sent.length === 1);
  await there(kit, sent[0].lookAt, await kit.at(0.5, 0.5), 'the camera');
  await kit.id('release-control').click();
  await kit.id('take-control').waitFor();
  await byFinger(kit);
  return 'landing, a home and a look at a place by right click and by a finger that stays, within a pixel, the first two only when held; by the key for menus in the middle; nothing without control';
}

async function byFinger(kit) {
  const { own, page, end } = await tabletOf(kit);
  try {
    await takeControl(own, 1);
    for (const panel of ['alerts', 'vehicles', 'video']) await own.id(`panel-${panel}`).tap();
    const touch = await page.context().newCDPSession(page);
    const down = (x, y) => touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
    const up = () => touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    const stays = async (x, y) => {
      await down(x, y);
      await own.id('map-menu').waitFor();
      await up();
      // Letting go is no click, which would put it away.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await own.id('map-menu').waitFor();
    };
    const held = async (name) => {
      const box = await own.id(name).boundingBox();
      await down(box.x + box.width / 2, box.y + box.height / 2);
      await own.id('map-menu').waitFor({ state: 'detached' });
      await up();
    };
    await each(own, stays, (name) => own.id(name).tap(), held, await own.at(0.4, 0.6));
    // A finger that moves drags the map, and one that goes at once opens nothing but what a tap does.
    const [x, y] = await own.at(0.5, 0.5);
    await down(x, y);
    for (let i = 1; i <= 10; i += 1) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: x + 8 * i, y }] });
    await page.evaluate(() => new Promise((done) => setTimeout(done, 900))); // longer than a press takes
    check((await own.id('map-menu').count()) === 0, 'a finger that drags the map opens the menu');
    await up();
  } finally {
    await end();
  }
}
