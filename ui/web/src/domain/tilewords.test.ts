import { describe, expect, it } from 'vitest';
import { FrameCounter, judgeAgain, judgePicture } from './frames';
import { ageWords, detectorWords, tileRemarks, tileWords, type TileInput } from './tilewords';

const nowMs = Date.UTC(2026, 10, 26, 10, 20, 30);
const bFrames = { code: 'bFrames', words: 'the stream has B-frames', plays: 'no' as const };
const h265 = { code: 'h265', words: 'the stream is H.265', plays: 'some' as const };
const base: TileInput = { feed: { state: 'live' }, picture: { state: 'live', forMs: 0 }, connected: true, fps: 24.6, detail: '', nowMs };

describe('the words of a tile', () => {
  it('has none over a picture that plays, whatever other browsers do', () => {
    expect(tileWords({ ...base, feed: { state: 'live', problem: h265 } })).toEqual({ status: '25 fps', veil: undefined });
  });

  it('says since when there is no signal, and why the source is not reached', () => {
    const signIn = { code: 'signIn', words: 'the camera refuses the password', plays: 'no' as const };
    const got = tileWords({ ...base, feed: { state: 'noSignal', problem: signIn }, picture: { state: 'noSignal', forMs: 65_000 }, connected: false });
    expect(got.status).toBe('no signal since 10:19:25');
    expect(got.veil).toEqual({ title: 'No signal since 10:19:25', why: [signIn.words], alternate: undefined });
  });

  it('tells no signal from no connection and from no picture', () => {
    const picture = { state: 'noSignal' as const, forMs: 5_000 };
    expect(tileWords({ ...base, picture, connected: false }).status).toBe('no connection since 10:20:25');
    expect(tileWords({ ...base, picture }).status).toBe('no picture since 10:20:25');
  });

  it('says what nobody can play, once, with the other stream', () => {
    const feed = { state: 'live' as const, problem: bFrames, alternate: 'cam-sub' };
    const got = tileWords({ ...base, feed, picture: { state: 'refused', forMs: 0 }, detail: `cannot be shown: ${bFrames.words}` });
    expect(got.veil).toEqual({ title: 'Does not play', why: [bFrames.words], alternate: 'cam-sub' });
  });

  it('says both where the browser has its own words, and offers what the refusal named', () => {
    const picture = { state: 'connecting' as const, forMs: 0 };
    const got = tileWords({ ...base, feed: { state: 'live', problem: h265 }, picture, connected: false, detail: 'this browser cannot', offered: 'b' });
    expect(got.veil).toEqual({ title: 'Connecting …', why: [h265.words, 'this browser cannot'], alternate: 'b' });
  });
});

describe('the remarks on a tile', () => {
  const hints = [
    { code: 'falseClock', words: 'the camera\'s clock is 52 min off: set NTP in it' },
    { code: 'metadataClock', words: 'the clock of the metadata (KLV tag 2) is 2 hours behind' },
    { code: 'ofTomorrow', words: 'something that this console does not know' },
  ];
  const live = { state: 'live' as const, forMs: 0 };

  it('say what would be better, briefly where there is little room, and in full what the console has no brief words for', () => {
    expect(tileRemarks({ hints }, live)).toEqual([
      { code: 'falseClock', short: 'camera clock is wrong', words: hints[0]?.words },
      { code: 'metadataClock', short: 'metadata clock is wrong', words: hints[1]?.words },
      { code: 'ofTomorrow', short: hints[2]?.words, words: hints[2]?.words },
    ]);
  });

  it('say that others may not see what plays here', () => {
    expect(tileRemarks({ problem: h265, hints }, live).map((r) => r.code)).toEqual(['h265', 'falseClock', 'metadataClock', 'ofTomorrow']);
  });

  it('are none while there is no picture, where the words over it say more, and of a feed that has nothing against it', () => {
    for (const state of ['connecting', 'noSignal', 'refused'] as const) expect(tileRemarks({ problem: bFrames, hints }, { state, forMs: 0 })).toEqual([]);
    expect(tileRemarks({}, live)).toEqual([]);
  });
});

describe('the words about the detector', () => {
  it('are short while it looks, and where none ever does', () => {
    expect(detectorWords({ kind: 'thermal', detector: { state: 'running' } })).toEqual({ short: 'detecting', why: undefined });
    const eo = { state: 'off', reason: 'nothing looks at this feed' };
    expect(detectorWords({ kind: 'eo', detector: eo })).toEqual({ short: 'no detector looks', why: undefined });
    expect(detectorWords({ kind: 'eo' }).short).toBe('no detector looks');
  });

  it('say why nothing is detected, and that it is slow', () => {
    const words = (state: string, reason?: string) => detectorWords({ kind: 'thermal', detector: { state, reason } }).why;
    expect(words('idle', 'libopenh264 not found: apt-get install libopenh264-7')).toBe(
      '▲ Nothing is detected: libopenh264 not found: apt-get install libopenh264-7',
    );
    expect(words('idle')).toContain('does not say why');
    expect(words('running', 'this computer is busy')).toBe('▲ Detects less than it should: this computer is busy');
    expect(words('off', 'switched off in the configuration')).toBe('Nothing is detected: switched off in the configuration');
  });
});

describe('pictures', () => {
  it('are refused when nobody can play them, but not while there is no signal', () => {
    const input = { feedState: 'live' as const, plays: 'no' as const, frameAgeMs: 20, waitingMs: 0, nowMs };
    expect(judgePicture(input).state).toBe('refused');
    expect(judgePicture({ ...input, feedState: 'noSignal', noSignalSince: nowMs - 100 }).state).toBe('noSignal');
    expect(judgePicture({ ...input, plays: 'some' }).state).toBe('live');
  });

  it('are judged the same while only time passes, and anew when the state or the instant of the last frame is another', () => {
    const input = { feedState: 'live' as const, frameAgeMs: 20 as number | undefined, waitingMs: 0, nowMs };
    const live = judgeAgain({ picture: { state: 'connecting', forMs: 0 }, atMs: 0 }, input);
    expect(live.picture.state).toBe('live');
    expect(judgeAgain(live, { ...input, frameAgeMs: 90, nowMs: nowMs + 200 })).toBe(live);
    const gone = judgeAgain(live, { ...input, frameAgeMs: 5_000, nowMs: nowMs + 5_000 });
    expect(gone).toEqual({ picture: { state: 'noSignal', forMs: 5_000 }, atMs: nowMs + 5_000 });
    expect(judgeAgain(gone, { ...input, frameAgeMs: 65_000, nowMs: nowMs + 65_000 })).toBe(gone);
    expect(judgeAgain(gone, { ...input, frameAgeMs: 3_000, nowMs: nowMs + 9_000 })).not.toBe(gone);
  });

  it('are as old as since they were taken, where that is known and can be', () => {
    const counter = new FrameCounter();
    expect(counter.pictureAgeMs(0)).toBeUndefined();
    counter.observe(1_000, 1, 820);
    expect(counter.pictureAgeMs(1_050)).toBe(230);
    expect(counter.ageMs(1_050)).toBe(50);
    counter.observe(40_000, 1, 15_000); // a path with a long queue
    expect(counter.pictureAgeMs(40_050)).toBe(25_050);
    for (const captured of [undefined, 1_500, -1e9]) {
      counter.observe(1_100, 1, captured);
      expect(counter.pictureAgeMs(1_150)).toBe(50);
    }
  });

  it('say their age, and mark one that is late', () => {
    expect(ageWords(undefined)).toEqual({ text: 'frame – old', late: false });
    expect(ageWords(140)).toEqual({ text: 'frame 0.1 s old', late: false });
    expect(ageWords(3_140)).toEqual({ text: '▲ frame 3.1 s old', late: true });
  });
});
