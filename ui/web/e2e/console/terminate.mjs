// Ending a flight for good: only with control, by a phrase typed right and then held; Escape leaves.
import { check, takeControl, until } from './kit.mjs';

export async function terminate(kit) {
  const { page } = kit;
  const sent = [];
  const listen = (r) => r.method() === 'POST' && r.url().endsWith('/commands') && sent.push([r.url().match(/vehicles\/(\d+)/)[1], JSON.parse(r.postData())]);
  page.on('request', listen);
  const more = page.getByText('More commands');
  const unfolded = async () => {
    if (!(await kit.id('terminate').isVisible())) await more.click();
  };
  await kit.id('vehicle-1').click();
  if (await kit.id('release-control').count()) await kit.id('release-control').click();
  await unfolded();
  check(await kit.id('terminate').isDisabled(), 'a flight can be ended without control');
  await takeControl(kit, 1);
  await unfolded();
  await kit.id('terminate').click();
  const sends = kit.id('terminate-confirm');
  for (const typed of ['TERMINATE 2', 'terminate 1', 'TERMINATE 1 ', '1']) {
    await kit.id('terminate-phrase').fill(typed);
    await until(`'${typed}' is refused in words`, async () => (await kit.text('terminate-wrong')).includes('nothing is sent'));
    check(await sends.isDisabled(), `'${typed}' would do`);
    await kit.press('Enter');
  }
  await kit.id('terminate-phrase').fill('TERMINATE');
  check((await kit.text('terminate-wrong')) === '' && (await sends.isDisabled()), 'the beginning of the phrase is called wrong, or enough');
  await kit.press('Escape');
  await kit.id('terminate-dialog').waitFor({ state: 'detached' });
  check(sent.length === 0, `left by Escape, and sent: ${JSON.stringify(sent)}`);

  await unfolded();
  await kit.id('terminate').click();
  check((await kit.id('terminate-phrase').inputValue()) === '', 'what was typed before is still there');
  await kit.id('terminate-phrase').fill('TERMINATE 1');
  await kit.press('Enter');
  await sends.click();
  await page.getByText('hold it longer').waitFor();
  check(sent.length === 0, `typed but not held, and sent: ${JSON.stringify(sent)}`);
  await kit.hold('terminate-confirm');
  await until('it is sent', () => sent.length > 0);
  await kit.id('terminate-dialog').waitFor({ state: 'detached' });
  await kit.toast('Vehicle 1');
  check(JSON.stringify(sent) === JSON.stringify([['1', { command: 'terminate', confirm: 'TERMINATE 1' }]]), `sent: ${JSON.stringify(sent)}`);
  page.off('request', listen);
  await kit.id('release-control').click();
  await kit.id('take-control').waitFor();
  return 'four wrong phrases said to be so, the right one only when held, sent once, to this vehicle; not without control; Escape leaves';
}
