// An invented sector that moves: two vehicles, twenty sensors, a walker who crosses. For looking at the page only.
import { condition, payload, plan, traffic } from './fake-condition.mjs';
import { height } from './fake-terrain.mjs';

const origin = { lat: -35.363, lon: 149.165 };
const mLat = 1 / 111320;
const mLon = 1 / (111320 * Math.cos((origin.lat * Math.PI) / 180));
const at = (east, north) => ({ lat: origin.lat + north * mLat, lon: origin.lon + east * mLon });
const iso = (ms) => new Date(ms).toISOString();
const circle = (centre, r, n = 4, turn = 45) =>
  Array.from({ length: n + 1 }, (_, i) => {
    const a = ((turn + (i * 360) / n) * Math.PI) / 180;
    return [centre.lon + Math.sin(a) * r * mLon, centre.lat + Math.cos(a) * r * mLat];
  });

export function createWorld() {
  const born = Date.now();
  const started = { alert: false };
  const vehicles = [1, 2].map((id) => ({
    id,
    name: `Vehicle ${id}`,
    flying: id === 1,
    armed: id === 1,
    mode: id === 1 ? 'AUTO' : 'STABILIZE',
    agl: id === 1 ? 62 : 0,
    goal: id === 1 ? 62 : 0,
    angle: 0,
    control: id === 1 ? { holder: 'anna', since: iso(born), expiresAt: iso(born + 3_600_000) } : undefined,
    target: undefined,
    lost: false,
    zoom: 20,
    photos: 12,
    recordingSince: id === 1 ? born : undefined,
    gimbalMode: 'lock',
    tracking: { box: { x: 0.36, y: 0.4, w: 0.06, h: 0.13 } },
    messages: [{ t: iso(born - 42000), severity: 'info', text: 'EKF3 IMU0 is using GPS' }],
  }));
  const sensors = Array.from({ length: 20 }, (_, i) => {
    const kind = i % 7 === 3 ? 'pir' : i % 7 === 5 ? 'beam' : 'seismic';
    const p = at(-950 + i * 100, 120 + 60 * Math.sin(i * 0.9));
    return {
      id: `s-${String(i + 1).padStart(2, '0')}`,
      kind,
      position: p,
      ...(kind === 'beam' ? { line: [p, { lat: p.lat + 70 * mLat, lon: p.lon + 20 * mLon }] } : {}),
      ...(kind === 'pir' ? { azimuthDeg: 10, fovDeg: 80, rangeM: 60 } : {}),
      gateway: 'north',
      ...(i === 6 ? { geophone: true } : {}),
      state: i === 2 ? 'lowBattery' : i === 16 ? 'silent' : i === 18 ? 'tamper' : i === 19 ? 'unknown' : 'ok',
      lastSeen: iso(born - 3000),
      batteryPercent: 90 - i,
      trips: i,
    };
  });
  /** Invented footsteps, four of them before the trip and two after it, over noise. */
  function waveform(sensor) {
    const counts = Array.from({ length: 1500 }, (_, i) => {
      const step = ((i - 800) % 55) / 100;
      const felt = i > 780 && i < 1100 && step >= 0 ? 1500 * Math.exp(-step / 0.06) * Math.sin(2 * Math.PI * 22 * step) : 0;
      return Math.round(14_500 + 90 * Math.sin(i * 12.9898) + felt);
    });
    return { sensor: sensor.id, rateHz: 100, from: iso(born - 10_000), trip: iso(born), detail: 'WALK', counts };
  }
  const alerts = new Map();
  const cues = new Map();

  function vehicle(v, now) {
    const t = (now - born) / 1000;
    const a = v.flying && v.id === 1 ? t / 40 : 1;
    const p = v.id === 1 ? at(-250 + 420 * Math.sin(a), -60 + 160 * Math.cos(a * 2)) : at(330, -280);
    v.agl += Math.sign(v.goal - v.agl) * Math.min(0.6, Math.abs(v.goal - v.agl));
    const ground = height(p.lat, p.lon);
    const look = v.target ?? { lat: p.lat + 90 * mLat, lon: p.lon + 30 * mLon };
    return {
      id: v.id,
      name: v.name,
      state: v.lost ? 'lost' : 'live',
      lastSeen: iso(v.lost ? v.lost : now - 120),
      ageS: v.lost ? (now - v.lost) / 1000 : 0.1,
      autopilot: 'ardupilot',
      type: 'quadrotor',
      armed: v.armed,
      mode: v.mode,
      modes: ['STABILIZE', 'GUIDED', 'AUTO', 'LOITER', 'RTL', 'LAND'],
      landed: v.agl > 0.5 ? 'inAir' : 'onGround',
      position: { ...p, altAMSL: ground + v.agl, altRelative: v.agl, altAGL: v.agl, t: iso(now - 200) },
      velocity: v.id === 1 ? { north: -8 * Math.sin(a * 2), east: 10 * Math.cos(a), up: 0.1 } : { north: 0, east: 0, up: 0 },
      attitude: { rollDeg: 0, pitchDeg: 0, yawDeg: 0, t: iso(now - (v.id === 2 ? 9000 : 100)) },
      headingDeg: v.id === 1 ? ((Math.atan2(10 * Math.cos(a), -8 * Math.sin(a * 2)) * 180) / Math.PI + 360) % 360 : 210,
      groundSpeed: v.id === 1 ? (v.speed ?? 9.4) : 0,
      climbRate: v.goal > v.agl ? 2.5 : 0,
      battery: { percent: v.id === 1 ? 74 : 96, voltage: 22.8, current: 14, timeLeftS: v.id === 1 ? 840 : 1500 },
      home: { ...at(v.id === 1 ? 280 : 330, -280), altAMSL: 640 },
      gimbal: { pitchDeg: -38, yawDeg: 20, rollDeg: 0, ...(v.target ? { target: v.target } : {}) },
      ...(v.agl > 5 ? { footprint: { type: 'Polygon', coordinates: [circle(look, 70)] } } : {}),
      link: { name: 'lan', lossPercent: 0.1, rttMs: 5 },
      ...condition(v.id, now, v.agl > 0.5),
      ...payload(v, now),
      ...(v.cancelled ? { transfer: undefined } : {}),
      ...(v.control ? { control: v.control } : {}),
      messages: v.messages,
    };
  }

  const walker = (now) => {
    const t = Math.max(0, (now - born) / 1000 - 4);
    return at(-300 + t * 0.9, 330 - t * 1.1);
  };

  function track(now) {
    const age = (now - born) / 1000;
    const size = Math.max(5, 32 - age * 0.4);
    const p = walker(now);
    return {
      type: 'Feature',
      id: 't-12',
      geometry: { type: 'Point', coordinates: [p.lon, p.lat] },
      properties: {
        status: age < 12 ? 'tentative' : 'confirmed',
        class: 'person',
        classProbabilities: { person: 0.86, animal: 0.09, vehicle: 0.01, unknown: 0.04 },
        existence: 0.98,
        speed: 1.42,
        courseDeg: 141,
        ellipse: { semiMajorM: size, semiMinorM: size * 0.45, bearingDeg: 70, confidence: 0.95 },
        firstSeen: iso(born),
        lastSeen: iso(now - 400),
        t: iso(now),
        sources: [
          { id: '1-thermal', kind: 'video', lastSeen: iso(now - 300), count: Math.round(age * 2) },
          { id: 's-07', kind: 'seismic', lastSeen: iso(now - 14000), count: 2 },
          { id: 's-08', kind: 'seismic', lastSeen: iso(now - 5000), count: 1 },
        ],
        alertId: 'a-3',
        sidc: '10012700001101000000',
      },
    };
  }

  /** One of very many tracks, each on a circle of its own. */
  function oneOfCrowd(i, now) {
    const a = now / 20_000 + i;
    const p = at(-1500 + (i % 100) * 30 + 20 * Math.sin(a), -1500 + Math.floor(i / 100) * 30 + 20 * Math.cos(a));
    const kind = ['person', 'vehicle', 'animal', 'unknown'][i % 4];
    return {
      type: 'Feature',
      id: `c-${i}`,
      geometry: { type: 'Point', coordinates: [p.lon, p.lat] },
      properties: { status: 'confirmed', class: kind, speed: 1, courseDeg: ((a * 180) / Math.PI + 90) % 360, lastSeen: iso(now), t: iso(now), ellipse: { semiMajorM: 12, semiMinorM: 6, bearingDeg: i % 180, confidence: 0.95 } },
    };
  }

  const animal = (now) => {
    const p = at(420 + 20 * Math.sin(now / 9000), 210);
    return {
      type: 'Feature',
      id: 't-9',
      geometry: { type: 'Point', coordinates: [p.lon, p.lat] },
      properties: { status: 'coasting', class: 'animal', lastSeen: iso(now - 9000), ellipse: { semiMajorM: 26, semiMinorM: 18, bearingDeg: 20 } },
    };
  };

  /** An alert whose name says when it was raised; the one before it is resolved. */
  function pulse(now) {
    const before = [...alerts.values()].filter((a) => a.id.startsWith('x-'));
    for (const { id } of before) alerts.delete(id);
    const id = `x-${now}`;
    alerts.set(id, { id, state: 'new', severity: 'caution', title: 'Somebody at s-09', probably: 'person', confidence: 0.6, sources: ['s-09'], raisedAt: iso(now) });
    return [...before.map((a) => ({ ...a, state: 'resolved', decidedBy: 'operator', decidedAt: iso(now) })), alerts.get(id)];
  }

  function raise(now) {
    if (started.alert || now - born < 3000) return [];
    started.alert = true;
    const p = walker(now);
    alerts.set('a-1', {
      id: 'a-1', state: 'resolved', severity: 'caution', title: 'Sensor s-17 is silent', probably: 'fault', reasons: ['not heard for 5 min'],
      sources: ['s-17'], raisedAt: iso(born - 700000), decidedBy: 'operator', decidedAt: iso(born - 600000), confidence: 0.9,
    });
    alerts.set('a-2', {
      id: 'a-2', state: 'acknowledged', severity: 'caution', title: 'Animal near s-15', probably: 'animal', reasons: ['seismic s-15, four-legged cadence'],
      confidence: 0.7, position: at(420, 210), sources: ['s-15'], raisedAt: iso(born - 90000), decidedBy: 'operator', decidedAt: iso(born - 60000),
    });
    alerts.set('a-3', {
      id: 'a-3', state: 'new', severity: 'serious', title: 'Person on foot crossing at s-07', probably: 'person',
      reasons: ['seismic s-07 and s-08, 14 s apart, walking', 'moves south-east at 1.4 m/s, towards the road'], confidence: 0.86,
      position: p, ellipse: { semiMajorM: 24, semiMinorM: 11, bearingDeg: 70 }, trackId: 't-12', cueId: 'c-3', sources: ['s-07', 's-08'], raisedAt: iso(now),
    });
    const still = (n, kind, ms, size) => ({
      n, kind, feed: '2-thermal', at: iso(now - ms), timeExact: true, width: 640, height: 512, ...p, errorM: 19.7, pose: 'mavlink',
      box: { x: 317.4 - size / 4, y: 253.1 - size / 2, w: size / 2, h: size, score: 0.77 },
    });
    Object.assign(alerts.get('a-3'), { sources: ['s-07', 's-08', '2-thermal'], pictures: [still(1, 'first', 14_000, 14), still(2, 'best', 4_000, 13)] });
    cues.set('c-3', {
      id: 'c-3', state: 'proposed', alertId: 'a-3', trackId: 't-12', vehicle: 2, action: 'lookAndApproach', target: p, standoffM: 60, heightAGL: 45,
      etaS: 11, reasons: ['nearest with 14 min on station'], createdAt: iso(now), expiresAt: iso(now + 3_600_000),
    });
    // A look without an alert, as the station proposes where looks are on.
    cues.set('c-4', {
      id: 'c-4', state: 'proposed', vehicle: 1, action: 'look', target: at(95, -26), etaS: 2, createdAt: iso(now), expiresAt: iso(now + 3_600_000),
      reasons: ['worth a look: pir s-09 at 20:30:27Z; a person or vehicle with 20 %, an alert needs 70 %', 'nearest, in view at once'],
    });
    return [['alert', alerts.get('a-1')], ['alert', alerts.get('a-2')], ['alert', alerts.get('a-3')], ['cue', cues.get('c-3')], ['cue', cues.get('c-4')]];
  }

  const feeds = vehicles.flatMap((v) => [
    { id: `${v.id}-thermal`, vehicle: v.id, camera: 100, kind: 'thermal', state: 'live', width: 640, height: 512, fps: 15, codec: 'H264', kbps: 900, viewers: 1, detector: { state: 'running', framesPerS: 15 } },
    { id: `${v.id}-eo`, vehicle: v.id, camera: 101, kind: 'eo', state: 'live', width: 1280, height: 720, fps: 15, codec: 'H264', kbps: 1400, viewers: 1, detector: { state: 'off' } },
  ]);

  /** The lower a place in a picture, the nearer it is. */
  function placeInFeed(feed, url) {
    const x = Number(url.searchParams.get('x'));
    const y = Number(url.searchParams.get('y'));
    const slantM = 220 - 120 * y;
    return {
      feed, t: url.searchParams.get('t') ?? iso(Date.now()), position: at(-100 + 200 * x, 300 - 200 * y), elevationAMSL: 640, slantM,
      ellipse: { semiMajorM: slantM / 25, semiMinorM: slantM / 50, bearingDeg: 20, confidence: 0.95 },
    };
  }

  /** A half moon to the north of the eye. */
  function viewshed({ lat, lon, height: heightM, range: rangeM, target: targetM }) {
    const ring = [[lon, lat], ...Array.from({ length: 13 }, (_, i) => (i * 15 - 90) * (Math.PI / 180)).map((a) => [lon + Math.sin(a) * rangeM * mLon, lat + Math.cos(a) * rangeM * mLat]), [lon, lat]];
    return { type: 'Feature', geometry: { type: 'MultiPolygon', coordinates: [[ring]] }, properties: { heightM, rangeM, targetM, stepM: 20, seenShare: 0.5 } };
  }

  /** Two squares by the line: one busy at night, one of a single crossing at noon. */
  function crossings(url) {
    const square = (east, crossings, nuisances, byHour) => {
      const { lat, lon } = at(east, 0);
      const ring = [[lon, lat], [lon + 0.001, lat], [lon + 0.001, lat + 0.001], [lon, lat + 0.001], [lon, lat]];
      return { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: { crossings, nuisances, byHour: Array.from({ length: 24 }, (_, h) => byHour[h] ?? 0) } };
    };
    const long = Date.now() - Date.parse(url.searchParams.get('from')) > 8 * 86_400_000;
    return { type: 'FeatureCollection', features: [square(-200, long ? 25 : 6, 1, { 2: long ? 24 : 5, 23: 1 }), square(150, 1, 0, { 12: 1 })] };
  }

  function bias(v) {
    const sigmas = { eastSigmaM: 0.6, northSigmaM: 0.6, yawSigmaDeg: 0.2, pitchSigmaDeg: 0.1, clockSigmaMs: 12 };
    if (v.biasForgotten) return [{ feed: `${v.id}-thermal`, eastM: 0, northM: 0, yawDeg: 0, pitchDeg: 0, clockMs: 0, ...sigmas }];
    return [{ feed: `${v.id}-thermal`, eastM: -0.4, northM: 6.2, yawDeg: 0.3, pitchDeg: -0.1, clockMs: 80, ...sigmas }];
  }

  const zones = {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        properties: { id: 'line', name: 'Border', kind: 'border' },
        geometry: { type: 'LineString', coordinates: Array.from({ length: 30 }, (_, i) => { const p = at(-1400 + i * 100, 230 + 70 * Math.sin(i * 0.5)); return [p.lon, p.lat]; }) },
      },
      { type: 'Feature', properties: { id: 'farm', name: 'Farm', kind: 'area' }, geometry: { type: 'Polygon', coordinates: [circle(at(-500, -250), 160, 5)] } },
      { type: 'Feature', properties: { id: 'mast', name: 'Mast', kind: 'noFly' }, geometry: { type: 'Polygon', coordinates: [circle(at(650, -80), 90, 8)] } },
    ],
  };

  return {
    follow: (vehicle, trackId) => {
      const cue = {
        id: 'c-9', state: 'approved', trackId, vehicle, action: 'lookAndApproach', target: at(95, -26), standoffM: 120, heightAGL: 60, etaS: 20, createdAt: iso(Date.now()),
        reasons: ['asked for by operator'], decidedBy: 'operator', decidedAt: iso(Date.now()),
      };
      cues.set(cue.id, cue);
      return cue;
    },
    placeInFeed, viewshed, crossings, bias, vehicles, sensors, alerts, cues, feeds, zones, raise, pulse, iso, height, waveform,
    vehicle, track, animal, oneOfCrowd,
    plan: (kind, id) => plan(kind, id, at),
    traffic: (now) => traffic(now, at),
    station: { id: 'post-1', name: 'Post 1', position: origin, version: 'fake', demo: true },
  };
}
