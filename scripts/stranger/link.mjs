// The station's socket: frames in and out by node-mavlink, and waiting for messages with a deadline.
import { createSocket } from 'node:dgram';
import { minimal, common, standard, ardupilotmega, MavLinkPacketParser, MavLinkPacketSplitter, MavLinkProtocolV2 } from 'node-mavlink';

const dialects = [minimal, common, standard, ardupilotmega];
const REGISTRY = Object.assign({}, ...dialects.map((d) => d.REGISTRY));
/** The classes and enumerations of all dialects that an ArduCopter speaks. */
export const mav = Object.assign({}, ...dialects);
export const PATIENCE_MS = 60_000;

const STATION = 255;
const COMPONENT = 190;

export class Link {
  #socket = createSocket('udp4');
  #protocol = new MavLinkProtocolV2(STATION, COMPONENT);
  #seq = 0;
  #sources = new Map(); // of an address: its splitter
  #vehicles = new Map(); // of a system id: where it sends from
  #listeners = new Set();
  #sequences = new Map();
  #beat;
  latest = new Map(); // of system/component/message id: the newest one's fields
  texts = [];
  counts = { frames: 0, missing: 0, repeated: 0 }; // of the vehicle that is flown


  /** flown is the vehicle whose frames are counted; what is lost is sent again after againMs. */
  constructor(flown, againMs) {
    Object.assign(this, { flown, againMs });
  }

  async open() {
    await new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind(0, '127.0.0.1', resolve);
    });
    this.#socket.on('message', (bytes, from) => this.#source(from).write(bytes));
    return this.#socket.address().port;
  }

  close() {
    this.hush();
    this.#socket.close();
  }

  /** Heartbeats of a ground station once a second to the vehicle that is flown, until hush. */
  beat() {
    const once = () => {
      const m = new mav.Heartbeat();
      Object.assign(m, { type: mav.MavType.GCS, autopilot: mav.MavAutopilot.INVALID, systemStatus: mav.MavState.ACTIVE, mavlinkVersion: 3 });
      this.send(this.flown, m);
    };
    this.hush();
    once();
    this.#beat = setInterval(once, 1000);
  }

  hush() {
    clearInterval(this.#beat);
  }

  /** What the splitters counted: bytes that make no frame, and frames whose message is unknown here. */
  bad() {
    let [invalid, unknown] = [0, 0];
    for (const { splitter } of this.#sources.values()) {
      invalid += splitter.invalidPackages;
      unknown += splitter.unknownPackagesCount;
    }
    return { invalid, unknown };
  }

  send(system, message) {
    const to = this.#vehicles.get(system);
    if (!to) throw new Error(`vehicle ${system} has not been heard`);
    this.#socket.send(this.#protocol.serialize(message, this.#seq), to.port, to.address);
    this.#seq = (this.#seq + 1) & 255;
  }

  /** The first message from now on for which want gives something true: that is returned. */
  until(what, want, ms = PATIENCE_MS) {
    let stop;
    const found = new Promise((resolve, reject) => {
      const listener = (m) => {
        const got = want(m);
        if (got) {
          stop();
          resolve(got);
        }
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`no ${what} within ${ms / 1000} s`));
      }, ms);
      stop = () => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
      };
      this.#listeners.add(listener);
    });
    found.stop = stop;
    return found;
  }

  /** Sends, and again after a while, until want is met. */
  async ask(what, send, want, ms = PATIENCE_MS) {
    const found = this.until(what, want, ms);
    send(0);
    let tries = 0;
    const again = setInterval(() => send(++tries), this.againMs);
    try {
      return await found;
    } finally {
      clearInterval(again);
    }
  }

  value(system, component, id) {
    return this.latest.get(`${system}/${component}/${id}`);
  }

  #count(who, seq) {
    this.counts.frames++;
    const before = this.#sequences.get(who);
    if (before !== undefined) {
      const step = (seq - before) & 255;
      if (step === 0) this.counts.repeated++;
      else this.counts.missing += step - 1;
    }
    this.#sequences.set(who, seq);
  }

  #source(from) {
    const key = `${from.address}:${from.port}`;
    let source = this.#sources.get(key);
    if (!source) {
      const splitter = new MavLinkPacketSplitter();
      splitter.pipe(new MavLinkPacketParser()).on('data', (packet) => this.#hear(packet, from));
      source = { splitter, write: (bytes) => splitter.write(bytes) };
      this.#sources.set(key, source);
    }
    return source;
  }

  #hear({ header, payload, protocol }, from) {
    const kind = REGISTRY[header.msgid];
    if (!kind) return; // counted as unknown by the splitter, or of a dialect that is not flown
    this.#vehicles.set(header.sysid, from);
    const who = `${header.sysid}/${header.compid}`;
    if (header.sysid === this.flown) this.#count(who, header.seq);
    const data = protocol.data(payload, kind);
    this.latest.set(`${who}/${header.msgid}`, data);
    if (header.msgid === mav.StatusText.MSG_ID) this.texts.push({ system: header.sysid, text: data.text });
    for (const listener of [...this.#listeners]) {
      listener({ id: header.msgid, system: header.sysid, component: header.compid, data, v2: header.magic === 0xfd });
    }
  }
}
