/**
 * Tracks by the thousand: one WebGL layer that draws every symbol, course and ellipse from one typed array, in a texture. It replaces the
 * features of tracks.ts when there are more than those can carry; labels and trails stay with the selected one.
 */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import { chooseSidc } from '../domain/sidc';
import { fill, floatsPerTrack, mercatorOf, symbolScale } from '../domain/trackarray';
import type { TrackTable } from '../domain/tracktable';
import { imageRatio } from './images';
import type { Palette } from './palette';
import { drawSymbol } from './symbols';
import { fragmentShader, vertexShader } from './trackshaders';

/** More tracks than this are drawn by the layer here. */
export const crowd = 500;

/** So many tracks in each row of the texture; two texels a track. */
const perRow = 512;
const cellPx = 64;
const cells = 16;

export class TrackCloud implements CustomLayerInterface {
  readonly id = 'tracks-cloud';
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;

  private gl: WebGL2RenderingContext | undefined;
  private program: WebGLProgram | undefined;
  private vertices: WebGLVertexArrayObject | undefined;
  private table: WebGLTexture | undefined;
  private texture: WebGLTexture | undefined;
  private map: MapLibre | undefined;

  private data = new Float32Array(0);
  private count = 0;
  private scale = 1;
  private origin: [number, number] = [0, 0];
  private stale = { data: true, atlas: true };
  private readonly atlas = document.createElement('canvas');
  /** The atlas's places, by the code that is drawn there, and by the code or class that was asked for. */
  private readonly places = new Map<string, number>();
  private readonly icons = new Map<string, number>();

  constructor(private palette: Palette) {
    this.atlas.width = cellPx * cells;
    this.atlas.height = cellPx;
  }

  /** How many tracks it draws. */
  get size(): number {
    return this.count;
  }

  /** Takes over the tracks as they are now. */
  update(tracks: TrackTable, nowMs: number): void {
    if (tracks.size * floatsPerTrack > this.data.length) this.data = new Float32Array(Math.ceil((tracks.size * 1.25) / perRow) * perRow * floatsPerTrack);
    // Near the tracks, so that single precision is fine enough.
    if (tracks.size > 0) this.origin = mercatorOf({ lat: tracks.lat[0]!, lon: tracks.lon[0]! });
    this.count = fill(this.data, tracks, this.origin, nowMs, (slot) => this.icon(tracks.sidcAt(slot), tracks.classAt(slot)));
    this.stale.data = true;
    if (!this.map) return;
    const bounds = this.map.getBounds();
    const { clientWidth, clientHeight } = this.map.getCanvas();
    this.scale = symbolScale(tracks, { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() }, clientWidth * clientHeight);
    this.map.triggerRepaint();
  }

  clear(): void {
    if (this.count === 0) return;
    this.count = 0;
    this.map?.triggerRepaint();
  }

  retheme(palette: Palette): void {
    this.palette = palette;
    this.icons.clear();
    this.places.clear();
    this.atlas.getContext('2d')?.clearRect(0, 0, this.atlas.width, this.atlas.height);
  }

  onAdd(map: MapLibre, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    if (!(gl instanceof WebGL2RenderingContext)) return;
    this.map = map;
    this.gl = gl;
    this.program = link(gl);
    this.vertices = gl.createVertexArray();
    this.table = gl.createTexture();
    this.texture = gl.createTexture();
    this.stale = { data: true, atlas: true };
  }

  onRemove(): void {
    const { gl } = this;
    if (gl) {
      gl.deleteProgram(this.program ?? null);
      gl.deleteVertexArray(this.vertices ?? null);
      gl.deleteTexture(this.table ?? null);
      gl.deleteTexture(this.texture ?? null);
    }
    this.gl = undefined;
  }

  render(_gl: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const { gl, program } = this;
    if (!gl || !program || this.count === 0) return;
    gl.useProgram(program);
    gl.bindVertexArray(this.vertices ?? null);
    this.upload(gl);
    const place = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
    gl.uniformMatrix4fv(place('u_matrix'), false, moved(input.defaultProjectionData.mainMatrix, this.origin));
    const canvas = this.map!.getCanvas();
    gl.uniform2f(place('u_pixel'), 2 / canvas.clientWidth, 2 / canvas.clientHeight);
    gl.uniform1f(place('u_scale'), this.scale);
    gl.uniform1f(place('u_cells'), cells);
    gl.uniform3fv(place('u_colour'), rgb(this.palette.track));
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.table ?? null);
    gl.uniform1i(place('u_tracks'), 1);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture ?? null);
    gl.uniform1i(place('u_atlas'), 0);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const mode of [0, 1, 2]) {
      gl.uniform1i(place('u_mode'), mode);
      gl.drawArrays(gl.TRIANGLES, 0, 6 * this.count);
    }
    gl.bindVertexArray(null);
  }

  private upload(gl: WebGL2RenderingContext): void {
    if (this.stale.data) {
      gl.bindTexture(gl.TEXTURE_2D, this.table ?? null);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
      gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, 2 * perRow, Math.ceil(this.count / perRow), 0, gl.RGBA, gl.FLOAT, this.data);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    }
    if (this.stale.atlas) {
      gl.bindTexture(gl.TEXTURE_2D, this.texture ?? null);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.atlas);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    }
    this.stale = { data: false, atlas: false };
  }

  /** The place of a track's symbol in the atlas; when that is full, of the first. */
  private icon(code: string | undefined, trackClass: string): number {
    // By what was asked, too: to look at ten thousand codes twice a second would cost more than to draw them.
    const asked = code ?? trackClass;
    const known = this.icons.get(asked);
    if (known !== undefined) return known;
    const at = this.place(chooseSidc(code, trackClass));
    this.icons.set(asked, at);
    return at;
  }

  private place(sidc: string): number {
    const known = this.places.get(sidc);
    if (known !== undefined) return known;
    const at = this.places.size < cells ? this.places.size : 0;
    this.places.set(sidc, at);
    const palette = this.palette;
    void drawSymbol(sidc, palette, imageRatio).then((image) => {
      if (!image || palette !== this.palette || this.places.get(sidc) !== at) return;
      const c = this.atlas.getContext('2d')!;
      c.putImageData(image, at * cellPx + (cellPx - image.width) / 2, (cellPx - image.height) / 2);
      this.stale.atlas = true;
      this.map?.triggerRepaint();
    });
    return at;
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertexShader], [gl.FRAGMENT_SHADER, fragmentShader]] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`track layer: ${gl.getShaderInfoLog(shader) ?? ''}`);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`track layer: ${gl.getProgramInfoLog(program) ?? ''}`);
  return program;
}

/** A matrix for coordinates that count from an origin: reckoned in double precision, since single is metres off. */
function moved(matrix: ArrayLike<number>, [x, y]: readonly [number, number]): Float32Array {
  const out = Float32Array.from(matrix);
  for (let row = 0; row < 4; row += 1) out[12 + row] = matrix[row]! * x + matrix[4 + row]! * y + matrix[12 + row]!;
  return out;
}

/** '#rrggbb' as three shares. */
function rgb(colour: string): [number, number, number] {
  const n = Number.parseInt(colour.replace('#', ''), 16);
  return [((n >> 16) & 255) / 255, ((n >> 8) & 255) / 255, (n & 255) / 255];
}
