// Flies the vehicles of `vedette sim` as a station that somebody else's library speaks for: once over a clean link with a
// mission of 700 items, at the same time another through 2 % loss and 50 ms each way. It prints what it checked and fails at the first thing that differs.
// Usage: node scripts/stranger/main.mjs path/to/vedette
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { components, modes, rates, settings, values, version, ARMED } from './identity.mjs';
import { flight, homeward, refusal } from './flight.mjs';
import { Link, mav, PATIENCE_MS } from './link.mjs';
import { plans, records } from './lists.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** One station at work: its link, the vehicle that it flies, and the checks that it made. */
class Trial {
  systems = [7, 8, 9];
  alone = 9;
  checks = 0;
  notes = [];
  constructor(name, link, { system, items, clean }) {
    Object.assign(this, { name, link, system, items, clean });
  }
  check(what, ok) {
    if (!ok) throw new Error(what);
    this.checks++;
  }
  equal(what, got, want) {
    this.check(`${what}: ${got}, not ${want}`, got === want);
  }
  note(text) {
    this.notes.push(text);
  }
  said(text) {
    return this.link.texts.some((x) => x.system === this.system && x.text.includes(text));
  }
  position() {
    const p = this.link.value(this.system, 1, mav.GlobalPositionInt.MSG_ID);
    return { lat: p.lat / 1e7, lon: p.lon / 1e7, above: p.relativeAlt / 1000 };
  }
  async eventually(what, holds) {
    const end = Date.now() + PATIENCE_MS;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`never: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.checks++;
  }
}

/** What must hold of everything that was sent. */
function wire(t) {
  const { invalid, unknown } = t.link.bad();
  t.equal('bytes that make no frame', invalid, 0);
  t.equal('frames of unknown messages', unknown, 0);
  if (t.clean) t.equal('missing frames', t.link.counts.missing, 0);
  else t.check('frames were lost on purpose', t.link.counts.missing > 0);
  t.equal('frames that came twice', t.link.counts.repeated, 0);
  t.check('the third vehicle was left alone', (t.link.value(t.alone, 1, 0).baseMode & ARMED) === 0);
  t.note(`${t.link.counts.frames} frames, ${t.link.counts.missing} lost`);
}

async function trial({ t, link }, died) {
  for (const part of [components, begin, version, modes, rates, values, settings, plans, refusal, flight, homeward, records, wire]) {
    const before = [t.checks, Date.now()];
    t.notes = [];
    try {
      await Promise.race([part(t), died]);
    } catch (e) {
      throw new Error(`${t.name}: ${part.name}: ${e.message}; texts: ${link.texts.slice(-5).map((x) => x.text).join(' | ')}`);
    }
    console.log(`${t.name}: ${part.name}: ${t.checks - before[0]} checks in ${((Date.now() - before[1]) / 1000).toFixed(1)} s${t.notes.length ? ` (${t.notes.join(', ')})` : ''}`);
  }
  return t.checks;
}

/** Starts the simulator for the trials, runs them together, and ends it. */
async function run(program, trials) {
  const folder = await mkdtemp(join(tmpdir(), 'stranger-'));
  const ports = await Promise.all(trials.map((x) => x.link.open()));
  const stations = ports.map((port) => `udp:127.0.0.1:${port}`).join();
  const args = ['sim', '--scenario', join(here, 'ground.yaml'), '--mavlink', stations, '--rtsp', '127.0.0.1:0', '--shake', '127.0.0.1:9', '--dem', join(folder, 'dem'), '--seed', '1'];
  const sim = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const over = new Promise((resolve) => sim.once('close', resolve).once('error', resolve));
  const died = over.then((why) => Promise.reject(new Error(`the simulator ended: ${why}`)));
  died.catch(() => {}); // it ends at the end, too
  try {
    return await Promise.allSettled(trials.map((x) => trial(x, died)));
  } finally {
    sim.kill();
    await over;
    for (const { link } of trials) link.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The station shows itself. */
async function begin(t) {
  t.link.beat();
}

const program = process.argv[2];
if (!program) {
  console.error('usage: node scripts/stranger/main.mjs path/to/vedette');
  process.exit(2);
}
const station = (name, system, againMs, options) => {
  const link = new Link(system, againMs);
  return { link, t: new Trial(name, link, { system, ...options }) };
};
const trials = await run(program, [station('clean', 7, 2000, { items: 700, clean: true }), station('2 % loss, 50 ms', 8, 500, { items: 10, clean: false })]);
let checks = 0;
for (const { status, value, reason } of trials) {
  if (status === 'fulfilled') checks += value;
  else console.error(`stranger: ${reason.message}`);
}
if (trials.some((x) => x.status === 'rejected')) process.exit(1);
console.log(`stranger: ${checks} checks by node-mavlink`);
