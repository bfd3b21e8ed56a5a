// A page in headless Chromium that nobody watches, for what is to be measured. Playwright has the browser tell it of every message on a
// page's socket, whole and as text, on the page's own thread: of 10,000 tracks that alone costs more than the page does with them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { flags } from './browser.mjs';

/** Starts a browser with one page of its own; close() ends it and removes what it kept. */
export async function openUnwatched({ width, height }) {
  const home = await mkdtemp(join(tmpdir(), 'vedette-unwatched-'));
  const more = ['--headless', '--remote-debugging-port=0', '--hide-scrollbars', `--user-data-dir=${home}`, `--window-size=${width},${height}`, 'about:blank'];
  const child = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', [...flags, ...more], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const close = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(late);
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const socket = await connect(child);
    return { ...(await pageOf(socket, { width, height })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The browser says on its error output where it listens. */
async function connect(child) {
  const address = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the browser ended before it said where it listens')));
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, url] = /^DevTools listening on (ws:\S+)/.exec(line) ?? [];
      if (url) resolve(url);
    });
  });
  const socket = new WebSocket(address, { maxPayload: 256 << 20 });
  await once(socket, 'open');
  return socket;
}

async function pageOf(socket, { width, height }) {
  const waiting = new Map();
  let last = 0;
  socket.on('message', (text) => {
    const { id, result, error } = JSON.parse(text);
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  });
  socket.on('close', () => waiting.forEach(({ reject }) => reject(new Error('the browser ended'))));
  const ask = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
    });
  const { targetInfos } = await ask('Target.getTargets');
  const { targetId } = targetInfos.find((t) => t.type === 'page');
  const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true });
  const send = (method, params) => ask(method, params, sessionId);
  await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });

  /** The value of an expression, or of a function called in the page with what can be written as JSON. */
  const evaluate = async (what, ...args) => {
    const expression = typeof what === 'function' ? `(${what})(${args.map((a) => JSON.stringify(a)).join()})` : what;
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return {
    send,
    evaluate,
    /** Runs a function in each document from the next one on, before its own code. */
    async first(what) {
      await send('Page.enable');
      await send('Page.addScriptToEvaluateOnNewDocument', { source: `(${what})()` });
    },
    goto: (url) => send('Page.navigate', { url }),
    async until(what, { timeoutMs, args = [] }) {
      for (const giveUpAt = Date.now() + timeoutMs; !(await evaluate(what, ...args)); ) {
        if (Date.now() > giveUpAt) throw new Error(`not within ${timeoutMs} ms: ${what}`);
        await new Promise((done) => setTimeout(done, 100));
      }
    },
    async screenshot() {
      return Buffer.from((await send('Page.captureScreenshot', { format: 'png' })).data, 'base64');
    },
  };
}
