// Two alerts from the trip to the end against a real station whose drones are on patrol: the first by clicks, the second by keys alone. Each
// comes up with its reasons, its proposal is approved, a camera sees what it is about, its card shows the picture and says who looked when, and it is resolved.
// Usage: node e2e/alert.mjs SIGN-IN-URL SCREENSHOT; the demo flies e2e/two-walkers.yaml.
import { coarsely, launch, watch } from './browser.mjs';

const [url, screenshot] = process.argv.slice(2);
if (!url || !screenshot) {
  console.error('usage: node e2e/alert.mjs SIGN-IN-URL SCREENSHOT');
  process.exit(2);
}

const startedAt = Date.now();
const say = (text) => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);

class Failure extends Error {}
const check = (good, text) => {
  if (!good) throw new Failure(text);
};
const shown = (locator, what, seconds) =>
  locator.waitFor({ timeout: seconds * 1_000 }).catch(() => {
    throw new Failure(`no ${what} within ${seconds} s`);
  });

/** A hand: each of its acts, done by the mouse or by the keyboard. */
const mouse = (page) => ({
  name: 'clicks',
  select: (id) => page.getByTestId(`alert-${id}`).locator('button.head').click(),
  approve: (cue) => page.getByTestId(`cue-approve-${cue}`).click(),
  enlarge: (id) => page.getByTestId(`alert-picture-${id}`).click(),
  unfold: (id) => page.getByTestId(`alert-history-${id}`).locator('summary').click(),
  acknowledge: (id) => page.getByTestId(`alert-ack-${id}`).click(),
  resolve: (id) => page.getByTestId(`alert-resolve-${id}`).click(),
});
const keyboard = (page) => ({
  name: 'keys',
  async select(id) {
    const head = page.getByTestId(`alert-${id}`).locator('button.head');
    for (let n = 0; n < 12; n++) {
      if ((await head.getAttribute('aria-pressed')) === 'true') return;
      await page.keyboard.press(n < 4 ? 'k' : 'j'); // up from what was decided, then down
      await page.waitForTimeout(400);
    }
    throw new Failure(`K and J do not come to alert ${id}`);
  },
  async approve(cue) {
    await shown(page.getByTestId(`cue-approve-${cue}`).locator('kbd'), `mark of the key at ${cue}`, 5);
    await page.waitForTimeout(800); // a key approves only what could have been read
    await page.keyboard.press('a');
  },
  async tabTo(selector, what) {
    for (let n = 0; n < 400; n++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return page.keyboard.press('Enter');
    }
    throw new Failure(`Tab does not come to ${what}`);
  },
  enlarge(id) {
    return this.tabTo(`[data-testid="alert-picture-${id}"]`, `the picture of alert ${id}`);
  },
  unfold(id) {
    return this.tabTo(`[data-testid="alert-history-${id}"] > summary`, `the history of alert ${id}`);
  },
  acknowledge: () => page.keyboard.press('c'),
  resolve: () => page.keyboard.press('e'),
});

const openAlerts = (page) =>
  page.locator('article[data-testid^="alert-"]').evaluateAll((all) => all.filter((a) => a.classList.contains('open')).map((a) => a.dataset.testid.slice('alert-'.length)));

/** The open alerts that are about no animal: on a busy machine a geophone that misses samples may name one before it hears the walker. */
const aboutPeople = (page) =>
  page
    .locator('article[data-testid^="alert-"]')
    .evaluateAll((all) =>
      all.filter((a) => a.classList.contains('open') && !/animal/.test(a.querySelector('.title')?.textContent ?? '')).map((a) => a.dataset.testid.slice('alert-'.length)),
    );

async function handle(page, hand, done, seconds) {
  const deadline = Date.now() + seconds * 1_000;
  let id;
  while (id === undefined) {
    id = (await aboutPeople(page)).find((a) => !done.includes(a));
    check(id !== undefined || Date.now() < deadline, `no ${done.length === 0 ? 'first' : 'further'} alert within ${seconds} s`);
    if (id === undefined) await page.waitForTimeout(300);
  }
  done.push(id);
  const card = page.getByTestId(`alert-${id}`);
  await hand.select(id);
  const reasons = await card.locator('.reasons li').allInnerTexts();
  check(reasons.some((r) => /s-\d\d|thermal/.test(r)), `alert ${id} gives no reason: ${reasons.join('; ')}`);
  say(`${hand.name}: ${id} '${await card.locator('.title').innerText()}', ${reasons[0]}`);
  const proposal = card.locator('[data-testid^="cue-approve-"]');
  await shown(proposal, `proposal for ${id}`, 15);
  const cue = (await proposal.getAttribute('data-testid')).slice('cue-approve-'.length);
  await hand.approve(cue);
  const approvedAt = Date.now();
  await shown(page.locator(`[data-testid="cue-${cue}"]:is([data-state="approved"], [data-state="active"], [data-state="done"])`), `approval of ${cue}`, 10);
  await hand.acknowledge(id);
  await shown(page.locator(`[data-testid="alert-${id}"][data-state="acknowledged"]`), `acknowledgement of ${id}`, 10);
  await shown(card.locator('.reasons li', { hasText: /^confirmed by \d-thermal/ }).first(), `camera that sees what ${id} is about`, 180);
  say(`${hand.name}: ${id} is seen ${((Date.now() - approvedAt) / 1000).toFixed(1)} s after the approval of ${cue}`);
  await picture(page, hand, id);
  await hand.unfold(id);
  const history = page.getByTestId(`alert-history-${id}`);
  await shown(history.locator('li[data-kind="camera"]').first(), `camera in the history of ${id}`, 15);
  await shown(history.locator('li[data-kind="vehicle"]', { hasText: 'sent to look by' }).first(), `vehicle in the history of ${id}`, 5);
  say(`${hand.name}: ${(await history.locator('li').allInnerTexts()).join('; ')}`);
  await hand.resolve(id);
  await shown(page.locator(`[data-testid="alert-${id}"][data-state="resolved"]`), `resolution of ${id}`, 10);
  check(!(await openAlerts(page)).includes(id), `alert ${id} is resolved and still open`);
  say(`${hand.name}: ${id} resolved`);
}

/** The picture at the time: loaded, with its box inside, and large by the hand. */
async function picture(page, hand, id) {
  const open = page.getByTestId(`alert-picture-${id}`);
  await shown(open, `picture of ${id}`, 60);
  const img = open.getByTestId('marked-picture');
  await page.waitForFunction((testid) => document.querySelector(testid)?.naturalWidth > 0, `[data-testid="alert-picture-${id}"] [data-testid="marked-picture"]`, { timeout: 10_000 }).catch(() => {
    throw new Failure(`the picture of ${id} does not load`);
  });
  const [whole, box] = [await img.boundingBox(), await open.getByTestId('marked-box').boundingBox()];
  const inside = box.x > whole.x && box.y > whole.y && box.x + box.width < whole.x + whole.width && box.y + box.height < whole.y + whole.height;
  check(inside, `the box of ${id} lies outside its picture: ${JSON.stringify([whole, box])}`);
  await hand.enlarge(id);
  const large = page.getByTestId('portrait');
  await shown(large.getByTestId('marked-box'), `large picture of ${id}`, 5);
  const caption = await page.getByTestId('portrait-caption').innerText();
  check(/^\d-thermal · \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC · (first sight|best view)/.test(caption), `the picture of ${id} says '${caption}'`);
  if (hand.name === 'clicks') await finely(() => page.screenshot({ path: screenshot.replace(/(\.\w+)?$/, '-picture$1') }));
  await page.keyboard.press('Escape');
  await large.waitFor({ state: 'detached', timeout: 5_000 });
  say(`${hand.name}: picture of ${id} by ${caption}`);
}

let finely;
const browser = await launch();
let status = 0;
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  finely = await coarsely(page);
  const seen = watch(page, url);
  try {
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 120_000 });
    const done = [];
    await handle(page, mouse(page), done, 90);
    await page.mouse.move(5, 5);
    await handle(page, keyboard(page), done, 90);
    check(seen.errors.length === 0, `console errors: ${seen.errors.join(' | ')}`);
    check(seen.away.length === 0, `requests left the origin: ${seen.away.join(', ')}`);
  } finally {
    await finely(async () => {
      await page.waitForTimeout(1_000);
      await page.screenshot({ path: screenshot });
    }).catch((error) => console.error(`no screenshot: ${error.message}`));
  }
  say(`passed; screenshot: ${screenshot}`);
} catch (error) {
  status = 1;
  console.error(`FAILED after ${((Date.now() - startedAt) / 1000).toFixed(0)} s: ${error instanceof Failure ? error.message : error.stack}`);
} finally {
  await browser.close();
}
process.exit(status);
