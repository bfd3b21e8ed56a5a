// Takes screenshots of the page at a running station (the fake one by default) in each theme and size, for looking at.
// Usage: node dev/look.mjs [URL] [FOLDER] [WAIT-SECONDS]. Where the station has no pictures, moving test pictures are played in the page.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, watch } from '../e2e/browser.mjs';

const url = process.argv[2] ?? 'http://127.0.0.1:8080/';
const folder = process.argv[3] ?? '/tmp/vedette-look';
mkdirSync(folder, { recursive: true });

/** Runs in the page: answers WHEP offers that the station refuses, from a second peer that films a canvas. */
function playTestPictures() {
  const real = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const answer = await real(input, init);
    if (answer.ok || init?.method !== 'POST' || !String(input).endsWith('/whep')) return answer;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = String(input).includes('thermal') ? [640, 512] : [1280, 720];
    const c = canvas.getContext('2d');
    let n = 0;
    setInterval(() => {
      n += 1;
      const g = c.createLinearGradient(0, 0, 0, canvas.height);
      g.addColorStop(0, '#222');
      g.addColorStop(1, '#777');
      c.fillStyle = g;
      c.fillRect(0, 0, canvas.width, canvas.height);
      c.fillStyle = '#fff';
      c.fillRect(canvas.width * (0.4 + 0.1 * Math.sin(Date.now() / 2500)), canvas.height * 0.42, 18, 50);
      c.font = '30px monospace';
      c.fillText(String(n), 30, canvas.height - 60);
    }, 66);
    const peer = new RTCPeerConnection();
    for (const track of canvas.captureStream(15).getTracks()) peer.addTrack(track);
    await peer.setRemoteDescription({ type: 'offer', sdp: init.body });
    await peer.setLocalDescription(await peer.createAnswer());
    await new Promise((done) => (peer.iceGatheringState === 'complete' ? done() : (peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && done())));
    (window.testPeers ??= []).push(peer);
    return new Response(peer.localDescription.sdp, { status: 201, headers: { Location: '/api/v1/feeds/x/whep/1' } });
  };
}

const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const seen = watch(page, url);
  await page.addInitScript(playTestPictures);
  await page.goto(url);
  await page.waitForFunction(() => window.vedette?.ready(), undefined, { timeout: 30_000 });
  await page.waitForTimeout(Number(process.argv[4] ?? 6) * 1000);
  const shot = (name) => page.screenshot({ path: join(folder, `${name}.png`) });
  for (const [width, height] of [[1440, 900], [1280, 720]]) {
    await page.setViewportSize({ width, height });
    for (const theme of ['dark', 'day', 'red']) {
      await page.getByTestId(`theme-${theme}`).click();
      await page.waitForTimeout(2_500);
      await shot(`${width}-${theme}`);
    }
  }
  // Each vehicle's panel as a whole: everything unfolded, on a screen that is high enough.
  await page.setViewportSize({ width: 1440, height: 1900 });
  for (const vehicle of [1, 2]) {
    await page.getByTestId(`vehicle-${vehicle}`).click();
    for (const theme of ['dark', 'day', 'red']) {
      await page.getByTestId(`theme-${theme}`).click();
      await page.waitForTimeout(1_000);
      await page.locator('details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
      await page.waitForTimeout(300);
      await page.getByRole('complementary', { name: 'Vehicles' }).screenshot({ path: join(folder, `panel-${vehicle}-${theme}.png`) });
    }
  }
  console.log(JSON.stringify(await page.evaluate(() => window.vedette.snapshot())));
  console.log('away:', seen.away, 'errors:', seen.errors);
} finally {
  await browser.close();
}
