// Lists of items, logs and files.
import { mav } from './link.mjs';
import { clear, download, listFolder, logBytes, logs, message, readFile, upload } from './services.mjs';

const COMPARED = ['command', 'frame', 'param1', 'param2', 'param3', 'param4', 'x', 'y', 'z'];
const home = { lat: -35.36, lon: 149.163 };

/** Home, a take-off, and way points in a spiral. */
function mission(count) {
  const items = [
    { command: 16, frame: 0, x: Math.round(home.lat * 1e7), y: Math.round(home.lon * 1e7), z: 600 },
    { command: 22, frame: 3, z: 20 },
  ];
  for (let i = items.length; i < count; i++) {
    const metres = 20 + i * 0.8;
    const at = { lat: home.lat + (metres * Math.cos(i)) / 111_195, lon: home.lon + (metres * Math.sin(i)) / 90_000 };
    items.push({ command: 16, frame: 3, param1: i % 4, param2: 0, x: Math.round(at.lat * 1e7), y: Math.round(at.lon * 1e7), z: 30 + (i % 64) / 4 });
  }
  return items;
}

function same(t, what, got, sent, from = 0) {
  t.equal(`${what}: items`, got.length, sent.length);
  let different = 0;
  for (let i = from; i < Math.min(got.length, sent.length); i++) {
    for (const field of COMPARED) if (got[i][field] !== (sent[i][field] ?? 0)) different++;
  }
  t.equal(`${what}: fields that differ`, different, 0);
}

export async function plans(t) {
  const corner = (north, east) => ({ x: Math.round((home.lat + north / 111_195) * 1e7), y: Math.round((home.lon + east / 90_000) * 1e7) });
  const lists = [
    ['mission', 0, mission(t.items), 1], // item 0 becomes home
    ['fence', 1, [...[[900, 900], [900, -900], [-900, -900], [-900, 900]].map(([n, e]) => ({ command: 5001, frame: 0, param1: 4, ...corner(n, e) })), { command: 5004, frame: 0, param1: 15, ...corner(300, 300) }]],
    ['rally', 2, [{ command: 5100, frame: 3, ...corner(200, -200), z: 25 }, { command: 5100, frame: 3, ...corner(200, 200), z: 30 }]],
  ];
  for (const [what, type, sent, from] of lists) {
    t.equal(`${what}: result`, (await upload(t.link, t.system, type, sent)).result, 0);
    same(t, what, await download(t.link, t.system, type), sent, from);
    t.note(`${what} of ${sent.length}`);
  }
  const old = message(mav.MissionRequest, t.system, { seq: 3, missionType: 0 }); // answered with MISSION_ITEM, in degrees
  const item = await t.link.ask('item 3 the old way', () => t.link.send(t.system, old), ({ id, system, data }) => id === mav.MissionItem.MSG_ID && system === t.system && data.seq === 3 && data);
  const sent = lists[0][2][3];
  t.check('item 3 the old way', item.command === 16 && item.param1 === sent.param1 && item.param2 === 0 && Math.abs(item.x - sent.x / 1e7) < 1e-4 && Math.abs(item.y - sent.y / 1e7) < 1e-4);
  t.equal('NaN is refused', (await upload(t.link, t.system, 0, mission(4).map((it) => ({ ...it, z: NaN })))).result !== 0, true);
  t.equal('the mission stays', (await download(t.link, t.system, 0)).length, t.items);
  t.equal('another vehicle has none', (await download(t.link, t.alone, 0)).length <= 1, true);
  for (const [what, type] of lists) t.equal(`${what}: clearing`, await clear(t.link, t.system, type), 0);
  for (const [what, type] of lists) t.check(`${what}: cleared`, (await download(t.link, t.system, type)).length <= 1);
  t.equal('clearing all at once', await clear(t.link, t.system, 255), 3);
}

export async function records(t) {
  const list = await logs(t.link, t.system);
  t.check('logs', list.length >= 3 && list.every((l) => l.size > 0));
  const log = list[0];
  const bytes = await logBytes(t.link, t.system, log.id, Math.min(log.size, 2000));
  t.check('a log begins with a FMT record', bytes[0] === 0xa3 && bytes[1] === 0x95 && bytes[2] === 0x80);
  const folder = await listFolder(t.link, t.system, '/');
  t.check(`folders ${folder}`, folder.includes('D@PARAM') && folder.includes('DAPM'));
  const text = await readFile(t.link, t.system, '@SYS/memory.txt');
  t.check('a text of the system', text.toString().startsWith('MemInfo'));
  if (!t.clean) return; // 64 packets, each with its answer, take long there
  const pack = await readFile(t.link, t.system, '@PARAM/param.pck');
  t.equal('magic of param.pck', pack.readUInt16LE(0), 0x671b);
  t.equal('parameters in param.pck', pack.readUInt16LE(2), pack.readUInt16LE(4));
  t.note(`${list.length} logs, param.pck of ${pack.length} bytes`);
}
