// What the browser tests ask and say: checks that fail in words, waiting on conditions, and lines with the time.
export class Failure extends Error {}

export function check(good, text) {
  if (!good) throw new Failure(text);
}

/** Polls until the test answers something true, which it returns; the failure names what was waited for. */
export async function until(what, test, timeoutMs = 60_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await test();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Failure(`${what}: not within ${timeoutMs / 1000} s (${answer})`);
    await new Promise((next) => setTimeout(next, 50)); // between two looks; nothing depends on its length
  }
}

/** Prints lines with the seconds since now. */
export function teller() {
  const startedAt = Date.now();
  return (text) => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

/** Asks the station's API with a token; answers the status and the body. */
export function asker(url, token) {
  return async (path, method = 'GET', body) => {
    const answer = await fetch(new URL(`/api/v1${path}`, url), {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, data: text ? JSON.parse(text) : undefined };
  };
}
