/**
 * The map: owns the MapLibre instance and paints the overlays from the store, at most four times a second and only what
 * has changed. It knows nothing of the page around it.
 */
import 'maplibre-gl/dist/maplibre-gl.css';
import type { Feature, FeatureCollection } from 'geojson';
import { GeoJSONSource, Map as MapLibre, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { boundsOf } from '../domain/geometry';
import type { LonLat, Place, Terrain } from '../domain/model';
import type { Store, Topic } from '../domain/store';
import { nearest } from '../domain/trackarray';
import { alertLayer, alertMarkPx, alerts } from './alerts';
import { asked } from './asked';
import { crossings } from './crossings';
import { Ground } from './ground';
import { nearestFirst, type Hit } from './hits';
import { drawImage, imageRatio, imageRatioSoftware } from './images';
import { measure } from './measure';
import { collection, type Overlay, type View } from './overlay';
import { own } from './own';
import { plans } from './plans';
import { onMenu } from './press';
import { readPalette, type Palette } from './palette';
import { sensorLayer, sensors } from './sensors';
import { sketch } from './sketch';
import { gatherRepaints, hasSoftwareGL } from './software';
import { buildStyle, type HeightRange } from './style';
import { drawSymbol } from './symbols';
import { traffic } from './traffic';
import { TrackCloud, crowd } from './trackcloud';
import { trackLayer, tracks } from './tracks';
import { vehicleLayer, vehicles } from './vehicles';
import { zones } from './zones';

setWorkerUrl(workerUrl);

const overlays: readonly Overlay[] = [zones, own, plans, sensors, vehicles, traffic, tracks, alerts, crossings, asked, measure, sketch];

/** A place on the screen, in pixels from the map's corner. */
export interface ScreenPoint {
  x: number;
  y: number;
}

export type Selection = Omit<View, 'store' | 'now'>;

export interface MapOptions {
  container: HTMLElement;
  store: Store;
  /** The station's time in ms. */
  now: () => number;
  terrain: Terrain | undefined;
  heights: HeightRange;
  centre: Place | undefined;
  /** What is selected and wanted at first. */
  selection: Selection;
  /** hits is what lies there, the nearest first. */
  onClick(at: Place, screen: ScreenPoint, hits: readonly Hit[]): void;
  /** A right click, a long press, or by the key for menus in the map's middle. */
  onMenu(at: Place, screen: ScreenPoint, byKey: boolean): void;
  onCursor(at: Place | undefined): void;
  /** The user moves the map. */
  onMove(): void;
  onProblem(text: string): void;
}

/** How far from a symbol a click may be, in pixels. */
const reach = 14;

const redrawMs = 250;
/** Without a graphics card a redraw costs about 120 ms of CPU, so the map is drawn half as often. */
const redrawSoftwareMs = 500;

export class MapView {
  readonly map: MapLibre;
  private palette: Palette;
  private readonly software = hasSoftwareGL();
  private readonly features = new Map<Overlay, Feature[]>();
  private readonly data = new Map<string, FeatureCollection>();
  private readonly drawn = new Map<string, string>();
  private readonly dirty = new Set<Overlay>(overlays);
  private selection: Selection;
  private readonly ground: Ground;
  private readonly cloud: TrackCloud;
  /** How many times the map was painted. */
  frames = 0;
  private loaded = false;
  private zoomGoal: number | undefined;
  private fitted = false;
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly unsubscribe: () => void;

  constructor(private readonly options: MapOptions) {
    this.palette = readPalette();
    const { centre, container } = options;
    this.selection = options.selection;
    this.ground = new Ground(options.terrain);
    this.cloud = new TrackCloud(this.palette);
    this.map = new MapLibre({
      container,
      style: this.style(),
      center: centre ? [centre.lon, centre.lat] : [0, 0],
      zoom: 14,
      maxZoom: 19,
      pitchWithRotate: false,
      dragRotate: false,
      touchPitch: false,
      attributionControl: false,
      fadeDuration: 0,
      localIdeographFontFamily: 'system-ui, sans-serif',
      pixelRatio: this.softwareRatio(),
    });
    if (this.software) {
      this.map.once('load', () => gatherRepaints(this.map));
      addEventListener('resize', this.otherPixels);
    }
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new ScaleControl({ maxWidth: 140, unit: 'metric' }), 'bottom-left');
    this.map.setMissingStyleImageResolver((id) => this.resolveImage(id));
    this.listen();
    this.unsubscribe = options.store.onChange((topics) => this.touched(topics));
    this.timer = setInterval(() => this.redraw(), this.software ? redrawSoftwareMs : redrawMs);
  }

  /** As many pixels as the screen has, but no more than one each way where the processor draws them. */
  private softwareRatio(): number | undefined {
    return this.software ? Math.min(1, devicePixelRatio) : undefined;
  }

  /** The page was zoomed, or is on another screen. */
  private readonly otherPixels = (): void => {
    const ratio = this.softwareRatio();
    if (ratio !== undefined && ratio !== this.map.getPixelRatio()) this.map.setPixelRatio(ratio);
  };

  /** True once the first style is on the screen. */
  get ready(): boolean {
    return this.loaded;
  }

  /** Takes on the theme that the document wears now. */
  retheme(): void {
    this.palette = readPalette();
    this.cloud.retheme(this.palette);
    this.map.setStyle(this.style(), { diff: false });
  }

  select(selection: Selection): void {
    const { layers: before, files } = this.selection;
    this.selection = selection;
    const { world, relief, contours } = selection.layers;
    const otherFiles = selection.files.map((f) => f.id).join('/') !== files.map((f) => f.id).join('/');
    if (world !== before.world || relief !== before.relief || otherFiles) this.map.setStyle(this.style(), { diff: false });
    if (contours !== before.contours) this.contours();
    for (const overlay of overlays) this.dirty.add(overlay);
    this.redraw();
  }

  /** Shows a place; near brings it close, too. */
  goTo(at: Place, near = false): void {
    const zoom = near ? { zoom: Math.max(14, this.map.getZoom()) } : {};
    this.map.easeTo({ center: [at.lon, at.lat], ...zoom, duration: 400 });
  }

  /** Where a place lies on the screen; one beyond its edge is brought into the middle. */
  screen(at: Place): ScreenPoint {
    const { clientWidth: width, clientHeight: height } = this.options.container;
    const p = this.map.project([at.lon, at.lat]);
    if (p.x >= 0 && p.x <= width && p.y >= 0 && p.y <= height) return { x: p.x, y: p.y };
    this.map.jumpTo({ center: [at.lon, at.lat] });
    return { x: width / 2, y: height / 2 };
  }

  /** Steps that come while the map still moves add up. */
  zoomBy(step: number): void {
    const from = this.map.isMoving() ? (this.zoomGoal ?? this.map.getZoom()) : this.map.getZoom();
    this.zoomGoal = Math.min(this.map.getMaxZoom(), Math.max(this.map.getMinZoom(), from + step));
    this.map.easeTo({ zoom: this.zoomGoal, duration: 200 });
  }

  /** Where a place would be drawn, in pixels from the map's corner. */
  pixel(at: LonLat): ScreenPoint {
    const { x, y } = this.map.project(at);
    return { x, y };
  }

  get centre(): LonLat {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  /** Shows everything that stands or moves in the sector. */
  showSector(animate = true): void {
    const { store } = this.options;
    const places: LonLat[] = [];
    for (const s of store.sensors.values()) if (s.position) places.push([s.position.lon, s.position.lat]);
    for (const v of store.vehicles.values()) if (v.position) places.push([v.position.lon, v.position.lat]);
    for (const t of store.tracks.values()) places.push([t.position.lon, t.position.lat]);
    const bounds = boundsOf(places);
    if (bounds) this.map.fitBounds(bounds, { padding: { top: 60, right: 50, bottom: 50, left: 80 }, maxZoom: 16, duration: animate ? 400 : 0 });
  }

  /** How many things of each kind the map shows now. */
  rendered(): { tracks: number; alerts: number; sensors: number } {
    const crowded = this.cloud.size;
    return { tracks: crowded > 0 ? crowded : this.count(trackLayer), alerts: this.count(alertLayer), sensors: this.count(sensorLayer) };
  }

  /** How many features of one layer the map shows now. */
  shown(layer: string): number {
    return this.loaded && this.map.getLayer(layer) ? this.map.queryRenderedFeatures({ layers: [layer] }).length : 0;
  }

  /** What one layer shows now: each thing with its place in pixels from the map's corner, and whether it is marked as selected. */
  drawnIn(layer: string): { id: unknown; x: number; y: number; selected: boolean }[] {
    if (!this.loaded || !this.map.getLayer(layer)) return [];
    return this.map.queryRenderedFeatures({ layers: [layer] }).flatMap(({ geometry, properties: p }) => {
      if (geometry.type !== 'Point') return [];
      const [lon, lat] = geometry.coordinates;
      return [{ id: p['id'] as unknown, ...this.pixel([lon!, lat!]), selected: p['selected'] === true || /\|selected$/.test(String(p['icon'])) }];
    });
  }

  destroy(): void {
    clearInterval(this.timer);
    this.unsubscribe();
    removeEventListener('resize', this.otherPixels);
    this.map.remove();
  }

  private listen(): void {
    const { map, options } = this;
    // A new style has forgotten the layer; a style that is given as an object may be there before anybody listens.
    map.on('style.load', () => this.addCloud());
    map.on('styledata', () => this.addCloud());
    map.on('render', () => (this.frames += 1));
    map.once('load', () => {
      this.loaded = true;
      this.redraw();
      this.contours();
      this.ground.loadWorld(map).catch((error: unknown) => options.onProblem(`map: ${String(error)}`));
    });
    map.on('moveend', () => this.contours());
    const pressed = onMenu(map, options.onMenu);
    map.on('click', (e) => {
      if (pressed()) return;
      const at = { lat: e.lngLat.lat, lon: e.lngLat.lng };
      options.onClick(at, { x: e.point.x, y: e.point.y }, this.hits(e.point));
    });
    map.on('mousemove', (e) => options.onCursor({ lat: e.lngLat.lat, lon: e.lngLat.lng }));
    map.on('mouseout', () => options.onCursor(undefined));
    map.on('movestart', (e) => {
      if ('originalEvent' in e && e.originalEvent) options.onMove();
    });
    map.on('error', (e) => options.onProblem(`map: ${e.error.message}`));
  }

  private addCloud(): void {
    if (!this.map.getLayer(this.cloud.id) && this.map.getLayer('tracks-selected')) this.map.addLayer(this.cloud, 'tracks-selected');
  }

  private contours(): void {
    if (this.loaded) void this.ground.contours(this.map, this.selection.layers.contours);
  }

  private touched(topics: readonly Topic[]): void {
    for (const overlay of overlays) if (overlay.topics.some((t) => topics.includes(t))) this.dirty.add(overlay);
  }

  private redraw(): void {
    const { store, now } = this.options;
    if (!this.loaded || !store.loaded || document.hidden) return;
    if (!this.fitted) {
      this.fitted = true;
      this.showSector(false);
    }
    const view: View = { store, now: now(), ...this.selection };
    if (store.tracks.size <= crowd) this.cloud.clear();
    else if (this.dirty.has(tracks)) this.cloud.update(store.tracks, view.now);
    const touched = new Set<string>();
    for (const overlay of overlays) {
      if (!this.dirty.has(overlay) && !overlay.moving(view)) continue;
      this.dirty.delete(overlay);
      this.features.set(overlay, overlay.draw(view));
      touched.add(overlay.source);
    }
    for (const source of touched) {
      const sharers = overlays.filter((o) => o.source === source);
      const features = sharers.flatMap((o) => this.features.get(o) ?? []);
      // A source is missing for a moment while a new style loads.
      if (!this.put(source, collection(features))) for (const o of sharers) this.dirty.add(o);
    }
  }

  /** Hands data to the map only when it differs from what is drawn: an unchanged map does not paint. */
  private put(id: string, data: FeatureCollection): boolean {
    const text = JSON.stringify(data);
    if (this.drawn.get(id) === text) return true;
    const source = this.map.getSource(id);
    if (!(source instanceof GeoJSONSource)) return false;
    this.drawn.set(id, text);
    this.data.set(id, data);
    void source.setData(data);
    return true;
  }

  private async resolveImage(id: string): Promise<void> {
    const palette = this.palette;
    const pixelRatio = this.software ? imageRatioSoftware : imageRatio;
    const [kind, sidc] = id.split('|');
    const image = kind === 'symbol' ? await drawSymbol(sidc ?? '', palette, pixelRatio) : drawImage(id, palette, pixelRatio);
    // The theme may have changed while a symbol was drawn; the new style asks again.
    if (image && palette === this.palette && !this.map.hasImage(id)) this.map.addImage(id, image, { pixelRatio });
  }

  private hits(at: ScreenPoint): Hit[] {
    const found = this.map.queryRenderedFeatures(
      [
        [at.x - reach, at.y - reach],
        [at.x + reach, at.y + reach],
      ],
      { layers: [alertLayer, trackLayer, vehicleLayer, sensorLayer] },
    );
    if (found.length === 0 && this.cloud.size > 0) return this.hitInCrowd(at, reach);
    const kinds: Record<string, Hit['kind']> = { [alertLayer]: 'alert', [trackLayer]: 'track', [vehicleLayer]: 'vehicle', [sensorLayer]: 'sensor' };
    return nearestFirst(
      found.flatMap(({ layer, properties, geometry }) => {
        const kind = kinds[layer.id];
        if (!kind || geometry.type !== 'Point') return [];
        const [lon, lat] = geometry.coordinates;
        const p = this.pixel([lon!, lat!]);
        // The mark of an alert stands above its place.
        return [{ kind, id: properties['id'] as unknown, awayPx: Math.hypot(p.x - at.x, p.y - (kind === 'alert' ? alertMarkPx : 0) - at.y) }];
      }),
    );
  }

  private hitInCrowd(at: ScreenPoint, reachPx: number): Hit[] {
    const here = this.map.unproject([at.x, at.y]);
    const beside = this.map.unproject([at.x + reachPx, at.y]);
    const track = nearest(this.options.store.tracks.values(), { lat: here.lat, lon: here.lng }, here.distanceTo(beside));
    return track ? [{ kind: 'track', id: track.id }] : [];
  }

  private count(layer: string): number {
    if (!this.loaded || !this.map.getLayer(layer)) return 0;
    const ids = this.map.queryRenderedFeatures({ layers: [layer] }).map((f): unknown => f.properties['id']);
    return new Set(ids).size;
  }

  private style(): ReturnType<typeof buildStyle> {
    const { terrain, heights } = this.options;
    return buildStyle({
      palette: this.palette,
      terrain,
      heights,
      overlays,
      data: this.data,
      overlayMaxZoom: this.software ? 12 : 16,
      origin: location.origin,
      ground: this.ground,
      world: this.selection.layers.world,
      relief: this.selection.layers.relief,
      files: this.selection.files,
    });
  }
}
