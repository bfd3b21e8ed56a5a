import { describe, expect, it } from 'vitest';
import { metadataWords, readMetadata } from './metadata';

const message = JSON.stringify({
  t: '2026-11-26T12:00:00.2Z',
  exact: true,
  time: '2026-11-26T12:00:00.2Z',
  platform: 'Copter 1',
  slantRangeM: 93.4,
  center: { lat: -35.36324, lon: 149.16509 },
  security: { classification: 'unclassified' },
});

describe('metadata beside a picture', () => {
  it('is read from a message, and said in a line', () => {
    const m = readMetadata(message)!;
    expect(m.t).toBe(Date.parse('2026-11-26T12:00:00.2Z'));
    expect(metadataWords(m, 300)).toBe('Copter 1 · slant 93 m · centre 35.36324° S 149.16509° E');
  });

  it('says how old it is, and what it does not know', () => {
    const m = readMetadata('{"t":"2026-11-26T12:00:00Z","exact":false}')!;
    expect(metadataWords(m, 5_000)).toBe('unnamed platform · slant – · centre – · 5 s old');
  });

  it('bounds a name', () => {
    const m = readMetadata(JSON.stringify({ t: '2026-11-26T12:00:00Z', exact: true, callSign: 'x'.repeat(500) }))!;
    expect(metadataWords(m, 0).length).toBeLessThan(80);
  });

  it('leaves out what it cannot understand', () => {
    for (const bad of ['', 'null', '[]', '{"t":1}', '{"t":"2026-11-26T12:00:00Z","exact":true,"center":{"lat":"x"}}', new ArrayBuffer(3)])
      expect(readMetadata(bad)).toBeUndefined();
  });
});
