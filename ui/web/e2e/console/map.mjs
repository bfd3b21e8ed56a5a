// The map's tools: measuring, coordinates typed and read, layers, the agency's own lines, the world from afar, tracks and ellipses.
import { check, until } from './kit.mjs';

export async function measuring(kit) {
  await kit.press('m');
  await kit.clickMap(0.4, 0.6);
  await kit.clickMap(0.6, 0.6);
  await kit.clickMap(0.6, 0.8);
  const total = await kit.text('measure-total');
  check(/^\d.* (m|km)$/.test(total) && total !== '0 m', `the way measures '${total}'`);
  check(/\d° ?|°/.test(await kit.text('measure')), 'no bearing is shown');
  await until('two measured legs on the map', async () => (await kit.shown('measure-legs')) >= 2);
  await kit.id('measure-centre').click();
  await kit.id('measure-undo').click();
  await kit.id('measure-undo').click();
  check((await kit.text('measure-total')) !== total, 'undo changes nothing');
  await kit.id('measure-done').click();
  check((await kit.id('measure').count()) === 0, 'the measure stays after it was cleared');
  return `${total} by clicking, with bearings, undone`;
}

export async function coordinates(kit) {
  const { page } = kit;
  await kit.press('g');
  await kit.id('goto-input').fill('somewhere');
  await kit.id('goto-bad').waitFor();
  for (const [typed, lon, lat] of [
    ['-35.36 149.17', 149.17, -35.36],
    ['35°21\'36" S 149°10\'12" E', 149.17, -35.36],
    ['55H 697207 6085063', 149.17, -35.3653],
    ['55H FA 97207 85063', 149.17, -35.3653],
  ]) {
    await kit.id('goto-input').fill(typed);
    check((await kit.id('goto-read').locator('dd').count()) === 4, 'not all four formats are shown');
    await kit.id('goto-show').click();
    await until(`the map at ${typed}`, async () => {
      const [x, y] = await page.evaluate(() => window.vedette.centre());
      return Math.abs(x - lon) < 0.01 && Math.abs(y - lat) < 0.01;
    });
    await kit.press('g');
  }
  await kit.press('Escape');
  const read = new Set();
  for (let i = 0; i < 4; i += 1) {
    await page.mouse.move(...(await kit.at(0.5, 0.4 + i / 50)));
    await until('a place under the cursor', async () => (await kit.text('cursor')).length > 10);
    if (i === 0) await until('the height of the ground', async () => /\d m AMSL/.test(await kit.text('cursor')));
    read.add(await kit.text('coordinate-format'));
    await kit.id('coordinate-format').click();
  }
  check(read.size === 4, `formats under the cursor: ${[...read].join(', ')}`);
  await kit.press('z');
  return 'degrees, DMS, UTM and MGRS typed in, and read under the cursor with the height';
}

const line = {
  type: 'FeatureCollection', name: 'State line', date: '2026-05-01', source: 'Survey office',
  features: [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[149.155, -35.364], [149.175, -35.362]] } }],
};

const fileOf = (name, value) => ({ name, mimeType: 'application/json', buffer: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) });

export async function layers(kit) {
  await kit.press('y');
  await kit.id('layer-contours').check();
  await kit.id('trails-10').check();
  await kit.id('own-file').setInputFiles(fileOf('bad.geojson', '{"type":"LineString","coordinates":[[500000,1],[2,2]]}'));
  await kit.toast('off the globe');
  await kit.id('own-file').setInputFiles(fileOf('line.geojson', line));
  await kit.id('layers').getByText('2026-05-01 · Survey office').waitFor();
  await kit.press('Escape');
  await until('contour lines', async () => (await kit.shown('contours-line')) > 5);
  await until('the own line', async () => (await kit.shown('own-line')) > 0);
  await until('sensor coverage', async () => (await kit.shown('sensors-field')) > 0);
  await until('a camera footprint', async () => (await kit.shown('vehicles-footprint')) > 0);
  await until('a track with its ellipse and trail', async () => (await kit.shown('tracks-symbol')) > 0 && (await kit.shown('tracks-ellipse')) > 0 && (await kit.shown('tracks-trail')) > 0);
  await kit.screenshot('map-tools');
  await kit.act('sensor coverage');
  await until('no coverage', async () => (await kit.shown('sensors-field')) === 0);
  await kit.act('sensor coverage');
  await shownOrNot(kit);
  for (let i = 0; i < 13; i += 1) await kit.press('-');
  await until('the world', async () => (await kit.shown('world-land')) > 0 && (await kit.shown('world-borders')) > 0, 40_000);
  await kit.screenshot('world');
  await kit.press('z');
  return 'contours, footprint, track with ellipse and trail; own line with date and source; coverage, relief, footprints and ellipses off and on; the world from afar';
}

/** Each layer that can be put away, by a click in the dialog that the map's own button opens. */
async function shownOrNot(kit) {
  const relief = async () => (await kit.page.evaluate(() => window.vedette.mapLayers())).includes('hillshade');
  const some = (layer) => async () => (await kit.shown(layer)) > 0;
  for (const [name, drawn] of [['relief', relief], ['footprints', some('vehicles-footprint')], ['ellipses', some('tracks-ellipse')]]) {
    for (const wanted of [false, true]) {
      await kit.id('layers-tool').click();
      await kit.id(`layer-${name}`).setChecked(wanted);
      await kit.press('Escape');
      await until(`${name} ${wanted ? 'again' : 'put away'}`, async () => (await drawn()) === wanted);
    }
  }
}

export async function viewshed(kit) {
  await kit.clickMap(0.25, 0.75);
  await kit.id('viewshed-here').click();
  await until('the share that is seen', async () => (await kit.text('viewshed-share')).includes('50 % of the ground within 3000 m'));
  await until('it on the map', async () => (await kit.shown('viewshed-seen')) > 0 && (await kit.shown('viewshed-eye')) === 1);
  const asked = kit.page.waitForRequest((r) => r.url().includes('/terrain/viewshed') && r.url().includes('height=30'));
  await kit.id('viewshed-height').fill('30');
  await asked;
  await kit.screenshot('viewshed');
  await kit.id('viewshed-clear').click();
  await until('it is gone', async () => (await kit.shown('viewshed-seen')) === 0);
  return 'what an eye at a height sees, on the map, and cleared';
}

export async function crossings(kit) {
  await kit.act('crossings by place');
  await until('the sum', async () => (await kit.text('crossings-sum')) === '7 crossings, 1 called false; most from 2 to 3 h UTC');
  await until('both squares on the map', async () => (await kit.shown('crossings-square')) === 2 && (await kit.shown('crossings-count')) === 2);
  await kit.screenshot('crossings');
  await kit.id('crossings-hour').selectOption({ label: '12 to 13 h' });
  await until('the square of noon alone', async () => (await kit.shown('crossings-square')) === 1);
  await kit.id('crossings-span').selectOption({ label: '30 days' });
  await until('more in a longer time', async () => (await kit.text('crossings-sum')).startsWith('26 crossings'));
  await kit.id('crossings-close').click();
  await until('they are gone', async () => (await kit.shown('crossings-square')) === 0);
  await kit.press('y');
  await kit.id('crossings-open').click();
  await until('them again, from the layers', async () => (await kit.shown('crossings-square')) === 2);
  await kit.id('crossings-close').click();
  return 'squares by how many crossed, at any hour or one, in a week or longer';
}
