/**
 * Symbol codes (MIL-STD-2525D, 20 digits). The station sends a code with each track; where it sends none, or one that
 * cannot be drawn, the class decides. Affiliation stays 'unknown': the console never guesses whose side anybody is on.
 */
const byClass: Record<string, string> = {
  person: '10012700001101000000',
  vehicle: '10011500001401000000',
  animal: '10011000000000000000',
  unknown: '10011000000000000000',
};

/** The code for a class of track. */
export function sidcForClass(trackClass: string): string {
  return byClass[trackClass] ?? byClass['unknown']!;
}

/** The code to draw: the station's where it is well formed (20 or 30 digits), else the class's. */
export function chooseSidc(sidc: string | undefined, trackClass: string): string {
  if (sidc !== undefined && /^(\d{20}|\d{30})$/.test(sidc)) return sidc;
  return sidcForClass(trackClass);
}
