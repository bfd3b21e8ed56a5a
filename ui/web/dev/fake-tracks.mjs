// Tracks as binary rows (docs/api.md, 'The live socket'), as the fake station sends them to who asks for them.
const rowBytes = 40;
const headerBytes = 24;
const statuses = ['', 'tentative', 'confirmed', 'coasting'];

/** A frame of tracks; numberOf gives each its number. */
export function trackFrame(seq, nowMs, tracks, numberOf) {
  const b = Buffer.alloc(headerBytes + tracks.length * rowBytes);
  b.write('VT', 0, 'latin1');
  b.writeUInt8(1, 2);
  b.writeUInt8(rowBytes, 3);
  b.writeUInt32LE(tracks.length, 4);
  b.writeBigUInt64LE(BigInt(seq), 8);
  b.writeDoubleLE(nowMs, 16);
  tracks.forEach((track, i) => {
    const o = headerBytes + i * rowBytes;
    const [lon, lat] = track.geometry.coordinates;
    const { speed, courseDeg, ellipse, status, lastSeen, t } = track.properties;
    b.writeUInt32LE(numberOf(track.id), o);
    b.writeInt32LE(Math.round(lat * 1e7), o + 4);
    b.writeInt32LE(Math.round(lon * 1e7), o + 8);
    b.writeUInt32LE(Date.parse(t ?? lastSeen) % 2 ** 32, o + 12);
    b.writeUInt32LE(Date.parse(lastSeen) % 2 ** 32, o + 16);
    b.writeFloatLE(ellipse?.semiMajorM ?? 0, o + 20);
    b.writeFloatLE(ellipse?.semiMinorM ?? 0, o + 24);
    b.writeUInt16LE(Math.round((ellipse?.bearingDeg ?? 0) * 100), o + 28);
    b.writeUInt16LE(Math.round((courseDeg ?? 0) * 100), o + 30);
    b.writeUInt16LE(Math.round((speed ?? 0) * 100), o + 32);
    b.writeUInt8(statuses.indexOf(status), o + 34);
    b.writeUInt8((courseDeg === undefined ? 0 : 1) | (speed === undefined ? 0 : 2) | (ellipse ? 4 : 0), o + 35);
  });
  return b;
}
