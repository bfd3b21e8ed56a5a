/** The gestures that open the menu at a place: a right click, a finger that stays (MapLibre tells of it as of a right click), and the key for menus. */
import type { Map as MapLibre } from 'maplibre-gl';
import type { Place } from '../domain/model';

/** The click of a finger that was let go comes within. */
const clickMs = 500;

type Told = (at: Place, screen: { x: number; y: number }, byKey: boolean) => void;

/** Answers whether the click that comes now is only a finger let go that had stayed. */
export function onMenu(map: MapLibre, told: Told): () => boolean {
  let touched = false;
  /** A finger has opened the menu and is still down, or was so until just now. */
  let stayed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  map.on('contextmenu', (e) => {
    const byKey = e.originalEvent.button < 0;
    stayed = touched;
    // A key has no place of its own.
    const { x, y } = byKey ? map.project(map.getCenter()) : e.point;
    const { lat, lng } = map.unproject([x, y]);
    told({ lat, lon: lng }, { x, y }, byKey);
  });
  map.on('touchstart', () => {
    clearTimeout(timer);
    touched = true;
    stayed = false;
  });
  map.on('touchcancel', () => (touched = false));
  map.on('touchend', () => {
    touched = false;
    clearTimeout(timer);
    timer = setTimeout(() => (stayed = false), clickMs);
  });
  map.on('remove', () => clearTimeout(timer));
  return () => {
    const was = stayed;
    stayed = false;
    return was;
  };
}
