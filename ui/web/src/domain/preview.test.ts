import { describe, expect, it } from 'vitest';
import { decisionNote } from './causes';
import { crossesRing } from './crossing';
import { clearance, forbidden, samples, secondsFor, type Way } from './preview';
import type { LonLat, Zone } from './model';

const way: Way = { from: [149, -35], fromM: 700, to: [149.01, -35], toM: 760 };
const square: LonLat[] = [[149.004, -35.001], [149.006, -35.001], [149.006, -34.999], [149.004, -34.999], [149.004, -35.001]];
const zone = (kind: Zone['kind'], ring: LonLat[]): Zone => ({ id: 'z', name: 'Mast', kind, geometry: { type: 'Polygon', coordinates: [ring] } });

describe('the preview of a way', () => {
  it('asks the ground along it, ends included, at the height flown there', () => {
    const s = samples(way, 3);
    expect(s.map((p) => p.flownM)).toEqual([700, 730, 760]);
    expect([s[0]!.at, s[2]!.at]).toEqual([way.from, way.to]);
    expect(secondsFor(way, 10)).toBeCloseTo(91.3, 0);
  });

  it('tells the least clearance, and how much of the ground is not known', () => {
    expect(clearance([700, 730, 760], [690, 725, 700])).toEqual({ leastM: 5, unknown: 0 });
    expect(clearance([700, 730], [undefined, 700])).toEqual({ leastM: 30, unknown: 1 });
    expect(clearance([700], [undefined])).toEqual({ leastM: undefined, unknown: 1 });
  });

  it('names the no-fly zones that it goes through, begins in, or touches, and no others', () => {
    expect(forbidden(way, [zone('noFly', square)], crossesRing)).toEqual(['Mast']);
    expect(forbidden(way, [zone('area', square)], crossesRing)).toEqual([]);
    expect(forbidden({ ...way, to: [149.003, -35] }, [zone('noFly', square)], crossesRing)).toEqual([]);
    expect(crossesRing([149.005, -35], [149.0051, -35], square)).toBe(true);
    expect(crossesRing([149, -34.99], [149.01, -34.99], square)).toBe(false);
  });
});

describe('the cause of a decision', () => {
  it('is the last note', () => {
    const alert = { id: 'a', state: 'false', severity: 'caution', title: '', raisedAt: 0 } as const;
    expect(decisionNote(alert)).toBe('');
    expect(decisionNote({ ...alert, history: [{ t: 1, what: 'acknowledged' }, { t: 2, what: 'false', note: 'animal' }] })).toBe('animal');
  });
});
