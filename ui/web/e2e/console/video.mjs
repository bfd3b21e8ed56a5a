// The wall: how many, in which order, full screen, and what a tile says when it has no pictures.
import { check, until } from './kit.mjs';

export async function wall(kit) {
  const { page } = kit;
  await kit.press('v');
  for (const n of [1, 4, 9]) {
    await kit.id(`wall-size-${n}`).click();
    await until(`a wall of ${n}`, async () => (await kit.id('wall').locator('video').count()) === Math.min(n, 4));
  }
  const order = await kit.id('wall').locator('video').evaluateAll((all) => all.map((v) => v.dataset.testid));
  check(order.join() === 'video-1-eo,video-1-thermal,video-2-eo,video-2-thermal', `the wall's order is ${order.join()}`);
  await kit.id('wall-size-1').click();
  await kit.id('wall-next').click();
  check((await kit.text('wall-page')) === '2 of 4', 'the wall does not turn its page');
  await kit.id('wall-full').click();
  await until('full screen', () => page.evaluate(() => document.fullscreenElement?.dataset.testid === 'wall'));
  await kit.id('wall-full').click();
  await until('the end of full screen', () => page.evaluate(() => document.fullscreenElement === null));
  await kit.id('wall-close').click();
  await until('a tile that says that there is no picture', async () => (await kit.id('tile-status-1-eo').getAttribute('data-state')) !== 'live');
  return '1, 4 and 9, EO beside thermal, pages, full screen';
}
