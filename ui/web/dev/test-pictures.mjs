// Moving pictures for a page whose station has none, as the fake one.

/** Runs in the page: answers WHEP offers that the station refuses, from a second peer that films a canvas. */
export function playTestPictures() {
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
