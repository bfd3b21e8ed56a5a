package station

import (
	"log/slog"
	"time"

	"vedette/internal/config"
	"vedette/internal/serialport"
	"vedette/internal/station/gnss"
	"vedette/internal/station/nmea"
	"vedette/mavlink"
	"vedette/ui/api"
)

// listen prepares the post's receiver; the station runs it.
func (p *posts) listen(cfg *config.GNSS, log *slog.Logger) (err error) {
	if cfg == nil {
		return nil
	}
	c := gnss.Config{UDP: cfg.UDP, TCP: cfg.TCP, Log: log}
	if cfg.Serial != nil {
		c.Serial = &serialport.Config{Device: cfg.Serial.Device, Baud: int(cfg.Serial.Baud)}
	}
	c.Told = func(f nmea.Fix, at time.Time) {
		if err := p.measured(f, at); err != nil {
			log.Error("the receiver's place cannot be used", "error", err)
		}
	}
	p.receiver, err = gnss.New(c)
	return err
}

// measured takes a fix of the receiver. Its time is that at which it came: the clocks of receiver and station may differ.
func (p *posts) measured(f nmea.Fix, at time.Time) error {
	var altHAE *float64
	if f.AltAMSL != nil && f.GeoidM != nil {
		altHAE = new(*f.AltAMSL + *f.GeoidM)
	}
	return p.moved(mavlink.Post{
		Lat: f.Lat, Lon: f.Lon, SpeedMS: f.SpeedMS, CourseDeg: f.CourseDeg, Time: at, Source: fromGNSS,
	}, f.AltAMSL, altHAE)
}

// counts are those of the receiver's lines, zero without one.
func (p *posts) counts() nmea.Counts {
	if p.receiver == nil {
		return nmea.Counts{}
	}
	return p.receiver.Report(time.Now()).Counts
}

// qualities are the words for what GGA says of a fix.
var qualities = map[int]string{1: "gnss", 2: "differential", 3: "pps", 4: "rtkFixed", 5: "rtkFloat", 6: "estimated", 7: "manual", 8: "simulated"}

// describeReceiver is nil without one.
func (p *posts) describeReceiver(now time.Time) *api.Receiver {
	if p.receiver == nil {
		return nil
	}
	r := p.receiver.Report(now)
	out := &api.Receiver{
		Source: r.Source, State: string(r.State), Problem: r.Problem, Quality: qualities[r.Quality], Satellites: r.Satellites, HDOP: r.HDOP,
		Sentences: r.Counts.Sentences, Damaged: r.Counts.BadChecksums + r.Counts.Unreadable + r.Counts.TooLong,
	}
	if !r.LastHeard.IsZero() {
		out.LastHeard = api.At(r.LastHeard)
	}
	return out
}
