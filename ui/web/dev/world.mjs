// Builds public/world.json, the world under the map: land and boundaries of Natural Earth (world-atlas, 1:50 million), cut anew
// at the antimeridian, because MapLibre loses polygons that are stitched for a globe. Run by `npm run build`.
// Rings are lists of whole twentieths of a degree, each pair counted from the one before.
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { geoEquirectangular } from 'd3-geo';
import { geoProject } from 'd3-geo-projection';
import { feature, mesh } from 'topojson-client';

const atlas = JSON.parse(readFileSync(new URL('../node_modules/world-atlas/countries-50m.json', import.meta.url)));
const perDegree = 20;
/** Degrees by which a line may stand off: some pixels where the fill ends, and a quarter of the bytes. */
const tolerance = 0.1;

// An equirectangular projection of one degree a unit is the identity that cuts.
const cut = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0);

/** The arcs that countries share are thinned (Douglas and Peucker), not the countries, so that no gap opens between neighbours. */
function thin(points) {
  if (points.length < 3) return points;
  const [a, b] = [points[0], points.at(-1)];
  const closed = a[0] === b[0] && a[1] === b[1];
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  let [far, at] = [0, 0];
  points.forEach((p, i) => {
    const off = closed
      ? Math.hypot(p[0] - a[0], p[1] - a[1])
      : Math.abs((b[0] - a[0]) * (a[1] - p[1]) - (a[0] - p[0]) * (b[1] - a[1])) / length;
    if (off > far) [far, at] = [off, i];
  });
  if (far <= tolerance) return [a, b];
  return [...thin(points.slice(0, at + 1)), ...thin(points.slice(at)).slice(1)];
}

const { scale, translate } = atlas.transform;
atlas.arcs = atlas.arcs.map((arc) => {
  let [x, y] = [0, 0];
  return thin(arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]));
});
delete atlas.transform;

function packed(line) {
  const out = [];
  let [px, py] = [0, 0];
  for (const [x, y] of line) {
    const [qx, qy] = [Math.round(x * perDegree), Math.round(-y * perDegree)];
    if (out.length > 0 && qx === px && qy === py) continue;
    out.push(qx - px, qy - py);
    [px, py] = [qx, qy];
  }
  return out;
}

const land = geoProject(feature(atlas, atlas.objects.land), cut);
const geometries = land.type === 'FeatureCollection' ? land.features.map((f) => f.geometry) : [land.geometry];
const polygons = geometries.flatMap((g) => (g.type === 'Polygon' ? [g.coordinates] : g.coordinates));
const borders = geoProject(mesh(atlas, atlas.objects.countries, (a, b) => a !== b), cut);

const world = {
  source: 'Natural Earth 1:50 million, generalised; boundaries are indicative and have no legal force',
  perDegree,
  land: polygons.map((rings) => rings.map(packed).filter((r) => r.length >= 8)).filter((p) => p.length > 0),
  borders: borders.coordinates.map(packed).filter((l) => l.length >= 4),
};
mkdirSync(new URL('../public/', import.meta.url), { recursive: true });
writeFileSync(new URL('../public/world.json', import.meta.url), JSON.stringify(world));
