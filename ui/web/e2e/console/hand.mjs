// Pictures by hand: the place under a click with its ellipse, a camera turned by dragging and by arrow keys, a lens by the wheel, colours of thermal pictures.
import { playTestPictures } from '../../dev/test-pictures.mjs';
import { everyTheme } from './access.mjs';
import { check, Kit, until } from './kit.mjs';

const feed = '2-thermal';

export async function hand(kit) {
  const page = await kit.page.context().newPage();
  await page.addInitScript(playTestPictures);
  const own = new Kit(page, kit.url, kit.folder);
  try {
    await own.open();
    return await byHand(own);
  } finally {
    await page.close();
  }
}

async function byHand(kit) {
  const { page } = kit;
  const sent = [];
  page.on('request', (r) => r.method() === 'POST' && /(gimbal|camera)$/.test(r.url()) && sent.push(JSON.parse(r.postData())));
  await kit.id('vehicle-2').click();
  await until('pictures', async () => (await kit.id(`tile-status-${feed}`).getAttribute('data-state')) === 'live');

  // Only who has control turns the camera, and who it is stands on the picture.
  await drag(kit, 60, 0);
  await kit.toast('Take control to command');
  check(sent.length === 0, 'a camera was turned without control');
  check((await kit.id(`hand-${feed}`).count()) === 1 && !(await kit.id(`smaller-${feed}`).isVisible()), 'a drag enlarged the picture');
  await kit.id('take-control').click();
  await kit.id('release-control').waitFor();
  await until('who controls it', async () => /controlled by|held by station/.test(await kit.text(`tile-holder-${feed}`)));

  await drag(kit, 80, -30);
  await until('the camera turned right and up, and was stopped', () => {
    const [first, last] = [sent[0], sent.at(-1)];
    return first?.yawRateDegS > 0 && sent.some((s) => s.pitchRateDegS > 0) && last?.yawRateDegS === 0 && last?.pitchRateDegS === 0;
  });
  await page.mouse.wheel(0, -240);
  await until('one step closer', () => sent.some((s) => s.command === 'zoom' && s.step === 1));

  // A click on a small picture enlarges it; on a large one it asks for the place.
  await kit.id(`hand-${feed}`).click();
  await kit.id(`smaller-${feed}`).waitFor();
  let share;
  page.on('request', (r) => r.url().includes(`/feeds/${feed}/place?`) && (share = new URL(r.url()).searchParams));
  await until('the station is asked for the place', async () => {
    const box = await kit.id(`hand-${feed}`).boundingBox(); // it grows
    await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.6);
    return share !== undefined;
  });
  check(Math.abs(Number(share.get('x')) - 0.5) < 0.02 && Number(share.get('y')) > 0.55 && Number(share.get('y')) < 0.75, `asked at ${share}`);
  await until('the place with its error', async () => /35\.36\d+° S 149\.16\d+° E[\s\S]*± \d+ m \(95 %\)/.test(await kit.text('picture-place')));
  await until('it on the map', async () => (await kit.shown('pointed-ellipse')) > 0);
  const bad = await everyTheme(kit, 'the place in a picture', '[data-testid="picture-place"]');
  check(bad.length === 0, bad.join('; '));
  await kit.screenshot('hand-place');
  await kit.id('picture-look').click();
  await until('the camera looks there', () => sent.some((s) => s.lookAt));
  await kit.toast('look there accepted');

  // By keys alone.
  await kit.id(`hand-${feed}`).focus();
  sent.length = 0;
  await page.keyboard.down('ArrowLeft');
  await until('the camera turns left', () => sent.some((s) => s.yawRateDegS < 0));
  await page.keyboard.up('ArrowLeft');
  await until('and stops', () => sent.at(-1)?.yawRateDegS === 0);
  await kit.press('-');
  await until('one step wider', () => sent.some((s) => s.command === 'zoom' && s.step === -1));
  await kit.press('Enter');
  await kit.id('picture-map').waitFor();
  await kit.id('picture-map').click();
  await kit.id('picture-close').click();

  const colours = () => page.evaluate((id) => getComputedStyle(document.querySelector(`[data-testid="video-${id}"]`)).filter, feed);
  for (const filter of ['invert(1)', 'url("#tone-iron")', 'none']) {
    await kit.id(`tone-${feed}`).click();
    check((await colours()) === filter, `the colours are ${await colours()}, not ${filter}`);
    if (filter.startsWith('url')) await kit.screenshot('hand-iron');
  }
  await kit.id(`smaller-${feed}`).click();
  await kit.id('release-control').click();
  await kit.id('take-control').waitFor();
  return 'the place under a click with its ellipse, on the map too; turned by dragging and keys, zoomed by wheel and keys, only with control; three colours of heat';
}

/** Drags over the middle of the small picture, and lets go once the station was asked or the page said why not. */
async function drag(kit, dx, dy) {
  const { mouse } = kit.page;
  const box = await kit.id(`hand-${feed}`).boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await mouse.move(x, y);
  await mouse.down();
  for (let i = 1; i <= 4; i += 1) await mouse.move(x + (dx * i) / 4, y + (dy * i) / 4);
  await mouse.up();
}
