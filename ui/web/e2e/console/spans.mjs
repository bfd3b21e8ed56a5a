// What ends by itself: a mute of the sounds, a mute of a sensor, and hearing from a vehicle. Against a station of their own, whose time the test turns on.
import { check, Kit, startStation, until } from './kit.mjs';

const minuteMs = 60_000;

export async function spans(kit) {
  const station = await startStation(0, '--pulse');
  const page = await kit.page.context().newPage();
  const time = { aheadMs: 0 };
  // The page goes by the station's time, which comes with the messages.
  await page.routeWebSocket(/\/api\/v1\/live/, (ws) => {
    ws.connectToServer().onMessage((text) => {
      if (typeof text !== 'string') return ws.send(text);
      const message = JSON.parse(text);
      const { data } = message;
      if (data.serverTime) data.serverTime = new Date(Date.parse(data.serverTime) + time.aheadMs).toISOString();
      return ws.send(JSON.stringify(message));
    });
  });
  const own = new Kit(page, station.url, kit.folder);
  try {
    await own.open();
    const told = [await sounds(own, time), await sensor(own, time), await lost(own, station)];
    return told.join('; ');
  } finally {
    await page.close();
    station.child.kill('SIGKILL');
  }
}

/** Ten minutes without a sound, every alert in sight, then heard again by itself; an alert comes every second. */
async function sounds(kit, time) {
  const made = () => kit.page.evaluate(() => window.vedette.sounds().caution);
  const ids = () => kit.page.locator('article[data-testid^="alert-x-"]').evaluateAll((all) => all.map((a) => a.dataset.testid));
  const another = async () => {
    const seen = await ids();
    await until('a new alert in the queue', async () => (await ids()).some((id) => !seen.includes(id)));
  };
  await until('an alert sounds', async () => (await made()) > 0);
  await kit.press('u');
  await until('the mute is told', async () => /✕♪ (10:00|9:5\d)/.test(await kit.text('mute')));
  const before = await made();
  // Of this class a sound may come every 20 s.
  time.aheadMs += 9 * minuteMs;
  await until('the mute is counted down', async () => /✕♪ 0:\d\d/.test(await kit.text('mute')));
  await another();
  check((await made()) === before, 'an alert sounds although that is muted');
  time.aheadMs += minuteMs;
  await until('the mute ends by itself', async () => (await kit.id('mute').getAttribute('aria-pressed')) === 'false');
  await another();
  await until('alerts sound again', async () => (await made()) > before);
  return 'sounds muted for ten minutes, alerts in sight, heard again by itself';
}

/** A sensor's mute is over when its time is, whether or not the station says so. */
async function sensor(kit, time) {
  await kit.press('s');
  await kit.id('sensor-s-08').click();
  await kit.id('sensor-mute').click();
  await kit.id('sensor-mute-why').fill('a tractor');
  await kit.id('sensor-mute-minutes').selectOption('15');
  await kit.id('sensor-mute-confirm').click();
  await kit.id('sensor-muted').waitFor();
  time.aheadMs += 15 * minuteMs;
  await kit.id('sensor-mute').waitFor();
  check((await kit.id('sensor-muted').count()) === 0, 'the card says that it is muted after its end');
  return 'a sensor heard again when its mute ends';
}

/** A vehicle that is not heard any more says so, for how long, and cannot be commanded; then it is back. */
async function lost(kit, station) {
  await kit.id('vehicle-2').click();
  await until('vehicle 2 is heard', async () => !(await kit.text('vehicle-state-2')).includes('lost'));
  check(await kit.id('take-control').isEnabled(), 'control of a vehicle that is heard cannot be taken');
  station.child.kill('SIGUSR1');
  await until('it is told as lost', async () => /lost, /.test(await kit.text('vehicle-state-2')));
  check(await kit.id('take-control').isDisabled(), 'control of a lost vehicle can be taken');
  await kit.screenshot('lost');
  station.child.kill('SIGUSR1');
  await until('it is heard again', async () => !(await kit.text('vehicle-state-2')).includes('lost'));
  return 'a lost vehicle told with its time and not commanded';
}
