/** The station's HTTP API: typed requests, answers decoded at the edge, problems as errors with their reason in words. */
import type { VehicleCommand } from './commands';
import { array, DecodeError, str, type Decoder } from './decode';
import { relaysOf, type Relays } from './icesdp';
import * as m from './model';
import { past, timeline, type Past, type Timeline } from './past';
import type { CameraCommand, GimbalMode } from './payload';
import { fencePlan, missionPlan, rallyPlan, type PlanKind, type Plans } from './plan';
import type { TrackingTarget } from './picture';
import type { TurnRate } from './panning';
import { recordedMetadata, recording, recordingIndex, type RecordedMetadata, type Recording, type RecordingIndex } from './recording';
import { configEntry, configuration, revisionNone, stranger, type ConfigEntry, type Configuration, type Entry, type Section, type Stranger } from './site';
import { waveform, type Waveform } from './waveform';
import { texts } from '../texts';

/** A refusal by the station (RFC 9457), or no answer at all (status 0). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    /** What is wrong and how to mend it, in words for the operator. */
    readonly detail: string,
    /** The feed that shows the same as the one that this browser cannot play. */
    readonly alternate?: string,
    /** 'code': the password was right, and a code of the second factor has to come with it. */
    readonly needs?: string,
  ) {
    super(detail || title);
    this.name = 'ApiProblem';
  }

  /** Nobody knows whether what was asked for was done: no answer of the station, or none of the vehicle. */
  get unknown(): boolean {
    return this.status === 0 || this.status === 504;
  }
}

/** What comes of a WHEP offer. */
export interface WhepAnswer {
  answer: string;
  /** The session's address. */
  session?: string | undefined;
  relays: Relays;
}

export type AlertDecision = 'acknowledge' | 'resolve' | 'false';
export type CueDecision = 'approve' | 'reject' | 'end';

const base = '/api/v1';
const requestTimeoutMs = 20_000;
const restartTimeoutMs = 4_000;
/** A long list over a bad radio takes minutes. */
const planTimeoutMs = 240_000;
/** A feed on demand is woken, and a long group of pictures decoded. */
const snapshotTimeoutMs = 45_000;
/** So many files are listed at once. */
const recordingsPage = 5000;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Fetch = typeof fetch;

export class Api {
  /** While it says why, nothing is changed at the station: only signing out. */
  readOnly: string | undefined;

  /** fetcher is replaced in tests. */
  constructor(private readonly fetcher: Fetch = (input, init) => fetch(input, init)) {}

  me(): Promise<m.Me> {
    return this.read('/me', m.me);
  }

  /** An empty code is for accounts without a second factor. */
  signIn(name: string, password: string, code = ''): Promise<m.Me> {
    return this.send('POST', '/session', m.me, { name, password, ...(code && { code }) });
  }

  async signOut(): Promise<void> {
    await this.request('DELETE', '/session');
  }

  terrain(): Promise<m.Terrain> {
    return this.read('/terrain', m.terrain);
  }

  /** The maps in the station's folder, as it lies now. */
  maps(): Promise<m.MapFile[]> {
    return this.read('/maps', array(m.mapFile));
  }

  /** Terrain height in metres AMSL; undefined outside the terrain. */
  async elevation(at: m.Place, signal?: AbortSignal): Promise<number | undefined> {
    const query = `lat=${at.lat.toFixed(6)}&lon=${at.lon.toFixed(6)}`;
    const answer = await this.request('GET', `/terrain/elevation?${query}`, undefined, signal);
    return (await decodeBody(answer, m.elevation)).elevationAMSL;
  }

  /** What an eye at a height above the ground sees of things that are targetM high. */
  viewshed(eye: m.Place, heightM: number, rangeM: number, targetM: number): Promise<m.Viewshed> {
    const query = new URLSearchParams({ lat: eye.lat.toFixed(6), lon: eye.lon.toFixed(6), height: String(heightM), range: String(rangeM), target: String(targetM) });
    return this.read(`/terrain/viewshed?${query}`, m.viewshed);
  }

  /** Where alerts were raised since a time of the station, by hour. */
  crossings(fromMs: number): Promise<m.CrossingCell[]> {
    return this.read(`/crossings?from=${new Date(fromMs).toISOString()}`, m.crossings);
  }

  /** The ground that a point of a feed's picture shows; at is in shares of the picture, takenMs the station's time of it where that is known. */
  placeInFeed(feed: string, at: { x: number; y: number }, takenMs: number | undefined): Promise<m.FeedPlace> {
    const query = new URLSearchParams({ x: at.x.toFixed(4), y: at.y.toFixed(4), ...(takenMs !== undefined && { t: new Date(takenMs).toISOString() }) });
    return this.read(`/feeds/${encodeURIComponent(feed)}/place?${query}`, m.feedPlace);
  }

  /** What has been learned of the errors of a vehicle's cameras. */
  bias(vehicle: number): Promise<m.CameraBias[]> {
    return this.read(`/vehicles/${vehicle}/bias`, array(m.cameraBias));
  }

  async forgetBias(vehicle: number): Promise<void> {
    await this.request('DELETE', `/vehicles/${vehicle}/bias`);
  }

  /** The station's MAVLink connections. */
  links(): Promise<m.StationLink[]> {
    return this.read('/links', array(m.stationLink));
  }

  signing(vehicle: number): Promise<m.Signing> {
    return this.read(`/vehicles/${vehicle}/signing`, m.signing);
  }

  /** Cancels the transfer of files, parameters or a log that goes on. */
  async cancelTransfer(vehicle: number): Promise<void> {
    await this.request('DELETE', `/vehicles/${vehicle}/transfer`);
  }

  /** One of a vehicle's lists, read over its radio. */
  async plan(vehicle: number, kind: PlanKind): Promise<Plans> {
    const path = `/vehicles/${vehicle}/${kind}`;
    switch (kind) {
      case 'mission':
        return { mission: await this.read(path, missionPlan, planTimeoutMs) };
      case 'fence':
        return { fence: await this.read(path, fencePlan, planTimeoutMs) };
      case 'rally':
        return { rally: await this.read(path, rallyPlan, planTimeoutMs) };
    }
  }

  takeControl(vehicle: number, force?: { reason: string }): Promise<m.Lease> {
    return this.send('POST', `/vehicles/${vehicle}/control`, m.lease, force ? { force: true, ...force } : {});
  }

  async releaseControl(vehicle: number): Promise<void> {
    await this.request('DELETE', `/vehicles/${vehicle}/control`);
  }

  /** Asks who holds a vehicle's lease for it. */
  askControl(vehicle: number, reason: string): Promise<m.Lease> {
    return this.send('POST', `/vehicles/${vehicle}/control/ask`, m.lease, { reason });
  }

  async takeBackAsk(vehicle: number): Promise<void> {
    await this.request('DELETE', `/vehicles/${vehicle}/control/ask`);
  }

  async answerAsk(vehicle: number, to: string, grant: boolean): Promise<void> {
    await this.request('POST', `/vehicles/${vehicle}/control/${grant ? 'grant' : 'refuse'}`, { to });
  }

  operators(): Promise<string[]> {
    return this.read('/operators', array(str));
  }

  assignAlert(id: string, to: string, from: string): Promise<m.Alert> {
    return this.send('POST', `/alerts/${encodeURIComponent(id)}/assign`, m.alert, { to, from });
  }

  /** Where a still of an alert is: elsewhere once more of it was made black, so that an open page shows it anew. */
  alertPictureUrl(id: string, n: number, revision = 0): string {
    return `${base}/alerts/${encodeURIComponent(id)}/pictures/${n}${revision > 0 ? `?revision=${revision}` : ''}`;
  }

  alertHistory(id: string): Promise<m.AlertHistory> {
    return this.read(`/alerts/${encodeURIComponent(id)}/history`, m.alertHistory);
  }

  accounts(): Promise<m.Account[]> {
    return this.read('/accounts', array(m.account));
  }

  addAccount(name: string, role: string, password: string): Promise<m.Account> {
    return this.send('POST', '/accounts', m.account, { name, role, password });
  }

  changeAccount(name: string, change: { role: string } | { disabled: boolean } | { password: string } | { secondFactor: false }): Promise<m.Account> {
    return this.send('PATCH', `/accounts/${encodeURIComponent(name)}`, m.account, change);
  }

  /** issuedAt is the station's time of the decision, in ms: the command is void some seconds after it. */
  command(vehicle: number, command: VehicleCommand, issuedAt?: number): Promise<m.CommandResult> {
    const body = issuedAt === undefined ? command : { ...command, issuedAt: new Date(issuedAt).toISOString() };
    return this.send('POST', `/vehicles/${vehicle}/commands`, m.commandResult, body);
  }

  camera(vehicle: number, camera: number, command: CameraCommand): Promise<m.CommandResult> {
    return this.send('POST', `/vehicles/${vehicle}/camera`, m.commandResult, { camera, ...command });
  }

  gimbalMode(vehicle: number, gimbal: number, mode: GimbalMode | 'control' | 'release'): Promise<m.CommandResult> {
    return this.send('POST', `/vehicles/${vehicle}/gimbal`, m.commandResult, { gimbal, mode });
  }

  track(vehicle: number, camera: number, target: TrackingTarget): Promise<m.CommandResult> {
    return this.send('POST', `/vehicles/${vehicle}/tracking`, m.commandResult, { camera, ...target });
  }

  async stopTracking(vehicle: number, camera: number): Promise<m.CommandResult> {
    return decodeBody(await this.request('DELETE', `/vehicles/${vehicle}/tracking?camera=${camera}`), m.commandResult);
  }

  /** Turns a gimbal for the next 0.6 s; what is still stops it. */
  turn(vehicle: number, gimbal: number | undefined, rate: TurnRate): Promise<m.CommandResult> {
    return this.send('POST', `/vehicles/${vehicle}/gimbal`, m.commandResult, { ...(gimbal !== undefined && { gimbal }), ...rate });
  }

  lookAt(vehicle: number, target: m.Place): Promise<m.CommandResult> {
    const lookAt = { lat: target.lat, lon: target.lon };
    return this.send('POST', `/vehicles/${vehicle}/gimbal`, m.commandResult, { lookAt });
  }

  decideAlert(id: string, decision: AlertDecision, note?: string): Promise<m.Alert> {
    return this.send('POST', `/alerts/${encodeURIComponent(id)}/${decision}`, m.alert, note === undefined ? {} : { note });
  }

  decideCue(id: string, decision: CueDecision): Promise<m.Cue> {
    return this.send('POST', `/cues/${encodeURIComponent(id)}/${decision}`, m.cue, {});
  }

  /** Has a vehicle follow a track, as an approved proposal does. */
  followTrack(vehicle: number, track: string): Promise<m.Cue> {
    return this.send('POST', `/vehicles/${vehicle}/follow`, m.cue, { track });
  }

  /** What the sensor tells for some minutes raises no alert. */
  /** What a geophone felt around its newest trip; 404 where there is none. */
  waveform(sensor: string): Promise<Waveform> {
    return this.read(`/sensors/${encodeURIComponent(sensor)}/waveform`, waveform);
  }

  /** Who reports on our gateways without being configured. */
  strangers(): Promise<Stranger[]> {
    return this.read('/sensors/unknown', array(stranger));
  }

  configuration(section: Section): Promise<Configuration> {
    return this.read(`/configuration?section=${section}`, configuration);
  }

  /** Changes an entry of the configuration where it is as it was seen; nothing for an entry: it is removed, 'file': as the file has it. */
  async changeEntry(section: Section, id: string, to: Entry | undefined | 'file', revision: string): Promise<ConfigEntry> {
    const path = `/configuration/${section}/${encodeURIComponent(id)}`;
    const headers: Record<string, string> = revision === revisionNone && typeof to === 'object' ? { 'If-None-Match': '*' } : { 'If-Match': revision };
    if (to === 'file') return decodeBody(await this.raw('POST', `${path}/reset`, { headers }), configEntry);
    if (to === undefined) return decodeBody(await this.raw('DELETE', path, { headers }), configEntry);
    return decodeBody(await this.raw('PUT', path, { headers, body: JSON.stringify(to), type: 'application/json' }), configEntry);
  }

  async muteSensor(id: string, minutes: number, why: string): Promise<void> {
    await this.request('PUT', `/sensors/${encodeURIComponent(id)}/mute`, { minutes, why });
  }

  async unmuteSensor(id: string): Promise<void> {
    await this.request('DELETE', `/sensors/${encodeURIComponent(id)}/mute`);
  }

  setRecording(feed: string, on: boolean): Promise<m.Feed> {
    return this.send('PUT', `/feeds/${encodeURIComponent(feed)}/recording`, m.feed, { on });
  }

  /** The newest picture of a feed, with the name of a file for it, and whether parts are black for a privacy zone. */
  async snapshot(feed: string): Promise<{ picture: Blob; name: string; masked: boolean }> {
    const response = await this.raw('GET', `/feeds/${encodeURIComponent(feed)}/snapshot`, { timeoutMs: snapshotTimeoutMs });
    const name = /filename="?([^";]+)"?/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
    return { picture: await response.blob(), name: name ?? `${feed}.jpg`, masked: response.headers.get('Vedette-Masked') === 'true' };
  }

  /** All that was recorded of a feed, the oldest first. */
  async recordings(feed: string): Promise<Recording[]> {
    const all = new Map<string, Recording>();
    for (let from = ''; ; ) {
      const query = new URLSearchParams({ feed, limit: String(recordingsPage), ...(from && { from }) });
      const page = await this.read(`/recordings?${query}`, array(recording));
      const before = all.size;
      for (const r of page) all.set(r.name, r);
      if (page.length < recordingsPage || all.size === before) return [...all.values()];
      from = new Date(page.at(-1)!.end).toISOString();
    }
  }

  /** The feeds of which something was recorded, by the oldest files. */
  async recordedFeeds(): Promise<string[]> {
    const page = await this.read(`/recordings?limit=${recordingsPage}`, array(recording));
    return [...new Set(page.map((r) => r.feed))];
  }

  past(fromMs: number, toMs: number, stepS: number): Promise<Past> {
    return this.read(`/replay?${between(fromMs, toMs)}&step=${stepS}`, past);
  }

  /** As they stood at the end of the time, from the record. */
  recordedAlerts(fromMs: number, toMs: number): Promise<m.Alert[]> {
    return this.read(`/replay/alerts?${between(fromMs, toMs)}`, array(m.alert));
  }

  timeline(fromMs: number, toMs: number): Promise<Timeline> {
    return this.read(`/replay/timeline?${between(fromMs, toMs)}`, timeline);
  }

  recordingIndex(name: string): Promise<RecordingIndex> {
    return this.read(`/recordings/${encodeURIComponent(name)}/index`, recordingIndex);
  }

  recordedMetadata(name: string, fromMs: number, toMs: number): Promise<RecordedMetadata> {
    return this.read(`/recordings/${encodeURIComponent(name)}/metadata?${between(fromMs, toMs)}`, recordedMetadata);
  }

  /** The address of a recording as a file. */
  recordingFile(name: string): string {
    return `${base}/recordings/${encodeURIComponent(name)}`;
  }

  /** A part of a recording's file. */
  async recordingBytes(name: string, at: number, bytes: number): Promise<ArrayBuffer> {
    const response = await this.raw('GET', `/recordings/${encodeURIComponent(name)}`, { range: `bytes=${at}-${at + bytes - 1}` });
    return response.arrayBuffer();
  }

  /** Posts a WHEP offer; answers with the SDP answer, the session's address and the TURN servers that it may use. */
  async whepOffer(feed: string, sdp: string, signal?: AbortSignal): Promise<WhepAnswer> {
    const response = await this.raw('POST', `/feeds/${encodeURIComponent(feed)}/whep`, {
      body: sdp,
      type: 'application/sdp',
      signal,
    });
    const session = response.headers.get('Location') ?? undefined;
    return { answer: await response.text(), session, relays: relaysOf(response.headers.get('Link')) };
  }

  /** Restarts the ICE of a session with the browser's fragment; answers with the station's. */
  async whepRestart(session: string, fragment: string): Promise<string> {
    const response = await this.fetcher(session, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*' },
      body: fragment,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(restartTimeoutMs),
    });
    if (!response.ok) throw await problemOf(response);
    return response.text();
  }

  /** How many of the browser's STUN requests have reached the station in a session. */
  async whepHeard(session: string): Promise<number> {
    const response = await this.fetcher(session.replace('/whep/', '/viewers/'), {
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(restartTimeoutMs),
    });
    if (!response.ok) throw await problemOf(response);
    return (await decodeBody(response, m.viewerHeard)).requestsReceived;
  }

  /** Ends a WHEP session by the address that whepOffer gave; works while the page closes. */
  async whepEnd(session: string): Promise<void> {
    await this.fetcher(session, { method: 'DELETE', keepalive: true, credentials: 'same-origin' });
  }

  private async read<T>(path: string, decoder: Decoder<T>, timeoutMs?: number): Promise<T> {
    return decodeBody(await this.raw('GET', path, { timeoutMs }), decoder);
  }

  private async send<T>(method: Method, path: string, decoder: Decoder<T>, body: unknown): Promise<T> {
    return decodeBody(await this.request(method, path, body), decoder);
  }

  private request(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const content = body === undefined ? {} : { body: JSON.stringify(body), type: 'application/json' };
    return this.raw(method, path, { ...content, signal });
  }

  /** A request with any body; the answer is a good one, or an ApiProblem is thrown. */
  async raw(
    method: Method,
    path: string,
    options: { body?: string; type?: string; range?: string; headers?: Record<string, string>; signal?: AbortSignal | undefined; timeoutMs?: number | undefined },
  ): Promise<Response> {
    if (this.readOnly !== undefined && method !== 'GET' && path !== '/session') throw new ApiProblem(409, texts.rewind.title, this.readOnly);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? requestTimeoutMs);
    const init: RequestInit = {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    };
    init.headers = { ...options.headers, ...(options.type !== undefined && { 'Content-Type': options.type }), ...(options.range !== undefined && { Range: options.range }) };
    if (options.body !== undefined) init.body = options.body;
    let response: Response;
    try {
      response = await this.fetcher(base + path, init);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiProblem(0, texts.connection.noAnswerTitle, texts.connection.noAnswer);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

function between(fromMs: number, toMs: number): string {
  return new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }).toString();
}

/** The JSON of an answer, decoded. */
export async function decodeBody<T>(response: Response, decoder: Decoder<T>): Promise<T> {
  const path = new URL(response.url || 'http://station/').pathname;
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    throw new ApiProblem(response.status, texts.connection.unreadableTitle, texts.connection.notJson(path));
  }
  try {
    return decoder(body, path);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ApiProblem(response.status, texts.connection.unreadableTitle, error.message);
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const fallback = texts.connection.refused(`${response.status} ${response.statusText}`);
  try {
    const body = m.problem(await response.json(), 'problem');
    return new ApiProblem(response.status, body.title ?? fallback, body.detail ?? '', body.alternate, body.needs);
  } catch {
    return new ApiProblem(response.status, fallback, '');
  }
}
