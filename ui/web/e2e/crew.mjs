// Two people at one station, against a running demo: an alert is assigned, control is asked for, refused and handed over, what
// flies is held to be confirmed, a sensor is muted, and an admin keeps accounts in the page.
// Usage: node e2e/crew.mjs SIGN-IN-URL SCREENSHOT TOKEN
import { launch, watch } from './browser.mjs';

const [url, screenshot, token] = process.argv.slice(2);
if (!url || !screenshot || !token) {
  console.error('usage: node e2e/crew.mjs SIGN-IN-URL SCREENSHOT TOKEN');
  process.exit(2);
}
const check = (good, text) => {
  if (!good) throw new Error(text);
};

async function until(what, test, timeoutMs = 90_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const got = await test();
    if (got) return got;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function api(path, method = 'GET', body) {
  const answer = await fetch(new URL(`/api/v1${path}`, url), {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, data: text ? JSON.parse(text) : undefined };
}

const password = 'a long way from here';
const browser = await launch();
try {
  const seen = [];
  const signIn = async (name) => {
    const page = await (await browser.newContext({ viewport: { width: 1200, height: 800 } })).newPage();
    page.setDefaultTimeout(120_000); // two maps are drawn without a graphics card
    seen.push(watch(page, url));
    await page.goto(name ? new URL('/', url).href : url, { waitUntil: 'domcontentloaded' });
    if (name) {
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Password').fill(password);
      await page.keyboard.press('Enter');
    }
    await page.waitForFunction(() => window.vedette?.ready() === true, undefined, { timeout: 90_000 });
    return page;
  };
  for (const [name, role] of [['anna', 'operator'], ['otto', 'admin']]) {
    check((await api('/accounts', 'POST', { name, role, password })).status === 201, `the account of ${name} is not made`);
  }

  // An admin adds an account in the page, gives it another role, and closes it.
  const otto = await signIn('otto');
  await otto.keyboard.press('0');
  await otto.getByTestId('account-name').fill('Boris');
  await otto.getByTestId('account-password').fill(password);
  await otto.getByTestId('account-add').click();
  await otto.getByTestId('admin-problem').waitFor();
  await otto.getByTestId('account-name').fill('boris');
  await otto.getByTestId('account-add').click();
  await otto.getByTestId('account-role-boris').selectOption('viewer');
  await otto.locator('[data-testid="account-boris"][data-role="viewer"]').waitFor();
  await otto.getByTestId('account-disable-boris').click();
  await otto.locator('[data-testid="account-boris"][data-disabled="true"]').waitFor();
  await otto.screenshot({ path: screenshot });
  check((await api('/accounts')).data.find((a) => a.name === 'boris').disabled, 'the account is open');
  await otto.close();

  const page = await signIn();
  const anna = await signIn('anna');
  const vehicle = Number((await page.locator('[data-testid^="vehicle-"][aria-pressed="true"]').getAttribute('data-testid')).slice('vehicle-'.length));
  const card = anna.getByTestId(`vehicle-${vehicle}`);
  if ((await card.getAttribute('aria-pressed')) !== 'true') await card.click();

  // Control: asked for, refused, asked for again, handed over.
  await page.getByTestId('take-control').click();
  await anna.getByTestId('control-reason').fill('mine has landed');
  await anna.getByTestId('control-ask').click();
  await page.getByTestId('control-refuse-anna').click();
  await anna.getByTestId('control-refused').waitFor();
  await anna.getByTestId('control-ask').click();
  await page.getByTestId('control-grant-anna').click();
  await anna.getByTestId('release-control').waitFor();
  check((await api(`/vehicles/${vehicle}`)).data.control.holder === 'anna', 'control is not handed over');

  // What flies is held: a short press does nothing, neither does a key that is let go.
  const sent = async () => (await api('/audit?limit=1000')).data.events.filter((e) => e.data.action === 'return').length;
  await anna.getByTestId('return').click();
  await anna.getByTestId('return-confirm').click();
  await anna.getByText('hold it longer').waitFor();
  await anna.getByTestId('return-confirm').press('Enter');
  check((await sent()) === 0, 'a short press has sent the vehicle home');
  await anna.getByTestId('return').click().catch(() => undefined);
  await anna.getByTestId('return-confirm').click({ delay: 1_000 });
  await until('the vehicle is sent home', async () => (await sent()) === 1);

  // An alert: assigned by one, and who comes second is told whose it is.
  const alert = (await until('an alert', async () => (await api('/alerts?state=open')).data.at(-1), 180_000)).id;
  await anna.getByTestId(`alert-${alert}`).locator('.head').click();
  await anna.getByTestId(`alert-assign-${alert}`).selectOption('anna');
  await until('the alert is assigned', async () => (await api('/alerts')).data.find((a) => a.id === alert).assignedTo === 'anna');
  const second = await api(`/alerts/${alert}/assign`, 'POST', {});
  check(second.status === 409 && second.data.detail.includes('assigned to anna, by anna'), `who comes second is told: ${JSON.stringify(second)}`);
  await until('the other sees whose it is', async () => (await page.getByTestId(`alert-assign-${alert}`).inputValue().catch(() => '')) === 'anna');

  // A sensor: muted with a reason, and heard again.
  await anna.keyboard.press('Escape');
  await anna.getByTestId('sensors-open').click();
  await anna.locator('[data-testid^="sensor-s-"]').first().click();
  await anna.getByTestId('sensor-mute-why').fill('fence works');
  await anna.getByTestId('sensor-mute').click();
  await anna.getByTestId('sensor-muted').waitFor();
  check((await api('/sensors')).data.some((s) => s.mute?.why === 'fence works' && s.mute.who === 'anna'), 'no sensor is muted');
  await anna.getByTestId('sensor-unmute').click();
  await anna.getByTestId('sensor-mute').waitFor();

  for (const s of seen) {
    check(s.errors.length === 0, `errors of the page: ${s.errors.join('\n')}`);
    check(s.away.length === 0, `requests left the origin: ${s.away.join('\n')}`);
  }
  console.log('crew: ok');
} finally {
  await browser.close();
}
