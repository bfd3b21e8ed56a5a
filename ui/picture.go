package ui

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"vedette/internal/access"
	"vedette/ui/api"
)

func getSensors(c *call) error { return c.answer(list(c.s.cfg.Station.Sensors())) }

func getWaveform(c *call) error {
	w, err := c.s.cfg.Station.Waveform(c.r.PathValue("id"))
	if err != nil {
		return err
	}
	return c.answer(w)
}

func getTracks(c *call) error {
	return c.answer(api.NewFeatureCollection(c.s.cfg.Station.Tracks().Features))
}

func getZones(c *call) error {
	return c.answer(api.NewFeatureCollection(c.s.cfg.Station.Zones().Features))
}

func getCues(c *call) error { return c.answer(list(c.s.cfg.Station.Cues())) }

func getTrackHistory(c *call) error {
	history, err := c.s.cfg.Station.TrackHistory(c.r.Context(), c.r.PathValue("id"))
	if err != nil {
		return err
	}
	history.Properties.Times = list(history.Properties.Times)
	return c.answer(history)
}

func getAlerts(c *call) error {
	state := c.r.URL.Query().Get("state")
	if state != "" && state != "open" {
		return api.BadRequest("state=%.40q: use open, or leave it out", state)
	}
	return c.answer(list(c.s.cfg.Station.Alerts(state == "open")))
}

func getAlertHistory(c *call) error {
	history, err := c.s.cfg.Station.AlertHistory(c.r.Context(), c.r.PathValue("id"))
	if err != nil {
		return err
	}
	history.Words, history.Looks, history.Path.Properties.Times = list(history.Words), list(history.Looks), list(history.Path.Properties.Times)
	return c.answer(history)
}

// getAlertPicture sends a still that is kept with an alert. A browser asks each time whether it is still the same: it may have been masked.
func getAlertPicture(c *call) error {
	id := c.r.PathValue("id")
	n, err := strconv.Atoi(c.r.PathValue("n"))
	if err != nil || n < 1 {
		return api.NotFound("%.40q is not the number of a picture", c.r.PathValue("n"))
	}
	jpeg, err := c.s.cfg.Station.AlertPicture(c.r.Context(), c.who, c.address(), id, n)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(jpeg)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := c.w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", tag)
	if c.r.Header.Get("If-None-Match") == tag {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(jpeg)))
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": id + "_" + strconv.Itoa(n) + ".jpg"}))
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(jpeg) // the client may be gone
	return nil
}

// decideAlert acknowledges, resolves or calls false; the station lets the first decision win.
func decideAlert(action string) func(*call) error {
	return func(c *call) error {
		var b api.AlertDecision
		if err := c.optionalBody(&b); err != nil {
			return err
		}
		if len(b.Note) > maxNote {
			return api.BadRequest("note has more than %d bytes", maxNote)
		}
		id := c.r.PathValue("id")
		var alert api.Alert
		record := access.Record{Kind: access.KindAlert, Action: action, Target: id, Reason: b.Note}
		err := c.audited(record, func(ctx context.Context) error {
			var err error
			alert, err = c.s.cfg.Station.DecideAlert(ctx, c.who, id, action, b.Note)
			return err
		})
		if err != nil {
			return err
		}
		return c.answer(alert)
	}
}

func rejectCue(c *call) error {
	if err := c.optionalBody(&struct{}{}); err != nil {
		return err
	}
	return c.decideCue("reject")
}

// endCue calls off a cue that is under way; any operator may.
func endCue(c *call) error {
	if err := c.optionalBody(&struct{}{}); err != nil {
		return err
	}
	return c.decideCue("end")
}

// followTrack has a vehicle follow a track.
func followTrack(c *call) error {
	var b struct {
		Track string `json:"track"`
	}
	if err := c.body(&b); err != nil {
		return err
	}
	if b.Track == "" {
		return api.BadRequest("give the track to follow, as {\"track\":\"t-12\"}")
	}
	vehicle, err := c.vehicle()
	if err != nil {
		return err
	}
	var cue api.Cue
	record := access.Record{Kind: access.KindCue, Action: "follow", Target: idText(vehicle), Reason: fmt.Sprintf("track %.40s", b.Track)}
	err = c.audited(record, func(ctx context.Context) error {
		var err error
		cue, err = c.s.cfg.Station.FollowTrack(ctx, c.who, vehicle, b.Track)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(cue)
}

// approveCue takes the vehicle's lease for the approver first, and gives it back where the approval comes to nothing.
func approveCue(c *call) error {
	if err := c.optionalBody(&struct{}{}); err != nil {
		return err
	}
	id := c.r.PathValue("id")
	cues := c.s.cfg.Station.Cues()
	i := slices.IndexFunc(cues, func(cue api.Cue) bool { return cue.ID == id })
	if i < 0 {
		return api.NotFound("there is no cue %.40q", id)
	}
	cue := cues[i]
	if cue.State != api.CueProposed || cue.Vehicle == 0 {
		return c.decideCue("approve") // nothing to take; the station says what became of it
	}
	leases := c.s.cfg.Access.Leases
	before, held := leases.Of(cue.Vehicle)
	if _, err := c.lease(cue.Vehicle, false, "to approve cue "+id); err != nil {
		return err
	}
	err := c.decideCue("approve")
	if err != nil && !(held && before.Holder == c.who.Name) {
		// It may have expired or been taken by force meanwhile; then there is nothing to give back.
		_ = leases.Release(cue.Vehicle, c.who.Name)
	}
	return err
}

func (c *call) decideCue(action string) error {
	id := c.r.PathValue("id")
	var cue api.Cue
	record := access.Record{Kind: access.KindCue, Action: action, Target: id}
	err := c.audited(record, func(ctx context.Context) error {
		var err error
		cue, err = c.s.cfg.Station.DecideCue(ctx, c.who, id, action)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(cue)
}
