package ui

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/ui/api"
)

func TestWrongRequestsAreProblemDocuments(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if _, _, err := p.cfg.Access.Leases.Take(1, "operator-1", false); err != nil {
		t.Fatal(err)
	}
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	for _, c := range []struct {
		method, path, body string
		status             int
		words              string
	}{
		{get, "/nothing", "", 404, "openapi.json"},
		{get, "/vehicles/", "", 404, ""},
		{get, "/vehicles/9", "", 404, "no vehicle 9"},
		{get, "/vehicles/abc", "", 400, "1 to 255"},
		{get, "/vehicles/0", "", 400, "1 to 255"},
		{post, "/vehicles/9/commands", `{"command":"arm"}`, 404, "no vehicle 9"},
		{get, "/feeds/x", "", 404, "no feed"},
		{post, "/vehicles", "{}", 405, "GET"},
		{http.MethodPatch, "/vehicles/1/mission", "{}", 405, "DELETE, GET, PUT"},
		{post, "/vehicles/1/commands", ``, 415, "application/json"},
		{post, "/vehicles/1/commands", `[]`, 400, "JSON object"},
		{post, "/vehicles/1/commands", `null`, 400, "JSON object"},
		{post, "/vehicles/1/commands", `{"command":"arm"`, 400, "cannot be used"},
		{post, "/vehicles/1/commands", `{"command":"arm"} {}`, 400, "after"},
		{post, "/vehicles/1/commands", `{"command":"arm","force":true}`, 400, "force"},
		{post, "/vehicles/1/commands", `{"command":"explode"}`, 400, "takeoff"},
		{post, "/vehicles/1/commands", `{"command":"takeoff"}`, 400, "altitudeAGL"},
		{post, "/vehicles/1/commands", `{"command":"takeoff","altitudeAGL":-5}`, 400, "altitudeAGL"},
		{post, "/vehicles/1/commands", `{"command":"takeoff","altitudeAGL":"high"}`, 400, "altitudeAGL"},
		{post, "/vehicles/1/commands", `{"command":"land","lat":1}`, 400, "together"},
		{post, "/vehicles/1/commands", `{"command":"hold","lat":1,"lon":2}`, 400, "takes no l"},
		{post, "/vehicles/1/commands", `{"command":"land","altitudeAGL":9}`, 400, "belongs to a place"},
		{post, "/vehicles/1/commands", `{"command":"orbit","lat":1,"lon":2}`, 400, "radiusM"},
		{post, "/vehicles/1/commands", `{"command":"orbit","lat":1,"lon":2,"radiusM":0}`, 400, "radiusM"},
		{post, "/vehicles/1/commands", `{"command":"changeAltitude"}`, 400, "altitudeAGL or altitudeAMSL"},
		{post, "/vehicles/1/commands", `{"command":"changeSpeed","speed":1e9}`, 400, "speed"},
		{post, "/vehicles/1/commands", `{"command":"heading","headingDeg":-1}`, 400, "headingDeg"},
		{post, "/vehicles/1/commands", `{"command":"setMissionItem","item":0}`, 400, "item"},
		{post, "/vehicles/1/commands", `{"command":"requestMessage","message":-1}`, 400, "message"},
		{post, "/vehicles/1/commands", `{"command":"setMessageInterval","message":30}`, 400, "rateHz"},
		{post, "/vehicles/1/commands", `{"command":"highLatency"}`, 400, "needs on"},
		{post, "/vehicles/1/commands", `{"command":"terminate","confirm":"` + strings.Repeat("T", 41) + `"}`, 400, "confirm"},
		{post, "/vehicles/1/commands", `{"command":"goto","lat":-35}`, 400, "lon"},
		{post, "/vehicles/1/commands", `{"command":"goto","lat":-95,"lon":149}`, 400, "lat"},
		{post, "/vehicles/1/commands", `{"command":"goto","lat":-35,"lon":149,"altitudeAGL":9,"altitudeAMSL":9}`, 400, "not both"},
		{post, "/vehicles/1/commands", `{"command":"mode"}`, 400, "mode"},
		{post, "/vehicles/1/commands", `{"command":"` + strings.Repeat("x", maxBody) + `"}`, 413, "1048576"},
		{put, "/station/position", `{"lat":1}`, 400, "lon"},
		{put, "/station/position", `{"lat":1,"lon":181}`, 400, "lon"},
		{put, "/station/position", `{"lat":1,"lon":2,"t":"2020-01-01T00:00:00Z"}`, 409, "old"},
		{put, "/station/position", `{"lat":1,"lon":2,"t":"2120-01-01T00:00:00Z"}`, 400, "ahead"},
		{put, "/station/position", `{"lat":1,"lon":2,"speed":1000}`, 400, "speed"},
		{post, "/vehicles/1/gimbal", `{}`, 400, "lookAt"},
		{post, "/vehicles/1/gimbal", `{"lookAt":{"lat":1}}`, 400, "lat and lon"},
		{post, "/vehicles/1/gimbal", `{"lookAt":{"lat":1,"lon":2,"altAMSL":1e9}}`, 400, "altAMSL"},
		{post, "/vehicles/1/gimbal", `{"mode":"dance"}`, 400, "roiNone"},
		{post, "/vehicles/1/gimbal", `{"mode":"lock","frame":"earth"}`, 400, "frame"},
		{post, "/vehicles/1/gimbal", `{"pitchDeg":1,"frame":"moon"}`, 400, "vehicle"},
		{post, "/vehicles/1/gimbal", `{"pitchDeg":1,"gimbal":300}`, 400, "gimbal"},
		{post, "/vehicles/1/gimbal", `{"lookAtVehicle":-1}`, 400, "system id"},
		{post, "/vehicles/1/gimbal", `{"yawRateDegS":361}`, 400, "yawRateDegS"},
		{post, "/vehicles/1/gimbal", `{"yawStick":1.5}`, 400, "yawStick"},
		{post, "/vehicles/1/gimbal", `{"yawStick":1,"yawRateDegS":1}`, 400, "one of"},
		{post, "/vehicles/1/gimbal", `{"pitchDeg":1,"yawDeg":2,"lookAt":{"lat":1,"lon":2}}`, 400, "one of"},
		{post, "/vehicles/1/gimbal", `{"lookAt":{"lat":100,"lon":2}}`, 400, "lookAt"},
		{post, "/vehicles/1/camera", `{"command":"selfie"}`, 400, "stopPhoto"},
		{post, "/vehicles/1/camera", `{"command":"zoom"}`, 400, "one of"},
		{post, "/vehicles/1/camera", `{"command":"zoom","rate":1,"percent":5}`, 400, "one of"},
		{post, "/vehicles/1/camera", `{"command":"zoom","rate":1.5}`, 400, "rate"},
		{post, "/vehicles/1/camera", `{"command":"zoom","step":0.5}`, 400, "step"},
		{post, "/vehicles/1/camera", `{"command":"photo","rate":1}`, 400, "no rate"},
		{post, "/vehicles/1/camera", `{"command":"photo","count":3}`, 400, "intervalS"},
		{post, "/vehicles/1/camera", `{"command":"focus","auto":"often"}`, 400, "continuous"},
		{post, "/vehicles/1/camera", `{"command":"source","source":"x-ray"}`, 400, "ndvi"},
		{post, "/vehicles/1/camera", `{"command":"mode","mode":"night"}`, 400, "survey"},
		{post, "/vehicles/1/camera", `{"command":"format","storage":1}`, 400, "confirm"},
		{post, "/vehicles/1/camera", `{"command":"format","storage":1,"confirm":"yes"}`, 400, "FORMAT"},
		{post, "/vehicles/1/camera", `{"command":"reset"}`, 400, "RESET"},
		{post, "/vehicles/1/camera", `{"command":"photo","camera":256}`, 400, "camera"},
		{post, "/vehicles/1/tracking", `{}`, 400, "point or a box"},
		{post, "/vehicles/1/tracking", `{"point":{"x":1.2,"y":0}}`, 400, "point.x"},
		{post, "/vehicles/1/tracking", `{"box":{"x":0.5,"y":0.5,"w":0.6,"h":0.1}}`, 400, "box.w"},
		{post, "/vehicles/1/tracking", `{"box":{"x":0.5,"y":0.5}}`, 400, "box.w"},
		{http.MethodDelete, "/vehicles/1/tracking?camera=x", "", 400, "camera"},
		{put, "/vehicles/1/mission", `{}`, 400, "items"},
		{put, "/vehicles/1/mission", `{"items":[{"command":"waypoint"}]}`, 400, "items[0]"},
		{put, "/vehicles/1/mission", `{"items":[{"command":"return"},{"command":"dance"}]}`, 400, "items[1]"},
		{put, "/vehicles/1/parameters/THIS_NAME_IS_TOO_LONG", `{"value":1}`, 400, "16"},
		{put, "/vehicles/1/parameters/A", `{}`, 400, "value"},
		{post, "/vehicles/1/control", `{"force":true}`, 400, "reason"},
		{post, "/alerts/a-1/false", `{"cause":"fox"}`, 400, "cause"},
		{get, "/alerts?state=closed", "", 400, "open"},
		{get, "/events?after=-1", "", 400, "after"},
		{get, "/events?limit=0", "", 400, "limit"},
		{get, "/terrain/elevation?lat=NaN&lon=1", "", 400, "lat"},
		{get, "/terrain/elevation?lat=1", "", 400, "lon"},
		{get, "/terrain/viewshed?lat=1&lon=1&height=2&range=20001&target=1", "", 400, "range"},
		{get, "/terrain/viewshed?lat=1&lon=1&range=2000&target=1", "", 400, "height"},
		{get, "/feeds/1-eo/place?x=0.5", "", 400, "y="},
		{get, "/feeds/1-eo/place?x=1.01&y=0", "", 400, "x="},
		{get, "/feeds/1-eo/place?x=1&y=0&t=yesterday", "", 400, "t="},
		{get, "/terrain/1/2/0.png", "", 404, "tile"},
		{get, "/terrain/99/0/0.png", "", 404, "tile"},
		{post, "/feeds/1-eo/whep", `{"sdp":"x"}`, 415, "application/sdp"},
		{http.MethodPatch, "/feeds/1-eo/whep/s", `{}`, 415, "trickle-ice-sdpfrag"},
		{get, "/feeds/1-eo/whep/s", "", 405, "DELETE, OPTIONS, PATCH"},
		{post, "/cues/c-9/approve", `{}`, 404, "no cue"},
	} {
		r := p.as(access.RoleOperator, c.method, c.path, c.body)
		r.problem(t, c.status, c.words)
		if t.Failed() {
			t.Fatalf("that was %s %s %.60s", c.method, c.path, c.body)
		}
	}
	if told := p.station.done(); len(told) > 0 {
		t.Errorf("the station was told %v", told)
	}
	p.do(http.MethodPost, "/", "{}").problem(t, 405, "GET")
}

func TestAnswersHaveTheContractsShape(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	for path, want := range map[string]string{
		"/sensors":             `[]`,
		"/zones":               `{"type":"FeatureCollection","features":[]}`,
		"/vehicles/1/mission":  `{"items":[]}`,
		"/vehicles/1/cameras":  `[]`,
		"/vehicles/2":          `{"id":2,"name":"Vehicle 2","state":"lost"}`,
		"/alerts?state=open":   `[{"id":"a-1","state":"new","severity":"","title":"","raisedAt":null,"updatedAt":null}]`,
		"/tracks":              `{"type":"FeatureCollection","features":[{"type":"Feature","id":"t-1","geometry":{"type":"Point","coordinates":[149,-35]},"properties":{"status":"confirmed","class":"person"}}]}`,
		"/tracks/t-1/history":  `{"type":"Feature","id":"t-1","geometry":{"type":"LineString","coordinates":[[149,-35],[149.1,-35]]},"properties":{"times":[]}}`,
		"/me":                  `{"name":"operator-1","role":"operator","via":"token","station":{"id":"post-1","name":"Post 1","version":"test","demo":false}}`,
		"/terrain/1/1/0.png":   `a tile`,
		"/healthz":             `{"status":"ok"}`,
		"/metrics":             `metrics`,
		"/events?after=500000": `{"events":[],"next":500000}`,
	} {
		if r := p.as(access.RoleOperator, http.MethodGet, path, ""); r.status != 200 || strings.TrimSpace(r.body) != want {
			t.Errorf("%s: %d %s\nwant %s", path, r.status, r.body, want)
		}
	}
	at := api.At(time.Date(2026, 11, 22, 10, 0, 0, 5_600_000, time.FixedZone("", 3600)))
	if b, err := json.Marshal(at); err != nil || string(b) != `"2026-11-22T09:00:00.005Z"` {
		t.Errorf("instant %s, %v", b, err)
	}
	var back api.Time
	if err := json.Unmarshal([]byte(`"2026-11-22T10:00:00.0056+01:00"`), &back); err != nil || !back.Equal(at.Time) {
		t.Errorf("instant read back: %v, %v", back, err)
	}
	if api.Known(math.NaN()) != nil || *api.Known(1.5) != 1.5 {
		t.Error("a number that is none is known")
	}
}

func TestATurningGimbalIsOneRecordAndNotTen(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if _, _, err := p.cfg.Access.Leases.Take(1, "operator-1", false); err != nil {
		t.Fatal(err)
	}
	records := func() int {
		r := p.as(access.RoleOperator, http.MethodGet, "/audit", "")
		return strings.Count(r.body, `"action":"gimbal"`)
	}
	send := func(body string, want int) {
		t.Helper()
		if r := p.as(access.RoleOperator, http.MethodPost, "/vehicles/1/gimbal", body); r.status != want {
			t.Fatalf("%s: %d %s", body, r.status, r.body)
		}
	}
	for range 10 {
		send(`{"pitchRateDegS":5}`, 200)
	}
	send(`{"pitchRateDegS":0}`, 200)
	send(`{"pitchRateDegS":0}`, 200)
	if n := records(); n != 2 {
		t.Errorf("%d records of a turn and its stop", n)
	}
	send(`{"pitchRateDegS":5,"gimbal":2}`, 200)
	p.station.failWith(api.Refused("stuck"))
	send(`{"pitchRateDegS":5,"gimbal":2}`, 422)
	if n := records(); n != 4 {
		t.Errorf("%d records: another gimbal's turn, and a failure, are records of their own", n)
	}
}

func TestALensThatIsHeldIsOneRecordAndNotTen(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if _, _, err := p.cfg.Access.Leases.Take(1, "operator-1", false); err != nil {
		t.Fatal(err)
	}
	send := func(body string) {
		t.Helper()
		if r := p.as(access.RoleOperator, http.MethodPost, "/vehicles/1/camera", body); r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", body, r.status, r.body)
		}
	}
	for range 10 {
		send(`{"command":"zoom","rate":1}`)
	}
	send(`{"command":"zoom","rate":0}`)
	send(`{"command":"zoom","rate":0}`)
	for range 2 {
		send(`{"command":"focus","rate":1}`)
		send(`{"command":"zoom","step":1}`)
	}
	r := p.as(access.RoleOperator, http.MethodGet, "/audit", "")
	if n := strings.Count(r.body, `"action":"camera"`); n != 5 {
		t.Errorf("%d records: a zoom and its stop, a focus, and two steps are five", n)
	}
}

func TestLeaseGoesFromHandToHand(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	const post = http.MethodPost
	arm := `{"command":"arm"}`
	p.as(access.RoleOperator, post, "/vehicles/1/commands", arm).problem(t, 409, "take control")
	r := p.as(access.RoleOperator, post, "/vehicles/1/control", `{}`)
	var lease api.Control
	if err := json.Unmarshal([]byte(r.body), &lease); err != nil || lease.Holder != "operator-1" || lease.ExpiresAt.Sub(lease.Since.Time) != access.LeaseLife {
		t.Fatalf("lease %s, %v", r.body, err)
	}
	if r := p.as(access.RoleOperator, post, "/vehicles/1/commands", arm); r.status != 200 || !strings.Contains(r.body, `"result":"accepted"`) || !strings.Contains(r.body, `"vehicle":1`) {
		t.Errorf("command with the lease: %+v", r)
	}
	if r := p.as(access.RoleViewer, http.MethodGet, "/vehicles/1", ""); !strings.Contains(r.body, `"control":{"holder":"operator-1"`) {
		t.Errorf("the vehicle hides who holds it: %s", r.body)
	}
	p.as(access.RoleAdmin, post, "/vehicles/1/commands", arm).problem(t, 409, "operator-1 holds")
	p.as(access.RoleAdmin, post, "/vehicles/1/control", ``).problem(t, 409, "operator-1 holds")
	p.as(access.RoleAdmin, http.MethodDelete, "/vehicles/1/control", ``).problem(t, 409, "operator-1 holds")
	if r := p.as(access.RoleAdmin, post, "/vehicles/1/control", `{"force":true,"reason":"operator is away"}`); r.status != 200 {
		t.Errorf("force: %+v", r)
	}
	p.as(access.RoleOperator, post, "/vehicles/1/commands", arm).problem(t, 409, "script holds")
	for range 2 {
		if r := p.as(access.RoleAdmin, http.MethodDelete, "/vehicles/1/control", ``); r.status != 204 {
			t.Errorf("release: %+v", r)
		}
	}
	if told := p.station.done(); fmt.Sprint(told) != "[arm]" {
		t.Errorf("the station was told %v", told)
	}
	audit := p.as(access.RoleOperator, http.MethodGet, "/audit", "").body
	for _, words := range []string{
		`"action":"takeControl","target":"1","outcome":"done"`, `"reason":"operator is away"`, `"kind":"command"`, `"who":"operator-1"`,
		`"action":"arm"`, `"request":{"command":"arm"}`, `"action":"releaseControl"`, `"outcome":"refused"`,
	} {
		if !strings.Contains(audit, words) {
			t.Errorf("the audit lacks %s: %s", words, audit)
		}
	}
}

func TestStationErrorsReachTheClientAndTheAudit(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if _, _, err := p.cfg.Access.Leases.Take(1, "operator-1", false); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		err     error
		status  int
		words   string
		outcome string
	}{
		{api.Refused("pre-arm: compass not calibrated"), 422, "compass", "refused"},
		{fmt.Errorf("wrapped: %w", api.Unavailable("vehicle 1 is lost")), 503, "lost", "failed"},
		{api.NoAcknowledgement("no answer"), 504, "no answer", "unknown"},
		{fmt.Errorf("a secret path /etc/x"), 500, "log", "failed"},
	} {
		p.station.failWith(c.err)
		r := p.as(access.RoleOperator, http.MethodPost, "/vehicles/1/commands", `{"command":"land"}`)
		r.problem(t, c.status, c.words)
		if strings.Contains(r.body, "secret") {
			t.Errorf("an inner error leaked: %s", r.body)
		}
		last := p.lastEvent()
		if last.Kind != "command" || !strings.Contains(string(last.Data), `"outcome":"`+c.outcome+`"`) {
			t.Errorf("audit of %v: %s", c.err, last.Data)
		}
	}
}

func (p *post) lastEvent() api.Event {
	p.t.Helper()
	var page api.EventPage
	if err := json.Unmarshal([]byte(p.as(access.RoleOperator, http.MethodGet, "/events?limit=1000", "").body), &page); err != nil {
		p.t.Fatal(err)
	}
	if len(page.Events) == 0 {
		p.t.Fatal("no events")
	}
	return page.Events[len(page.Events)-1]
}

func TestApprovingACueTakesTheLeaseOrIsRefused(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	leases := p.cfg.Access.Leases
	if r := p.as(access.RoleOperator, http.MethodPost, "/cues/c-1/approve", `{}`); r.status != 200 {
		t.Fatalf("approve: %+v", r)
	}
	if l, held := leases.Of(1); !held || l.Holder != "operator-1" {
		t.Errorf("the lease after approval: %+v", l)
	}
	p.as(access.RoleAdmin, http.MethodPost, "/cues/c-1/approve", `{}`).problem(t, 409, "operator-1 holds")
	if r := p.as(access.RoleAdmin, http.MethodPost, "/cues/c-1/reject", ``); r.status != 200 {
		t.Errorf("rejecting needs no lease: %+v", r)
	}
	if err := leases.Release(1, "operator-1"); err != nil {
		t.Fatal(err)
	}
	p.station.failWith(api.Conflict("ann rejected it already"))
	p.as(access.RoleOperator, http.MethodPost, "/cues/c-1/approve", `{}`).problem(t, 409, "ann")
	if l, held := leases.Of(1); held {
		t.Errorf("an approval that came to nothing keeps the lease: %+v", l)
	}
	p.as(access.RoleOperator, http.MethodPost, "/cues/c-2/approve", `{}`).problem(t, 409, "ann")
	if l, held := leases.Of(2); held {
		t.Errorf("a cue that was decided took the lease: %+v", l)
	}
	p.as(access.RoleOperator, http.MethodPost, "/alerts/a-1/acknowledge", `{"note":"seen"}`).problem(t, 409, "ann")
	if told := fmt.Sprint(p.station.done()); !strings.Contains(told, "acknowledge a-1 seen") {
		t.Errorf("told %s", told)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if r := p.do(http.MethodGet, "/readyz", ""); r.status != 200 {
		t.Errorf("ready: %+v", r)
	}
	p.station.notReady = []string{"video: no codec", "no link"}
	p.do(http.MethodGet, "/readyz", "").problem(t, 503, "video: no codec; no link")
}
