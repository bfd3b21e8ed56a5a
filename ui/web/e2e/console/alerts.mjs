// The queue: severity and reasons, deciding, two operators at once, sounds, and a proposal approved by one key.
import { check, Kit, until } from './kit.mjs';

export async function alerts(kit) {
  const { page } = kit;
  const order = await kit.id('alerts').locator('article').evaluateAll((all) => all.map((a) => a.dataset.testid));
  check(order[0] === 'alert-a-3', `the serious alert does not stand first: ${order.join(', ')}`);
  const card = await kit.text('alert-a-3');
  for (const words of ['Serious', 'probably person', '86', 'walking', 's-07']) check(card.includes(words), `the alert does not say '${words}'`);
  check((await page.evaluate(() => window.vedette.sounds())).serious === 1, 'the serious alert made not one sound');

  await pictures(kit);

  await kit.press('u');
  // In a bar of this width the word has no room; screen readers hear it.
  const muted = [await kit.text('mute'), await kit.id('mute').getAttribute('aria-label')];
  check(/✕♪ (10:00|9:[45]\d)/.test(muted[0]) && /muted (10:00|9:[45]\d)/.test(muted[1]), `muting shows '${muted}'`);
  check(await kit.id('alert-a-3').isVisible(), 'muting hid an alert');
  await kit.press('u');
  check((await kit.id('mute').getAttribute('aria-pressed')) === 'false', 'the second press does not end the mute');

  // Two operators at once: one wins, both see whom.
  const other = new Kit(await page.context().newPage(), kit.url);
  await other.open();
  // Both decide before the station has heard either: the requests are held until there are two.
  const held = [];
  for (const k of [kit, other]) {
    await k.page.route('**/acknowledge', (route) => held.push(route));
    await k.id('alert-ack-a-3').click();
  }
  await until('two decisions on their way', () => held.length === 2);
  await Promise.all(held.map((route) => route.continue()));
  for (const k of [kit, other]) await k.id('alert-a-3').getByText('Acknowledged by operator').waitFor();
  await until('one of the two is told of the other', async () => {
    const told = await Promise.all([kit, other].map((k) => k.id('toast').filter({ hasText: 'by operator before' }).count()));
    return told[0] + told[1] === 1;
  });
  await other.page.close();

  // By keys: to the alert, and its proposal.
  await kit.press('j');
  const marked = kit.id('alert-a-3').locator('button.head');
  check((await marked.getAttribute('aria-pressed')) === 'true', 'J does not select the first alert');
  await until('the proposal is approved by one key, once it could be read', async () => {
    if ((await kit.id('cue-approve-c-3').count()) === 0) return true;
    await kit.press('a');
    return false;
  });
  await kit.toast('Proposal c-3 approved');
  await look(kit);
  await kit.id('alert-false-a-2').click();
  await kit.id('cause-animal').click();
  await kit.id('alert-a-2').getByText('Called false by operator').waitFor();
  check((await kit.text('alert-a-2')).includes(': animal'), 'the cause is not shown');
  await kit.id('alert-resolve-a-3').click();
  await kit.id('alert-a-3').getByText('Resolved by operator').waitFor();
  return 'severity first, reasons and sources; one sound; muted with its end; the picture with its box, opened large by keys; two at once; proposal by A; a look by a click; false with a cause; resolved';
}

/** What is only worth a look stands below the alerts with its reason, makes no sound, and is approved by a click. */
async function look(kit) {
  const { page } = kit;
  const heading = kit.id('looks');
  await heading.waitFor();
  const below = await kit.id('alert-a-3').evaluate((alert) => Boolean(alert.compareDocumentPosition(document.querySelector('[data-testid="looks"]')) & Node.DOCUMENT_POSITION_FOLLOWING));
  check(below, 'what is only worth a look stands above an alert');
  check((await kit.text('cue-c-4')).includes('a person or vehicle with 20 %'), 'a look does not give its reason');
  const sounds = JSON.stringify(await page.evaluate(() => window.vedette.sounds()));
  await kit.id('cue-approve-c-4').click();
  await kit.toast('Proposal c-4 approved');
  check(JSON.stringify(await page.evaluate(() => window.vedette.sounds())) === sounds, 'a look makes a sound');
}

/** The picture at the time: with its box in the card, and large with the others. */
async function pictures(kit) {
  const { page } = kit;
  const open = kit.id('alert-picture-a-3');
  await until('the picture in the card has loaded', () => open.getByTestId('marked-picture').evaluate((img) => img.complete && img.naturalWidth === 640));
  await boxInside(open, 'the card');
  check((await kit.text('alert-picture-a-3')).includes('2-thermal') && /\d\d:\d\d:\d\d/.test(await kit.text('alert-picture-a-3')), 'the card does not say which feed saw it when');
  check(/What 2-thermal saw at .*open it large/.test(await open.getByTestId('marked-picture').getAttribute('alt')), 'the picture has no name');
  // One that no camera had in view says so; one about a sensor says nothing of cameras.
  check((await kit.text('alert-nopicture-a-2')) === 'No camera had it in view.', 'an alert without a picture does not say so');
  await open.focus();
  await page.keyboard.press('Enter');
  const large = kit.id('portrait');
  await large.waitFor();
  await boxInside(large, 'the large picture');
  check((await kit.text('portrait-caption')).includes('best view') && (await large.innerText()).includes('2 of 2'), 'the large picture is not the best view');
  await page.keyboard.press('ArrowLeft');
  await until('the first sight is shown', async () => (await kit.text('portrait-caption')).includes('first sight'));
  check(await kit.id('portrait-previous').isDisabled(), 'there is one before the first');
  await page.keyboard.press('Escape');
  await large.waitFor({ state: 'detached' });
  check(await open.evaluate((button) => button === document.activeElement), 'closing does not lead back to the picture in the card');
}

/** The box lies within the picture, around the middle of where the target is. */
async function boxInside(within, where) {
  const [picture, box] = await Promise.all(['marked-picture', 'marked-box'].map((id) => within.getByTestId(id).boundingBox()));
  check(
    picture.width > 60 && box.x > picture.x && box.y > picture.y && box.x + box.width < picture.x + picture.width && box.y + box.height < picture.y + picture.height,
    `the box does not lie in the picture of ${where}: ${JSON.stringify([picture, box])}`,
  );
}
