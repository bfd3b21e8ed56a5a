import { describe, expect, it } from 'vitest';
import { coordinateFormats, dms, latLon, mgrs, parsePlace, placeWords, utm } from './coords';
import { fromUtm, toUtm } from './utm';

const places = [
  { lat: -35.36324, lon: 149.16509 },
  { lat: 60.39299, lon: 5.32415 }, // Bergen: the wide zone 32V
  { lat: 78.22, lon: 15.65 }, // Svalbard: zone 33X
  { lat: -0.00012, lon: -78.46 },
  { lat: 59.99999, lon: -179.99999 },
];

describe('coordinates', () => {
  it('are the grid\'s, as published', () => {
    // The CN Tower, a common example of UTM: 17T 630084 4833439.
    const tower = toUtm({ lat: 43.642567, lon: -79.387139 })!;
    expect([tower.zone, tower.band, Math.round(tower.eastingM), Math.round(tower.northingM)]).toEqual([17, 'T', 630084, 4833439]);
    expect(toUtm({ lat: 0, lon: 3 })).toMatchObject({ zone: 31, band: 'N', eastingM: 500_000, northingM: 0 });
  });

  it('agree between UTM and MGRS, which comes from another library', () => {
    for (const at of places) {
      const u = toUtm(at)!;
      const [zone, , east, north] = mgrs(at)!.split(' ');
      expect(zone).toBe(`${u.zone}${u.band}`);
      // MGRS cuts off where UTM rounds.
      expect(Math.abs((u.eastingM % 100_000) - Number(east))).toBeLessThan(1.01);
      expect(Math.abs((u.northingM % 100_000) - Number(north))).toBeLessThan(1.01);
    }
  });

  it('come back from the grid to a millimetre', () => {
    for (const at of places) {
      const u = toUtm(at)!;
      const back = fromUtm(u.zone, at.lat < 0, u.eastingM, u.northingM)!;
      expect(back.lat).toBeCloseTo(at.lat, 8);
      expect(back.lon).toBeCloseTo(at.lon, 8);
    }
  });

  it('are read as they are written, in every format', () => {
    for (const at of places) {
      for (const format of coordinateFormats) {
        const back = parsePlace(placeWords(at, format)!)!;
        // A tenth of a second, the coarsest, is three metres.
        expect(Math.abs(back.lat - at.lat)).toBeLessThan(3e-5);
        expect(Math.abs(back.lon - at.lon) * Math.cos((at.lat * Math.PI) / 180)).toBeLessThan(3e-5);
      }
    }
  });

  it('read as people write them', () => {
    expect(latLon(places[0]!)).toBe('35.36324° S 149.16509° E');
    expect(dms(places[0]!)).toBe('35°21\'47.7" S 149°09\'54.3" E');
    expect(dms({ lat: 0.999999, lon: 0 })).toBe('1°00\'00.0" N 0°00\'00.0" E');
    expect(utm({ lat: 85, lon: 0 })).toBeUndefined();
    expect(mgrs({ lat: 85, lon: 0 })).toBeUndefined();
  });

  it.each([
    ['-35.363 149.165', -35.363, 149.165],
    ['-35.363, 149.165', -35.363, 149.165],
    ['35.363S 149.165E', -35.363, 149.165],
    ['E149.165 S35.363', -35.363, 149.165],
    ['35 21 46.8 s 149 9 54 e', -35.363, 149.165],
    ['35°21.78\'S, 149°9.9\'E', -35.363, 149.165],
    ['-0 30 0, 10 0 0', -0.5, 10],
  ])('typed as %s', (text, lat, lon) => {
    const at = parsePlace(text)!;
    expect(at.lat).toBeCloseTo(lat, 6);
    expect(at.lon).toBeCloseTo(lon, 6);
  });

  it.each(['', 'here', '12', '91 0', '0 181', '35.5 30 S 10 E', '10 61 0 N 10 0 0 E', '5 N 6 S', '1,5 2,5', '61H FA 1 1', '55H 696754', '55H FA 123 12', '17T 630084 9833439'])(
    'does not take %j for a place',
    (text) => expect(parsePlace(text)).toBeUndefined(),
  );
});
