/** The arrangement of who is signed in: kept in this browser, changed at once. */
import { defaultLayout, readLayout, type LayerName, type Layout, type PanelName, type Tone, type WallSize } from '../domain/layout';
import type { CoordinateFormat } from '../domain/coords';
import { remember, remembered } from './remembered';

export class LayoutState {
  now = $state.raw<Layout>(defaultLayout());
  private user: string | undefined;

  /** Takes on the arrangement of who has signed in. */
  of(user: string): void {
    this.user = user;
    this.now = readLayout(remembered(user, 'layout'));
  }

  panel(name: PanelName): void {
    this.change({ panels: { ...this.now.panels, [name]: !this.now.panels[name] } });
  }

  layer(name: LayerName): void {
    this.change({ layers: { ...this.now.layers, [name]: !this.now.layers[name] } });
  }

  mapFile(id: string): void {
    const { hiddenMaps } = this.now;
    this.change({ hiddenMaps: hiddenMaps.includes(id) ? hiddenMaps.filter((h) => h !== id) : [...hiddenMaps, id] });
  }

  trails(minutes: number): void {
    this.change({ trailMin: minutes });
  }

  format(format: CoordinateFormat): void {
    this.change({ format });
  }

  wall(wall: WallSize): void {
    this.change({ wall });
  }

  tone(tone: Tone): void {
    this.change({ tone });
  }

  private change(part: Partial<Layout>): void {
    this.now = { ...this.now, ...part };
    if (this.user !== undefined) remember(this.user, 'layout', this.now);
  }
}
