import { expect, it } from 'vitest';
import { feedEntry, feedForm, linkEntry, linkForm, linkShown } from './siteforms';

it('a feed comes out of its form as it went in, with what the form does not show', () => {
  const e = {
    url: 'rtsp://post:__hidden__@10.0.0.5/eo', substream: 'rtsp://10.0.0.5/sub', vehicle: 2, camera: { kind: 'thermal', hfovDeg: 24.6 },
    transport: 'tcp', record: true, always: true, tls: { insecure: true }, pose: 'klv',
  };
  expect(feedEntry(feedForm('mast', { id: 'mast', ...e }))).toEqual(e);
  expect(feedEntry({ ...feedForm('new'), url: ' rtsp://h/ ' })).toEqual({ url: 'rtsp://h/', camera: { kind: 'eo' } });
});

it('a link has one way, and a speed that is a number or a word', () => {
  for (const e of [
    { udpServer: ':14550', trusted: true, rates: { ATTITUDE: 8 } },
    { serial: { device: '/dev/ttyUSB0', baud: 57600 }, priority: 2, profile: 'radio' },
    { serial: { device: '/dev/ttyUSB0', baud: 'auto' } },
    { tcpClient: '10.0.0.5:5760' },
  ]) {
    expect(linkEntry(linkForm('lan', { name: 'lan', ...e }))).toEqual(e);
  }
  const other = { ...linkForm('lan', { udpServer: ':14550' }), way: 'tcpServer' as const, address: ':5760' };
  expect(linkEntry(other)).toEqual({ tcpServer: ':5760' });
  expect(linkShown({ replay: { file: 'a.tlog' } })).toBe(false);
});
