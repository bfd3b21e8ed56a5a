// The MAVLink services as a station uses them, written from the standard's pages: commands, parameters, lists of items,
// files and logs. Each asks again what was lost.
import { mav } from './link.mjs';

const ACCEPTED = 0;
const IN_PROGRESS = 5;

/** Sets the fields of a new message to a vehicle's autopilot (or another component). */
export function message(Kind, system, fields, component = 1) {
  return Object.assign(new Kind(), { targetSystem: system, targetComponent: component }, fields);
}

/** Sends a command and gives MAV_RESULT and how often it was sent again; a place makes it COMMAND_INT. */
export async function command(link, system, id, params = [], { component = 1, place } = {}) {
  const fields = { command: id };
  [0, 1, 2, 3, 4, 5, 6].forEach((i) => (fields[`_param${i + 1}`] = params[i] ?? 0));
  const Kind = place ? mav.CommandInt : mav.CommandLong;
  if (place) {
    Object.assign(fields, { frame: place.frame, _param5: Math.round(place.lat * 1e7), _param6: Math.round(place.lon * 1e7), _param7: place.alt });
  }
  const m = message(Kind, system, fields, component);
  let repeats = 0;
  return link.ask(
    `acknowledgement of command ${id}`,
    (again) => {
      repeats = again;
      if (!place) m.confirmation = again;
      link.send(system, m);
    },
    ({ id: got, system: from, component: by, data }) => {
      if (got !== mav.CommandAck.MSG_ID || from !== system || by !== component || data.command !== id || data.result === IN_PROGRESS) return null;
      if (data.targetSystem !== 255 || data.targetComponent !== 190) throw new Error(`the acknowledgement of ${id} is for ${data.targetSystem}/${data.targetComponent}`);
      return { result: data.result, repeats };
    },
  );
}

export async function must(link, system, id, params, options) {
  const { result } = await command(link, system, id, params, options);
  if (result !== ACCEPTED) throw new Error(`command ${id} (${params}) gave result ${result}`);
}

/** Asks for a message once, by 512. */
export async function request(link, system, id, { component = 1, index = 0, from = component, want = () => true } = {}) {
  const m = message(mav.CommandLong, system, { command: 512, _param1: id, _param2: index }, component);
  return link.ask(
    `message ${id}`,
    () => link.send(system, m),
    (got) => got.id === id && got.system === system && got.component === from && want(got.data) && got.data,
  );
}

/** All parameters: the list, then what is missing by its number. */
export async function parameters(link, system) {
  const all = new Map();
  let count = Infinity;
  let heard = Date.now();
  const listen = link.until('the whole list of parameters', ({ id, system: from, data }) => {
    if (id !== mav.ParamValue.MSG_ID || from !== system || data.paramIndex === 65535) return false;
    heard = Date.now();
    count = data.paramCount;
    all.set(data.paramIndex, data);
    return all.size >= count;
  });
  link.send(system, message(mav.ParamRequestList, system, {}));
  const gaps = setInterval(() => {
    if (Date.now() - heard < 500) return;
    if (count === Infinity) link.send(system, message(mav.ParamRequestList, system, {}));
    else for (let i = 0, asked = 0; i < count && asked < 50; i++) if (!all.has(i)) asked++, link.send(system, message(mav.ParamRequestRead, system, { paramIndex: i, paramId: '' }));
  }, 250);
  try {
    await listen;
  } finally {
    clearInterval(gaps);
  }
  return [...all.values()];
}

/** Sets a parameter and waits for its echo. */
export async function setParameter(link, system, name, value, type) {
  const m = message(mav.ParamSet, system, { paramId: name, paramValue: value, paramType: type });
  return link.ask(`echo of ${name}`, () => link.send(system, m), ({ id, system: from, data }) => id === mav.ParamValue.MSG_ID && from === system && data.paramId === name && data);
}

const STALLED_MS = 3000; // three times what a vehicle waits before it asks for an item again

/** Writes a list and gives MAV_MISSION_RESULT. A vehicle that has the whole list asks for nothing more: where its last word is lost, the list is begun again. */
export async function upload(link, system, missionType, items) {
  const count = message(mav.MissionCount, system, { count: items.length, missionType });
  let askedAt = -Infinity; // by the vehicle, for an item
  return link.ask(
    `end of the upload of list ${missionType}`,
    () => Date.now() - askedAt > STALLED_MS && link.send(system, count),
    ({ id, system: from, data }) => {
      if (from !== system || data.missionType !== missionType) return null;
      if (id === mav.MissionRequest.MSG_ID || id === mav.MissionRequestInt.MSG_ID) {
        askedAt = Date.now();
        link.send(system, message(mav.MissionItemInt, system, { ...items[data.seq], seq: data.seq, missionType, autocontinue: 1 }));
      } else if (id === mav.MissionAck.MSG_ID && data.type !== 13) return { result: data.type }; // 13: an item came twice
      return null;
    },
    180_000,
  );
}

/** Reads a list. */
export async function download(link, system, missionType) {
  const { count } = await link.ask(
    `count of list ${missionType}`,
    () => link.send(system, message(mav.MissionRequestList, system, { missionType })),
    ({ id, system: from, data }) => id === mav.MissionCount.MSG_ID && from === system && data.missionType === missionType && data,
  );
  const items = [];
  for (let seq = 0; seq < count; seq++) {
    const want = message(mav.MissionRequestInt, system, { seq, missionType });
    items.push(await link.ask(`item ${seq}`, () => link.send(system, want), ({ id, system: from, data }) => id === mav.MissionItemInt.MSG_ID && from === system && data.missionType === missionType && data.seq === seq && data));
  }
  link.send(system, message(mav.MissionAck, system, { type: 0, missionType }));
  return items;
}

export async function clear(link, system, missionType) {
  const { type } = await link.ask(
    `acknowledgement of clearing list ${missionType}`,
    () => link.send(system, message(mav.MissionClearAll, system, { missionType })),
    ({ id, system: from, data }) => id === mav.MissionAck.MSG_ID && from === system && data.missionType === missionType && data,
  );
  return type;
}

/** The list of logs. */
export async function logs(link, system) {
  const entries = new Map();
  return link.ask(
    'list of logs',
    () => link.send(system, message(mav.LogRequestList, system, { start: 0, end: 0xffff })),
    ({ id, system: from, data }) => {
      if (id !== mav.LogEntry.MSG_ID || from !== system) return null;
      entries.set(data.id, data);
      return entries.size >= data.numLogs && [...entries.values()];
    },
  );
}

/** The beginning of a log. */
export async function logBytes(link, system, log, length) {
  const parts = new Map();
  return link.ask(
    `data of log ${log}`,
    () => link.send(system, message(mav.LogRequestData, system, { id: log, ofs: 0, count: length })),
    ({ id, system: from, data }) => {
      if (id !== mav.LogData.MSG_ID || from !== system || data.id !== log) return null;
      parts.set(data.ofs, data.data.slice(0, data.count));
      const whole = [];
      for (let at = 0; parts.has(at); at += parts.get(at).length) {
        whole.push(...parts.get(at));
        if (whole.length >= length) return whole;
        if (parts.get(at).length === 0) break;
      }
      return null;
    },
  );
}

/** One request of the file transfer protocol and its answer. */
class Files {
  #seq = 0;
  constructor(link, system) {
    Object.assign(this, { link, system });
  }

  async request(opcode, { session = 0, offset = 0, data = Buffer.alloc(0), size = data.length } = {}) {
    const seq = (this.#seq + 1) & 0xffff;
    this.#seq = (seq + 1) & 0xffff;
    const payload = Buffer.alloc(251);
    payload.writeUInt16LE(seq, 0);
    payload.set([session, opcode, size, 0, 0, 0], 2);
    payload.writeUInt32LE(offset, 8);
    data.copy(payload, 12);
    const m = message(mav.FileTransferProtocol, this.system, { targetNetwork: 0, payload: [...payload] });
    return this.link.ask(
      `answer to opcode ${opcode}`,
      () => this.link.send(this.system, m),
      ({ id, system, data: got }) => {
        if (id !== mav.FileTransferProtocol.MSG_ID || system !== this.system) return null;
        const b = Buffer.from(got.payload);
        if (b.readUInt16LE(0) !== ((seq + 1) & 0xffff)) return null;
        return { ok: b[3] === 128, session: b[2], data: b.subarray(12, 12 + b[4]) };
      },
    );
  }
}

/** Lists a folder, and reads a file to its end. */
export async function listFolder(link, system, path) {
  const files = new Files(link, system);
  const entries = [];
  for (;;) {
    const { ok, data } = await files.request(3, { offset: entries.length, data: Buffer.from(path) });
    if (!ok) return entries;
    entries.push(...data.toString('latin1').split('\0').filter(Boolean));
  }
}

export async function readFile(link, system, path) {
  const files = new Files(link, system);
  await files.request(2); // what another session left open
  const opened = await files.request(4, { data: Buffer.from(path) });
  if (!opened.ok) throw new Error(`${path} cannot be opened: code ${opened.data[0]}`);
  const parts = [];
  for (let offset = 0; ; offset += parts.at(-1).length) {
    const { ok, data } = await files.request(5, { session: opened.session, offset, size: 239 });
    if (!ok) {
      if (data[0] !== 6) throw new Error(`${path} ends with code ${data[0]}`);
      break;
    }
    parts.push(Buffer.from(data));
  }
  await files.request(1, { session: opened.session });
  return Buffer.concat(parts);
}
