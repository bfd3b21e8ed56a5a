// Vehicles: the panel, why one cannot arm, control taken, taken over and released, and flying by clicks that are asked about.
import { everyTheme } from './access.mjs';
import { check, until } from './kit.mjs';

export async function panel(kit) {
  await kit.id('vehicle-2').click();
  const alarm = await kit.text('vehicle-alarm-2');
  check(alarm.length > 5, 'the ill vehicle shows no alarm');
  check((await kit.text('notices')).includes('Radio Failsafe'), `a failsafe is not told: ${await kit.text('notices')}`);
  // What is bad is unfolded by itself.
  check((await kit.text('arming')).includes('Need Position Estimate'), `the reasons against arming are not told: ${await kit.text('arming')}`);
  // A transfer goes on: in words, and by a bar that moves.
  const share = async () => Number(await kit.id('transfer').getByRole('progressbar').evaluate((bar) => bar.value));
  const begun = await share();
  await until('the bar of a transfer moves', async () => (await share()) !== begun);
  check(/ of 6\.0 MiB/.test(await kit.text('transfer')), `the transfer reads '${await kit.text('transfer')}'`);
  await kit.id('vehicle-1').click();
  await kit.id('health').locator('summary').click();
  await until('the health of vehicle 1 unfolded', async () => (await kit.text('health')).includes('14 sats'));
  const words = await kit.page.getByRole('complementary', { name: 'Vehicles' }).innerText();
  for (const word of ['AGL', 'AMSL', 'Battery', '74', 'GPS', 'left after it', 'AUTO']) check(words.includes(word), `the panel does not say '${word}'`);
  check(/roll \d+° (left|right) · nose \d+° (up|down)/.test(await kit.text('attitude')), `the attitude reads '${await kit.text('attitude')}'`);
  await kit.page.getByText('anna has control.').first().waitFor();
  // What was learned of the errors of its cameras, and starting anew after a repair.
  await kit.id('payload').locator('summary').click();
  await until('the errors of a camera', async () => (await kit.text('bias-1-thermal')).includes('6.2 m north ± 0.6, 0.4 m west ± 0.6, 0.3° clockwise ± 0.2°'));
  await kit.id('bias-forget').click();
  await until('the question can be answered', () => kit.id('bias-forget-confirm').isEnabled());
  await kit.id('bias-forget-confirm').click();
  await kit.toast('what was learned of its cameras is forgotten');
  await until('nothing is known of it', async () => (await kit.text('bias-1-thermal')).includes('nothing learned yet'));
  await kit.id('payload').locator('summary').click();
  return `instruments of one; the other says '${alarm.replace(/\s+/g, ' ')}' and why it cannot arm`;
}

export async function flying(kit) {
  const { page } = kit;
  const sent = [];
  const listen = (r) => r.method() === 'POST' && r.url().endsWith('/commands') && sent.push(JSON.parse(r.postData()));
  page.on('request', listen);
  await kit.id('vehicle-1').click();
  await page.getByText('anna has control.').first().waitFor();
  check(await kit.id('hold').isDisabled(), 'a vehicle of somebody else can be commanded');
  await kit.id('takeover').click();
  check(await kit.id('takeover-confirm').isDisabled(), 'control can be taken over without a reason');
  await kit.id('takeover-reason').fill('anna has gone home');
  await kit.id('takeover-confirm').click();
  await kit.id('release-control').waitFor();

  await kit.press('f');
  await kit.clickMap(0.5, 0.75);
  await until('the preview of the way', async () => /m over the ground at the least/.test(await kit.text('way-preview')));
  const words = await kit.text('way-preview');
  check(sent.length === 0, 'a click on the map flew before it was confirmed');
  const unfit = await everyTheme(kit, 'the question before a flight', '[data-testid="map-menu"]');
  check(unfit.length === 0, unfit.join('; '));
  await kit.id('fly-altitude').fill('70');
  await kit.id('fly-confirm').click();
  await kit.page.getByText('hold it longer').waitFor();
  check(sent.length === 0, 'a short press flew');
  await kit.hold('fly-confirm');
  await until('fly there', () => sent.some((c) => c.command === 'goto' && c.altitudeAGL === 70));
  await kit.press('o');
  await kit.clickMap(0.6, 0.7);
  await kit.id('orbit-radius').fill('80');
  await kit.hold('orbit-confirm');
  await until('circle there', () => sent.some((c) => c.command === 'orbit' && c.radiusM === 80));
  await kit.id('hold').click();
  await until('hold', () => sent.some((c) => c.command === 'hold'));
  await kit.sure('return');
  await until('return', () => sent.some((c) => c.command === 'return'));
  await kit.sure('land');
  await until('land', () => sent.some((c) => c.command === 'land'));
  await page.getByText('More commands').click();
  await kit.id('pause').click();
  await until('pause', () => sent.some((c) => c.command === 'pause'));
  await kit.id('height').fill('55');
  await kit.id('change-height').click();
  await until('another height', () => sent.some((c) => c.command === 'changeAltitude' && c.altitudeAGL === 55));
  // The fake's vehicle never answers to this one: the page says that nobody knows whether it acted.
  await kit.id('speed').fill('7');
  await kit.id('change-speed').click();
  await until('another speed', () => sent.some((c) => c.command === 'changeSpeed' && c.speed === 7));
  await kit.toast('whether it acted is not known');
  await kit.id('terminate').click();
  check(await kit.id('terminate-confirm').isDisabled(), 'a vehicle can be terminated without the phrase');
  const bad = await everyTheme(kit, 'terminating', 'dialog[open]');
  check(bad.length === 0, bad.join('; '));
  await kit.press('Escape');

  // A track that is selected: its camera follows it, and the map asks before anything flies around it.
  const followed = [];
  const look = (r) => r.url().endsWith('/gimbal') && followed.push(JSON.parse(r.postData()).lookAt);
  page.on('request', look);
  await kit.id('alert-a-3').locator('button.head').click();
  await kit.id('track-follow').click();
  await until('the camera follows the track', () => followed.length >= 2 && followed.every(Boolean) && followed[0].lat !== followed[1].lat);
  await kit.id('track-orbit').click();
  await until('the way around it', async () => /no-fly zone/.test(await kit.text('way-preview')));
  await kit.press('Escape');
  await kit.id('track-unfollow').click();
  await kit.id('track-follow').waitFor();
  page.off('request', look);

  // The vehicle itself follows it: it is held to confirm, and ended.
  const card = kit.id('track-card');
  await kit.hold('track-follow-fly');
  await until('the follower is shown', async () => (await card.getByTestId('cue-c-9').innerText()).includes('asked for by operator'));
  await card.getByTestId('cue-end-c-9').click();
  await kit.toast('c-9 ended');
  await kit.id('track-follow-fly').waitFor();

  const looks = page.waitForRequest((r) => r.url().endsWith('/gimbal'));
  await kit.press('l');
  await kit.clickMap(0.45, 0.7);
  await looks;
  await kit.id('release-control').click();
  await kit.id('take-control').waitFor();
  await kit.press('t');
  await kit.id('release-control').waitFor();
  await kit.id('release-control').click();
  await kit.id('take-control').waitFor();
  page.off('request', listen);
  return `taken over with a reason, flown and circled by clicks (${words}), held, returned, landed, paused, camera pointed and kept on a track, the vehicle following it until that is ended, released`;
}

export async function many(kit) {
  const sent = [];
  const listen = (r) => r.method() === 'POST' && r.url().endsWith('/commands') && sent.push(`${r.url().match(/vehicles\/(\d+)/)[1]} ${JSON.parse(r.postData()).command}`);
  kit.page.on('request', listen);
  await kit.id('many').locator('summary').click();
  await kit.id('many-take').click();
  for (const id of [1, 2]) await kit.id(`many-${id}`).waitFor();
  await kit.id('many-hold').click();
  await until('both hold', () => sent.includes('1 hold') && sent.includes('2 hold'));
  await kit.id('many-pause').click();
  await until('both pause', () => sent.includes('1 pause') && sent.includes('2 pause'));
  await kit.id('many-2').uncheck();
  await kit.sure('many-return');
  await until('one of them returns', () => sent.includes('1 return'));
  check(!sent.includes('2 return'), 'a vehicle that was left out was commanded');
  await kit.id('many').locator('summary').click();
  kit.page.off('request', listen);
  for (const id of [1, 2]) {
    await kit.id(`vehicle-${id}`).click();
    await kit.id('release-control').click();
    await kit.id('take-control').waitFor();
  }
  return 'control of both at once, both hold, one of them sent home';
}
