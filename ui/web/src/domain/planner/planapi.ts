/** What the plan view asks the station for. */
import { decodeBody, type Api } from '../api';
import { planCheck, uploaded, type Finding, type PlanCheck } from './check';
import { parts, wireFence, wireMission, wirePlan, wireRallyList, type WirePlan } from './draft';

/** A long list over a bad radio takes minutes. */
const radioTimeoutMs = 300_000;

export type PlanFormat = 'plan' | 'wpl' | 'kml';

export class PlanApi {
  constructor(private readonly api: Api) {}

  /** Everything that a vehicle holds, read over its radio, one list after the other. A vehicle that keeps no such list has none. */
  async download(vehicle: number, signal: AbortSignal): Promise<WirePlan> {
    const plan: WirePlan = {};
    for (const part of parts) {
      const answer = await this.api.raw('GET', `/vehicles/${vehicle}/${part}`, { timeoutMs: radioTimeoutMs, signal });
      if (part === 'mission') plan.mission = await decodeBody(answer, wireMission);
      else if (part === 'fence') plan.fence = await decodeBody(answer, wireFence);
      else plan.rally = await decodeBody(answer, wireRallyList);
    }
    return plan;
  }

  /** Sends the lists that the plan has; a reason overrides the errors that were found. */
  async upload(vehicle: number, plan: WirePlan, reason: string | undefined): Promise<Finding[]> {
    const query = reason === undefined ? '' : `?override=true&reason=${encodeURIComponent(reason)}`;
    const answer = await this.api.raw('PUT', `/vehicles/${vehicle}/plan${query}`, {
      body: JSON.stringify(plan),
      type: 'application/json',
      timeoutMs: radioTimeoutMs,
    });
    return (await decodeBody(answer, uploaded)).findings;
  }

  async clear(vehicle: number): Promise<void> {
    await this.api.raw('DELETE', `/vehicles/${vehicle}/plan`, { timeoutMs: radioTimeoutMs });
  }

  async check(vehicle: number | undefined, plan: WirePlan, signal: AbortSignal): Promise<PlanCheck> {
    const query = vehicle === undefined ? '' : `&vehicle=${vehicle}`;
    const body = JSON.stringify(plan);
    return decodeBody(await this.api.raw('POST', `/plans/check?profile=true${query}`, { body, type: 'application/json', signal }), planCheck);
  }

  /** Reads a file of any form. */
  async read(text: string): Promise<WirePlan> {
    const xml = text.trimStart().startsWith('<') || text.startsWith('PK');
    const type = xml ? 'application/xml' : text.trimStart().startsWith('{') ? 'application/json' : 'text/plain';
    return decodeBody(await this.api.raw('POST', '/plans/convert?to=json', { body: text, type }), wirePlan);
  }

  async write(plan: WirePlan, format: PlanFormat): Promise<Blob> {
    const answer = await this.api.raw('POST', `/plans/convert?to=${format}`, { body: JSON.stringify(plan), type: 'application/json' });
    return answer.blob();
  }
}
