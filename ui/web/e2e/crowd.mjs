// What thousands of moving tracks cost the page: N tracks, twice a second each, over the live socket of the fake station.
// Usage: node e2e/crowd.mjs [TRACKS (10000)] [SECONDS (30)] [SCREENSHOT]; prints CPU of the page for each painted frame, and the heap.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { openUnwatched } from './unwatched.mjs';

const tracks = Number(process.argv[2] ?? 10_000);
const seconds = Number(process.argv[3] ?? 30);
const port = 20_000 + Math.floor(Math.random() * 20_000);
const fake = new URL('../dev/fake-station.mjs', import.meta.url).pathname;
const child = spawn(process.execPath, [fake, '--port', String(port), '--tracks', String(tracks)], { stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((done) => child.stdout.once('data', done));
const page = await openUnwatched({ width: 1280, height: 720 });
let status = 0;
try {
  await page.first(() => {
    const draw = WebGL2RenderingContext.prototype.drawArrays;
    window.drawn = 0;
    WebGL2RenderingContext.prototype.drawArrays = function (mode, first, count) {
      draw.call(this, mode, first, count);
      if (count > window.drawn && this.getError() === this.NO_ERROR) window.drawn = count;
    };
  });
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.until((n) => window.vedette?.ready() && window.vedette.snapshot().rendered.tracks >= n, { args: [tracks], timeoutMs: 120_000 });
  // That the page has them does not mean that the layer draws them: it must call for two triangles of each.
  await page.until((n) => window.drawn >= 6 * n, { args: [tracks], timeoutMs: 60_000 });
  await page.send('Performance.enable', { timeDomain: 'threadTicks' });
  const look = async () => {
    await page.send('HeapProfiler.collectGarbage');
    const { metrics } = await page.send('Performance.getMetrics');
    const of = (name) => metrics.find((m) => m.name === name).value;
    return { cpuMs: of('TaskDuration') * 1000, scriptMs: of('ScriptDuration') * 1000, heapMB: of('JSHeapUsedSize') / 1e6, painted: await page.evaluate('window.vedette.painted()') };
  };
  await wait(5_000); // what is made once has been made
  const before = await look();
  const heaps = []; // MB, minute by minute
  for (let rest = seconds; rest > 0; rest -= 60) {
    await wait(Math.min(rest, 60) * 1000);
    heaps.push((await look()).heapMB.toFixed(1));
  }
  const after = await look();
  const painted = after.painted - before.painted;
  const per = (a, b) => ((b - a) / Math.max(1, painted)).toFixed(1);
  console.log(
    `console with ${tracks} tracks, 2 updates a second each, 1280x720, software GL, ${seconds} s: ` +
      `${per(before.cpuMs, after.cpuMs)} ms of page CPU per painted frame (${per(before.scriptMs, after.scriptMs)} ms of it script), ` +
      `${(painted / seconds).toFixed(1)} frames/s, ${Math.round((after.cpuMs - before.cpuMs) / seconds / 10)} % of a core, ` +
      `heap ${before.heapMB.toFixed(1)} MB, then ${heaps.join(', ')} MB`,
  );
  if (process.argv[4]) await writeFile(process.argv[4], await page.screenshot());
} catch (error) {
  status = 1;
  console.error(error);
} finally {
  await page.close();
  child.kill('SIGKILL');
}
process.exit(status);
