/** Places and areas, as the API gives them. */
import { array, asObject, DecodeError, num, object, type Decoded, type Decoder } from './decode';

export const place = object({ lat: num, lon: num });
export type Place = Decoded<typeof place>;

/** A longitude-latitude pair, as in GeoJSON. */
export type LonLat = [number, number];

export const lonLat: Decoder<LonLat> = (value, path) => {
  if (!Array.isArray(value) || value.length < 2) throw new DecodeError(path, 'a [lon, lat] pair', value);
  return [num(value[0], `${path}[0]`), num(value[1], `${path}[1]`)];
};

export const polygon: Decoder<LonLat[][]> = (value, path) => {
  const source = asObject(value, path);
  if (source['type'] !== 'Polygon') throw new DecodeError(`${path}.type`, 'Polygon', source['type']);
  return array(array(lonLat))(source['coordinates'], `${path}.coordinates`);
};
