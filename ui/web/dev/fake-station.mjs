// A fake station for working on the page: invented data over the real contract (docs/api.md), no video. It is a tool for
// development, not a test of the product. Usage: node dev/fake-station.mjs [--port 8080] [--signed-out] [--tracks N] [--pulse]
// With --tracks it also tells of N moving tracks, twice a second; with --pulse the ground speed of vehicle 1 is another one in each
// message, and every second an alert is raised whose name is the instant, and the one before it resolved.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { links, signing } from './fake-condition.mjs';
import { createSite } from './fake-site.mjs';
import { height, tile } from './fake-terrain.mjs';
import { trackFrame } from './fake-tracks.mjs';
import { createWorld } from './fake-world.mjs';

const port = process.argv.includes('--port') ? Number(process.argv[process.argv.indexOf('--port') + 1]) : 8080; // 0: a free one
let signedIn = !process.argv.includes('--signed-out');
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const crowd = process.argv.includes('--tracks') ? Number(process.argv[process.argv.indexOf('--tracks') + 1]) : 0;
const world = createWorld();
const clients = new Set();
const site = createSite(world, broadcast, () => name);
/** When the first page came: the alerts are raised a moment later, for it to see them come. */
let firstAt;
let name = 'operator';
const accounts = [
  { name: 'anna', role: 'operator', created: '2026-10-01T08:00:00.000Z' },
  { name: 'berta', role: 'operator', created: '2026-10-02T08:00:00.000Z' },
  { name: 'clara', role: 'admin', created: '2026-10-03T08:00:00.000Z', secondFactor: '2026-11-03T08:00:00.000Z' },
  { name: 'dora', role: 'viewer', disabled: true, created: '2026-10-04T08:00:00.000Z' },
];
const me = () => ({ name, role: accounts.find((a) => a.name === name)?.role ?? (name === 'admin' ? 'admin' : 'operator'), via: 'session', station: world.station });
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const csp =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    try {
      answer(request, response, body);
    } catch (error) {
      problem(response, 500, String(error));
    }
  });
});

function json(response, status, value) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(value === undefined ? '' : JSON.stringify(value));
}

function problem(response, status, detail, more) {
  const body = JSON.stringify({ type: 'about:blank', title: 'Refused', status, detail, ...more });
  response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(body);
}

function answer(request, response, body) {
  const url = new URL(request.url, 'http://fake');
  if (!url.pathname.startsWith('/api/v1/')) return file(url.pathname, response);
  const [what, id, verb, extra] = url.pathname.slice('/api/v1/'.length).split('/');
  const data = body.startsWith('{') ? JSON.parse(body) : {};
  if (what === 'session') {
    if (request.method === 'POST' && data.password !== 'vedette') return problem(response, 401, 'The name or the password is wrong.');
    // Clara has a second factor; her authenticator always shows the same.
    if (accounts.find((a) => a.name === data.name)?.secondFactor && data.code !== '123456') {
      return problem(response, 401, data.code ? 'The code is wrong or was used before.' : 'The account has a second factor.', { needs: 'code' });
    }
    signedIn = request.method === 'POST';
    if (signedIn) name = data.name;
    return signedIn ? json(response, 200, me()) : json(response, 204);
  }
  if (!signedIn) return problem(response, 401, 'Sign in first.');
  if (what === 'me') return json(response, 200, me());
  if (what === 'terrain') return terrain(response, url, id, verb, extra);
  if (what === 'accounts') return accountCall(request, response, id, data);
  if (what === 'links') return json(response, 200, links(Date.now()));
  if (what === 'maps' && id === undefined) return json(response, 200, []);
  if (what === 'feeds' && verb === 'place') return json(response, 200, world.placeInFeed(id, url));
  if (what === 'feeds') return problem(response, 503, 'The fake station has no pictures.');
  if (what === 'sensors' && id === 'unknown') return json(response, 200, site.strangers());
  if (what === 'configuration') return configure(request, response, url, id, verb, extra, data);
  if (what === 'sensors' && verb === 'waveform') return waveform(response, id);
  if (what === 'sensors') return muteCall(request, response, id, data);
  if (what === 'plans' && id === 'check') return json(response, 200, { findings: [], estimate: { lengthM: 900, durationS: 150, speedMS: 6 } });
  if (what === 'crossings') return json(response, 200, world.crossings(url));
  if (what === 'recordings') return json(response, 200, []);
  // One of those was closed so long ago that the live list has it no more.
  if (what === 'replay' && id === 'alerts') return json(response, 200, [{ ...world.alerts.get('a-1'), id: 'a-0', state: 'resolved', decidedBy: 'clara', raisedAt: url.searchParams.get('from') }, ...world.alerts.values()]);
  if (what === 'vehicles') return vehicleCall(request, response, Number(id), verb, data);
  if (what === 'alerts' && verb === 'pictures') return picture(response, id, Number(extra));
  if (what === 'alerts') return decide(response, world.alerts.get(id), { acknowledge: 'acknowledged', resolve: 'resolved', false: 'false' }[verb], 'alert', data.note);
  if (what === 'cues') return decide(response, world.cues.get(id), { approve: 'active', reject: 'rejected', end: 'done' }[verb], 'cue');
  return problem(response, 404, 'The fake station has no such thing.');
}

function accountCall(request, response, id, data) {
  if (me().role !== 'admin') return problem(response, 403, 'Accounts are kept by admins.');
  if (request.method === 'GET') return json(response, 200, accounts);
  if (request.method === 'POST') {
    if (accounts.some((a) => a.name === data.name)) return problem(response, 409, `There is an account ${data.name} already.`);
    accounts.push({ name: data.name, role: data.role, created: world.iso(Date.now()) });
    return json(response, 201, accounts.at(-1));
  }
  const account = accounts.find((a) => a.name === id);
  if (!account) return problem(response, 404, 'There is no such account.');
  if (data.secondFactor === false) delete account.secondFactor;
  if (data.role) account.role = data.role;
  if (data.disabled !== undefined) account.disabled = data.disabled;
  return json(response, 200, account);
}

function configure(request, response, url, section, id, verb, data) {
  if (section === undefined) return json(response, 200, site.configuration(url.searchParams.get('section')));
  if (['feeds', 'links'].includes(section) && me().role !== 'admin') return problem(response, 403, 'This needs the role admin.');
  const { entry, problem: status, detail } = site.change(request, section, decodeURIComponent(id), verb, data);
  return entry ? json(response, 200, entry) : problem(response, status, detail);
}

function terrain(response, url, z, x, y) {
  if (z === undefined) return json(response, 200, { bounds: [148.9, -35.6, 149.4, -35.1], minZoom: 8, maxZoom: 14, note: 'simulated terrain' });
  if (z === 'elevation') {
    return json(response, 200, { elevationAMSL: height(Number(url.searchParams.get('lat')), Number(url.searchParams.get('lon'))) });
  }
  if (z === 'viewshed') return json(response, 200, world.viewshed(Object.fromEntries([...url.searchParams].map(([k, v]) => [k, Number(v)]))));
  response.writeHead(200, { 'Content-Type': 'image/png', 'Cache-Control': 'max-age=3600' }).end(tile(Number(z), Number(x), parseInt(y, 10)));
}

function vehicleCall(request, response, id, verb, data) {
  const v = world.vehicles.find((one) => one.id === id);
  if (!v) return problem(response, 404, 'There is no such vehicle.');
  if (['mission', 'fence', 'rally'].includes(verb) && request.method === 'GET') return json(response, 200, world.plan(verb, id));
  if (verb === 'bias' && request.method === 'GET') return json(response, 200, world.bias(v));
  if (verb === 'bias') {
    v.biasForgotten = true;
    return json(response, 204);
  }
  if (verb === 'signing') return json(response, 200, signing(id));
  if (verb === 'transfer') {
    v.cancelled = true;
    return json(response, 204);
  }
  if (verb === 'control') {
    if (v.control && v.control.holder !== 'operator' && !data.force) return problem(response, 409, `${v.control.holder} has control.`);
    v.control = request.method === 'DELETE' ? undefined : { holder: 'operator', since: world.iso(Date.now()), expiresAt: world.iso(Date.now() + 60000) };
    return v.control ? json(response, 200, v.control) : json(response, 204);
  }
  if (!v.control) return problem(response, 409, `Nobody has control of ${v.name}: take control first.`);
  if (verb === 'follow') return json(response, 200, world.follow(id, data.track));
  if (data.command === 'changeSpeed') return problem(response, 504, `${v.name} did not answer; since then it reports armed, mode ${v.mode}: whether it acted is not known.`);
  if (data.command === 'terminate' && data.confirm !== `TERMINATE ${id}`) return problem(response, 400, `type TERMINATE ${id} to confirm`);
  if (verb === 'gimbal' && data.lookAt) v.target = data.lookAt;
  if (verb === 'gimbal' && ['control', 'release'].includes(data.mode)) v.gimbalHolder = data.mode === 'control' ? 'us' : 'nobody';
  else if (verb === 'gimbal' && data.mode) v.gimbalMode = data.mode;
  if (verb === 'tracking') v.tracking = request.method === 'DELETE' ? undefined : { box: data.box, point: data.point };
  // The camera of vehicle 1 has nothing but heat.
  if (data.source && id === 1 && data.source !== 'ir') {
    v.noSources = [data.source];
    return problem(response, 422, 'vehicle 1 refused: denied');
  }
  if (verb === 'camera') payloadCall(v, data);
  if (data.command === 'changeAltitude') v.goal = data.altitudeAGL;
  if (data.command === 'mode') v.mode = data.mode;
  if (data.command === 'takeoff') Object.assign(v, { armed: true, goal: data.altitudeAGL, mode: 'GUIDED' });
  if (data.command === 'land' || data.command === 'return') Object.assign(v, { goal: 0, mode: data.command === 'land' ? 'LAND' : 'RTL' });
  if (data.command === 'hold') v.mode = 'LOITER';
  if (data.command === 'arm' || data.command === 'disarm') v.armed = data.command === 'arm';
  if (data.command === 'goto' && v.agl < 1) return problem(response, 422, `${v.name} refused: it stands on the ground.`);
  v.messages.push({ t: world.iso(Date.now()), severity: 'info', text: `${data.command ?? 'gimbal'} accepted` });
  return json(response, 200, { id: '01J', vehicle: id, command: data.command ?? 'gimbal', result: 'accepted', elapsedMs: 12 });
}

function waveform(response, id) {
  const sensor = world.sensors.find((one) => one.id === id);
  return sensor?.geophone ? json(response, 200, world.waveform(sensor)) : problem(response, 404, 'This sensor sends no waveform.');
}

function muteCall(request, response, id, data) {
  const sensor = world.sensors.find((one) => one.id === id);
  if (!sensor) return problem(response, 404, 'There is no such sensor.');
  if (request.method === 'PUT') sensor.mute = { until: world.iso(Date.now() + data.minutes * 60_000), who: name, why: data.why };
  else delete sensor.mute;
  broadcast('sensor', sensor);
  return json(response, 204);
}

function payloadCall(v, data) {
  clearInterval(v.zooming);
  if (data.rate) v.zooming = setInterval(() => (v.zoom = Math.max(0, Math.min(100, v.zoom + data.rate))), 100);
  if (data.step) v.zoom += 5 * data.step;
  if (data.command === 'photo') v.photos += 1;
  if (data.command === 'record') v.recordingSince = Date.now();
  if (data.command === 'stopRecord') v.recordingSince = undefined;
}

/** The stills of an alert: all of them the same one, taken from the simulator's camera. */
function picture(response, id, n) {
  if (!world.alerts.get(id)?.pictures?.some((p) => p.n === n && !p.gone)) return problem(response, 404, 'The alert has no such picture.');
  response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Cache-Control': 'private, no-cache' });
  createReadStream(fileURLToPath(new URL('fake-picture.jpg', import.meta.url))).pipe(response);
}

function decide(response, thing, state, kind, note) {
  if (!thing || !state) return problem(response, 404, 'There is no such thing.');
  const ends = state === 'done' && ['approved', 'active'].includes(thing.state);
  if (!ends && (thing.state === state || ['resolved', 'false', 'active', 'rejected'].includes(thing.state))) {
    return problem(response, 409, `It was ${thing.state} by ${thing.decidedBy} before.`);
  }
  const t = world.iso(Date.now());
  Object.assign(thing, { state, decidedBy: 'operator', decidedAt: t });
  if (note) thing.history = [...(thing.history ?? []), { t, who: 'operator', what: state, note }];
  json(response, 200, thing);
  broadcast(kind, thing);
}

function file(path, response) {
  const name = normalize(path === '/' ? '/index.html' : path);
  const full = join(dist, name);
  if (!full.startsWith(dist) || !existsSync(full) || !statSync(full).isFile()) return problem(response, 404, 'No such file; run npm run build.');
  response.writeHead(200, { 'Content-Type': types[extname(full)] ?? 'application/octet-stream', 'Content-Security-Policy': csp });
  createReadStream(full).pipe(response);
}

const sockets = new WebSocketServer({ noServer: true });
server.on('upgrade', (request, socket, head) => {
  if (!signedIn) return socket.destroy();
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const client = { ws, seq: 0, rows: new URL(request.url, 'http://fake').searchParams.get('tracks') === 'binary', told: new Set() };
    clients.add(client);
    firstAt ??= Date.now();
    ws.on('close', () => clients.delete(client));
    const now = Date.now();
    send(client, 'snapshot', {
      me: me(),
      vehicles: world.vehicles.map((v) => world.vehicle(v, now)),
      feeds: world.feeds,
      sensors: world.sensors,
      tracks: { type: 'FeatureCollection', features: [world.track(now), world.animal(now)] },
      alerts: [...world.alerts.values()],
      cues: [...world.cues.values()],
      zones: world.zones,
      traffic: world.traffic(now),
      serverTime: world.iso(now),
    });
  });
});

function send(client, type, data) {
  client.seq += 1;
  client.ws.send(JSON.stringify({ type, seq: client.seq, data }));
}

function broadcast(type, data) {
  for (const client of clients) send(client, type, data);
}

const numbers = new Map();
const numberOf = (id) => numbers.get(id) ?? (numbers.set(id, numbers.size + 1), numbers.size);

/** Tracks that moved: as rows to who takes them so, each introduced once. */
function tellTracks(tracks) {
  const now = Date.now();
  for (const client of clients) {
    if (!client.rows) {
      for (const track of tracks) send(client, 'track', track);
      continue;
    }
    for (const track of tracks) {
      if (client.told.has(track.id)) continue;
      client.told.add(track.id);
      send(client, 'track', { ...track, number: numberOf(track.id) });
    }
    client.seq += 1;
    client.ws.send(trackFrame(client.seq, now, tracks, numberOf));
  }
}

if (crowd > 0) {
  setInterval(() => {
    const now = Date.now();
    tellTracks(Array.from({ length: crowd }, (_, i) => world.oneOfCrowd(i, now)));
  }, 500);
}

const pulse = process.argv.includes('--pulse');
let beats = 0;
setInterval(() => {
  const now = Date.now();
  beats += 1;
  if (pulse) world.vehicles[0].speed = (beats % 900) / 10 + 1;
  if (pulse && beats % 5 === 0) for (const alert of world.pulse(now)) broadcast('alert', alert);
  for (const v of world.vehicles) broadcast('vehicle', world.vehicle(v, now));
  if (beats % 2 === 0) tellTracks([world.track(now)]);
  if (firstAt !== undefined && now - firstAt > 3000) for (const [type, data] of world.raise(now)) broadcast(type, data);
  if (beats % 5 === 0) for (const one of world.traffic(now)) broadcast('aircraft', one);
  if (beats % 5 === 0) broadcast('time', { serverTime: world.iso(now) });
  if (beats % 60 === 20) {
    const sensor = world.sensors[6 + (beats % 120 > 60 ? 1 : 0)];
    broadcast('trip', { sensor: sensor.id, kind: sensor.kind, t: world.iso(now), detail: 'WALK', confidence: 80 });
  }
  for (const feed of world.feeds.filter((f) => f.kind === 'thermal')) {
    const x = 250 + 60 * Math.sin(now / 2500);
    broadcast('detections', { feed: feed.id, t: world.iso(now), width: 640, height: 512, boxes: [{ x, y: 210, w: 26, h: 58, score: 0.87, class: 'person' }] });
  }
}, 200);

// Signals: USR1 loses and finds vehicle 2, USR2 cuts every socket.
process.on('SIGUSR1', () => (world.vehicles[1].lost = world.vehicles[1].lost ? false : Date.now()));
process.on('SIGUSR2', () => clients.forEach((c) => c.ws.terminate()));
server.listen(port, '127.0.0.1', () => console.log(`fake station: http://127.0.0.1:${server.address().port}/`));
