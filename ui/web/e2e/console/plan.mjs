// The plan view beside the fake station. What needs a real one (upload, compare, files) is in e2e/plan.mjs, by `make test-browser`.
import { check, until } from './kit.mjs';

export async function plan(kit) {
  await kit.press('p');
  await kit.id('plan-side').waitFor();
  const count = async () => Number(await kit.text('plan-count'));
  await kit.id('plan-tool-waypoint').click();
  for (const [n, at] of [[0.35, 0.25], [0.55, 0.25], [0.55, 0.45]].entries()) {
    await kit.clickMap(...at);
    await until(`item ${n + 1}`, async () => (await count()) === n + 1);
  }
  await kit.press('Escape', 'Control+z');
  await until('undo', async () => (await count()) === 2);
  await kit.press('Control+y');
  await until('redo', async () => (await count()) === 3);
  await until('the way on the map', async () => (await kit.id('plan-overlay').locator('.handle.item').count()) === 3);
  await kit.id('plan-findings').waitFor();
  await kit.screenshot('plan-dark');
  await kit.id('plan-remove-3').click().catch(() => kit.id('plan-item-3').click());
  await kit.press('p');
  check((await kit.id('plan-side').count()) === 0, 'P does not close the plan view');
  return 'placed by clicks, undone, redone, shown on the map';
}

/** A pattern as its fields are typed, each refused in words where it makes no sense; an area to keep out of. */
export async function patterns(kit) {
  await kit.press('p');
  await kit.id('plan-side').waitFor();
  const draw = async (tool, ...places) => {
    await kit.id(`plan-tool-${tool}`).click();
    for (const at of places) await kit.clickMap(...at);
  };
  const words = async () => ((await kit.id('pattern-words').count()) ? kit.text('pattern-words') : '');
  const lanes = async () => Number((await words()).match(/^(\d+) lane/)?.[1]);
  const apart = async () => Number((await words()).match(/, (\d+) m apart/)?.[1]);
  const refuses = async (field, bad, good, why) => {
    await kit.id(`pattern-${field}`).fill(bad);
    await until(`${field} '${bad}' is refused in words`, async () => (await kit.id('pattern-problem').count()) > 0 && (await kit.text('pattern-problem')).includes(why));
    check((await kit.id('pattern-fly').count()) === 0, `${field} '${bad}' can be flown`);
    await kit.id(`pattern-${field}`).fill(good);
    await kit.id('pattern-words').waitFor();
  };
  await draw('area', [0.35, 0.2], [0.65, 0.2], [0.65, 0.45], [0.35, 0.45]);
  await kit.id('sketch-pattern').click();
  await kit.id('pattern-height').fill('60');
  await kit.id('pattern-overlap').fill('0');
  const [wide, few] = [await until('lanes', apart), await lanes()];
  await kit.id('pattern-overlap').fill('50');
  await until('lanes half as far apart', async () => Math.abs((await apart()) - wide / 2) <= 1);
  check((await lanes()) >= 2 * few - 1, `${await lanes()} lanes where there were ${few}, at half the spacing`);
  for (const bad of ['96', '-1', '']) await refuses('overlap', bad, '50', 'Overlap, %: a number from 0 to 95');
  for (const [typed, told] of [['0', '000°'], ['45', '045°'], ['270', '270°']]) {
    await kit.id('pattern-heading').fill(typed);
    await until(`lanes along ${told}`, async () => (await words()).endsWith(`heading ${told}`));
  }
  for (const bad of ['361', '-10']) await refuses('heading', bad, '', 'a number from 0 to 360');
  await kit.id('sketch-drop').click();

  await draw('line', [0.35, 0.3], [0.65, 0.35]);
  await kit.id('sketch-pattern').click();
  await kit.id('pattern-height').fill('60');
  await kit.id('pattern-overlap').fill('0');
  await until('one lane along the line', async () => (await lanes()) === 1);
  const step = await apart();
  for (const n of [2, 3]) {
    await kit.id('pattern-width').fill(String(n * step));
    await until(`${n} lanes over a strip of ${n * step} m`, async () => Math.abs((await lanes()) - n) <= 0);
  }
  for (const bad of ['-5', '50001', '']) await refuses('width', bad, '0', 'a number from 0 to 50000');
  await kit.id('sketch-drop').click();

  await draw('area', [0.4, 0.25], [0.45, 0.25], [0.45, 0.3]);
  await kit.id('sketch-outside').click();
  await until('the area is one to keep out of', async () => (await kit.text('plan-areas')).includes('keep out'));
  await kit.press('Escape');
  await kit.press('Control+z');
  await kit.press('p');
  return `lanes ${wide} m apart, half of that at 50 % overlap, along three headings, beside a line in a strip of one, two and three; eight that make no sense refused in words; an area to keep out of`;
}
