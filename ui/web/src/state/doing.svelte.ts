/** One thing that is done at a time, and what came of it in words. */
import { ApiProblem } from '../domain/api';

export class Doing {
  busy = $state(false);
  /** Why the last thing was not done; empty: it was. */
  problem = $state('');
  done = $state('');

  /** Does it, and says what the request answers; true where it was done. What the station did not refuse is thrown on. */
  async run(request: () => Promise<string>): Promise<boolean> {
    this.busy = true;
    this.problem = this.done = '';
    try {
      this.done = await request();
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.problem = error.message;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
