/**
 * milsymbol with the symbol sets that a border needs: what walks, drives, flies, floats or stands there, by number codes
 * (MIL-STD-2525D and E, APP-6D and E). Letter codes, tactical graphics, space and mines would be two fifths more bytes.
 */
import {
  ms,
  numberair,
  numberdismountedindividual,
  numberlandcivilian,
  numberlandequipment,
  numberlandinstallation,
  numberlandunit,
  numbersea,
} from 'milsymbol/parts';

ms.addIcons([numberair, numberlandunit, numberlandcivilian, numberlandequipment, numberlandinstallation, numbersea, numberdismountedindividual]);

export const SymbolOf = ms.Symbol;
