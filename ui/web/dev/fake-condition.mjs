// How the invented vehicles are: links, health, plans, cameras and the traffic around them. Vehicle 1 flies and is well, vehicle 2 stands and is not.
const iso = (ms) => new Date(ms).toISOString();
const born = Date.now();

export function condition(id, now, flying) {
  const t = iso(now - 300);
  return id === 1 ? well(now, t, flying) : ill(now, t);
}

function well(now, t, flying) {
  return {
    batteries: [
      { id: 0, function: 'propulsion', percent: 74, voltage: 22.8, current: 14.2, timeLeftS: 840, charge: 'ok', temperatureC: 34, t },
      { id: 1, function: 'payload', percent: 41, voltage: 11.3, charge: 'low', t },
    ],
    ...(flying ? { endurance: { toReserveS: 620, reservePercent: 20, toHomeS: 95, spareS: 525, distanceM: 610, basis: 'current', t } } : {}),
    gps: { fix: '3d', satellites: 14, hdop: 0.8, jamming: 'mitigated', spoofing: 'ok', t },
    ekf: { level: 'ok', attitude: true, velocity: true, position: true, height: true, velocityRatio: 0.1, compassRatio: 0.61, t },
    vibration: { x: 11.2, y: 9.8, z: 17.4, clipping: [0, 0, 0], level: 'ok', t },
    wind: { speed: 6.2, fromDeg: 281, up: 0, t: iso(now - 24_000) },
    stale: ['wind'],
    rc: { channels: 16, rssiPercent: 88, t },
    sensors: { unhealthy: [], t },
    fence: { breached: false, count: 0, t },
    failsafe: { active: false },
    links: [
      { name: 'lan', remote: '10.0.0.5:14550', used: true, silent: false, lastHeard: t, lossPercent: 0.1, rttMs: 5, bytesIn: 2900, bytesOut: 110 },
      { name: 'radio', remote: '/dev/ttyUSB0', used: false, silent: false, lastHeard: iso(now - 1_200), lossPercent: 14.2, rttMs: 180 },
    ],
    plans: [
      { kind: 'mission', count: 5, syncedAt: t, changedAt: iso(born - 90_000), changedBy: 'station 254/190' },
      { kind: 'fence', count: 3, syncedAt: t },
      { kind: 'rally', count: 2, syncedAt: t },
    ],
    mission: { current: 2, count: 5 },
  };
}

/** The invented payload of a vehicle; what was asked of it lies in v. */
export function payload(v, now) {
  const t = iso(now);
  const kinds = ['photo', 'record', 'zoom', 'trackPoint', 'trackBox', 'modes'];
  const cameras = [
    {
      id: 100, component: 100, name: 'Thermal', kind: 'thermal', abilities: kinds, gimbal: 154, zoomPercent: Math.round(v.zoom), hfovDeg: 24.6, photo: 'idle',
      photos: v.photos, noSources: v.noSources, recording: v.recordingSince !== undefined, ...(v.recordingSince ? { recordingS: (now - v.recordingSince) / 1000 } : {}),
      freeMiB: v.id === 1 ? 12_000 : 310, tracking: v.tracking ? { state: v.id === 1 ? 'active' : 'coasting', ...v.tracking, t } : { state: 'idle', t },
    },
  ];
  const holder = v.gimbalHolder ?? (v.id === 1 ? 'us' : 'other');
  const control = { us: { who: 'us', system: 255, component: 190 }, other: { who: 'other', system: 254, component: 190 }, nobody: { who: 'nobody' } }[holder];
  const gimbals = [
    { id: 154, name: 'Gimbal', pitchDeg: -38, yawDeg: 20, mode: v.gimbalMode, abilities: ['pitch', 'yaw', 'lock', 'follow', 'neutral'], control, failures: v.id === 2 ? ['motor error'] : [] },
  ];
  return { cameras, gimbals };
}

function ill(now, t) {
  return {
    batteries: [{ id: 0, function: 'all', percent: 22, voltage: 20.9, current: 0.6, charge: 'critical', faults: ['cell 3 failed'], t }],
    gps: { fix: '3d', satellites: 9, hdop: 1.6, jamming: 'detected', spoofing: 'detected', t },
    gps2: { fix: 'none', satellites: 0, t },
    ekf: { level: 'bad', attitude: true, velocity: true, position: false, height: true, gpsGlitch: true, horizontalRatio: 1.3, t },
    vibration: { x: 41, y: 38, z: 66, clipping: [12, 0, 3], level: 'bad', t },
    stale: ['attitude', 'groundSpeed'],
    rc: { channels: 0, t },
    sensors: { unhealthy: ['compass', 'barometer'], t },
    fence: { breached: true, kind: 'boundary', count: 1, t },
    failsafe: { active: true, reasons: [{ kind: 'radio', text: 'Radio Failsafe', t }] },
    arming: {
      ready: false,
      reasons: [{ text: 'Need Position Estimate', source: 'text', t }, { text: 'Battery 1 below minimum arming voltage', source: 'text', t }, { text: 'operator location missing', source: 'remoteId', warning: true, t }],
      t,
    },
    warnings: [{ kind: 'systemIdClash', text: 'two autopilots use the id 2, on lan and on radio: give one another id (SYSID_THISMAV)', since: iso(now - 60_000) }],
    links: [{ name: 'lan', used: true, silent: false, lastHeard: t, lossPercent: 3.4, rttMs: 21 }, { name: 'radio', used: false, silent: true, lastHeard: iso(now - 44_000) }],
    plans: [{ kind: 'mission', unknown: true }, { kind: 'fence', count: 0, syncedAt: t }, { kind: 'rally', count: 0, note: 'the upload of the rally points at 14:03:05 UTC was cut: the vehicle holds the old plan, 0 points' }],
    transfer: { kind: 'log', upload: false, done: Math.round(((now / 40) % 1000) * 6300), total: 6_300_000 },
    pending: { command: 'MAV_CMD_PREFLIGHT_CALIBRATION', percent: 40, since: t },
  };
}

/** Invented lists of vehicle 1; at makes a place of metres east and north. */
export function plan(kind, id, at) {
  if (id !== 1) return kind === 'mission' ? { items: [] } : kind === 'fence' ? { polygons: [], circles: [] } : { points: [] };
  const stop = (east, north, altitudeRelative) => ({ command: 'waypoint', ...at(east, north), altitudeRelative });
  if (kind === 'mission') return { items: [{ command: 'takeoff', altitudeRelative: 30 }, stop(-600, -150, 60), stop(-250, 60, 60), stop(150, -120, 45), { command: 'roi', ...at(0, 300) }, stop(420, 60, 45)] };
  if (kind === 'rally') return { points: [{ ...at(-700, -330), altitudeRelative: 30 }, { ...at(520, -260), altitudeRelative: 40 }] };
  const box = [[-900, -420], [900, -420], [900, 520], [-900, 520]].map(([e, n]) => at(e, n));
  return { polygons: [{ inclusion: true, points: box }], circles: [{ inclusion: false, center: at(80, 200), radiusM: 90 }] };
}

/** Two invented aircraft, one of them near and one not heard for a while. */
export function traffic(now, at) {
  const s = (now / 1000) % 120;
  return [
    { id: '7C1234', callsign: 'QFA1', emitter: 'light', position: at(-900 + s * 14, -320), altitudeM: 742, altitudeType: 'pressure', courseDeg: 90, speed: 60, climbRate: -2.5, receiver: 1, t: iso(now - 400), vehicle: 1, distanceM: 1112, aboveM: 50 },
    { id: '7C9999', emitter: 'rotorcraft', position: at(700, 420), altitudeM: 2100, altitudeType: 'geometric', courseDeg: 230, speed: 40, receiver: 1, t: iso(now - 22_000), stale: true },
  ];
}

export const links = (now) => [
  { name: 'lan', state: 'up', since: iso(now - 900_000), vehicles: [1, 2], peers: [] },
  {
    name: 'radio', state: 'silent', since: iso(now - 44_000), problem: 'nothing is heard', vehicles: [1], peers: [],
    radio: { t: iso(now), rssi: 188, remoteRssi: 171, noise: 44, remoteNoise: 52, txBufferPercent: 80 },
  },
];

export const signing = (id) =>
  id === 2
    ? { vehicle: 2, state: 'refusing', text: 'vehicle 2 sends frames signed with another key: 412 refused; adopt its key, or set it up anew over a trusted link' }
    : { vehicle: id, state: 'off', text: 'frames are not signed' };
