import type { Map as MapLibre } from 'maplibre-gl';

/** True when WebGL is drawn by the processor (SwiftShader, llvmpipe), where each repaint is dear. */
export function hasSoftwareGL(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return true;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return typeof name === 'string' && /swiftshader|llvmpipe|softpipe|software/i.test(name);
}

/** Repaints that nobody waits for may wait so long for company. */
const gatherMs = 200;

/**
 * Makes a map gather its repaints. MapLibre paints two or three times for each change of data (announced, loaded, labels
 * placed); without a graphics card each costs about 100 ms. While the user moves the map it paints at once.
 */
export function gatherRepaints(map: MapLibre): void {
  const paint = map.triggerRepaint.bind(map);
  let timer: ReturnType<typeof setTimeout> | undefined;
  map.triggerRepaint = () => {
    if (map.isMoving()) {
      clearTimeout(timer);
      timer = undefined;
      return paint();
    }
    timer ??= setTimeout(() => {
      timer = undefined;
      paint();
    }, gatherMs);
  };
  map.once('remove', () => clearTimeout(timer));
}
