/** Where and when people crossed: the squares of a time, counted over all of them or over one hour of the day. */
import type { CrossingCell, LonLat } from './model';

export interface CrossingSums {
  crossings: number;
  nuisances: number;
  /** Crossings by hour of the day, UTC: 24 numbers. */
  byHour: number[];
}

export function sumOf(cells: readonly CrossingCell[]): CrossingSums {
  const sums: CrossingSums = { crossings: 0, nuisances: 0, byHour: Array.from({ length: 24 }, () => 0) };
  for (const cell of cells) {
    sums.crossings += cell.crossings;
    sums.nuisances += cell.nuisances;
    cell.byHour.forEach((n, hour) => (sums.byHour[hour] = (sums.byHour[hour] ?? 0) + n));
  }
  return sums;
}

/** How many crossed in a square, at any hour or at one of the day. */
export function countOf(cell: CrossingCell, hour: number | undefined): number {
  return hour === undefined ? cell.crossings : (cell.byHour[hour] ?? 0);
}

/** The hour of the day in which most crossed; undefined where nobody did. */
export function busiest(sums: CrossingSums): number | undefined {
  const most = Math.max(...sums.byHour);
  return most > 0 ? sums.byHour.indexOf(most) : undefined;
}

/** The middle of a square's ring, which is closed. */
export function middleOf(ring: readonly LonLat[]): LonLat {
  const corners = ring.slice(0, -1);
  const sum = corners.reduce<LonLat>(([e, n], [lon, lat]) => [e + lon, n + lat], [0, 0]);
  return [sum[0] / corners.length, sum[1] / corners.length];
}
