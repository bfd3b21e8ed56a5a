/** The outline of the world as dev/world.mjs packs it: whole parts of a degree, each pair counted from the one before. */
import { array, num, object } from './decode';
import type { LonLat } from './place';

export interface World {
  land: LonLat[][][];
  borders: LonLat[][];
}

const packed = object({ perDegree: num, land: array(array(array(num))), borders: array(array(num)) });

export function unpackWorld(value: unknown): World {
  const { perDegree, land, borders } = packed(value, 'world.json');
  const line = (numbers: number[]): LonLat[] => {
    const points: LonLat[] = [];
    let [x, y] = [0, 0];
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      x += numbers[i]!;
      y += numbers[i + 1]!;
      points.push([x / perDegree, y / perDegree]);
    }
    return points;
  };
  return { land: land.map((rings) => rings.map(line)), borders: borders.map(line) };
}
