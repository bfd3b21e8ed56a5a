package station

import (
	"context"
	"log/slog"
	"time"

	"vedette/mavlink"
	"vedette/ui/api"
)

const (
	linksEvery = time.Second
	// downFor is how long a link must be away before that is told: one that comes and goes is not told each time.
	downFor = 3 * time.Second
)

// links are the MAVLink connections as people see them.
type links struct {
	mavlink *mavlink.Service
}

// Links implements ui.Links.
func (l *links) Links() []api.StationLink {
	reports := l.mavlink.Links()
	out := make([]api.StationLink, len(reports))
	for i, r := range reports {
		out[i] = describeLink(r)
	}
	return out
}

func describeLink(r mavlink.LinkReport) api.StationLink {
	out := api.StationLink{
		Name: r.Name, Transport: r.Transport, Address: r.Address, State: string(r.State), Since: api.At(r.Since), Problem: r.Problem,
		Baud: r.Baud, Priority: r.Priority, Trusted: r.Trusted, Profile: r.Profile.Name,
		Vehicles: append([]int{}, r.Vehicles...), Peers: []api.Peer{},
		Counters: linkCounters(r.Stats),
		Dropped: api.DroppedCounts{
			Urgent: r.Dropped.Urgent, Transfer: r.Dropped.Transfer, Background: r.Dropped.Background, Forwarded: r.Dropped.Forwarded,
		},
	}
	if out.Profile == "" {
		out.Profile = "auto"
	}
	if !r.LastHeard.IsZero() {
		out.LastHeard = api.At(r.LastHeard)
	}
	if r.BytesPerSecond > 0 {
		out.BytesPerSecond, out.Share = api.Known(r.BytesPerSecond), api.Known(r.Share)
	}
	if s := r.Radio; !s.At.IsZero() {
		out.Radio = &api.Radio{
			T: api.At(s.At), RSSI: int(s.RSSI), RemoteRSSI: int(s.RemoteRSSI), Noise: int(s.Noise), RemoteNoise: int(s.RemoteNoise),
			TxBufferPercent: int(s.TxBufferPercent),
		}
	}
	for _, e := range r.Ends {
		out.Peers = append(out.Peers, linkPeer(e))
	}
	return out
}

func linkCounters(s mavlink.LinkStats) api.LinkCounters {
	return api.LinkCounters{
		FramesIn: s.FramesIn, FramesOut: s.FramesOut, BytesIn: s.BytesIn, BytesOut: s.BytesOut, BadChecksums: s.BadChecksums,
		SkippedBytes: s.SkippedBytes, WriteErrors: s.WriteErrors, Opens: s.Opens, Refused: s.Refused,
	}
}

func linkPeer(e mavlink.LinkEnd) api.Peer {
	p := api.Peer{Remote: e.Remote, BytesIn: e.BytesIn, BytesOut: e.BytesOut}
	if !e.LastHeard.IsZero() {
		p.LastHeard = api.At(e.LastHeard)
	}
	return p
}

// describeWay is a link of a vehicle.
func describeWay(l mavlink.LinkState) api.Link {
	out := api.Link{
		Name: l.Name, Remote: l.Remote, Used: l.Used, Silent: l.Silent, LastHeard: api.At(l.LastHeard), LossPercent: l.LossPercent,
		BytesIn: api.Known(l.BytesIn), BytesOut: api.Known(l.BytesOut),
	}
	if l.RTT != nil {
		out.RTTMs = api.Known(float64(l.RTT.Microseconds()) / 1000)
	}
	return out
}

// followLinks tells the log and the record when a link comes up, and when it is away.
func (s *Station) followLinks(ctx context.Context) error {
	ticker := time.NewTicker(linksEvery)
	defer ticker.Stop()
	told := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			for _, r := range s.mavlink.Links() {
				if up, news := linkNews(r, told, now); news {
					s.tellLink(r, up, now)
				}
			}
		}
	}
}

// linkNews says whether a link is up, and whether that is new; told remembers it.
func linkNews(r mavlink.LinkReport, told map[string]bool, now time.Time) (up, news bool) {
	up = r.State == mavlink.LinkUp
	was, known := told[r.Name]
	if up == was && known || !up && now.Sub(r.Since) < downFor {
		return up, false
	}
	told[r.Name] = up
	return up, true
}

func (s *Station) tellLink(r mavlink.LinkReport, up bool, now time.Time) {
	level, text := slog.LevelInfo, "link is up"
	if !up {
		level, text = slog.LevelWarn, "link is not up"
	}
	s.log.Log(context.Background(), level, text, "room", "mavlink", "link", r.Name, "state", r.State, "problem", r.Problem)
	s.record.post(kindLink, r.Name, now, map[string]any{
		"link": r.Name, "transport": r.Transport, "address": r.Address, "state": r.State, "problem": r.Problem,
	})
}
