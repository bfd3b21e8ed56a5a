import { expect, test } from 'vitest';
import { deafMs, Heed } from './heed';

test('an answer counts only once the question has been on the screen for a moment', () => {
  let now = 0;
  let frames: (() => void)[] = [];
  const frame = (): void => {
    const due = frames;
    frames = [];
    for (const then of due) then();
  };
  const heed = new Heed((then) => frames.push(then), () => now);
  expect(heed.hears).toBe(false);
  heed.asked();
  now = 5_000; // a page that is busy for so long has not shown it
  expect(heed.hears).toBe(false);
  frame();
  frame();
  now += deafMs - 1;
  expect(heed.hears).toBe(false);
  now += 1;
  expect(heed.hears).toBe(true);
  // The next question is heeded anew, whatever the frames of the last one still bring.
  heed.asked();
  frame();
  heed.asked();
  frame();
  now += deafMs;
  expect(heed.hears).toBe(false);
  frame();
  now += deafMs;
  expect(heed.hears).toBe(true);
});
