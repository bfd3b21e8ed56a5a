/** Short messages about what was asked for and what came of it. */
export interface Toast {
  id: number;
  /** 'unknown': nobody knows what came of it. */
  tone: 'ok' | 'problem' | 'unknown';
  text: string;
}

const shownMs = { ok: 6_000, problem: 14_000, unknown: 30_000 };
const most = 4;

export class Toasts {
  items = $state.raw<Toast[]>([]);
  private next = 1;

  show(tone: Toast['tone'], text: string): void {
    const id = this.next;
    this.next += 1;
    this.items = [...this.items.filter((t) => t.text !== text), { id, tone, text }].slice(-most);
    setTimeout(() => this.dismiss(id), shownMs[tone]);
  }

  dismiss(id: number): void {
    this.items = this.items.filter((t) => t.id !== id);
  }
}
