import { describe, expect, it } from 'vitest';
import { askForCaptureTimes, CaptureTimes } from './capture';

const uri = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';

describe('capture times', () => {
  it('are asked for where the browser can, and the rest stays as it is', () => {
    let set: unknown;
    const all = [
      { uri: 'other', direction: 'sendrecv' as const },
      { uri, direction: 'stopped' as const },
    ];
    askForCaptureTimes({ getHeaderExtensionsToNegotiate: () => all, setHeaderExtensionsToNegotiate: (e: unknown) => (set = e) });
    expect(set).toEqual([
      { uri: 'other', direction: 'sendrecv' },
      { uri, direction: 'sendrecv' },
    ]);
    askForCaptureTimes({});
    askForCaptureTimes({
      getHeaderExtensionsToNegotiate: () => [{ uri, direction: 'stopped' }],
      setHeaderExtensionsToNegotiate: () => {
        throw new Error('not now');
      },
    });
  });

  it('are those of the picture that is shown, not of the newest', () => {
    const takenMs = Date.UTC(2026, 10, 26);
    let asked = 0;
    const times = new CaptureTimes({
      getSynchronizationSources: () => {
        asked += 1;
        return [
          { timestamp: 1, rtpTimestamp: 5, captureTimestamp: 1 },
          { timestamp: 2, rtpTimestamp: 9_000, captureTimestamp: takenMs + 2_208_988_800_000 },
        ];
      },
    });
    expect(times.of(undefined, 0)).toBeUndefined();
    expect(times.of(9_000, 0)).toBe(takenMs);
    expect(times.of(0, 50)).toBe(takenMs - 100);
    expect(times.of(2 ** 32 - 9_000, 199)).toBe(takenMs - 200); // the timestamps have turned over
    expect(asked).toBe(1);
    times.of(9_000, 200);
    expect(asked).toBe(2);
  });

  it('are unknown where the browser does not tell', () => {
    expect(new CaptureTimes({ getSynchronizationSources: () => [] }).of(1, 0)).toBeUndefined();
    expect(new CaptureTimes({ getSynchronizationSources: () => [{ timestamp: 1, rtpTimestamp: 1 }] }).of(1, 0)).toBeUndefined();
  });
});
