// Cameras and gimbals: a target chosen in the picture by a drag and by a click, the imager, and a gimbal that another station holds.
import { playTestPictures } from '../../dev/test-pictures.mjs';
import { everyTheme } from './access.mjs';
import { check, Kit, startStation, until } from './kit.mjs';

const feed = '2-thermal';
const [camera, gimbal] = [100, 154];
const picture = { width: 640, height: 512 };

/** At a station of its own: other steps change whose the vehicles are and which feeds there are. */
export async function payload(kit) {
  const station = await startStation();
  const page = await kit.page.context().newPage();
  await page.addInitScript(playTestPictures);
  const own = new Kit(page, station.url, kit.folder);
  const sent = [];
  page.on('request', (r) => {
    const what = /\/vehicles\/2\/(camera|gimbal|tracking)(\?.*)?$/.exec(r.url());
    if (what) sent.push({ what: `${r.method()} ${what[1]}${what[2] ?? ''}`, ...JSON.parse(r.postData() ?? '{}') });
  });
  try {
    await own.open();
    await own.id('vehicle-2').click();
    await until('pictures', async () => (await own.id(`tile-status-${feed}`).getAttribute('data-state')) === 'live');
    await own.id('payload').locator('summary').click();
    const buttons = [`source-eo-${camera}`, `source-ir-${camera}`, `stop-tracking-${camera}`, `gimbal-take-${gimbal}`];
    for (const name of buttons) check(await own.id(name).isDisabled(), `${name} can be pressed without control`);
    await own.id('take-control').click();
    await own.id('release-control').waitFor();
    await target(own, sent);
    await source(own, sent);
    await taken(own, sent);
    await own.id('release-control').click();
    await own.id('take-control').waitFor();
    await oneImager(own);
  } finally {
    await page.close();
    station.child.kill('SIGKILL');
  }
  return 'a target by a drag, with its box where it was drawn, and by a click, each ended; daylight and heat; the button of what a camera refused is off, with words; a gimbal taken from another station when asked twice, refused in words, released';
}

/** Where the picture lies on the screen within its tile. */
async function pictureBox(kit) {
  const tile = await kit.id(`pick-${feed}`).boundingBox();
  const border = 3;
  const [width, height] = [tile.width - 2 * border, tile.height - 2 * border];
  const scale = Math.min(width / picture.width, height / picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  return { x: tile.x + border + (width - w) / 2, y: tile.y + border + (height - h) / 2, w, h };
}

async function target(kit, sent) {
  const { page } = kit;
  await kit.id(`stop-tracking-${camera}`).click();
  await until('what was followed before is ended', () => sent.some((s) => s.what === `DELETE tracking?camera=${camera}`));
  await kit.id(`tracking-${feed}`).waitFor({ state: 'detached' });

  await kit.id(`track-mode-${camera}`).click();
  await kit.id(`pick-${feed}`).waitFor();
  check((await kit.text(`pick-${feed}`)).includes('drag a box around it'), `the picture says '${await kit.text(`pick-${feed}`)}'`);
  // A key leaves it all.
  await kit.press('Escape');
  await kit.id(`pick-${feed}`).waitFor({ state: 'detached' });
  await kit.id(`track-mode-${camera}`).click();
  await page.locator(`[data-testid="pick-${feed}"].ready`).waitFor();
  const at = await pictureBox(kit);
  const drawn = { x: 0.3, y: 0.35, w: 0.25, h: 0.3 };
  const [left, top] = [at.x + at.w * drawn.x, at.y + at.h * drawn.y];
  sent.length = 0;
  await page.mouse.move(left, top);
  await page.mouse.down();
  await page.mouse.move(left + (at.w * drawn.w) / 2, top + (at.h * drawn.h) / 2);
  await page.mouse.move(left + at.w * drawn.w, top + at.h * drawn.h);
  await page.locator(`[data-testid="pick-${feed}"] .drawn`).waitFor({ timeout: 10_000 });
  await kit.screenshot('payload-drawn');
  check(sent.length === 0, 'a target is sent while it is drawn');
  await page.mouse.up();
  const asked = await until('the target is sent', () => sent.find((s) => s.what === 'POST tracking'));
  check(asked.camera === camera && asked.box && !asked.point, `sent ${JSON.stringify(asked)}`);
  for (const side of ['x', 'y', 'w', 'h']) check(Math.abs(asked.box[side] - drawn[side]) < 0.02, `drew ${side} ${drawn[side]}, sent ${asked.box[side]}`);
  await until('the picture says that it is followed', async () => /tracks/.test(await kit.text(`tracking-${feed}`)));
  const rect = await kit.page.locator('.layer', { has: kit.id(`tracking-${feed}`) }).locator('rect').last().boundingBox();
  check(Math.abs(rect.x - left) < 6 && Math.abs(rect.y - top) < 6 && Math.abs(rect.width - at.w * drawn.w) < 8, `the box is at ${JSON.stringify(rect)}, drawn at ${left}, ${top}`);
  check((await kit.id(`pick-${feed}`).count()) === 0, 'another target is asked for at once');
  await kit.screenshot('payload-tracked');
  await kit.id(`stop-tracking-${camera}`).click();
  await kit.id(`tracking-${feed}`).waitFor({ state: 'detached' });
  check(sent.at(-1).what === `DELETE tracking?camera=${camera}`, `the end was ${JSON.stringify(sent.at(-1))}`);

  // By its key, and a click.
  sent.length = 0;
  await kit.press('b');
  await kit.id(`pick-${feed}`).waitFor();
  const small = await pictureBox(kit);
  await page.mouse.click(small.x + small.w * 0.6, small.y + small.h * 0.4);
  const point = (await until('the point is sent', () => sent.find((s) => s.what === 'POST tracking'))).point;
  check(point && Math.abs(point.x - 0.6) < 0.02 && Math.abs(point.y - 0.4) < 0.02, `clicked 0.6, 0.4, sent ${JSON.stringify(point)}`);
  await kit.id(`stop-tracking-${camera}`).click();
  await kit.id(`track-mode-${camera}`).waitFor();
}

async function source(kit, sent) {
  for (const [button, words] of [['ir', 'infrared picture accepted'], ['eo', 'daylight picture accepted']]) {
    sent.length = 0;
    await kit.id(`source-${button}-${camera}`).click();
    await kit.toast(words);
    check(JSON.stringify(sent) === JSON.stringify([{ what: 'POST camera', camera, command: 'source', source: button }]), `sent ${JSON.stringify(sent)}`);
  }
}

/** Which imagers a camera has is known once it refuses one. */
async function oneImager(kit) {
  await kit.id('vehicle-1').click();
  await kit.id('takeover').click();
  await kit.id('takeover-reason').fill('to look');
  await kit.id('takeover-confirm').click();
  await kit.id('release-control').waitFor();
  const eo = kit.id(`source-eo-${camera}`);
  if (!(await eo.isVisible())) await kit.id('payload').locator('summary').click();
  check(await eo.isEnabled(), 'what was never asked of a camera is barred');
  await eo.click();
  await kit.toast('vehicle 1 refused');
  await until('the button is barred', () => eo.isDisabled());
  check(/refused a daylight picture/.test(await kit.text(`refused-eo-${camera}`)), 'it is not said why');
  check(await kit.id(`source-ir-${camera}`).isEnabled(), 'the other imager is barred too');
  const bad = await everyTheme(kit, 'a camera of one imager', `[data-testid="camera-${camera}"]`);
  check(bad.length === 0, bad.join('; '));
  await kit.screenshot('payload-one-imager');
  await kit.id('release-control').click();
}

async function taken(kit, sent) {
  const who = `gimbal-control-${gimbal}`;
  const take = kit.id(`gimbal-take-${gimbal}`);
  check((await kit.text(who)).includes('station 254/190 controls it'), `who holds the gimbal reads '${await kit.text(who)}'`);
  sent.length = 0;
  await take.click();
  const sure = kit.id(`gimbal-take-${gimbal}-confirm`);
  check((await sure.innerText()).includes('254/190'), `the question reads '${await sure.innerText()}'`);
  check(sent.length === 0, 'one click took the gimbal from another station');
  const bad = await everyTheme(kit, 'the question before a gimbal is taken', `[data-testid="gimbal-${gimbal}"]`);
  check(bad.length === 0, bad.join('; '));
  await take.waitFor({ timeout: 15_000 }); // the question goes by itself

  // The vehicle refuses once: said in words, and the other station still holds it.
  const refusal = 'vehicle 2 refused: the gimbal is calibrating';
  await kit.page.route('**/vehicles/2/gimbal', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'Refused', status: 422, detail: refusal }) }), { times: 1 });
  await agree(kit, take, sure);
  await kit.toast(refusal);
  check((await kit.text(who)).includes('254/190'), 'a refused gimbal is said to be taken');

  await agree(kit, take, sure);
  await until('it is ours', async () => /this station controls it/.test(await kit.text(who)));
  check(sent.every((s) => s.what === 'POST gimbal' && s.gimbal === gimbal && s.mode === 'control') && sent.length === 2, `sent ${JSON.stringify(sent)}`);
  await kit.screenshot('payload-taken');
  check((await take.innerText()) === 'Release', `the button reads '${await take.innerText()}'`);
  await take.click();
  await until('nobody holds it', async () => /nobody controls it/.test(await kit.text(who)));
  check(sent.at(-1).mode === 'release', `sent ${JSON.stringify(sent.at(-1))}`);
  // From nobody it is taken by one click.
  await take.click();
  await until('it is ours again', async () => /this station controls it/.test(await kit.text(who)));
}

async function agree(kit, take, sure) {
  await take.click();
  await until('the question can be answered', () => sure.isEnabled());
  await sure.click();
}
