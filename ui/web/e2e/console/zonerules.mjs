// When a zone matters: each field typed, refused in words where it makes no sense, sent as typed, and there again after a reload.
import { check, until } from './kit.mjs';

export async function zoneRules(kit) {
  const { page } = kit;
  await kit.press('0');
  await kit.id('new-zones').click();
  await kit.id('site-panel').waitFor();
  await kit.id('site-id').fill('gate');
  for (const at of [[0.75, 0.3], [0.9, 0.3], [0.9, 0.5]]) await kit.clickMap(...at);
  await kit.id('site-rule').locator('summary').click();
  await kit.id('site-vehicle').check();
  for (const [field, bad, good, words] of [
    ['loiter', 'soon', '1m30s', 'a time as 30s, 5m or 1h30m'],
    ['loiter', '25h', '1m30s', '24h at most'],
    ['min-speed', '201', '2.5', 'from 0 to 200 m/s'],
    ['max-speed', '-1', '30', 'from 0 to 200 m/s'],
    ['max-speed', '2', '30', 'slowest is faster than the fastest'],
    ['from', '24:00', '22:30', '00:00 to 23:59'],
    ['to', 'dawn', '05:00', '00:00 to 23:59'],
  ]) {
    await kit.id(`site-${field}`).fill(bad);
    if (field === 'from') await kit.id('site-to').fill('05:00');
    await until(`'${bad}' as ${field} is refused in words`, async () => (await kit.text('site-lacking')).includes(words));
    check(await kit.id('site-save').isDisabled(), `'${bad}' as ${field} can be saved`);
    await kit.id(`site-${field}`).fill(good);
    await until(`'${good}' as ${field} is taken`, async () => kit.id('site-save').isEnabled());
  }
  for (const day of ['sun', 'tue', 'mon']) await kit.id(`site-day-${day}`).check();
  await kit.id('site-day-tue').uncheck();
  const put = page.waitForRequest((r) => r.method() === 'PUT' && r.url().endsWith('/configuration/zones/gate'));
  await kit.id('site-save').click();
  const { points, ...body } = JSON.parse((await put).postData());
  const wanted = { kind: 'area', classes: ['vehicle'], from: '22:30', to: '05:00', days: ['mon', 'sun'], minSpeed: 2.5, maxSpeed: 30, loiter: '1m30s' };
  check(JSON.stringify(body) === JSON.stringify(wanted) && points.length === 3, `sent: ${JSON.stringify(body)} with ${points.length} points`);
  await kit.toast('gate is saved and holds now');

  await kit.open();
  await change(kit);
  await kit.id('site-rule').locator('summary').click();
  const shown = {};
  for (const field of ['from', 'to', 'min-speed', 'max-speed', 'loiter']) shown[field] = await kit.id(`site-${field}`).inputValue();
  check(Object.values(shown).join() === '22:30,05:00,2.5,30,1m30s', `after a reload: ${JSON.stringify(shown)}`);
  const ticked = [];
  for (const day of ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']) if (await kit.id(`site-day-${day}`).isChecked()) ticked.push(day);
  check(ticked.join() === 'mon,sun', `after a reload it matters on ${ticked}`);
  check((await kit.id('site-vehicle').isChecked()) && !(await kit.id('site-person').isChecked()), 'after a reload it matters to others');

  // A line has a direction, both ways or one; how long somebody stays is no matter of a line.
  await kit.id('site-kind').selectOption('border');
  check((await kit.id('site-loiter').count()) === 0, 'a line asks how long somebody is inside');
  for (const [direction, sent] of [['R2L', 'R2L'], ['L2R', 'L2R'], ['', undefined]]) {
    await kit.id('site-direction').selectOption(direction);
    const told = page.waitForRequest((r) => r.method() === 'PUT' && r.url().endsWith('/configuration/zones/gate'));
    await kit.id('site-save').click();
    const line = JSON.parse((await told).postData());
    check(line.kind === 'border' && line.direction === sent && line.loiter === undefined && line.minSpeed === 2.5, `sent for '${direction}': ${JSON.stringify(line)}`);
    await kit.id('site-panel').waitFor({ state: 'detached' });
    await change(kit);
    await until(`'${direction}' is there again`, async () => (await kit.id('site-direction').inputValue()) === direction);
  }
  await kit.id('site-remove').click();
  await kit.id('site-remove-sure').click();
  await kit.toast('gate is removed');
  return 'whom, when, on which days, how fast and how long: seven that make no sense refused in words, sent as typed, there again after a reload; a line both ways and each one way';
}

async function change(kit) {
  await kit.press('0');
  await kit.id('change-gate').click();
  await kit.id('site-panel').waitFor();
}
