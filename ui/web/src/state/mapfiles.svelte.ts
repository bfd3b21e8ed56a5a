/** The maps in the station's folder, and which of them are shown. */
import type { Api } from '../domain/api';
import type { MapFile } from '../domain/model';
import type { LayoutState } from './layout.svelte';

export class MapFiles {
  all = $state.raw<readonly MapFile[]>([]);

  constructor(
    private readonly api: Api,
    private readonly layout: LayoutState,
  ) {}

  /** Asks what lies in the folder now. */
  async look(): Promise<void> {
    this.all = await this.api.maps();
  }

  get shown(): readonly MapFile[] {
    return this.all.filter((f) => f.problem === undefined && !this.layout.now.hiddenMaps.includes(f.id));
  }
}
