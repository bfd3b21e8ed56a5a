/** The parts of milsymbol, which it exports in index.mjs but gives no types; vite.config.ts says where that is. */
declare module 'milsymbol/parts' {
  import type milsymbol from 'milsymbol';

  /** One symbol set: its icons and how its codes are read. */
  export interface IconSet {
    readonly type: 'number' | 'letter';
  }

  export const ms: typeof milsymbol & { addIcons(sets: readonly IconSet[]): void };
  export const numberair: IconSet;
  export const numberdismountedindividual: IconSet;
  export const numberlandcivilian: IconSet;
  export const numberlandequipment: IconSet;
  export const numberlandinstallation: IconSet;
  export const numberlandunit: IconSet;
  export const numbersea: IconSet;
}
