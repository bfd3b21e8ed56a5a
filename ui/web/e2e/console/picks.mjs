// Choosing by its symbol on the map, with a mouse and with a finger: the panel shows it, the map marks it, and of several at one place each can be reached.
import { check, tabletOf, until } from './kit.mjs';

const layers = ['vehicles-symbol', 'tracks-symbol', 'sensors-symbol'];
const drawn = (kit, layer) => kit.page.evaluate((name) => window.vedette.drawn(name), layer);

/** The name of what the map marks as selected in a layer. */
async function marked(kit, layer) {
  return (await drawn(kit, layer)).find((f) => f.selected)?.id;
}

/** Points at the symbol of a thing, where it is now. */
async function point(kit, layer, id, tap) {
  const f = await until(`${id} on the map`, async () => (await drawn(kit, layer)).find((one) => one.id === id));
  const box = await kit.id('map').boundingBox();
  await tap(box.x + f.x, box.y + f.y);
  await new Promise((next) => setTimeout(next, 700)); // sooner, the next one would make a double click, which zooms
}

async function one(kit, tap) {
  const title = () => kit.page.getByRole('complementary', { name: 'Vehicles' });
  for (const id of [2, 1]) {
    await until(`vehicle ${id} is marked`, async () => {
      if ((await marked(kit, 'vehicles-symbol')) === id) return true;
      await point(kit, 'vehicles-symbol', id, tap);
      return false;
    });
    await until(`vehicle ${id} in the panel`, async () => (await kit.id(`vehicle-${id}`).getAttribute('aria-pressed')) === 'true' && (await title().innerText()).includes(`Vehicle ${id}`));
  }
  for (const [layer, id, card] of [['tracks-symbol', 't-12', 'track-card'], ['sensors-symbol', 's-12', 'sensor-card']]) {
    await until(`${id} in its card`, async () => {
      if ((await kit.id(card).count()) > 0 && (await kit.text(card)).includes(id)) return true;
      await point(kit, layer, id, tap);
      return false;
    });
    await until(`${id} is marked`, async () => (await marked(kit, layer)) === id);
  }
}

/** From afar many lie at one place: each click there takes the next one. */
async function beneath(kit, tap) {
  for (let i = 0; i < 4; i += 1) await kit.press('-');
  const seen = new Set();
  let near = [];
  await until('vehicle 2 and each sensor beside it by clicks at one place', async () => {
    // Where they are now: the map may still come to rest.
    const [vehicles, sensors] = [await drawn(kit, 'vehicles-symbol'), await drawn(kit, 'sensors-symbol')];
    const v = vehicles.find((f) => f.id === 2);
    near = sensors.filter((s) => v && Math.hypot(s.x - v.x, s.y - v.y) < 12).map((s) => s.id);
    if (near.length === 0) return false;
    await point(kit, 'vehicles-symbol', 2, tap);
    await kit.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    for (const layer of layers) seen.add(await marked(kit, layer));
    return seen.has(2) && near.every((id) => seen.has(id));
  });
  await kit.press('z');
  return near.length;
}

export async function picks(kit) {
  const click = (x, y) => kit.page.mouse.click(x, y);
  await kit.id('vehicle-1').click();
  await one(kit, click);
  await kit.screenshot('picked');
  const sensors = await beneath(kit, click);
  const { own, page, end } = await tabletOf(kit);
  try {
    const tap = (x, y) => page.touchscreen.tap(x, y);
    await own.id('panel-video').tap();
    await one(own, tap);
    await beneath(own, tap);
    await own.screenshot('picked-tablet');
  } finally {
    await end();
  }
  check(sensors > 0, 'no two symbols lay at one place');
  return `two vehicles, a track and a sensor by their symbols, in the panel and marked on the map; a vehicle and ${sensors} sensors at one place, each reached by clicking on; the same by a finger`;
}
