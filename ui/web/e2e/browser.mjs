// Debian's Chromium for browser tests: how it is started, and what is noted of a page (requests that leave, errors).
import { chromium } from 'playwright-core';

export const flags = [
  '--no-sandbox',
  '--enable-unsafe-swiftshader',
  '--disable-gpu-rasterization', // Debian asks for it, and without a graphics card it takes half as long again
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For pages of which nobody looks at pictures: a sixteenth of the pixels to draw, the same page otherwise. */
export const coarse = { deviceScaleFactor: 0.25 };

/**
 * Draws a page coarsely, as `coarse` does, until a picture of it is wanted: the answer draws it finely for as long as something is done, and
 * coarsely again.
 */
export async function coarsely(page) {
  const { width, height } = page.viewportSize();
  const session = await page.context().newCDPSession(page);
  const draw = async (scale) => {
    await session.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: scale, mobile: false });
    await page.evaluate(async () => {
      dispatchEvent(new Event('resize')); // the map draws for the pixels that there were when its size last changed
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    });
  };
  await draw(coarse.deviceScaleFactor);
  return async (what) => {
    await draw(1);
    try {
      return await what();
    } finally {
      await draw(coarse.deviceScaleFactor);
    }
  };
}

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

/**
 * Notes requests that leave the origin, and errors: the console's (CSP violations among them) and uncaught ones. A fetch
 * that the station refuses (401, 503) also makes a console error; those with a status are kept apart in 'refused'.
 */
export function watch(page, url) {
  const origin = new URL(url).origin;
  const seen = { away: [], errors: [], refused: [] };
  page.on('request', (request) => {
    const u = new URL(request.url());
    if (u.protocol !== 'data:' && u.protocol !== 'blob:' && u.origin !== origin) seen.away.push(request.url());
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(url).host) seen.away.push(socket.url());
  });
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = `${message.text()} (${message.location().url})`;
    if (/^Failed to load resource: the server responded with a status of (4|5)\d\d/.test(message.text())) seen.refused.push(text);
    else seen.errors.push(text);
  });
  page.on('pageerror', (error) => seen.errors.push(`uncaught: ${error.message}`));
  return seen;
}
