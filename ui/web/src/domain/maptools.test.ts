import { describe, expect, it } from 'vitest';
import { contours, contourStep } from './contours';
import { distanceWords, leg, legsOf } from './geodesy';
import { LayerError, maxBytes, readLayer } from './ownlayers';
import { unpackWorld } from './world';

describe('measuring', () => {
  it('agrees with the published line from Flinders Peak to Buninyong', () => {
    // Geoscience Australia's example of Vincenty's formulae: 54 972.271 m at 306°52'05.37".
    const l = leg([144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600)], [143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600)]);
    expect(l.metres).toBeCloseTo(54_972.271, 2);
    expect(l.bearingDeg).toBeCloseTo(306 + 52 / 60 + 5.37 / 3600, 4);
  });

  it('holds over the date line, at one place, and between opposite ends of the globe', () => {
    expect(leg([179.9, 0], [-179.9, 0])).toMatchObject({ bearingDeg: 90 });
    expect(leg([179.9, 0], [-179.9, 0]).metres).toBeCloseTo(22_263.9, 0);
    expect(leg([10, 10], [10, 10]).metres).toBe(0);
    expect(leg([0, 0.1], [179.9, -0.1]).metres).toBeGreaterThan(19_900_000);
  });

  it('says distances as people do', () => {
    expect([4.4, 999.4, 999.6, 9_999, 12_340, 123_456].map(distanceWords)).toEqual(['4 m', '999 m', '1.00 km', '10.0 km', '12.3 km', '123 km']);
    expect(legsOf([[0, 0]])).toEqual([]);
    expect(legsOf([[0, 0], [0, 1], [1, 1]])).toHaveLength(2);
  });
});

describe('contour lines', () => {
  const cone = (n: number): { width: number; height: number; metres: number[] } => ({
    width: n,
    height: n,
    metres: Array.from({ length: n * n }, (_, i) => 100 - 4 * Math.hypot((i % n) - (n - 1) / 2, Math.floor(i / n) - (n - 1) / 2)),
  });

  it('are closed rings around a hill, one for each level', () => {
    const found = contours(cone(21), 10).filter((c) => c.metres >= 70);
    expect(found.map((c) => c.metres).sort((a, b) => a - b)).toEqual([70, 80, 90]);
    for (const { metres, points } of found) {
      const [first, last] = [points[0]!, points.at(-1)!];
      expect(Math.hypot(first[0] - last[0], first[1] - last[1])).toBeLessThan(1e-3);
      for (const [x, y] of points) expect(Math.abs(Math.hypot(x - 10, y - 10) - (100 - metres) / 4)).toBeLessThan(0.3);
    }
  });

  it('leave out what is not known, and do not choke on flat land that lies on a level', () => {
    const hole = cone(21);
    hole.metres[10 * 21 + 10] = Number.NaN;
    expect(contours(hole, 10).some((c) => c.points.some(([x, y]) => Number.isNaN(x + y)))).toBe(false);
    expect(contours({ width: 5, height: 5, metres: new Array<number>(25).fill(50) }, 10)).toEqual([]);
  });

  it('stand closer together the closer one looks', () => {
    const steps = [8, 11, 12.5, 14, 16].map(contourStep);
    expect(steps).toEqual([undefined, 50, 20, 10, 5]);
  });
});

describe('own lines and zones', () => {
  const line = { type: 'LineString', coordinates: [[149, -35], [149.1, -35]] };

  it('are read with name, date and source, from the file or its first feature', () => {
    const text = JSON.stringify({ type: 'FeatureCollection', name: 'State line', date: '2026-05-01', features: [{ type: 'Feature', properties: { source: 'Survey office', secret: 'x' }, geometry: line }] });
    const layer = readLayer(text, 'line.geojson');
    expect(layer).toMatchObject({ name: 'State line', date: '2026-05-01', source: 'Survey office' });
    expect(layer.features[0]!.properties).toEqual({ source: 'Survey office' });
  });

  it('say when nobody answers for them', () => {
    expect(readLayer(JSON.stringify(line), 'a.geojson')).toMatchObject({ name: 'a', date: 'no date given', source: 'no source given' });
  });

  it.each([
    ['{', /not JSON/],
    ['{"a":1}', /not GeoJSON/],
    ['{"type":"FeatureCollection","features":[]}', /holds no/],
    ['{"type":"FeatureCollection"}', /no list of features/],
    ['{"type":"Blob","coordinates":[]}', /no known type/],
    ['{"type":"LineString","coordinates":[[500000,6000000],[1,2]]}', /off the globe/],
    ['{"type":"LineString","coordinates":[["1","x"],[1,2]]}', /off the globe/],
    ['{"type":"Polygon","coordinates":[[1,2]]}', /cannot be read/],
    ['{"type":"LineString","crs":{"type":"name","properties":{"name":"EPSG:28355"}},"coordinates":[[1,2],[2,3]]}', /not in WGS 84/],
    [`"${'x'.repeat(maxBytes)}"`, /larger than/],
  ])('refuse %.60s', (text, words) => {
    expect(() => readLayer(text, 'f.json')).toThrow(LayerError);
    expect(() => readLayer(text, 'f.json')).toThrow(words);
  });
});

describe('the world', () => {
  it('is unpacked from steps', () => {
    const world = unpackWorld({ perDegree: 100, land: [[[100, 200, 50, 0, 0, 50, -50, -50]]], borders: [[0, 0, 1, 1]] });
    expect(world.land[0]![0]).toEqual([[1, 2], [1.5, 2], [1.5, 2.5], [1, 2]]);
    expect(world.borders).toEqual([[[0, 0], [0.01, 0.01]]]);
  });
});
