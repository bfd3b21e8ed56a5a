/** What can be commanded, as the API takes it, and when it makes sense. */
import { landed, quantity } from './format';
import type { Place, Vehicle } from './model';
import { texts } from '../texts';

export type VehicleCommand =
  | { command: 'arm' | 'disarm' | 'return' | 'hold' | 'pause' | 'continue' | 'startMission' | 'cancel' }
  | { command: 'takeoff'; altitudeAGL: number }
  | { command: 'goto'; lat: number; lon: number; altitudeAGL?: number }
  | { command: 'orbit'; lat: number; lon: number; radiusM: number; clockwise: boolean; altitudeAGL?: number }
  | { command: 'land'; lat?: number; lon?: number }
  | { command: 'setHome'; lat?: number; lon?: number }
  | { command: 'changeAltitude'; altitudeAGL: number }
  | { command: 'changeSpeed'; speed: number }
  | { command: 'heading'; headingDeg: number }
  | { command: 'mode'; mode: string }
  | { command: 'reboot' | 'terminate'; confirm: string };

/** These make a flight safer or end it: they never wait for the answer to another command. */
export function urgent(command: VehicleCommand): boolean {
  return ['hold', 'pause', 'return', 'land', 'cancel', 'terminate'].includes(command.command);
}

/** The bounds of what a person may ask for here; the station has wider ones of its own. */
export const limits = {
  altitudeAGL: { min: 2, max: 500 },
  speed: { min: 1, max: 60 },
  headingDeg: { min: 0, max: 360 },
  radiusM: { min: 5, max: 2000 },
} as const;

/** The number of a field, if it is one that may be asked for. */
export function fieldNumber(value: number | null | undefined, of: keyof typeof limits): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return value >= limits[of].min && value <= limits[of].max ? value : undefined;
}

/** What a person must type for a command that nobody may give by mistake: 'TERMINATE 3'. */
export function phrase(word: 'TERMINATE' | 'REBOOT', vehicle: Vehicle): string {
  return `${word} ${vehicle.id}`;
}

export function flying(v: Vehicle): boolean {
  return v.landed !== undefined && v.landed !== 'onGround';
}

/** Known to stand with its motors off; what is not known is not taken for that. */
export function atRest(v: Vehicle): boolean {
  return v.armed === false && v.landed === 'onGround';
}

/** Whether it holds a mission, as far as is known: only a list that is known to be empty says no. */
export function mayHaveMission(v: Vehicle): boolean {
  const plan = v.plans?.find((p) => p.kind === 'mission');
  return (plan?.count ?? v.mission?.count) !== 0;
}

/** What a click on the map can ask for. */
export type MapAsk = 'fly' | 'orbit' | 'land' | 'home';

export interface MapForm {
  /** Empty: the present height is kept. */
  altitudeAGL: number | null;
  radiusM: number | null;
  clockwise: boolean;
}

/** The command that the map's form asks for; undefined while a field cannot be used. */
export function mapCommand(ask: MapAsk, at: Place, form: MapForm): VehicleCommand | undefined {
  const { lat, lon } = at;
  const height = fieldNumber(form.altitudeAGL, 'altitudeAGL');
  const badHeight = form.altitudeAGL !== null && height === undefined;
  const altitude = height === undefined ? {} : { altitudeAGL: height };
  if (ask === 'land') return { command: 'land', lat, lon };
  if (ask === 'home') return { command: 'setHome', lat, lon };
  if (badHeight) return undefined;
  if (ask === 'fly') return { command: 'goto', lat, lon, ...altitude };
  const radiusM = fieldNumber(form.radiusM, 'radiusM');
  return radiusM === undefined ? undefined : { command: 'orbit', lat, lon, radiusM, clockwise: form.clockwise, ...altitude };
}

/** What a vehicle shows now, for an outcome that nobody knows: 'armed, GUIDED, in the air, 32 m above ground'. */
export function shows(v: Vehicle | undefined): string {
  if (!v) return texts.vehicles.nothing;
  if (v.state === 'lost') return texts.vehicles.nothingLost;
  const words = texts.vehicles;
  const parts = [v.armed === undefined ? words.armedUnknown : v.armed ? words.armed : words.disarmed, v.mode ?? words.noMode, landed(v.landed)];
  if (v.position?.altAGL !== undefined) parts.push(words.aboveGround(quantity(v.position.altAGL, 'm')));
  return parts.join(', ');
}
