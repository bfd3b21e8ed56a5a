// The flight: refused and granted arming, take-off, a place, gimbal and camera, and the way home.
import { mav } from './link.mjs';
import { ARMED, distance } from './identity.mjs';
import { command, must, request } from './services.mjs';

const GLOBAL_RELATIVE_ALT_INT = 6;
const heartbeat = (t, want, what) => t.link.until(what, ({ id, system, component, data }) => id === 0 && system === t.system && component === 1 && want(data));

async function mode(t, number) {
  const there = heartbeat(t, (h) => h.customMode === number, `mode ${number}`);
  await must(t.link, t.system, 176, [1, number]);
  await there;
}

export async function refusal(t) {
  await mode(t, 9);
  const { result } = await command(t.link, t.system, 400, [1]);
  t.equal('arming in LAND', result, 4);
  await t.eventually('the reason as a text', () => t.said('LAND mode not armable'));
  t.equal('a mode that is none', (await command(t.link, t.system, 176, [1, 99])).result, 4);
}

export async function flight(t) {
  await mode(t, 4);
  const armed = heartbeat(t, (h) => (h.baseMode & ARMED) !== 0, 'armed');
  await must(t.link, t.system, 400, [1]);
  await armed;
  t.home = t.position();
  const { result, repeats } = await command(t.link, t.system, 22, [0, 0, 0, 0, 0, 0, 6]);
  const flies = repeats > 0 && result === 4; // the answer to the first was lost, and it has left the ground since
  t.check(`take-off gave result ${result} after ${repeats} repeats`, result === 0 || flies);
  await t.eventually('6 m above home', () => t.position().above > 5.3);
  t.equal('in the air', t.link.value(t.system, 1, mav.ExtendedSysState.MSG_ID).landedState >= 2, true);
  const to = { lat: t.home.lat + 12 / 111_195, lon: t.home.lon + 4 / 90_700 };
  await must(t.link, t.system, 192, [-1, 1, 0, NaN], { place: { ...to, alt: 7, frame: GLOBAL_RELATIVE_ALT_INT } });
  await Promise.all([t.eventually('the place', () => distance(t.position(), to) < 3), payload(t)]);
}

/** Pitch and yaw of the camera, degrees, from 285. */
function looks(t) {
  const status = t.link.value(t.system, 154, mav.GimbalDeviceAttitudeStatus.MSG_ID);
  if (!status) return { pitch: NaN, yaw: NaN };
  const [w, x, y, z] = status.q;
  return { pitch: (Math.asin(2 * (w * y - z * x)) * 180) / Math.PI, yaw: (Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)) * 180) / Math.PI };
}

async function payload(t) {
  const manager = await request(t.link, t.system, mav.GimbalManagerInformation.MSG_ID);
  t.equal('gimbal device', manager.gimbalDeviceId, 154);
  await must(t.link, t.system, 1001, [-2, -2, -1, -1]);
  await must(t.link, t.system, 1000, [-40, 30, NaN, NaN, 0]);
  await t.eventually('the gimbal looks 40 down and 30 right', () => Math.abs(looks(t).pitch + 40) < 2 && Math.abs(looks(t).yaw - 30) < 3);
  await must(t.link, t.system, 195, [], { place: { ...t.home, alt: 0, frame: GLOBAL_RELATIVE_ALT_INT } });
  await t.eventually('the gimbal turns to home', () => Math.abs(looks(t).yaw - 30) > 20);
  await must(t.link, t.system, 197);
  const camera = await request(t.link, t.system, mav.CameraInformation.MSG_ID, { component: 100 });
  t.check('the camera has streams and zooms', (camera.flags & 256) !== 0 && (camera.flags & 64) !== 0);
  for (const id of [mav.CameraSettings.MSG_ID, mav.StorageInformation.MSG_ID, mav.CameraCaptureStatus.MSG_ID]) await request(t.link, t.system, id, { component: 100 });
  for (const index of [1, 2]) {
    const stream = await request(t.link, t.system, mav.VideoStreamInformation.MSG_ID, { component: 100, index, want: (d) => d.streamId === index });
    t.check(`stream ${index} at ${stream.uri}`, stream.uri.startsWith('rtsp://') && stream.count === 2);
  }
  await must(t.link, t.system, 531, [2, 50], { component: 100 });
  await t.eventually('half zoom', async () => Math.abs((await request(t.link, t.system, mav.CameraSettings.MSG_ID, { component: 100 })).zoomLevel - 50) < 2);
  const photo = t.link.until('CAMERA_IMAGE_CAPTURED', ({ id, system, component, data }) => id === mav.CameraImageCaptured.MSG_ID && system === t.system && component === 100 && data);
  photo.catch(() => {}); // lost in bad air, where it is not repeated: the count is what holds
  const { imageCount } = await request(t.link, t.system, mav.CameraCaptureStatus.MSG_ID, { component: 100 });
  await must(t.link, t.system, 2000, [0, 0, 1, 0], { component: 100 });
  await t.eventually('one photo more', async () => (await request(t.link, t.system, mav.CameraCaptureStatus.MSG_ID, { component: 100 })).imageCount > imageCount);
  if (t.clean) t.check('the photo was taken in the air', (await photo).relativeAlt > 5000);
  else photo.stop();
}

export async function homeward(t) {
  const rtl = heartbeat(t, (h) => h.customMode === 6, 'RTL');
  if (t.clean) {
    await must(t.link, t.system, 20);
  } else {
    t.link.hush(); // the station falls silent: the failsafe brings it home
  }
  await rtl;
  if (!t.clean) {
    await t.eventually('the failsafe as a text', () => t.said('GCS Failsafe'));
    t.link.beat();
  }
  await heartbeat(t, (h) => (h.baseMode & ARMED) === 0, 'disarmed after the landing');
  await t.eventually('on the ground', () => t.link.value(t.system, 1, mav.ExtendedSysState.MSG_ID).landedState === 1);
  t.check(`${distance(t.position(), t.home).toFixed(1)} m from home`, distance(t.position(), t.home) < 4);
}
