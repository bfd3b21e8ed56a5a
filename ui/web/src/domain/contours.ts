/** Contour lines of a grid of heights, by marching squares, joined into lines. */

/** A grid of heights in metres, row by row from its upper left corner; NaN where nothing is known. */
export interface HeightGrid {
  width: number;
  height: number;
  metres: ArrayLike<number>;
}

export interface Contour {
  metres: number;
  /** Columns and rows of the grid, with fractions. */
  points: [number, number][];
}

/** The lines at every multiple of a step. */
export function contours(grid: HeightGrid, stepM: number): Contour[] {
  const levels = new Map<number, [number, number][][]>();
  for (let row = 0; row + 1 < grid.height; row += 1) {
    for (let col = 0; col + 1 < grid.width; col += 1) cell(grid, col, row, stepM, levels);
  }
  return [...levels].flatMap(([metres, segments]) => join(segments).map((points) => ({ metres, points })));
}

function cell(grid: HeightGrid, col: number, row: number, stepM: number, levels: Map<number, [number, number][][]>): void {
  const h = (c: number, r: number): number => grid.metres[r * grid.width + c]!;
  // Around the cell, clockwise from its upper left corner.
  const corners = [
    [col, row, h(col, row)],
    [col + 1, row, h(col + 1, row)],
    [col + 1, row + 1, h(col + 1, row + 1)],
    [col, row + 1, h(col, row + 1)],
  ] as const;
  const heights = corners.map((c) => c[2]);
  const low = Math.min(...heights);
  const high = Math.max(...heights);
  if (!Number.isFinite(high - low)) return;
  for (let level = Math.ceil(low / stepM) * stepM; level < high; level += stepM) {
    const cuts: [number, number][] = [];
    corners.forEach(([x, y, here], i) => {
      const [nx, ny, next] = corners[(i + 1) % 4]!;
      // A corner that lies on the level counts as above it, so that a line never ends in a corner.
      if (here >= level === next >= level) return;
      const t = (level - here) / (next - here);
      cuts.push([x + (nx - x) * t, y + (ny - y) * t]);
    });
    const segments = levels.get(level) ?? [];
    for (let i = 0; i + 1 < cuts.length; i += 2) segments.push([cuts[i]!, cuts[i + 1]!]);
    levels.set(level, segments);
  }
}

/** Joins segments that end where another begins. */
function join(segments: readonly [number, number][][]): [number, number][][] {
  const key = (p: [number, number]): string => `${p[0].toFixed(4)},${p[1].toFixed(4)}`;
  const ends = new Map<string, [number, number][][]>();
  const lines = new Set<[number, number][]>();
  const drop = (line: [number, number][]): void => {
    lines.delete(line);
    for (const p of [line[0]!, line.at(-1)!]) {
      const at = ends.get(key(p));
      if (at?.includes(line)) at.splice(at.indexOf(line), 1);
    }
  };
  for (const segment of segments) {
    let line = [...segment];
    for (const first of [true, false]) {
      const end = first ? line[0]! : line.at(-1)!;
      const other = ends.get(key(end))?.find((l) => lines.has(l));
      if (!other) continue;
      drop(other);
      const ordered = key(other[0]!) === key(end) ? (first ? [...other].reverse() : other) : first ? other : [...other].reverse();
      line = first ? [...ordered, ...line.slice(1)] : [...line, ...ordered.slice(1)];
    }
    lines.add(line);
    for (const p of [line[0]!, line.at(-1)!]) ends.set(key(p), [...(ends.get(key(p)) ?? []), line]);
  }
  return [...lines];
}

/** Metres between contour lines that are neither a smear nor lost at a zoom level; undefined where none help. */
export function contourStep(zoom: number): number | undefined {
  if (zoom < 10.5) return undefined;
  if (zoom < 12) return 50;
  if (zoom < 13) return 20;
  return zoom < 15 ? 10 : 5;
}
