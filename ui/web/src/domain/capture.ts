/**
 * When pictures were taken, as the station says it in their packets (RTP header extension abs-capture-time). Browsers tell
 * it of a receiver's newest picture (WebRTC Extensions, section "RTCRtpContributingSource extensions"), and not at all
 * unless the extension is asked for before the offer.
 */
const extension = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';

/** What lib.dom does not have yet (WebRTC Extensions, "RTP header extension control"). */
interface ExtensionControl {
  getHeaderExtensionsToNegotiate?(): { uri: string; direction: RTCRtpTransceiverDirection }[];
  setHeaderExtensionsToNegotiate?(extensions: { uri: string; direction: RTCRtpTransceiverDirection }[]): void;
}

/** Has the offer ask for capture times, where the browser can. */
export function askForCaptureTimes(transceiver: object): void {
  const control: ExtensionControl = transceiver;
  const all = control.getHeaderExtensionsToNegotiate?.();
  const wanted = all?.find((e) => e.uri === extension);
  if (!all || !wanted) return;
  wanted.direction = 'sendrecv';
  try {
    control.setHeaderExtensionsToNegotiate?.(all);
  } catch {
    // The picture does without.
  }
}

/** A newest picture as the browser tells of it; captureTimestamp counts ms since 1900. */
interface Source {
  timestamp: number;
  rtpTimestamp: number;
  captureTimestamp?: number;
}

/** What is needed of an RTCRtpReceiver. */
export interface CaptureSource {
  getSynchronizationSources(): Source[];
}

const from1900To1970Ms = 2_208_988_800_000;
const ticksPerMs = 90;
/** Asking costs the browser a turn in another thread. */
const askEveryMs = 200;

/** The times of capture of one receiver's pictures. */
export class CaptureTimes {
  private known: { rtp: number; takenMs: number } | undefined;
  private askedAt = -Infinity;

  constructor(private readonly receiver: CaptureSource) {}

  /** When a picture was taken, in ms since 1970 by the station's clock; undefined where that is not known. now is any steady clock. */
  of(rtpTimestamp: number | undefined, nowMs: number): number | undefined {
    if (rtpTimestamp === undefined) return undefined;
    if (nowMs - this.askedAt >= askEveryMs) {
      this.askedAt = nowMs;
      this.known = this.ask();
    }
    // The difference of two 32-bit timestamps has a sign.
    return this.known && this.known.takenMs + ((rtpTimestamp - this.known.rtp) | 0) / ticksPerMs;
  }

  private ask(): { rtp: number; takenMs: number } | undefined {
    const newest = this.receiver.getSynchronizationSources().reduce<Source | undefined>((a, b) => (a && a.timestamp >= b.timestamp ? a : b), undefined);
    if (newest?.captureTimestamp === undefined) return undefined;
    return { rtp: newest.rtpTimestamp, takenMs: newest.captureTimestamp - from1900To1970Ms };
  }
}
