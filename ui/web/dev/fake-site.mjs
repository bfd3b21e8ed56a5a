// What the fake station has of its configuration: sensors and zones of its world, feeds and links, and one who reports and is not configured.
export function createSite(world, broadcast, who) {
  const lists = { sensors: new Map(), zones: new Map(), feeds: new Map(), links: new Map() };
  for (const s of world.sensors) {
    const { id, kind, position, line, azimuthDeg, fovDeg, rangeM, gateway } = s;
    lists.sensors.set(id, { file: { id, kind, ...(line ? { line } : { position }), azimuthDeg, fovDeg, rangeM, gateway: gateway ?? 'north' } });
  }
  for (const { geometry, properties: p } of world.zones.features) {
    const points = (geometry.type === 'Polygon' ? geometry.coordinates[0].slice(0, -1) : geometry.coordinates).map(([lon, lat]) => ({ lat, lon }));
    lists.zones.set(p.id, { file: { id: p.id, name: p.name, kind: p.kind, points } });
  }
  lists.feeds.set('tower', { file: { id: 'tower', url: 'rtsp://post:__hidden__@10.0.0.5/eo', camera: { kind: 'eo' } } });
  lists.links.set('lan', { file: { name: 'lan', udpServer: ':14550' } });
  const stranger = {
    id: 's-99', gateway: 'north', protocol: 'vedette-line', likely: 'seismic', messages: 3, trips: 1, detail: 'WALK', batteryPercent: 82,
    firstSeen: world.iso(Date.now()), lastSeen: world.iso(Date.now()),
  };

  function holds(e) {
    return e.removed ? undefined : (e.now ?? e.file);
  }

  function told(section, id, e) {
    const changed = e.removed || e.now !== undefined;
    const state = e.removed ? 'removed' : e.now === undefined ? 'file' : e.file ? 'changed' : 'added';
    return {
      section, id, state, now: holds(e), ...(changed && { file: e.file, who: e.who, at: e.at }),
      revision: holds(e) ? String(e.turn ?? 1) : 'none', ...(section === 'links' && changed && { restart: true }),
    };
  }

  function follow(section, id, is) {
    if (section === 'sensors') {
      const i = world.sensors.findIndex((s) => s.id === id);
      if (!is) {
        world.sensors.splice(i, 1);
        return broadcast('sensorGone', { id });
      }
      const now = { ...(world.sensors[i] ?? { state: 'unknown', trips: 0 }), ...is, id };
      if (now.line) now.position = now.line[0];
      if (i < 0) world.sensors.push(now);
      else world.sensors[i] = now;
      return broadcast('sensor', now);
    }
    if (section !== 'zones') return undefined;
    const features = [...lists.zones].filter(([, e]) => holds(e)).map(([name, e]) => {
      const { kind, name: label, points } = holds(e);
      const path = points.map((p) => [p.lon, p.lat]);
      const geometry = kind === 'border' ? { type: 'LineString', coordinates: path } : { type: 'Polygon', coordinates: [[...path, path[0]]] };
      return { type: 'Feature', id: name, geometry, properties: { id: name, name: label ?? name, kind } };
    });
    world.zones.features = features;
    return broadcast('zones', { type: 'FeatureCollection', features });
  }

  return {
    strangers: () => (holds(lists.sensors.get('s-99') ?? {}) ? [] : [{ ...stranger, lastSeen: world.iso(Date.now()) }]),
    configuration: (section) => ({
      entries: [...lists[section]].map(([id, e]) => told(section, id, e)).filter((e) => e.now || e.file),
      gateways: [{ name: 'north', protocol: 'vedette-line' }, { name: 'shakes', protocol: 'raspberry-shake' }],
    }),
    /** Answers with the entry, or with why not. */
    change(request, section, id, verb, data) {
      const e = lists[section].get(id) ?? {};
      const seen = request.headers['if-match'];
      if (seen && seen !== told(section, id, e).revision) return { problem: 412, detail: 'It has been changed meanwhile.' };
      if (request.method === 'PUT' && section === 'sensors' && !data.position && !data.line) return { problem: 400, detail: `sensors ${id}: position: is missing` };
      if (request.method === 'PUT' && section === 'feeds' && !/^rtsps?:\/\//.test(data.url)) return { problem: 400, detail: `feeds ${id}: url: needs the form rtsp://HOST:PORT/PATH` };
      const next = { file: e.file, who: who(), at: world.iso(Date.now()), turn: (e.turn ?? 1) + 1 };
      if (request.method === 'PUT') next.now = { ...data, [section === 'links' ? 'name' : 'id']: id };
      if (request.method === 'DELETE') next.removed = true;
      lists[section].set(id, next);
      follow(section, id, holds(next));
      broadcast('configured', { section, id, who: who() });
      return { entry: told(section, id, next) };
    },
  };
}
