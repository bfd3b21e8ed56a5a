/**
 * The map's own symbols, drawn on a canvas in the theme's colours when the map first asks for them. An image's id says
 * what it is: 'sensor|pir|ok|quiet', 'vehicle|live|selected', 'alert|serious|new|plain', 'symbol|SIDC', 'aircraft|fresh|near',
 * 'stop|current', 'rally', 'home', 'target', 'look'.
 * Each state differs in shape, not only in colour.
 */
import type { Palette, PaletteName } from './palette';

/** Canvas pixels per map pixel. */
export const imageRatio = 2;
/** The same where the map is drawn with one pixel each way: MapLibre copies images with every change of what moves. */
export const imageRatioSoftware = 1;

type Draw = (c: CanvasRenderingContext2D, p: Palette) => void;

/** Draws an own symbol; undefined for ids that are not known here. */
export function drawImage(id: string, palette: Palette, ratio: number): ImageData | undefined {
  const [what, ...rest] = id.split('|');
  switch (what) {
    case 'sensor':
      return paint(32, palette, ratio, (c, p) => sensorSymbol(c, p, rest[0] ?? '', rest[1] ?? '', rest[2] === 'tripped'));
    case 'vehicle':
      return paint(48, palette, ratio, (c, p) => vehicleSymbol(c, p, rest[0] === 'lost', rest[1] === 'selected'));
    case 'alert':
      return paint(34, palette, ratio, (c, p) => alertSymbol(c, p, rest[0] ?? '', rest[1] === 'acknowledged', rest[2] === 'selected'));
    case 'aircraft':
      return paint(44, palette, ratio, (c, p) => aircraftSymbol(c, p, rest[0] === 'stale', rest[1] === 'near'));
    case 'stop':
      return paint(22, palette, ratio, (c, p) => stopSymbol(c, p, rest[0] === 'current'));
    case 'rally':
      return paint(26, palette, ratio, rallySymbol);
    case 'home':
      return paint(28, palette, ratio, homeSymbol);
    case 'target':
      return paint(44, palette, ratio, targetSymbol);
    case 'look':
      return paint(22, palette, ratio, lookSymbol);
    default:
      return undefined;
  }
}

/** Draws around the origin in map pixels. */
function paint(size: number, palette: Palette, ratio: number, draw: Draw): ImageData | undefined {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * ratio;
  const c = canvas.getContext('2d');
  if (!c) return undefined;
  c.scale(ratio, ratio);
  c.translate(size / 2, size / 2);
  c.lineJoin = c.lineCap = 'round';
  draw(c, palette);
  return c.getImageData(0, 0, canvas.width, canvas.height);
}

function path(c: CanvasRenderingContext2D, points: readonly (readonly [number, number])[], close = false): void {
  c.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? c.moveTo(x, y) : c.lineTo(x, y)));
  if (close) c.closePath();
}

function circle(c: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  c.beginPath();
  c.arc(x, y, r, 0, 2 * Math.PI);
}

function letter(c: CanvasRenderingContext2D, text: string, y: number, px: number): void {
  c.font = `700 ${px}px system-ui, sans-serif`;
  c.textAlign = 'center';
  c.textBaseline = 'middle';
  c.fillText(text, 0, y);
}

/** Seismic: a circle with a wave; PIR: an eye-like fan in a diamond; beam: a square with a bar. */
function sensorSymbol(c: CanvasRenderingContext2D, p: Palette, kind: string, state: string, tripped: boolean): void {
  const quiet = state === 'silent' || state === 'unknown';
  const colour = tripped ? p.trip : quiet ? p.lost : p.sensor;
  c.strokeStyle = colour;
  c.fillStyle = p['sensor-body'];
  c.lineWidth = tripped ? 2.5 : 1.75;
  if (quiet) c.setLineDash([2.5, 2.5]);
  if (kind === 'seismic') circle(c, 0, 0, 9);
  else if (kind === 'pir') path(c, [[0, -11], [11, 0], [0, 11], [-11, 0]], true);
  else path(c, [[-8, -8], [8, -8], [8, 8], [-8, 8]], true);
  c.fill();
  c.stroke();
  c.setLineDash([]);
  c.lineWidth = 1.75;
  if (kind === 'seismic') path(c, [[-6, 0], [-3, 0], [-1, -4.5], [1.5, 4.5], [3.5, 0], [6, 0]]);
  else if (kind === 'pir') path(c, [[-4, 4], [0, -4], [4, 4]]);
  else path(c, [[-5, 0], [5, 0]]);
  c.stroke();
  sensorBadge(c, p, state);
}

/** Silent: struck through; unknown: '?'; tamper: '!' ; low battery: a drained cell. */
function sensorBadge(c: CanvasRenderingContext2D, p: Palette, state: string): void {
  if (state === 'ok') return;
  if (state === 'silent') {
    c.strokeStyle = p.lost;
    c.lineWidth = 2;
    path(c, [[-11, 11], [11, -11]]);
    c.stroke();
    return;
  }
  c.save();
  c.translate(9, -9);
  c.fillStyle = state === 'tamper' ? p.critical : state === 'lowBattery' ? p.caution : p.lost;
  circle(c, 0, 0, 6);
  c.fill();
  c.fillStyle = p.halo;
  if (state === 'lowBattery') {
    c.fillRect(-3.5, -2, 6, 4);
    c.fillRect(2.5, -1, 1.5, 2);
    c.fillStyle = p.caution;
    c.fillRect(-1.5, -1.2, 3.2, 2.4);
  } else letter(c, state === 'tamper' ? '!' : '?', 0.5, 10);
  c.restore();
}

/** A four-rotor craft with its nose up; hollow and crossed out when lost; bracketed when selected. */
function vehicleSymbol(c: CanvasRenderingContext2D, p: Palette, lost: boolean, selected: boolean): void {
  const colour = lost ? p.lost : p.vehicle;
  c.strokeStyle = colour;
  c.fillStyle = p['vehicle-body'];
  c.lineWidth = 2.25;
  path(c, [[-8, -8], [8, 8]]);
  c.stroke();
  path(c, [[8, -8], [-8, 8]]);
  c.stroke();
  c.lineWidth = 1.75;
  for (const [x, y] of [[-9, -9], [9, -9], [-9, 9], [9, 9]] as const) {
    circle(c, x, y, 4.5);
    c.fill();
    c.stroke();
  }
  path(c, [[0, -17], [6, 3], [0, 0], [-6, 3]], true);
  c.fillStyle = lost ? p['vehicle-body'] : colour;
  c.fill();
  c.stroke();
  if (lost) {
    c.lineWidth = 2.5;
    path(c, [[-15, 15], [15, -15]]);
    c.stroke();
  }
  if (selected) {
    c.strokeStyle = p.label;
    c.lineWidth = 2;
    for (const [x, y] of [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const) {
      path(c, [[x * 20, y * 12], [x * 20, y * 20], [x * 12, y * 20]]);
      c.stroke();
    }
  }
}

/** Caution: a disc; serious: a diamond; critical: a triangle. Filled while new, hollow once acknowledged. */
function alertSymbol(c: CanvasRenderingContext2D, p: Palette, severity: string, known: boolean, selected: boolean): void {
  const name: PaletteName = severity === 'critical' || severity === 'serious' ? severity : 'caution';
  if (severity === 'critical') path(c, [[0, -12], [13, 11], [-13, 11]], true);
  else if (severity === 'serious') path(c, [[0, -14], [14, 0], [0, 14], [-14, 0]], true);
  else circle(c, 0, 0, 11);
  c.fillStyle = known ? p.halo : p[name];
  c.strokeStyle = selected ? p.label : known ? p[name] : p.halo;
  c.lineWidth = selected ? 3 : 2;
  c.fill();
  c.stroke();
  c.fillStyle = known ? p[name] : p.halo;
  letter(c, '!', severity === 'critical' ? 3 : 1, 15);
}

/** A winged silhouette with its nose up; hollow once it is old, ringed while it is near one of ours. */
function aircraftSymbol(c: CanvasRenderingContext2D, p: Palette, stale: boolean, near: boolean): void {
  const half = [[0, -13], [1.8, -9], [1.8, -3.5], [12, 2], [12, 4.5], [1.8, 2], [1.3, 8], [5, 10.5], [5, 12.5]] as const;
  const outline = [...half, [0, 11.5] as const, ...half.slice(1).reverse().map(([x, y]) => [-x, y] as const)];
  path(c, outline, true);
  c.lineWidth = 4;
  c.strokeStyle = p.halo;
  c.stroke();
  c.fillStyle = stale ? p.halo : near ? p.serious : p.label;
  c.strokeStyle = stale ? p.lost : near ? p.serious : p.label;
  c.lineWidth = 1.5;
  if (stale) c.setLineDash([2.5, 2]);
  c.fill();
  c.stroke();
  c.setLineDash([]);
  if (!near) return;
  c.lineWidth = 2;
  circle(c, 0, 0, 19);
  c.stroke();
}

/** A small square on its tip; filled and larger where the vehicle flies to now. */
function stopSymbol(c: CanvasRenderingContext2D, p: Palette, current: boolean): void {
  const r = current ? 8 : 5.5;
  path(c, [[0, -r], [r, 0], [0, r], [-r, 0]], true);
  c.fillStyle = current ? p.vehicle : p['vehicle-body'];
  c.strokeStyle = current ? p.label : p.vehicle;
  c.lineWidth = current ? 2.25 : 1.75;
  c.fill();
  c.stroke();
}

/** A flag on its pole, which stands on the place. */
function rallySymbol(c: CanvasRenderingContext2D, p: Palette): void {
  for (const [colour, width] of [[p.halo, 4.5], [p.vehicle, 2]] as const) {
    c.strokeStyle = colour;
    c.lineWidth = width;
    path(c, [[0, 0], [0, -11], [9, -7.5], [0, -4]]);
    c.stroke();
    circle(c, 0, 0, 2);
    c.stroke();
  }
}

function homeSymbol(c: CanvasRenderingContext2D, p: Palette): void {
  path(c, [[0, -10], [10, -1], [10, 10], [-10, 10], [-10, -1]], true);
  c.fillStyle = p['vehicle-body'];
  c.strokeStyle = p.vehicle;
  c.lineWidth = 1.75;
  c.fill();
  c.stroke();
  c.fillStyle = p.vehicle;
  letter(c, 'H', 3, 11);
}

function targetSymbol(c: CanvasRenderingContext2D, p: Palette): void {
  for (const [colour, width] of [[p.halo, 4], [p.cue, 2]] as const) {
    c.strokeStyle = colour;
    c.lineWidth = width;
    circle(c, 0, 0, 14);
    c.stroke();
    for (const [x, y] of [[0, -1], [1, 0], [0, 1], [-1, 0]] as const) {
      path(c, [[x * 9, y * 9], [x * 19, y * 19]]);
      c.stroke();
    }
  }
}

function lookSymbol(c: CanvasRenderingContext2D, p: Palette): void {
  for (const [colour, width] of [[p.halo, 3.5], [p.vehicle, 1.75]] as const) {
    c.strokeStyle = colour;
    c.lineWidth = width;
    path(c, [[-8, 0], [0, -5], [8, 0], [0, 5]], true);
    c.stroke();
    circle(c, 0, 0, 2);
    c.stroke();
  }
}
