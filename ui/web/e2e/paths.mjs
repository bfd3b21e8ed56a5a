// How a browser reaches the pictures of a station: straight, again after an ICE restart on the same track, over TCP alone,
// and by the station's TURN server alone, where it has one. It speaks WHEP itself, without the console.
// Usage: node e2e/paths.mjs STATION-URL TOKEN FEED
import { launch } from './browser.mjs';

const [url, token, feed] = process.argv.slice(2);
if (!url || !token || !feed) {
  console.error('usage: node e2e/paths.mjs STATION-URL TOKEN FEED');
  process.exit(2);
}

/** Runs in the page: one viewer over the path that is asked for; returns what it saw. */
async function viewer({ token, feed, path, ice }) {
  const headers = (more) => ({ Authorization: `Bearer ${token}`, ...more });
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const peer = new RTCPeerConnection({ iceServers: ice ?? [], iceTransportPolicy: ice ? 'relay' : 'all' });
  const gathered = async () => {
    for (let i = 0; i < 30; i++) {
      if (peer.iceGatheringState === 'complete' && peer.localDescription.sdp.includes('a=candidate:')) return;
      await wait(100);
    }
  };
  const without = (sdp, transport) => sdp.split('\r\n').filter((l) => !new RegExp(`^a=candidate:\\S+ \\d ${transport} `, 'i').test(l)).join('\r\n');
  const video = document.createElement('video');
  video.muted = true;
  let tracks = 0;
  peer.ontrack = (e) => {
    tracks += 1;
    video.srcObject = e.streams[0];
    void video.play();
  };
  peer.addTransceiver('video', { direction: 'recvonly' });
  const told = [];
  peer.createDataChannel('klv').onmessage = (e) => told.push(JSON.parse(e.data));
  const awaitMetadata = async (what) => {
    const before = told.length;
    for (let i = 0; i < 150; i++) {
      if (told.length >= before + 3) return;
      await wait(100);
    }
    throw new Error(`${what}: ${told.length - before} messages of metadata in 15 s`);
  };
  await peer.setLocalDescription(await peer.createOffer());
  await gathered();
  const post = await fetch(`/api/v1/feeds/${feed}/whep`, { method: 'POST', headers: headers({ 'Content-Type': 'application/sdp' }), body: peer.localDescription.sdp });
  if (post.status !== 201) throw new Error(`${post.status}: ${await post.text()}`);
  const session = post.headers.get('Location');
  let answer = await post.text();
  if (path === 'tcp') answer = without(answer, 'udp');
  await peer.setRemoteDescription({ type: 'answer', sdp: answer });
  const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
  const awaitFrames = async (what) => {
    const before = frames();
    for (let i = 0; i < 150; i++) {
      if (frames() >= before + 20) return;
      await wait(100);
    }
    throw new Error(`${what}: ${frames() - before} frames in 15 s, the connection is ${peer.connectionState}`);
  };
  try {
    await awaitFrames('at first');
    await awaitMetadata('at first');
    let restarted = '';
    if (path === 'restart') {
      await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
      await gathered();
      const body = peer.localDescription.sdp.split('\r\n').filter((l) => /^(m=|a=(mid|group|ice-ufrag|ice-pwd|candidate|end-of-candidates))/.test(l)).join('\r\n') + '\r\n';
      const patch = await fetch(session, { method: 'PATCH', headers: headers({ 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*' }), body });
      if (patch.status !== 200) throw new Error(`restart: ${patch.status}: ${await patch.text()}`);
      const fragment = await patch.text();
      const value = (key) => fragment.match(new RegExp(`a=${key}:(.*)`))[1].trim();
      answer = answer
        .replace(/a=ice-ufrag:.*/g, `a=ice-ufrag:${value('ice-ufrag')}`)
        .replace(/a=ice-pwd:.*/g, `a=ice-pwd:${value('ice-pwd')}`);
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
      await awaitFrames('after the restart');
      await awaitMetadata('after the restart');
      restarted = patch.headers.get('ETag') !== post.headers.get('ETag') ? 'with a new tag' : 'with the same tag';
    }
    const stats = [...(await peer.getStats()).values()];
    const transport = stats.find((s) => s.type === 'transport');
    const pair = stats.find((s) => s.id === transport.selectedCandidatePairId);
    const local = stats.find((s) => s.id === pair.localCandidateId);
    const view = await (await fetch(session.replace('/whep/', '/viewers/'), { headers: headers() })).json();
    const links = post.headers.get('Link');
    return { tracks, restarted, metadata: told.at(-1), kind: local.candidateType, protocol: local.protocol, relayProtocol: local.relayProtocol, view, links, width: video.videoWidth };
  } finally {
    await fetch(session, { method: 'DELETE', headers: headers() });
    peer.close();
  }
}

const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(new URL('/signin', url).href);
  const check = (good, text) => {
    if (!good) throw new Error(text);
  };
  const see = async (path, ice) => {
    const got = await page.evaluate(viewer, { token, feed, path, ice });
    console.log(`${path}: ${got.kind} ${got.protocol}${got.relayProtocol ? ` (to the relay: ${got.relayProtocol})` : ''}, ${got.width} px wide; the station sees ${got.view.path} from ${got.view.remote}, ${got.view.rttMs} ms`);
    check(got.tracks === 1, `${path}: ${got.tracks} tracks`);
    check(got.metadata.platform === 'Copter 1' && Date.parse(got.metadata.t) > 0, `${path}: the metadata is ${JSON.stringify(got.metadata)}`);
    return got;
  };
  const direct = await see('udp');
  check(direct.view.path === 'udp', 'the straight path is not UDP');
  const again = await see('restart');
  check(again.restarted === 'with a new tag' && again.view.restarts === 1, `the restart: ${again.restarted}, ${again.view.restarts}`);
  const tcp = await see('tcp');
  check(tcp.view.path === 'tcp' && tcp.protocol === 'tcp', 'the path without UDP is not TCP');
  for (const [, urls, username, credential] of (direct.links ?? '').matchAll(/<(turn:[^>]*)>; rel="ice-server"; username="([^"]*)"; credential="([^"]*)"/g)) {
    const relayed = await see(urls.endsWith('tcp') ? 'relay by TCP' : 'relay by UDP', [{ urls, username, credential }]);
    check(relayed.view.path === 'relay' && relayed.kind === 'relay', `${urls}: the path is ${relayed.view.path}`);
  }
} catch (error) {
  console.error(`paths: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
