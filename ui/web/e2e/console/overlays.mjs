// What lies over a picture: horizon, north, tracks and the target box, each where it must be by vectors worked out here, on the screen's own pixels, on a
// small tile and a large one; and nothing from a pose that the station calls stale.
import { playTestPictures } from '../../dev/test-pictures.mjs';
import { check, Kit, until } from './kit.mjs';

const feed = '2-thermal';
const rad = Math.PI / 180;
const toleranceShare = 0.006; // of the picture's width: the lines are up to 3 px wide
const earthM = 6_371_008.8;

/** Where vehicle 2 is and looks: so that horizon and north are in the picture, askew. */
const stand = { lat: -35.3672, lon: 149.1686, altAMSL: 702, altRelative: 60, altAGL: 60 };
const gimbal = { pitchDeg: -5, yawDeg: 353, rollDeg: 6 };
const box = { x: 0.36, y: 0.4, w: 0.06, h: 0.13 };
const [hfovDeg, aspect] = [24.6, 640 / 512];
/** On the ground as high as under the vehicle, in the picture and out of it: metres and degrees from north. */
const places = { 't-in': [520, 356], 't-left': [430, 348], 't-out': [400, 30], 't-behind': [300, 173] };

export async function overlays(kit) {
  const page = await kit.page.context().newPage();
  await page.addInitScript(playTestPictures);
  const live = await arranged(page);
  const own = new Kit(page, kit.url, kit.folder);
  try {
    await own.open();
    await own.id('vehicle-2').click();
    await until('pictures', async () => (await own.id(`tile-status-${feed}`).getAttribute('data-state')) === 'live');
    for (const size of ['small', 'large']) {
      if (size === 'large') await own.id(`hand-${feed}`).click();
      let wrong = '';
      await until(`what lies over the ${size} picture`, async () => (wrong = await misplaced(own)) === '', 20_000).catch((error) => {
        throw new Error(`${error.message}: ${wrong}`);
      });
      await own.screenshot(`overlays-${size}`);
    }
    live.stale = ['gimbal'];
    await own.id(`world-${feed}`).waitFor({ state: 'detached' });
    return 'horizon, north, two tracks and the target box where vectors put them, within 0.6 % of the width, on a small and a large picture; none from a stale pose';
  } finally {
    await page.close();
  }
}

/** Puts vehicle 2 where it shall be, and the tracks; the page hears of no others. */
async function arranged(page) {
  const live = { stale: [] };
  const vehicle = (v) => v.id === 2 && Object.assign(v, { position: { ...v.position, ...stand }, gimbal, stale: live.stale });
  await page.routeWebSocket(/\/api\/v1\/live/, (ws) => {
    let seq = 0;
    ws.connectToServer().onMessage((text) => {
      if (typeof text !== 'string') return;
      const message = JSON.parse(text);
      if (message.type.startsWith('track')) return;
      if (message.type === 'vehicle') vehicle(message.data);
      if (message.type === 'snapshot') {
        message.data.vehicles.forEach(vehicle);
        message.data.tracks.features = Object.entries(places).map(([id, at]) => track(id, at));
      }
      seq += 1;
      ws.send(JSON.stringify({ ...message, seq }));
    });
  });
  return live;
}

function track(id, [awayM, azimuthDeg]) {
  const { lat, lon } = placeAt(awayM, azimuthDeg);
  const now = new Date().toISOString();
  return { type: 'Feature', id, geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { status: 'confirmed', class: 'person', existence: 1, firstSeen: now, lastSeen: now, t: now, sources: [] } };
}

function placeAt(awayM, azimuthDeg) {
  const [north, east] = [awayM * Math.cos(azimuthDeg * rad), awayM * Math.sin(azimuthDeg * rad)];
  return { lat: stand.lat + north / earthM / rad, lon: stand.lon + east / (earthM * Math.cos(stand.lat * rad)) / rad };
}

const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const sum = (a, ka, b, kb) => a.map((v, i) => v * ka + b[i] * kb);

/** Where a direction (east, north, up) lies in the picture, as shares; undefined behind the camera. */
function inPicture(towards) {
  const [yaw, pitch, roll] = [gimbal.yawDeg * rad, gimbal.pitchDeg * rad, gimbal.rollDeg * rad];
  const ahead = [Math.sin(yaw) * Math.cos(pitch), Math.cos(yaw) * Math.cos(pitch), Math.sin(pitch)];
  const level = [Math.cos(yaw), -Math.sin(yaw), 0];
  const above = cross(level, ahead);
  // Rolled right: the right edge goes down.
  const right = sum(level, Math.cos(roll), above, -Math.sin(roll));
  const up = sum(level, Math.sin(roll), above, Math.cos(roll));
  const depth = dot(towards, ahead);
  if (depth <= 0) return undefined;
  const half = Math.tan((hfovDeg / 2) * rad);
  return { x: 0.5 + dot(towards, right) / depth / (2 * half), y: 0.5 - (dot(towards, up) / depth / (2 * half)) * aspect };
}

/** What is not where it must be, in words; empty where all is. */
async function misplaced(kit) {
  const seen = await kit.page.evaluate(drawn, feed);
  if (!seen) return 'nothing is drawn';
  const { picture } = seen;
  const far = (what, at, share) => {
    if (!at) return `${what} is not drawn`;
    const [x, y] = [(at.x - picture.x) / picture.width, (at.y - picture.y) / picture.height];
    return Math.abs(x - share.x) > toleranceShare || Math.abs(y - share.y) > toleranceShare * aspect ? `${what} is at ${x.toFixed(3)}, ${y.toFixed(3)}, not ${share.x.toFixed(3)}, ${share.y.toFixed(3)}` : '';
  };
  const horizontal = (azimuthDeg) => inPicture([Math.sin(azimuthDeg * rad), Math.cos(azimuthDeg * rad), 0]);
  const [left, right] = [horizontal(gimbal.yawDeg - 10), horizontal(gimbal.yawDeg + 10)];
  /** The point of the drawn horizon at a share of the width. */
  const onLine = (share) => {
    const { from, to } = seen.line;
    const k = (picture.x + share * picture.width - from.x) / (to.x - from.x);
    return { x: picture.x + share * picture.width, y: from.y + k * (to.y - from.y) };
  };
  const answers = [
    seen.line ? far('the horizon on the left', onLine(left.x), left) : 'no horizon',
    seen.line ? far('the horizon on the right', onLine(right.x), right) : '',
    seen.line && (seen.line.from.x > picture.x + 1 || seen.line.to.x < picture.x + picture.width - 1) ? 'the horizon does not go through the whole picture' : '',
    // North stands above the picture's upper edge by its words; across it counts.
    Math.abs((seen.north - picture.x) / picture.width - northShare()) > toleranceShare ? `north is at ${(seen.north - picture.x) / picture.width}, not ${northShare()}` : '',
    far('the left upper corner of the target', seen.box && { x: seen.box.left, y: seen.box.top }, { x: box.x, y: box.y }),
    far('the right lower corner of the target', seen.box && { x: seen.box.right, y: seen.box.bottom }, { x: box.x + box.w, y: box.y + box.h }),
  ];
  for (const [id, [awayM, azimuthDeg]] of Object.entries(places)) {
    const at = inPicture([awayM * Math.sin(azimuthDeg * rad), awayM * Math.cos(azimuthDeg * rad), -stand.altAGL]);
    const inside = at && at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1;
    if (inside) answers.push(far(`the track ${id}`, seen.marks[id], at));
    else if (seen.marks[id]) answers.push(`the track ${id} is drawn, which is not in the picture`);
  }
  return answers.filter((words) => words !== '').join('; ');
}

/** North is marked at the height of the picture's middle. */
function northShare() {
  const pitch = gimbal.pitchDeg * rad;
  return inPicture([0, Math.cos(pitch), Math.sin(pitch)]).x;
}

/** Runs in the page: what is drawn over the picture, in pixels of the screen, and where the picture itself lies in its tile. */
function drawn(id) {
  const svg = document.querySelector(`[data-testid="world-${id}"]`);
  const video = document.querySelector(`[data-testid="video-${id}"]`);
  const box = document.querySelector(`[data-testid="tile-${id}"] .layer rect.halo`)?.getBoundingClientRect();
  if (!svg || !video.videoWidth) return undefined;
  const tile = video.getBoundingClientRect();
  const scale = Math.min(tile.width / video.videoWidth, tile.height / video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  const picture = { x: tile.x + (tile.width - width) / 2, y: tile.y + (tile.height - height) / 2, width, height };
  const onScreen = (element, x, y) => {
    const { x: sx, y: sy } = new DOMPoint(x, y).matrixTransform(element.getScreenCTM());
    return { x: sx, y: sy };
  };
  const line = svg.querySelector('line');
  const of = (name) => Number(line.getAttribute(name));
  const north = [...svg.querySelectorAll('text')].find((t) => t.textContent.includes('▲'));
  return {
    picture,
    line: line && { from: onScreen(line, of('x1'), of('y1')), to: onScreen(line, of('x2'), of('y2')) },
    north: north && onScreen(north, Number(north.getAttribute('x')), 0).x,
    box: box && { left: box.left, top: box.top, right: box.right, bottom: box.bottom },
    marks: Object.fromEntries([...svg.querySelectorAll('g')].map((g) => [g.textContent.trim().split(' ').at(-1), onScreen(g, 0, 0)])),
  };
}
