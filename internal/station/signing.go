package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"vedette/mavlink"
	"vedette/mavlink/signing"
	"vedette/mavlink/tlog"
	"vedette/ui/api"
)

// wires is what people do with the keys and the telemetry logs of vehicles.
type wires struct{ mavlink *mavlink.Service }

// Signing implements ui.Wires.
func (w *wires) Signing(id int) (api.Signing, error) {
	s, err := w.mavlink.Signing(id)
	if err != nil {
		return api.Signing{}, commandProblem(id, err)
	}
	if _, known := w.mavlink.Vehicle(id); !known && s.State == "off" {
		return api.Signing{}, api.NotFound("there is no vehicle %d", id)
	}
	out := api.Signing{
		Vehicle: id, State: s.State, Text: s.Text, Since: api.At(s.Since), Trusted: s.Trusted, Links: map[string]int{},
		Frames: api.SigningFrames{
			Verified: s.Verified, Excused: s.Excused, Unchecked: s.Unchecked, RefusedUnsigned: s.RefusedUnsigned,
			RefusedSignature: s.RefusedSignature, RefusedReplay: s.RefusedReplay, RefusedOld: s.RefusedOld,
			RefusedStreams: s.RefusedStreams, RefusedCopies: s.RefusedCopies,
		},
	}
	for name, linkID := range s.Links {
		out.Links[name] = int(linkID)
	}
	return out, nil
}

// SetSigning implements ui.Wires.
func (w *wires) SetSigning(ctx context.Context, id int, r api.SigningRequest) error {
	key := signing.FromPassphrase(r.Passphrase)
	switch {
	case r.Key != "":
		var err error
		if key, err = signing.ParseKey(r.Key); err != nil {
			return api.BadRequest("key: %v", err)
		}
	case r.Passphrase == "":
		key = signing.NewKey()
	}
	var err error
	switch r.Mode {
	case "setUp":
		err = w.mavlink.SetUpSigning(ctx, id, key)
	case "adopt":
		err = w.mavlink.AdoptSigning(ctx, id, key)
	case "off":
		err = w.mavlink.EndSigning(ctx, id)
	default:
		return api.BadRequest("there is no mode %q", r.Mode)
	}
	return signingProblem(id, r.Mode, err)
}

// ForgetSigning implements ui.Wires.
func (w *wires) ForgetSigning(_ context.Context, id int) error {
	return signingProblem(id, "forget", w.mavlink.ForgetSigning(id))
}

func signingProblem(id int, mode string, err error) error {
	switch {
	case errors.Is(err, mavlink.ErrUntrusted):
		return api.Conflict("vehicle %d is not heard on a link with 'trusted: true': connect it by cable, or mark the link in the configuration; nothing was sent", id)
	case errors.Is(err, mavlink.ErrArmed):
		return api.Conflict("vehicle %d is armed: keys are changed on the ground, disarmed; nothing was sent", id)
	case errors.Is(err, mavlink.ErrNoKey):
		return api.NotFound("the station has no key of vehicle %d", id)
	case errors.Is(err, mavlink.ErrUnconfirmed) && mode == "adopt":
		return api.NoAcknowledgement("no frame came from vehicle %d that is signed with this key: it was not kept", id)
	case errors.Is(err, mavlink.ErrUnconfirmed) && mode == "setUp":
		return api.NoAcknowledgement("vehicle %d was sent the key, and no signed frame has come back: it is kept, and used as soon as one comes", id)
	case errors.Is(err, mavlink.ErrUnconfirmed):
		return api.NoAcknowledgement("vehicle %d still signs its frames: its key stays", id)
	default:
		return commandProblem(id, err)
	}
}

// TelemetryLogs implements ui.Wires.
func (w *wires) TelemetryLogs(id int) ([]api.TelemetryLog, error) {
	files, err := w.mavlink.TelemetryFiles(id)
	if err != nil {
		return nil, err
	}
	out := make([]api.TelemetryLog, len(files))
	for i, f := range files {
		out[i] = api.TelemetryLog{Name: f.Name, Start: api.At(f.Start), End: api.At(f.End), Bytes: f.Bytes, Open: f.Open}
	}
	return out, nil
}

// OpenTelemetryLog implements ui.Wires.
func (w *wires) OpenTelemetryLog(id int, name string) (io.ReadSeekCloser, time.Time, error) {
	path, err := w.mavlink.TelemetryPath(id, name)
	if errors.Is(err, tlog.ErrNoFile) {
		return nil, time.Time{}, api.NotFound("vehicle %d has no telemetry log %.60q", id, name)
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("find a telemetry log: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("open a telemetry log: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, time.Time{}, errors.Join(fmt.Errorf("open a telemetry log: %w", err), file.Close())
	}
	return file, info.ModTime(), nil
}
