import { describe, expect, it } from 'vitest';
import { endpoints, fragmentOf, kinds, relaysOf, withFragment } from './icesdp';
import { pathWords, type Attempt } from './pathwords';

describe('relaysOf', () => {
  it('reads the TURN servers of Link headers, joined as fetch joins them', () => {
    const link =
      '<turn:10.0.0.5:3478?transport=udp>; rel="ice-server"; username="1:a"; credential="x+/=,y"; credential-type="password", ' +
      '<turns:post.example:5349?transport=tcp>;rel=ice-server;username="1:a";credential="z";use="first"';
    expect(relaysOf(link)).toEqual({
      servers: [
        { urls: 'turn:10.0.0.5:3478?transport=udp', username: '1:a', credential: 'x+/=,y' },
        { urls: 'turns:post.example:5349?transport=tcp', username: '1:a', credential: 'z' },
      ],
      first: true,
    });
  });

  it('passes over everything else', () => {
    for (const link of [null, '', 'nonsense', '<turn:x>; rel="next"', '<stun:stun.example>; rel="ice-server"', '<https://x>; rel="ice-server"', '<turn:x', '; rel="ice-server"']) {
      expect(relaysOf(link), String(link)).toEqual({ servers: [], first: false });
    }
  });
});

describe('ICE in SDP', () => {
  const sdp =
    'v=0\r\na=ice-options:trickle\r\na=group:BUNDLE 0 1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=rtpmap:96 H264/90000\r\n' +
    'a=candidate:1 1 UDP 2130706431 10.0.0.5 8189 typ host\r\na=candidate:1 2 udp 2130706431 10.0.0.5 8189 typ host\r\na=candidate:2 1 udp 1 198.51.100.1 4 typ srflx raddr 0.0.0.0 rport 0\r\n' +
    'a=end-of-candidates\r\nm=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n';

  it('finds addresses and kinds', () => {
    expect(endpoints(sdp)).toEqual([{ transport: 'udp', address: '10.0.0.5', port: 8189 }]);
    expect(kinds(sdp)).toEqual(['host', 'srflx']);
    expect(endpoints('nonsense')).toEqual([]);
  });

  it('cuts the fragment out of the first section', () => {
    const fragment = fragmentOf(sdp);
    expect(fragment).toContain('m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n');
    expect(fragment).not.toContain('audio');
    expect(fragment).not.toContain('rtpmap');
  });

  it('puts a fragment into every section, and its candidates into the first', () => {
    const next = withFragment(sdp, 'm=video 9 x 96\r\na=mid:0\r\na=ice-ufrag:new\r\na=ice-pwd:pass\r\na=candidate:5 1 udp 1 10.0.0.6 8189 typ host\r\n');
    expect(next.match(/a=ice-ufrag:new/g)).toHaveLength(2);
    expect(endpoints(next)).toEqual([{ transport: 'udp', address: '10.0.0.6', port: 8189 }]);
    expect(next).toContain('a=rtpmap:96 H264/90000');
    expect(next).not.toContain('ufrag:u\r\n');
  });
});

describe('pathWords', () => {
  const station = [
    { transport: 'udp', address: '127.0.0.1', port: 8189 },
    { transport: 'udp', address: '10.0.0.5', port: 8189 },
    { transport: 'tcp', address: '10.0.0.5', port: 8189 },
  ];
  const attempt: Attempt = { station, browser: ['host'], requestsSent: 9, responsesReceived: 0, heard: 0, relays: [] };
  const words = (change: Partial<Attempt>, host = '10.0.0.5'): string => pathWords({ ...attempt, ...change }, host);

  it('names what to open', () => {
    expect(words({})).toBe('no path to 10.0.0.5:8189 by UDP or TCP: a firewall between; open port 8189 UDP and TCP on the station');
    expect(words({ station: station.slice(0, 2) })).toBe('no path to 10.0.0.5:8189 by UDP: a firewall between; open port 8189 UDP on the station');
    const many = [1, 2, 3, 4, 5].map((n) => ({ transport: 'udp', address: `2001:db8::${n}`, port: 8189 }));
    expect(words({ station: many })).toContain('[2001:db8::1]:8189, [2001:db8::2]:8189 or [2001:db8::3]:8189 (and 2 more)');
    expect(words({ relays: ['10.0.0.5:3478', '10.0.0.5:3478'], browser: ['host', 'relay'] })).toContain(', nor by the relay at 10.0.0.5:3478:');
  });

  it('names what is wrong at one of the ends', () => {
    expect(words({ station: [] })).toContain('video.webrtc');
    expect(words({ browser: [], requestsSent: 0 })).toContain('blocks WebRTC');
    expect(words({ browser: [] })).toContain('no path to 10.0.0.5:8189');
    expect(words({ station: station.slice(0, 1) }, 'post.example')).toContain('set video.webrtc.listen');
    expect(words({ station: station.slice(0, 1) }, 'localhost')).toContain('no path to 127.0.0.1:8189');
    expect(words({ heard: 4 })).toContain('the station hears this browser');
    expect(words({ responsesReceived: 1, heard: undefined })).toContain('no agreement on keys');
  });
});
