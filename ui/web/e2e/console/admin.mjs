// What the station has, changed in the page: a sensor that reports unconfigured is adopted and placed, one is moved, a zone is drawn, a feed and a link
// are added and removed; each with the way back to what the file says.
import { signedInAs } from './baddays.mjs';
import { check, until } from './kit.mjs';

/** What the station has of a section. */
async function entries(kit, section) {
  return kit.page.evaluate(async (s) => (await (await fetch(`/api/v1/configuration?section=${s}`)).json()).entries, section);
}

async function entry(kit, section, id) {
  return (await entries(kit, section)).find((e) => e.id === id);
}

export async function adopt(kit) {
  await kit.press('s');
  await kit.id('adopt-s-99').click();
  await kit.id('site-panel').waitFor();
  check((await kit.text('site-lacking')).includes('A point is missing'), 'the panel does not say that the place is missing');
  check(await kit.id('site-save').isDisabled(), 'a sensor without a place can be saved');
  await kit.clickMap(0.7, 0.4);
  await until('the place', async () => (await kit.text('site-points')).includes('° S'));
  await until('the sketch on the map', async () => (await kit.shown('sketch-points')) === 1 && (await kit.shown('sketch-reach')) > 0);
  await kit.id('site-kind').selectOption('pir');
  check((await kit.text('site-lacking')).includes('sector'), 'a PIR without a sector is good');
  await kit.id('site-azimuth').fill('90');
  await kit.id('site-fov').fill('60');
  await kit.screenshot('site-adopt');
  await kit.id('site-save').click();
  await kit.toast('s-99 is saved and holds now');
  await kit.id('site-panel').waitFor({ state: 'detached' });
  await kit.press('s');
  await kit.id('no-strangers').waitFor();
  await kit.id('sensor-s-99').click();
  const adopted = (await entry(kit, 'sensors', 's-99')).now;
  check(adopted.kind === 'pir' && adopted.azimuthDeg === 90 && adopted.fovDeg === 60 && adopted.gateway === 'north', `adopted as ${JSON.stringify(adopted)}`);

  await kit.press('s');
  await kit.id('sensor-s-07').click();
  await kit.id('sensor-change').click();
  await kit.id('site-place').fill('not a place');
  check(await kit.id('site-place-take').isDisabled(), 'what is no place is taken');
  const places = ['-35.3632 149.1652', `35°21'47.5" S 149°09'54.7" E`, '55H 696754 6085321', '55H FA 96754 85321'];
  for (const typed of places) {
    await kit.id('site-place').fill(typed);
    await kit.press('Enter');
    await until(`the place ${typed}`, async () => (await kit.id('site-place').inputValue()) === '' && /35\.3[56]\d+° S 149\.1[67]\d+° E/.test(await kit.text('site-points')));
  }
  await kit.id('site-range').fill('25');
  await kit.id('site-save').click();
  await kit.toast('s-07 is saved and holds now');
  const moved = (await entry(kit, 'sensors', 's-07')).now;
  check(moved.rangeM === 25 && Math.abs(moved.position.lat + 35.36) < 0.01, `moved to ${JSON.stringify(moved)}`);
  await kit.id('sensor-change').click();
  check((await kit.text('site-changed')).includes('changed here by operator'), 'who changed it is not told');
  await kit.id('site-reset').click();
  await kit.toast('s-07 is as the file says');
  await kit.press('s');
  await kit.id('sensor-s-99').click();
  await kit.id('sensor-change').click();
  await kit.id('site-remove').click();
  await kit.id('site-remove-sure').click();
  await kit.toast('s-99 is removed');
  await until('it is gone from the map', async () => (await kit.id('sensor-card').count()) === 0);
  return `s-99 adopted as PIR by a click, s-07 moved by each of ${places.length} notations and put back, s-99 removed`;
}

export async function zones(kit) {
  const before = await kit.shown('zones-area');
  await kit.press('0');
  await kit.id('new-zones').click();
  await kit.id('site-panel').waitFor();
  await kit.id('site-id').fill('yard');
  await kit.id('site-name').fill('The yard');
  for (const [x, y] of [[0.68, 0.3], [0.86, 0.5], [0.86, 0.3], [0.68, 0.5]]) await kit.clickMap(x, y);
  await until('it crosses itself', async () => (await kit.text('site-lacking')).includes('crosses itself'));
  check(await kit.id('site-save').isDisabled(), 'a zone that crosses itself can be saved');
  await kit.id('site-move-1').click();
  await kit.clickMap(0.9, 0.35);
  await kit.id('site-drop-2').click();
  await kit.id('site-insert-2').click();
  await kit.clickMap(0.86, 0.5);
  await until('it is whole', async () => (await kit.id('site-save').isEnabled()));
  await kit.id('site-rule').locator('summary').click();
  await kit.id('site-person').check();
  await kit.id('site-from').fill('22:00');
  check((await kit.text('site-lacking')).includes('belong together'), 'half a time of the day is good');
  await kit.id('site-to').fill('05:00');
  await kit.screenshot('site-zone');
  await kit.id('site-save').click();
  await kit.toast('yard is saved and holds now');
  await until('it is on the map', async () => (await kit.shown('zones-area')) > before);
  const { now } = await entry(kit, 'zones', 'yard');
  check(now.points.length === 4 && now.from === '22:00' && now.classes.join() === 'person' && now.name === 'The yard', `saved as ${JSON.stringify(now)}`);

  await kit.press('0');
  await kit.id('change-yard').click();
  await kit.id('site-kind').selectOption('noFly');
  check(await kit.id('site-save').isDisabled(), 'an operator can make a no-fly zone');
  await kit.id('site-kind').selectOption('border');
  await kit.id('site-direction').selectOption('L2R');
  await kit.id('site-save').click();
  await kit.toast('yard is saved');
  const { now: line } = await entry(kit, 'zones', 'yard');
  check(line.kind === 'border' && line.direction === 'L2R', `changed to ${JSON.stringify(line)}`);
  await kit.press('0');
  await kit.id('change-yard').click();
  await kit.id('site-remove').click();
  await kit.id('site-remove-sure').click();
  await kit.toast('yard is removed');
  // By keys alone: the panel takes the focus, the centre of the map is a point, Escape puts it away.
  await kit.press('0');
  await kit.id('new-zones').focus();
  await kit.press('Enter');
  await kit.id('site-panel').waitFor();
  await kit.id('site-centre').focus();
  await kit.press('Enter');
  await until('the centre is a point', async () => (await kit.text('site-points')).includes('° S'));
  await kit.press('Escape');
  await kit.id('site-panel').waitFor({ state: 'detached' });
  return 'a zone drawn, mended where it crossed itself, ruled, made a border one way, removed; no-fly is for admins';
}

/** Feeds and links are an admin's. Of the last steps: it signs in as one. */
export async function admin(kit) {
  await kit.press('0');
  await kit.id('entry-tower').waitFor();
  check(await kit.id('new-feeds').isDisabled(), 'an operator can add a feed');
  check(!(await kit.text('admin')).includes('rtsp://'), 'an address stands in the list');
  await kit.press('Escape');
  await signedInAs(kit, 'admin');
  await kit.press('0');
  await kit.id('new-feeds').click();
  await kit.id('feed-id').fill('gate');
  await kit.id('feed-url').fill('http://10.0.0.9/');
  await kit.id('feed-save').click();
  await until('the refusal', async () => (await kit.text('feeds-problem')).includes('needs the form rtsp://'));
  await kit.id('feed-url').fill('rtsp://cam:word@10.0.0.9/1');
  await kit.id('feed-kind').selectOption('thermal');
  await kit.id('feed-save').click();
  await until('the feed', async () => (await kit.text('feeds-done')).includes('gate is saved and holds now'));
  await kit.id('remove-tower').click();
  await until('the feed of the file is gone', async () => (await kit.id('entry-tower').getAttribute('data-state')) === 'removed');
  await kit.id('reset-tower').click();
  await until('it is there again', async () => (await kit.id('entry-tower').getAttribute('data-state')) === 'file');
  await kit.id('new-links').click();
  await kit.id('link-id').fill('radio');
  await kit.id('link-way').selectOption('serial');
  await kit.id('link-address').fill('/dev/ttyUSB0');
  await kit.id('link-save').click();
  await until('the link', async () => (await kit.text('links-done')).includes('takes effect at the next start'));
  await kit.screenshot('admin-site');
  check((await kit.text('entry-radio')).includes('added here by admin'), 'who added it is not told');
  await kit.id('remove-radio').click();
  await until('the link is gone', async () => (await kit.id('entry-radio').count()) === 0);
  await accounts(kit);
  await kit.press('Escape');
  return 'a feed added after a refusal, one of the file removed and put back; a link that waits for the next start; an account added after a refusal, given another role and password, closed and opened again';
}

/** In the dialog that is open. */
async function accounts(kit) {
  const sent = [];
  const listen = (r) => /\/accounts(\/|$)/.test(r.url()) && r.method() !== 'GET' && sent.push(`${r.method()} ${r.url().split('/accounts')[1]} ${r.postData()}`);
  kit.page.on('request', listen);
  check(await kit.id('account-add').isDisabled(), 'an account without a name can be added');
  await kit.id('account-name').fill('anna');
  await kit.id('account-role').selectOption('viewer');
  await kit.id('account-password').fill('six words that nobody guesses');
  await kit.id('account-add').click();
  await kit.id('admin').getByText('There is an account anna already.').waitFor();
  await kit.id('account-name').fill('emil');
  await kit.id('account-add').click();
  const emil = kit.id('account-emil');
  await emil.waitFor();
  check((await emil.getAttribute('data-role')) === 'viewer', 'the account has another role than was chosen');
  await kit.id('account-role-emil').selectOption('operator');
  await until('the other role', async () => (await emil.getAttribute('data-role')) === 'operator');
  await emil.getByRole('button', { name: 'Password' }).click();
  await kit.id('account-renew').fill('six other words that nobody guesses');
  await kit.press('Enter');
  await until('the new password', () => sent.some((s) => s.startsWith('PATCH /emil') && s.includes('six other words')));
  for (const closed of ['true', 'false']) {
    await kit.id('account-disable-emil').click();
    await until(`closed: ${closed}`, async () => (await emil.getAttribute('data-disabled')) === closed);
  }
  kit.page.off('request', listen);
}
