/** The map's colours, read from the page's tokens (styles/tokens.css), so that a theme is defined in one place. */
const names = [
  'land',
  'water',
  'low',
  'mid',
  'high',
  'shadow',
  'light',
  'label',
  'halo',
  'border',
  'area',
  'nofly',
  'sensor',
  'sensor-body',
  'trip',
  'vehicle',
  'vehicle-body',
  'lost',
  'track',
  'cue',
  'caution',
  'serious',
  'critical',
  'mono',
] as const;

export type PaletteName = (typeof names)[number];

/** Colours by name; 'mono' is 'none', or the one colour in which symbols must be drawn. */
export type Palette = Readonly<Record<PaletteName, string>>;

/** Reads the palette of the theme that the document wears now. */
export function readPalette(root: Element = document.documentElement): Palette {
  const style = getComputedStyle(root);
  return Object.fromEntries(names.map((n) => [n, style.getPropertyValue(`--map-${n}`).trim()])) as Palette;
}
