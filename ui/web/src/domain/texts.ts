/** The console's texts that are not about one thing (those are in words.ts): names of tools, panels, layers and actions. */
import type { CoordinateFormat } from './coords';
import type { LayerName, PanelName } from './layout';

export const formatWords: Record<CoordinateFormat, string> = {
  latLon: 'Degrees',
  dms: 'Degrees, minutes, seconds',
  utm: 'UTM',
  mgrs: 'MGRS',
};

export const panelWords: Record<PanelName, string> = { alerts: 'Alerts', vehicles: 'Vehicles', video: 'Video' };

export const layerWords: Record<LayerName, string> = {
  world: 'World (indicative)',
  relief: 'Relief and hillshade',
  contours: 'Contour lines',
  coverage: 'Sensor coverage',
  footprints: 'Camera footprints',
  ellipses: 'Track ellipses',
  traffic: 'Air traffic',
  plans: 'Missions and fences',
  own: 'Own lines and zones',
};

/** So long a flight command is held before it is sent. */
export const holdMs = 800;

export const texts = {
  hold: 'press and hold',
  holdLonger: 'hold it longer',
  palette: 'Find an action',
  paletteHint: 'Type what you want to do',
  paletteNone: 'No action has these words.',
  paletteKeys: 'Arrows choose, Enter does it, Escape closes',
  confirm: 'Confirm',
  back: 'Back',
  close: 'Close',
  goTo: 'Go to coordinates',
  goToHint: 'Degrees, degrees minutes seconds, UTM or MGRS',
  goToBad: 'Not a place. Examples: -35.363 149.165 · 35°21\'47" S 149°09\'54" E · 55H 696754 6085321 · 55H FA 96754 85321',
  goToShow: 'Show on the map',
  measure: 'Measure',
  measureHint: 'Click the points of the way; each leg shows its length and bearing',
  measureUndo: 'Undo',
  measureClear: 'Clear',
  layers: 'Map layers',
  mapFiles: 'Maps of the station',
  trails: 'Trails behind tracks',
  wall: 'Video wall',
  fullScreen: 'Full screen',
  sensors: 'Sensors',
  more: 'More',
  report: 'Report',
  theme: 'Theme',
  keys: 'Keyboard shortcuts',
  signOut: 'Sign out',
  sounds: 'Sounds',
  mute: 'Mute',
  muted: 'Muted',
  unmute: 'End the mute',
  muteWhy: 'Why its trips raise no alert; it is recorded',
  muteFor: 'For how long',
  viewer: 'Viewers watch; an operator does this.',
  noVehicle: 'No vehicle is selected.',
  noAlert: 'No alert is selected.',
} as const;
