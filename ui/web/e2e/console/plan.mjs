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
