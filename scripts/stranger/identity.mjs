// What the vehicle says of itself: components, version, modes, rates, values, parameters.
import { mav } from './link.mjs';
import { command, message, must, parameters, request, setParameter } from './services.mjs';

/** Telemetry that a station of ArduCopter may ask for; those of the camera and the gimbal come from their components. */
const STREAMS = [0, 1, 2, 24, 27, 29, 30, 32, 33, 36, 42, 62, 65, 74, 125, 136, 147, 162, 168, 193, 230, 241, 242, 245, 281];

/** Those that the other checks read: all that is asked for where every question takes long. */
const READ = [1, 2, 24, 33, 147, 242, 245];

/** What stations show or set by name. */
const SHOWN = ['MAV_SYSID', 'FS_GCS_ENABLE', 'FS_THR_ENABLE', 'BATT_CAPACITY', 'BATT_LOW_VOLT', 'FENCE_ENABLE', 'FENCE_ACTION', 'RTL_ALT', 'WPNAV_SPEED', 'ARMING_CHECK', 'ARMING_ACCTHRESH', 'FLTMODE1'];

export async function components(t) {
  for (const system of t.systems) {
    for (const [component, type, autopilot] of [[1, 2, 3], [100, 30, 8], [154, 26, 8]]) {
      const beat = await t.link.until(`heartbeat of ${system}/${component}`, (m) => m.id === 0 && m.system === system && m.component === component && m);
      t.equal(`${system}/${component}: type`, beat.data.type, type);
      t.equal(`${system}/${component}: autopilot`, beat.data.autopilot, autopilot);
      t.equal(`${system}/${component}: MAVLink 2`, beat.v2, true);
    }
  }
}

export async function version(t) {
  const need = 4n | 8n | 32n | 8192n | 16384n | 32768n | 131072n; // missions and commands in integers, files, MAVLink 2, fence, rally, C_CAST
  const uids = new Set();
  for (const system of t.systems) {
    const v = await request(t.link, system, mav.AutopilotVersion.MSG_ID);
    t.check(`${system}: capabilities ${v.capabilities}`, (v.capabilities & need) === need);
    t.check(`${system}: uid2`, v.uid2.some((b) => b !== 0));
    uids.add(v.uid2.join());
  }
  t.equal('different uid2', uids.size, t.systems.length);
}

export async function modes(t) {
  const names = new Map();
  const ask = (index) => request(t.link, t.system, mav.AvailableModes.MSG_ID, { index, want: (d) => d.modeIndex === index });
  const count = (await ask(1)).numberModes;
  for (const m of await Promise.all(Array.from({ length: count }, (_, i) => ask(i + 1)))) names.set(m.customMode, m.modeName);
  for (const [number, name] of [[0, 'STABILIZE'], [3, 'AUTO'], [4, 'GUIDED'], [5, 'LOITER'], [6, 'RTL'], [9, 'LAND']]) t.equal(`mode ${number}`, names.get(number), name);
  t.equal('modes', names.size, count);
}

export async function rates(t) {
  const streams = t.clean ? STREAMS : READ;
  const waiting = new Set(streams);
  const all = t.link.until('all streams', ({ id, system, component }) => {
    if (system === t.system && component === 1) waiting.delete(id);
    return waiting.size === 0;
  });
  for (const id of streams) await must(t.link, t.system, 511, [id, 200_000]);
  await must(t.link, t.system, 511, [285, 100_000], { component: 154 });
  await all.catch((e) => {
    throw new Error(`${e.message}: ${[...waiting]} never came`);
  });
  const told = t.link.until('interval of 33', (m) => m.id === mav.MessageInterval.MSG_ID && m.system === t.system && m.data.messageId === 33 && m.data);
  await must(t.link, t.system, 510, [33]);
  t.equal('interval of 33', (await told).intervalUs, 200_000);
  t.equal('rate of an unknown message', (await command(t.link, t.system, 511, [54321, 200_000])).result, 4);
  t.equal('an unknown message', (await command(t.link, t.system, 512, [54321])).result, 4);
  t.equal('an unknown command', (await command(t.link, t.system, 31999)).result, 3);
}

export async function values(t) {
  const value = (id) => t.link.value(t.system, 1, id);
  const status = value(mav.SysStatus.MSG_ID);
  t.check('prearm checks are healthy', (status.onboardControlSensorsHealth & (1 << 28)) !== 0 && (status.onboardControlSensorsPresent & (1 << 28)) !== 0);
  t.check('voltage of the battery', status.voltageBattery > 14_000 && status.voltageBattery < 17_000 && value(mav.BatteryStatus.MSG_ID).voltages[1] === 65535);
  t.check('satellites', value(mav.GpsRawInt.MSG_ID).fixType >= 3 && value(mav.GpsRawInt.MSG_ID).satellitesVisible >= 6);
  t.equal('on the ground', value(mav.ExtendedSysState.MSG_ID).landedState, 1);
  const home = value(mav.HomePosition.MSG_ID);
  t.check('home is at the site', Math.abs(home.latitude / 1e7 + 35.36) < 0.01 && Math.abs(home.longitude / 1e7 - 149.163) < 0.01);
  t.check('position is at home', distance(t.position(), { lat: home.latitude / 1e7, lon: home.longitude / 1e7 }) < 10);
  const time = Number(value(mav.SystemTime.MSG_ID).timeUnixUsec) / 1e6;
  t.check('clock', Math.abs(time - Date.now() / 1000) < 3600);
  const asked = BigInt(Date.now()) * 1_000_000n;
  const m = message(mav.TimeSync, t.system, { tc1: 0n, ts1: asked }, 0);
  const answer = await t.link.ask('answer to TIMESYNC', () => t.link.send(t.system, m), (got) => got.id === mav.TimeSync.MSG_ID && got.system === t.system && got.data.ts1 === asked && got.data);
  t.check('TIMESYNC', answer.tc1 > 0n);
}

export async function settings(t) {
  const all = await parameters(t.link, t.system);
  const byName = new Map(all.map((p) => [p.paramId, p]));
  t.equal('parameters', all.length, all[0].paramCount);
  t.equal('different names', byName.size, all.length);
  for (const name of SHOWN) t.check(`parameter ${name}`, byName.has(name));
  t.equal('MAV_SYSID', byName.get('MAV_SYSID').paramValue, t.system);
  for (const [name, value] of [['RTL_ALT', 500], ['LAND_SPEED', 150], ['RTL_LOIT_TIME', 500], ['FS_GCS_TIMEOUT', 2]]) {
    const echo = await setParameter(t.link, t.system, name, value, byName.get(name).paramType);
    t.equal(`echo of ${name}`, echo.paramValue, value);
    t.equal(`type of ${name}`, echo.paramType, byName.get(name).paramType);
    const m = message(mav.ParamRequestRead, t.system, { paramIndex: -1, paramId: name });
    const read = await t.link.ask(`${name} by name`, () => t.link.send(t.system, m), ({ id, system, data }) => id === mav.ParamValue.MSG_ID && system === t.system && data.paramId === name && data.paramIndex !== 65535 && data);
    t.equal(`${name} read back`, read.paramValue, value);
    t.equal(`index of ${name}`, read.paramIndex, byName.get(name).paramIndex);
  }
  t.note(`${all.length} parameters`);
}

/** Metres between two places, good for short ways. */
export function distance(a, b) {
  const north = (a.lat - b.lat) * 111_195;
  const east = (a.lon - b.lon) * 111_195 * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}

export const ARMED = mav.MavModeFlag.SAFETY_ARMED;
