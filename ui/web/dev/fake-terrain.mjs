// Invented hills and their raster-dem tiles (256 px PNG, Terrarium), for the fake station.
import { deflateSync } from 'node:zlib';

const n = (x, y, s) => Math.sin(x * s + 1.7 * Math.cos(y * s * 0.8)) * Math.cos(y * s * 1.1 + Math.sin(x * s * 0.6));

/** Height in metres AMSL at a place. */
export function height(lat, lon) {
  const x = (lon - 149) * 90.8;
  const y = (lat + 35) * 111.3;
  return 640 + 90 * n(x, y, 0.55) + 45 * n(x + 5, y - 3, 1.4) + 16 * n(x - 9, y + 2, 3.7) + 4 * n(x, y, 11);
}

/** One tile as PNG bytes. */
export function tile(z, x, y) {
  const size = 256;
  const raw = Buffer.alloc((size * 3 + 1) * size);
  for (let row = 0; row < size; row += 1) {
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + (row + 0.5) / size)) / 2 ** z))) * 180) / Math.PI;
    for (let column = 0; column < size; column += 1) {
      const lon = ((x + (column + 0.5) / size) / 2 ** z) * 360 - 180;
      const v = Math.round((height(lat, lon) + 32768) * 256);
      const at = row * (size * 3 + 1) + 1 + column * 3;
      raw[at] = v >> 16;
      raw[at + 1] = (v >> 8) & 255;
      raw[at + 2] = v & 255;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function crc32(data) {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
