package ui

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"vedette/internal/access"
)

func TestPlansAreCheckedOnTheirWayIn(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if _, _, err := p.cfg.Access.Leases.Take(1, "operator-1", false); err != nil {
		t.Fatal(err)
	}
	wp := `{"command":"waypoint","lat":1,"lon":2,%s}`
	for _, c := range []struct{ path, body, words string }{
		{"mission", `{"items":[{}]}`, "items[0]: command is missing"},
		{"mission", `{"items":[{"command":"NAV_NOTHING"}]}`, "items[0]: command"},
		{"mission", `{"items":[{"command":"waypoint","commandId":17,"lat":1,"lon":2,"altitudeAMSL":3}]}`, "commandId says 17"},
		{"mission", `{"items":[{"commandId":70000}]}`, "commandId must be"},
		{"mission", `{"items":[` + fmt.Sprintf(wp, `"altitudeAMSL":3,"altitudeAGL":3`) + `]}`, "give one of"},
		{"mission", `{"items":[` + fmt.Sprintf(wp, `"params":[1,2]`) + `]}`, "params has 2 numbers"},
		{"mission", `{"items":[` + fmt.Sprintf(wp, `"altitudeAMSL":3,"params":[1,2,3,4,5,6,7]`) + `]}`, "not both"},
		{"mission", `{"items":[{"command":"jump","params":[1,2,3,4,null,6,7]}]}`, "params[4]: a number is needed"},
		{"mission", `{"items":[{"command":"jump","params":[1e39,2,3,4]}]}`, "params[0]: 1e+39 does not fit"},
		{"mission", `{"items":[{"command":"jump","params":["x",2,3,4]}]}`, "is no number"},
		{"mission", `{"items":[{"command":"jump","frame":256}]}`, "frame must be"},
		{"mission", `{"items":[{"command":"loiterTime","lat":1,"lon":2}]}`, "loiterTime needs lat, lon and"},
		{"mission", `{"items":[{"command":"land","holdS":5}]}`, "only a waypoint takes holdS"},
		{"mission", `{"items":[` + strings.Repeat(`{"command":"return"},`, maxItems) + `{"command":"return"}]}`, "1 to 5000 items"},
		{"mission?override=maybe", `{"items":[{"command":"return"}]}`, "override"},
		{"fence", `{}`, "polygons or circles"},
		{"rally", `{"points":[]}`, "points is missing"},
	} {
		p.as(access.RoleOperator, http.MethodPut, "/vehicles/1/"+c.path, c.body).problem(t, 400, c.words)
	}
	if told := p.station.done(); len(told) != 0 {
		t.Errorf("the station was told %v", told)
	}
	for _, item := range []string{
		`{"command":"waypoint","params":[0,0,0,null,1,2,30]}`, `{"command":"16","lat":1,"lon":2,"altitudeAGL":30}`,
		`{"command":"MAV_CMD_NAV_LOITER_TURNS","lat":1,"lon":2,"altitudeAMSL":30,"params":["Infinity",0,5,0]}`,
		`{"commandId":31010,"params":[1,2,3,4,2147483647,-5,0.1],"frame":2,"autoContinue":false}`, `{"command":"land","lat":1,"lon":2}`,
	} {
		if r := p.as(access.RoleOperator, http.MethodPut, "/vehicles/1/mission", `{"items":[`+item+`]}`); r.status != http.StatusOK {
			t.Errorf("%s: %d %s", item, r.status, r.body)
		}
	}
	if r := p.as(access.RoleOperator, http.MethodPut, "/vehicles/1/mission?override=true", `{"items":[{"command":"return"}]}`); r.status != 200 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if told := p.station.done(); told[len(told)-1] != "setMission all the same" {
		t.Errorf("%v", told)
	}
	if audit := p.as(access.RoleOperator, http.MethodGet, "/audit", "").body; !strings.Contains(audit, `"override":true`) {
		t.Errorf("the audit does not say that findings were overridden: %s", audit)
	}
}

func TestPlanFilesComeAndGo(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	if _, _, err := p.cfg.Access.Leases.Take(1, "operator-1", false); err != nil {
		t.Fatal(err)
	}
	r := p.as(access.RoleViewer, http.MethodGet, "/vehicles/1/plan", "")
	if r.status != 200 || r.body != "{}" || !strings.Contains(r.header.Get("Content-Disposition"), "vehicle-1.plan") {
		t.Errorf("%+v", r)
	}
	if r = p.as(access.RoleViewer, http.MethodGet, "/vehicles/1/plan?format=wpl", ""); !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
		t.Errorf("%+v", r)
	}
	p.as(access.RoleViewer, http.MethodGet, "/vehicles/1/plan?format=kml", "").problem(t, 400, "plan or wpl")
	p.as(access.RoleOperator, http.MethodPut, "/vehicles/1/plan", "x", "Content-Type", "text/html").problem(t, 415, "QGC WPL 110")
	if r = p.as(access.RoleOperator, http.MethodPut, "/vehicles/1/plan", "QGC WPL 110\n", "Content-Type", "text/plain"); r.status != 200 {
		t.Errorf("%+v", r)
	}
	p.as(access.RoleOperator, http.MethodPut, "/vehicles/1/plan", strings.Repeat("x", 8<<20+1), "Content-Type", "text/plain").problem(t, 413, "bytes")
	p.as(access.RoleViewer, http.MethodPost, "/plans/check?vehicle=300", "{}").problem(t, 400, "vehicle")
	p.as(access.RoleOperator, http.MethodPost, "/vehicles/1/mission/current", `{"item":0}`).problem(t, 400, "item must be")
	for path, want := range map[string]string{"/fence/enable": "enableFence true", "/fence/disable": "enableFence false"} {
		if r := p.as(access.RoleOperator, http.MethodPost, "/vehicles/1"+path, ""); r.status != 200 || p.station.done()[len(p.station.done())-1] != want {
			t.Errorf("%s: %+v, %v", path, r, p.station.done())
		}
	}
	for path, want := range map[string]string{"/mission": "clear mission", "/fence": "clear fence", "/rally": "clear rally", "/plan": "clear "} {
		if r := p.as(access.RoleOperator, http.MethodDelete, "/vehicles/1"+path, ""); r.status != 204 || p.station.done()[len(p.station.done())-1] != want {
			t.Errorf("%s: %+v, %v", path, r, p.station.done())
		}
	}
}

func TestOverridingNeedsAReasonThatIsOnRecord(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	cookie := p.signIn("ann", access.RoleOperator)
	if _, _, err := p.cfg.Access.Leases.Take(1, "ann", false); err != nil {
		t.Fatal(err)
	}
	put := func(path, body string) reply {
		return p.do(http.MethodPut, base+"/vehicles/1/"+path, body, "Cookie", cookie, "Origin", p.url)
	}
	const mission, plan = `{"items":[{"command":"return"}]}`, `{"mission":{"items":[{"command":"return"}]}}`
	put("mission?override=true", mission).problem(t, 400, "needs a reason")
	put("plan?override=true&reason=+x+", plan).problem(t, 400, "needs a reason")
	put("plan?reason=because", plan).problem(t, 400, "for override=true")
	put("plan?override=true&reason="+strings.Repeat("x", 501), plan).problem(t, 400, "more than 500")
	put("plan", `{"mission":{"items":[{"command":"takeoff"}]}}`).problem(t, 400, "takeoff needs")
	if told := p.station.done(); len(told) != 0 {
		t.Errorf("the station was told %v", told)
	}
	for _, c := range [][2]string{{"mission?override=true&reason=search+and+rescue", mission}, {"plan?override=true&reason=the+zone+is+lifted", plan}} {
		if r := put(c[0], c[1]); r.status != 200 {
			t.Errorf("%+v", r)
		}
	}
	audit := p.as(access.RoleOperator, http.MethodGet, "/audit", "").body
	for _, words := range []string{`"reason":"search and rescue"`, `"reason":"the zone is lifted"`, `"override":true`, `"ann"`} {
		if !strings.Contains(audit, words) {
			t.Errorf("the audit lacks %s: %s", words, audit)
		}
	}
}

func TestPlansAreConverted(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	convert := func(to, kind string) reply {
		return p.as(access.RoleViewer, http.MethodPost, "/plans/convert"+to, "{}", "Content-Type", kind)
	}
	if r := convert("", "application/json"); r.status != 200 || !strings.Contains(r.body, `"airframe":"rotors"`) {
		t.Errorf("%+v", r)
	}
	if r := convert("?to=kml", "application/xml"); r.status != 200 || r.body != "a kml" || !strings.Contains(r.header.Get("Content-Disposition"), "vedette.kml") {
		t.Errorf("%+v", r)
	}
	convert("?to=gpx", "application/json").problem(t, 400, "json, plan, wpl or kml")
	convert("", "image/png").problem(t, 415, ".plan")
	p.as(access.RoleViewer, http.MethodPost, "/plans/check", `{"mission":{"items":[{"command":"x"}]}}`).problem(t, 400, "items[0]")
}
