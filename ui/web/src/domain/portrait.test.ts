import { describe, expect, it } from 'vitest';
import { alert, type AlertPicture } from './model';
import { bestPicture, boxFrame, detailCorner, detailFrame } from './portrait';

const picture = (n: number, kind: AlertPicture['kind'], box = { x: 320, y: 256, w: 6, h: 12, score: 0.8 }): AlertPicture => ({
  n, kind, feed: '1-thermal', at: 1, timeExact: true, width: 640, height: 512, box, lat: -35, lon: 149, errorM: 9, pose: 'mavlink',
});

describe('the pictures of an alert', () => {
  it('are read as the station tells of them, and may be missing', () => {
    const told = {
      id: 'a-1', state: 'new', severity: 'serious', title: 'Person', raisedAt: '2026-11-26T12:00:00Z',
      pictures: [
        { n: 3, kind: 'best', feed: '1-thermal', at: '2026-11-26T12:00:05.500Z', width: 640, height: 512, box: { x: 1, y: 2, w: 3, h: 4, score: 0.5 }, lat: -35, lon: 149, errorM: 12, pose: 'klv', masked: true },
      ],
    };
    const read = alert(told, 'alert').pictures?.[0];
    expect([read?.n, read?.at, read?.box.w, read?.timeExact, read?.masked]).toEqual([3, Date.parse('2026-11-26T12:00:05.500Z'), 3, undefined, true]);
    expect(alert({ ...told, pictures: undefined }, 'alert').pictures).toBeUndefined();
    expect(() => alert({ ...told, pictures: [{ n: 'x' }] }, 'alert')).toThrow();
  });

  it('show the best view first, else the first sight', () => {
    expect(bestPicture(undefined)).toBeUndefined();
    expect(bestPicture([])).toBeUndefined();
    expect(bestPicture([picture(1, 'first')])?.n).toBe(1);
    expect(bestPicture([picture(1, 'first'), picture(2, 'earlier'), picture(3, 'best')])?.n).toBe(3);
    expect(bestPicture([picture(1, 'first'), picture(2, 'earlier')])?.n).toBe(2); // the best is kept no longer
  });

  it('have their box in parts of the picture, and never outside', () => {
    expect(boxFrame(picture(1, 'first'))).toEqual({ left: 0.5, top: 0.5, width: expect.closeTo(6 / 640), height: expect.closeTo(12 / 512) });
    const cut = boxFrame(picture(1, 'first', { x: -10, y: 500, w: 30, h: 40, score: 1 }));
    expect(cut.left).toBe(0);
    expect(cut.width).toBeCloseTo(20 / 640);
    expect(cut.top + cut.height).toBeCloseTo(1);
  });

  it('show enlarged what is small, and stay inside the picture', () => {
    const d = detailFrame(picture(1, 'first'))!;
    expect(d.width * 640).toBeCloseTo(72);
    expect((d.left + d.width / 2) * 640).toBeCloseTo(323);
    expect(detailFrame(picture(1, 'first', { x: 0, y: 0, w: 4, h: 4, score: 1 }))).toMatchObject({ left: 0, top: 0, width: 0.1 });
    const far = detailFrame(picture(1, 'first', { x: 636, y: 508, w: 4, h: 4, score: 1 }))!;
    expect(far.left + far.width).toBeCloseTo(1);
    expect(detailFrame(picture(1, 'first', { x: 200, y: 100, w: 90, h: 200, score: 1 }))).toBeUndefined();
  });

  it('have the enlarged part where the target is not', () => {
    expect(detailCorner(picture(1, 'first', { x: 600, y: 0, w: 4, h: 4, score: 1 }))).toBe('left');
    expect(detailCorner(picture(1, 'first', { x: 20, y: 0, w: 4, h: 4, score: 1 }))).toBe('right');
  });
});
