/** The own lines and zones that an operator has brought: kept in this browser for each account, none of it leaves it. */
import { LayerError, maxBytes, readLayer, type OwnLayer } from '../domain/ownlayers';
import { texts } from '../texts';
import { remember, remembered } from './remembered';

/** A browser keeps about 5 MB for a page. Larger layers are shown and have to be brought again. */
const keptBytes = 3_000_000;

export class OwnLayers {
  shown = $state.raw<readonly OwnLayer[]>([]);
  private user: string | undefined;

  of(user: string): void {
    this.user = user;
    const kept = remembered(user, 'own');
    this.shown = Array.isArray(kept) ? kept.flatMap((text) => layerOf(text)) : [];
  }

  /** Reads a file; throws a LayerError that says what is wrong with it. */
  async add(file: File): Promise<OwnLayer> {
    if (file.size > maxBytes) throw new LayerError(texts.ownLayers.tooLarge(file.name, maxBytes / 1e6));
    const layer = readLayer(await file.text(), file.name);
    this.keep([...this.shown.filter((l) => l.name !== layer.name), layer]);
    return layer;
  }

  remove(layer: OwnLayer): void {
    this.keep(this.shown.filter((l) => l !== layer));
  }

  private keep(layers: readonly OwnLayer[]): void {
    this.shown = layers;
    const kept = layers.map((l) => JSON.stringify({ type: 'FeatureCollection', name: l.name, date: l.date, source: l.source, features: l.features }));
    if (this.user !== undefined) remember(this.user, 'own', kept.filter((t) => t.length < keptBytes));
  }
}

function layerOf(text: unknown): OwnLayer[] {
  if (typeof text !== 'string') return [];
  try {
    return [readLayer(text, 'kept')];
  } catch {
    return []; // kept by another version of the console
  }
}
