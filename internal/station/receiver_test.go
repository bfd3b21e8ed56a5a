package station

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/internal/serialport/ptytest"
	"vedette/mavlink/mavlinktest"
	"vedette/ui/api"
)

// drive has a receiver at a serial line tell, ten times a second, that it goes north from the equator; stop ends it.
func drive(t *testing.T, device *ptytest.Device) (stop func()) {
	t.Helper()
	sentence := func(body string) string {
		var sum byte
		for i := range len(body) {
			sum ^= body[i]
		}
		return fmt.Sprintf("$%s*%02X\r\n", body, sum)
	}
	end := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for n := 0; ; n++ {
			select {
			case <-end:
				return
			case <-ticker.C:
			}
			clock, place := fmt.Sprintf("12%02d%02d.%d0", n/600%60, n/10%60, n%10), fmt.Sprintf("3521.%05d,S,14909.90000,E", 60000-n)
			text := sentence("GNRMC,"+clock+",A,"+place+",19.4384,0.0,261126,,,A") + sentence("GNGGA,"+clock+","+place+",4,11,0.61,590.0,M,19.6,M,,")
			if _, err := device.Write([]byte(text)); err != nil {
				t.Errorf("the receiver cannot write: %v", err)
				return
			}
		}
	})
	return sync.OnceFunc(func() { close(end); running.Wait() })
}

func TestThePostsOwnReceiverTellsWhereItIs(t *testing.T) {
	t.Parallel()
	device := ptytest.New(t)
	p := newPostWith(t, config.Config{
		Station:  config.Station{GNSS: &config.GNSS{Serial: &config.SerialPort{Device: device.Path}}},
		RemoteID: config.RemoteID{OperatorID: "FIN87astrdge12k8", Vehicles: []int{1}},
	}, mavlinktest.Config{})
	p.until("the silent receiver is named", func() bool {
		return strings.Contains(p.call(http.MethodGet, "/station/position", "", http.StatusNotFound, nil), "no GGA or RMC comes")
	})
	if said := p.call(http.MethodPost, "/vehicles/1/commands", `{"command":"follow"}`, http.StatusBadRequest, nil); !strings.Contains(said, "not known") {
		t.Error(said)
	}
	stop := drive(t, device)
	defer stop()
	p.until("places come", func() bool {
		status, _ := p.ask(http.MethodGet, "/station/position", "")
		return status == http.StatusOK
	})
	var is api.PostPosition
	p.until("both kinds of sentences have come", func() bool {
		p.call(http.MethodGet, "/station/position", "", http.StatusOK, &is)
		return is.AltitudeAMSL != nil && *is.AltitudeAMSL == 590 && is.Speed > 9
	})
	if is.Source != "gnss" || math.Abs(is.Speed-10) > 0.01 || is.CourseDeg != 0 || is.AgeS == nil || is.T.IsZero() ||
		geo.Distance(geo.LatLon{Lat: is.Lat, Lon: is.Lon}, geo.LatLon{Lat: -35.36, Lon: 149.165}) > 200 {
		t.Errorf("%+v", is)
	}
	if r := is.Receiver; r == nil || r.Source != device.Path || r.Quality != "rtkFixed" || r.Satellites != 11 || r.HDOP == nil || r.Sentences == 0 || r.Damaged != 0 {
		t.Errorf("%+v", r)
	}
	p.until("vehicles broadcast it as their operator's place", func() bool {
		for _, m := range p.vehicle.Heard() {
			if o, ok := m.(*common.MessageOpenDroneIdSystem); ok && o.OperatorLocationType == common.MAV_ODID_OPERATOR_LOCATION_TYPE_LIVE_GNSS {
				return math.Abs(float64(o.OperatorAltitudeGeo)-609.6) < 0.01 && math.Abs(float64(o.OperatorLatitude)/1e7-is.Lat) < 0.1
			}
		}
		return false
	})
	stop()
	p.until("it is stale", func() bool {
		p.call(http.MethodGet, "/station/position", "", http.StatusOK, &is)
		return is.Stale && *is.AgeS > 3 && is.Receiver.State != "fixed"
	})
	if said := p.call(http.MethodPost, "/vehicles/1/commands", `{"command":"follow"}`, http.StatusBadRequest, nil); !strings.Contains(said, "s old") {
		t.Error(said)
	}
	// Somebody else may tell then.
	is = api.PostPosition{}
	p.call(http.MethodPut, "/station/position", `{"lat":-35,"lon":149}`, http.StatusOK, &is)
	if is.Source != "feed" || is.Stale || is.Lat != -35 {
		t.Errorf("%+v", is)
	}
}

func TestNobodyElseTellsWhileTheReceiverDoes(t *testing.T) {
	t.Parallel()
	device := ptytest.New(t)
	p := newPostWith(t, config.Config{Station: config.Station{
		Position: &geo.LatLon{Lat: 10, Lon: 20}, GNSS: &config.GNSS{Serial: &config.SerialPort{Device: device.Path}},
	}}, mavlinktest.Config{})
	var is api.PostPosition
	if p.call(http.MethodGet, "/station/position", "", http.StatusOK, &is); is.Source != "config" || is.Receiver == nil || is.Lat != 10 {
		t.Errorf("%+v", is)
	}
	defer drive(t, device)()
	p.until("places come", func() bool {
		p.call(http.MethodGet, "/station/position", "", http.StatusOK, &is)
		return is.Source == "gnss"
	})
	p.until("nobody else is heard", func() bool {
		status, said := p.ask(http.MethodPut, "/station/position", `{"lat":-35,"lon":149}`)
		return status == http.StatusConflict && strings.Contains(said, "station.gnss")
	})
}
