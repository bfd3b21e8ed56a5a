// Sensors: health at a glance, the worst first, found on the map, muted for a while with a reason.
import { check, until } from './kit.mjs';

export async function sensors(kit) {
  await kit.press('s');
  const first = kit.id('sensors').locator('[data-testid^="sensor-s"]').first();
  check((await first.getAttribute('data-state')) === 'tamper', 'the worst sensor does not stand first');
  check((await kit.text('sensor-counts')).includes('silent'), 'the health is not counted');
  await kit.id('sensors').getByTestId('sensor-s-07').click();
  await kit.id('sensor-card').waitFor();
  await kit.id('sensor-wave').waitFor();
  check(/Walking \d\d:\d\d:\d\d, ±1?\d{3}/.test(await kit.text('sensor-wave')), `the waveform reads '${await kit.text('sensor-wave')}'`);
  check((await kit.id('sensor-wave').getByRole('img').getAttribute('aria-label')).includes('Waveform around the trip'), 'the waveform has no words');
  // Drawn as it was: calm at first, its largest stroke about the trip.
  const wave = await kit.id('sensor-wave').locator('svg').evaluate((svg) => {
    const trip = Number(svg.querySelector('.trip').getAttribute('x1'));
    const strokes = [...svg.querySelector('path').getAttribute('d').matchAll(/M([\d.]+) ([\d.]+)V([\d.]+)/g)].map(([, x, top, low]) => ({ x: Number(x), tall: Number(low) - Number(top) }));
    const most = (list) => list.reduce((a, b) => (b.tall > a.tall ? b : a), { x: 0, tall: 0 });
    return { strokes: strokes.length, before: most(strokes.filter((s) => s.x < trip - 60)).tall, most: most(strokes).tall, at: most(strokes).x - trip };
  });
  check(wave.strokes >= 100 && wave.most > 3 * wave.before && Math.abs(wave.at) < 60, `the waveform is drawn as ${JSON.stringify(wave)}`);
  await until('the sensors on the map', async () => (await kit.shown('sensors-symbol')) > 0);

  await kit.id('sensor-mute').click();
  check(await kit.id('sensor-mute-confirm').isDisabled(), 'a sensor can be muted without a reason');
  await kit.id('sensor-mute-why').fill('fence works');
  await kit.id('sensor-mute-minutes').selectOption('15');
  await kit.id('sensor-mute-confirm').click();
  await kit.id('sensor-muted').waitFor();
  const words = await kit.text('sensor-muted');
  check(/for 1[45]( min|:)/.test(words) && words.includes('by operator: fence works'), `the mute reads '${words}'`);
  await kit.press('s');
  check((await kit.text('sensor-s-07')).includes('muted for'), 'the list does not say that it is muted');
  await kit.press('Escape');
  await kit.id('sensor-unmute').click();
  await kit.id('sensor-mute').waitFor();
  return `counted, with its waveform, the worst first, shown on the map; muted: '${words.replace(/\s+/g, ' ')}', and heard again`;
}
