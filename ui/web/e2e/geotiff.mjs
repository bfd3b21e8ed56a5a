// A GeoTIFF picture on the map: its two colours meet where the console itself says that the easting of their border is (ui/maps/testmaps/geotiff.go).
import { check, until } from './asks.mjs';

const border = 696_700;
const northing = 6_085_000;

/** Goes near to the border and tells by how many metres it is off. */
export async function orthophoto(kit) {
  const { page } = kit;
  await kit.press('g');
  await kit.id('goto-input').fill(`55H ${border} ${northing}`);
  await kit.id('goto-show').click();
  await page.locator('dialog').first().waitFor({ state: 'detached' });
  const box = await kit.id('map').boundingBox();
  const clip = { x: Math.round(box.x + box.width / 2) - 160, y: Math.round(box.y + box.height / 2) - 120, width: 320, height: 60 };
  let row;
  for (let i = 0; i < 3; i += 1) {
    await until('blue and orange side by side', async () => {
      row = await columns(page, clip);
      return Math.min(row.filter(blue).length, row.filter(orange).length) > row.length / 4;
    });
    if (i < 2) await kit.press('+');
  }
  const settled = async () => {
    const before = JSON.stringify(row);
    row = await columns(page, clip);
    return before === JSON.stringify(row);
  };
  await until('the map at rest', settled);
  // Where the fewest columns are on the wrong side: tracks and names may lie over the picture. A column of the shot is several pixels of the page.
  const wrong = (at) => row.filter((c, x) => (x < at ? !blue(c) : !orange(c))).length;
  const at = [...row.keys()].sort((a, b) => wrong(a) - wrong(b))[0];
  const column = clip.width / row.length;
  const y = clip.y + clip.height / 2;
  const there = await easting(kit, clip.x + at * column, y);
  const perPixel = ((await easting(kit, clip.x + at * column + 100, y)) - there) / 100;
  const off = Math.abs(there - border);
  check(perPixel > 0 && perPixel < 2 && off <= column * perPixel + 1, `the border of the colours is ${off} m from its place, at ${perPixel} m per pixel`);
  return off;
}

/** The easting that the console shows under the cursor. */
async function easting(kit, x, y) {
  await kit.page.mouse.move(x, y);
  let read;
  await until('UTM under the cursor', async () => {
    read = /55[A-Z] ?(\d{6}) \d{7}/.exec(await kit.text('cursor'));
    if (!read) await kit.id('coordinate-format').click();
    if (!read) await kit.page.mouse.move(x, y);
    return Boolean(read);
  });
  return Number(read[1]);
}

/** The mean colour of each column of a stretch of the page. */
async function columns(page, clip) {
  const shot = await page.screenshot({ clip });
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return Array.from({ length: bitmap.width }, (_, x) => {
      const sum = [0, 0, 0];
      for (let y = 0; y < bitmap.height; y += 1) for (let c = 0; c < 3; c += 1) sum[c] += data[4 * (y * bitmap.width + x) + c];
      return sum.map((v) => v / bitmap.height);
    });
  }, shot.toString('base64'));
}

/** The picture's colours, dimmed or not. */
export const blue = ([r, , b]) => b > 2 * r + 20;
export const orange = ([r, , b]) => r > 2 * b + 20;
